/// From enabled to active: what else must have happened before a task works (STATE-4, STATE-27, D-42).
#pragma once

#include <cstddef>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/configuration.h"
#include "nvgre/offload/offload_parameters.h"

namespace nvgre::offload {

/// What was explicitly switched since initialization; a new start forgets it (STATE-22).
struct Activation {
  /// Last word of set_encapsulation() for each version; kNoChange: none yet. Transmit tasks and RSC stop at kOff,
  /// receive checksums wait for kOn.
  SwitchSetting ethernet_v4 = SwitchSetting::kNoChange;
  SwitchSetting ethernet_v6 = SwitchSetting::kNoChange;
  bool nvgre = false;          ///< NVGRE was turned on and not off since.
  PerVersion rsc;              ///< RSC was enabled by a change, not just by a keyword (RSC-3).
  bool rss = false;            ///< RSS parameters were set and RSS not disabled since.
  std::size_t device_mtu = 0;  ///< Largest IP packet of the device, bytes; 0: not known.

  void apply(const OffloadParameters& parameters) noexcept;
  void apply(const OffloadEncapsulation& encapsulation) noexcept;
};

/// What the engine may do now: possible, enabled and activated.
[[nodiscard]] ActiveOffloads activate(const OffloadSet& hardware, const Configuration& configuration,
                                      const Activation& activation) noexcept;

}  // namespace nvgre::offload
