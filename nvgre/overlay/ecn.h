/// Explicit Congestion Notification across the tunnel: RFC 6040, normal mode (OVL-22 to OVL-24, D-37).
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::overlay {

/// The two lowest bits of IPv4's type of service and IPv6's traffic class (RFC 3168, section 5).
enum class Ecn : std::uint8_t { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCongestionExperienced = 3 };

inline constexpr std::uint8_t kEcnMask = 0x03;

[[nodiscard]] constexpr Ecn ecn_of(std::uint8_t traffic_class) noexcept {
  return static_cast<Ecn>(traffic_class & kEcnMask);
}

/// What the inner header carries after decapsulation (RFC 6040, section 4.2); nothing: the frame is dropped, because
/// the inner header can't carry the mark.
[[nodiscard]] constexpr std::optional<Ecn> combined_ecn(Ecn inner, Ecn outer) noexcept {
  if (inner == Ecn::kCongestionExperienced) return inner;
  if (outer == Ecn::kCongestionExperienced) {
    if (inner == Ecn::kNotEct) return std::nullopt;
    return outer;
  }
  return inner == Ecn::kEct0 && outer == Ecn::kEct1 ? outer : inner;
}

/// DSCP and ECN of the outer header: the inner ECN always (RFC 6040, section 4.1), the inner DSCP unless one is fixed
/// (D-37). @param inner  0 for a frame without IP.
[[nodiscard]] constexpr std::uint8_t outer_traffic_class(std::uint8_t inner,
                                                         std::optional<std::uint8_t> fixed_dscp) noexcept {
  if (!fixed_dscp) return inner;
  return static_cast<std::uint8_t>((*fixed_dscp << 2) | (inner & kEcnMask));
}

/// DSCP and ECN in one byte of an IP packet. @pre The bytes hold the fixed header.
[[nodiscard]] std::uint8_t traffic_class_of(wire::Bytes packet, wire::IpVersion version) noexcept;

/// Writes the combination of the packet's own mark and `outer` into the packet; an IPv4 checksum is updated
/// incrementally, so that a wrong one stays wrong (OVL-24).
/// @param packet  From the IP header on. @pre The bytes hold the fixed header.
/// @return        Whether the packet was changed, or kOuterEcn.
[[nodiscard]] wire::Checked<bool> combine_ecn(wire::MutableBytes packet, wire::IpVersion version, Ecn outer) noexcept;

}  // namespace nvgre::overlay
