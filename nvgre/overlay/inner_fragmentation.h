/// Fragmenting inner IPv4 packets before encapsulation, where the subnet allows it (OVL-12; RFC 791, section 2.3).
/// Outer packets are never fragmented (OVL-9).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ipv4.h"

namespace nvgre::overlay {

/// Cuts the IPv4 packet of one frame. A fragment is cut further the same way.
/// @note  Reads the frame's bytes until the last next(); allocates nothing.
class InnerFragmenter {
 public:
  /// Whether the frame's packet may be cut into packets of at most `mtu` bytes: IPv4, DF clear, one datagram, and
  /// room for some payload behind the header.
  [[nodiscard]] static bool may_cut(const TenantFrame& frame, std::size_t mtu) noexcept;

  /// @pre may_cut(frame, mtu), and the frame has no unfinished checksum
  InnerFragmenter(const TenantFrame& frame, std::size_t mtu) noexcept;

  /// Writes the next fragment as a whole frame without tags, in order. @return its bytes; empty when all are written.
  /// @param out  At least the bytes of an Ethernet header and of `mtu`.
  [[nodiscard]] wire::Bytes next(wire::MutableBytes out) noexcept;

 private:
  const TenantFrame& frame_;
  wire::Ipv4View packet_;
  std::size_t mtu_;
  std::size_t written_ = 0;  ///< Payload bytes so far.
  std::array<std::uint8_t, wire::Ipv4View::kMaxSize> later_options_{};
  std::size_t later_options_size_ = 0;
};

}  // namespace nvgre::overlay
