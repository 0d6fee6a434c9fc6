/// ICMP "fragmentation needed" and "packet too big" that routers of the provider's network send about our NVGRE packets
/// (OVL-13). Anybody can forge one, so it counts only if it quotes a packet that we may have sent.
#pragma once

#include <cstddef>
#include <optional>

#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/underlay.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::overlay {

/// No message makes a path narrower than this: 576 bytes for IPv4, 1280 for IPv6.
[[nodiscard]] constexpr std::size_t smallest_path_mtu(wire::IpVersion version) noexcept {
  constexpr std::size_t kIpv4 = 576, kIpv6 = 1280;
  return version == wire::IpVersion::kV4 ? kIpv4 : kIpv6;
}

/// A believable message.
struct PathMtuReport {
  wire::ProviderAddress destination;  ///< Towards whom packets were too big.
  std::size_t mtu = 0;                ///< Outer IP packet that fits, bytes; below what is known so far.
};

/// Whether a plain frame from the underlay is a "too big" message at all.
[[nodiscard]] bool is_too_big_message(wire::Bytes frame, const wire::HeaderMap& map) noexcept;

/// Judges a "too big" message. It is believed if it is addressed to one of our PAs, its checksums are right, and it
/// quotes NVGRE from that PA to a PA with a record in the quoted VSID. An IPv4 MTU below 576 counts as 576; an IPv6 one
/// below 1280 is not believed (RFC 8201, section 4).
/// @pre    is_too_big_message(frame, map)
/// @return The report; nothing if the message is not believed or would not lower the path MTU.
[[nodiscard]] std::optional<PathMtuReport> judge_too_big(wire::Bytes frame, const wire::HeaderMap& map,
                                                         const Policy& policy, const Underlay& underlay) noexcept;

}  // namespace nvgre::overlay
