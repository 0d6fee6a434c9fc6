/// How large packets to the underlay may be, for the MTU of a tenant's port: the same bound that the endpoint holds
/// each frame against.
#pragma once

#include <algorithm>
#include <cstddef>

#include "nvgre/offload/active_offloads.h"

namespace nvgre::datapath {

/// Largest outer IP packet in bytes: what the device takes, or less if JumboPacket says so (KEY-31, OVL-14).
[[nodiscard]] constexpr std::size_t link_mtu(std::size_t device_mtu, const offload::ActiveOffloads& offloads) noexcept {
  return offloads.link_mtu == 0 ? device_mtu : std::min(device_mtu, offloads.link_mtu);
}

}  // namespace nvgre::datapath
