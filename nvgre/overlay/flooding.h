/// Whom a flooded frame reaches (OVL-15 to OVL-18), and what became of it when its copies had different fates.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/statistics.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/overlay/tunnel_sender.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::overlay {

/// The PAs that get a copy: the inner group's or the subnet's PA multicast group alone, else every other host.
[[nodiscard]] std::span<const wire::ProviderAddress> flood_destinations(const VirtualSubnet& subnet,
                                                                        const TenantFrame& frame) noexcept;

/// One outcome out of those of all copies: a frame counts as carried if any copy was, and as refused, for the reason of
/// its first copy, only if none was.
class FloodOutcome {
 public:
  void add(const Outcome& copy) noexcept;
  /// @return kNoFloodPeer if there was no copy at all.
  [[nodiscard]] Outcome result() const noexcept;
  /// Largest inner IP packet that fits to every host, bytes, if a copy was too big for one; others may have got theirs.
  [[nodiscard]] std::optional<std::size_t> too_big_mtu() const noexcept { return too_big_mtu_; }
  /// Counts copies; those that were lost only where others were not.
  void count(EndpointCounters& counters) const noexcept;

 private:
  std::size_t encapsulated_ = 0, local_ = 0, held_ = 0, refused_ = 0;
  std::optional<std::size_t> too_big_mtu_;
  Outcome first_refusal_ = Outcome::refused(wire::DropReason::kNoFloodPeer);
};

}  // namespace nvgre::overlay
