/// What IPv4 and IPv6 share: one view for code that does not care which of the two a packet is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::wire {

/// Bytes of the longest IP packet of either version, headers included, that is made here (LSO-19); IPv6 could hold 40
/// more.
inline constexpr std::size_t kMaxIpPacketSize = 65'535;

/// A packet of either IP version whose whole header, with options or extension headers, is there.
class IpView {
 public:
  /// Reads the version from the first four bits.
  /// @return The view; kTruncatedIp; kMalformedIp.
  [[nodiscard]] static Checked<IpView> parse(Bytes bytes) noexcept;

  [[nodiscard]] constexpr IpVersion version() const noexcept { return version_; }
  [[nodiscard]] constexpr bool is_v4() const noexcept { return version_ == IpVersion::kV4; }
  [[nodiscard]] constexpr IpAddress source() const noexcept {
    return IpAddress::load(version_, bytes_.subspan(is_v4() ? Ipv4Layout::kSource : Ipv6Layout::kSource));
  }
  [[nodiscard]] constexpr IpAddress destination() const noexcept {
    return IpAddress::load(version_, bytes_.subspan(is_v4() ? Ipv4Layout::kDestination : Ipv6Layout::kDestination));
  }
  /// What follows the header and, for IPv6, its extension headers.
  [[nodiscard]] constexpr IpProtocol protocol() const noexcept { return protocol_; }
  /// Bytes of the header with options or extension headers.
  [[nodiscard]] constexpr std::size_t header_size() const noexcept { return header_size_; }
  [[nodiscard]] constexpr bool is_fragment() const noexcept { return is_fragment_; }
  /// DSCP and ECN: IPv4's type of service, IPv6's traffic class.
  [[nodiscard]] constexpr std::uint8_t traffic_class() const noexcept {
    if (is_v4()) return bytes_[Ipv4Layout::kTypeOfService];
    return static_cast<std::uint8_t>(load_big_endian<std::uint16_t>(bytes_) >> 4);
  }
  [[nodiscard]] constexpr std::uint8_t dscp() const noexcept { return traffic_class() >> 2; }
  [[nodiscard]] constexpr std::uint8_t ecn() const noexcept { return traffic_class() & 0x03; }
  /// IPv4's time to live, IPv6's hop limit.
  [[nodiscard]] constexpr std::uint8_t hop_limit() const noexcept {
    return bytes_[is_v4() ? Ipv4Layout::kTimeToLive : Ipv6Layout::kHopLimit];
  }
  /// What follows the header, up to the packet's end by its length field (see Ipv4View and Ipv6View::packet_size()).
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.subspan(header_size_); }
  /// The packet up to its end by its length field.
  [[nodiscard]] constexpr Bytes packet() const noexcept { return bytes_; }

 private:
  constexpr IpView(IpVersion version, Bytes bytes) noexcept : version_(version), bytes_(bytes) {}
  static Checked<IpView> parse_v4(Bytes bytes) noexcept;
  static Checked<IpView> parse_v6(Bytes bytes) noexcept;

  IpVersion version_;
  IpProtocol protocol_{};
  bool is_fragment_ = false;
  std::size_t header_size_ = 0;
  Bytes bytes_;
};

/// One line: that of Ipv4View or Ipv6View, and what the packet carries.
[[nodiscard]] std::string describe(const IpView& view);

/// Addresses of a header that locate() found. @param frame  The bytes that locate() was given.
[[nodiscard]] constexpr IpAddress source_address(Bytes frame, const NetworkHeader& header) noexcept {
  const std::size_t offset = header.is_v4() ? Ipv4Layout::kSource : Ipv6Layout::kSource;
  return IpAddress::load(header.version, frame.subspan(header.offset + offset));
}
[[nodiscard]] constexpr IpAddress destination_address(Bytes frame, const NetworkHeader& header) noexcept {
  const std::size_t offset = header.is_v4() ? Ipv4Layout::kDestination : Ipv6Layout::kDestination;
  return IpAddress::load(header.version, frame.subspan(header.offset + offset));
}

}  // namespace nvgre::wire
