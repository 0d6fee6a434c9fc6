/// What the engine may do at this moment: an immutable value that Adapter computes from capabilities, configuration and
/// state, and that every function on a frame's way reads. A worker takes one at the start of a burst and keeps it.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/locate.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::offload {

/// Which pairings of inner and outer IP version a task covers (CAP-2, CAP-3): NDIS's four bits.
class EncapsulatedMask {
 public:
  static constexpr std::uint8_t kInnerV4 = 1, kOuterV4 = 2, kInnerV6 = 4, kOuterV6 = 8, kAll = 0xF;

  constexpr EncapsulatedMask() noexcept = default;
  /// A mask without an inner or without an outer bit means nothing and becomes 0 (CAP-4).
  explicit constexpr EncapsulatedMask(std::uint8_t bits) noexcept
      : bits_((bits & (kInnerV4 | kInnerV6)) != 0 && (bits & (kOuterV4 | kOuterV6)) != 0 ? bits & kAll : 0) {}

  [[nodiscard]] constexpr std::uint8_t bits() const noexcept { return bits_; }
  [[nodiscard]] constexpr bool covers(wire::IpVersion inner, wire::IpVersion outer) const noexcept {
    const auto inner_bit = inner == wire::IpVersion::kV4 ? kInnerV4 : kInnerV6;
    const auto outer_bit = outer == wire::IpVersion::kV4 ? kOuterV4 : kOuterV6;
    return (bits_ & inner_bit) != 0 && (bits_ & outer_bit) != 0;
  }
  friend constexpr bool operator==(EncapsulatedMask, EncapsulatedMask) noexcept = default;

 private:
  std::uint8_t bits_ = 0;
};

/// One flag for each IP version.
struct PerVersion {
  bool v4 = false;
  bool v6 = false;
  [[nodiscard]] constexpr bool of(wire::IpVersion version) const noexcept {
    return version == wire::IpVersion::kV4 ? v4 : v6;
  }
  friend constexpr bool operator==(const PerVersion&, const PerVersion&) noexcept = default;
};

/// Checksums of one direction.
struct ChecksumTasks {
  bool ip_v4 = false;
  PerVersion tcp;
  PerVersion udp;
  friend constexpr bool operator==(const ChecksumTasks&, const ChecksumTasks&) noexcept = default;
};

/// Options that a task can step over; they hold for inner and outer headers (CAP-7).
struct HeaderOptions {
  /// What every TCP checksum over IPv6 needs (CAP-14). Whoever steps over so many bytes steps over all that LOC-12
  /// allows.
  static constexpr std::uint32_t kRequiredExtensionHeaderBytes = 128;

  bool ip_options = true;  ///< IPv4.
  PerVersion tcp_options{.v4 = true, .v6 = true};
  std::uint32_t extension_header_bytes = kRequiredExtensionHeaderBytes;  ///< IPv6: a chain of at least so many bytes.
  friend constexpr bool operator==(const HeaderOptions&, const HeaderOptions&) noexcept = default;

  [[nodiscard]] constexpr bool covers(const wire::NetworkHeader& ip) const noexcept {
    if (!ip || !ip.has_options) return true;
    if (ip.is_v4()) return ip_options;
    return extension_header_bytes >= kRequiredExtensionHeaderBytes ||
           ip.size - wire::Ipv6View::kSize <= extension_header_bytes;
  }
  /// Of all headers that the map has. @pre transport lies behind inner_ip, as in every map
  [[nodiscard]] constexpr bool covers(const wire::HeaderMap& map) const noexcept {
    const bool has_tcp_options = map.transport.is_tcp() && map.transport.size > wire::TcpView::kSize;
    return covers(map.outer_ip) && covers(map.inner_ip) && (!has_tcp_options || tcp_options.of(map.inner_ip.version));
  }
};

/// Segmentation of one kind (LSOv2 or USO).
struct SegmentationTasks {
  PerVersion active;
  std::uint32_t max_offload_size = 262'144;  ///< Payload bytes of one request (CAP-10, CAP-11).
  bool sub_mss_final = true;                 ///< USO: a shorter last datagram is supported (USO-3).
  HeaderOptions options;                     ///< What else is refused (USO-11).
  friend constexpr bool operator==(const SegmentationTasks&, const SegmentationTasks&) noexcept = default;
};

/// The masks are 0 while NVGRE offload is not active (STATE-4).
struct EncapsulatedTasks {
  EncapsulatedMask transmit_checksum, receive_checksum, lso, rss, vmq, uso;
  friend constexpr bool operator==(const EncapsulatedTasks&, const EncapsulatedTasks&) noexcept = default;
};

struct ActiveOffloads {
  ChecksumTasks transmit_checksum;
  ChecksumTasks receive_checksum;
  HeaderOptions transmit_options;  ///< Packets with others are refused; on receive their checksums are not validated.
  HeaderOptions receive_options;
  bool lso_v1 = false;                             ///< Plain IPv4 only.
  std::uint32_t lso_v1_max_offload_size = 65'536;  ///< Payload bytes (LSO-23).
  HeaderOptions lso_v1_options;
  SegmentationTasks lso;
  SegmentationTasks uso;
  PerVersion rsc;
  bool udp_coalescing = false;  ///< RSC-31; follows rsc and the port.
  EncapsulatedTasks encapsulated;
  /// NVGRE offload is enabled and was turned on: inner frames are coalesced only while it is (STATE-18).
  bool nvgre = false;
  std::size_t max_header_size = wire::kDefaultMaxHeaderSize;  ///< LOC-12.
  std::size_t link_mtu = 0;    ///< Largest IP packet of the link, bytes; 0: not known (LSO-19).
  bool insert_vlan_id = true;  ///< KEY-30, both bits.
  bool insert_priority = true;
  /// Bits of an 802.1Q tag, as on the wire, that are inserted on send and handed up on receive (KEY-30).
  [[nodiscard]] constexpr std::uint16_t tag_mask() const noexcept {
    return static_cast<std::uint16_t>((insert_vlan_id ? 0x0FFF : 0) | (insert_priority ? 0xF000 : 0));
  }
  friend constexpr bool operator==(const ActiveOffloads&, const ActiveOffloads&) noexcept = default;

  /// Everything on: how offline tools and a freshly activated adapter act.
  [[nodiscard]] static constexpr ActiveOffloads all() noexcept {
    ActiveOffloads all;
    constexpr PerVersion kBoth{true, true};
    constexpr EncapsulatedMask kMask(EncapsulatedMask::kAll);
    all.transmit_checksum = all.receive_checksum = {.ip_v4 = true, .tcp = kBoth, .udp = kBoth};
    all.lso_v1 = true;
    all.lso.active = all.uso.active = all.rsc = kBoth;
    all.udp_coalescing = true;
    all.encapsulated = {kMask, kMask, kMask, kMask, kMask, kMask};
    all.nvgre = true;
    return all;
  }
};

}  // namespace nvgre::offload
