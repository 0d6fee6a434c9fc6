/// Telling a tenant that its packet does not fit through the tunnel (OVL-11): ICMP "fragmentation needed" or ICMPv6
/// "packet too big", as if the packet's destination had sent it.
#pragma once

#include <cstddef>

#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Bytes of the longest such frame: Ethernet and the smallest MTU of IPv6 (RFC 4443, section 2.4 (c)).
inline constexpr std::size_t kMaxTooBigSize = 14 + 1280;

/// Whether the sender may be told: not about frames that carry no IP packet or may be fragmented on their way (IPv4
/// with DF clear), never about ICMP errors, about broadcast and multicast on either layer, about later fragments, nor
/// towards an address that is nobody's (RFC 1122, section 3.2.2; RFC 4443, section 2.4 (e)).
[[nodiscard]] bool may_tell_too_big(const TenantFrame& frame) noexcept;

/// Writes the whole frame for the sender of `frame`.
/// @param mtu  Bytes of inner IP packet that fit.
/// @pre        may_tell_too_big(frame); out holds kMaxTooBigSize bytes
/// @return     Bytes written.
std::size_t write_too_big_frame(wire::MutableBytes out, const TenantFrame& frame, std::size_t mtu) noexcept;

}  // namespace nvgre::overlay
