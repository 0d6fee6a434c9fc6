/// ICMP of both versions (RFC 792, RFC 4443): the common header, and the messages that say "packet too big".
///
///      0     1     2         4              8
///     [type][code][checksum][rest of header][quoted packet, echo data ...
///
/// "Fragmentation needed" (RFC 1191) keeps the MTU in the lower half of the rest of the header, "packet too big" (RFC
/// 4443, section 3.2) in all of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::wire {

/// Types and codes that we know by name.
struct IcmpV4 {
  static constexpr std::uint8_t kEchoReply = 0;
  static constexpr std::uint8_t kDestinationUnreachable = 3;
  static constexpr std::uint8_t kSourceQuench = 4;
  static constexpr std::uint8_t kRedirect = 5;
  static constexpr std::uint8_t kEchoRequest = 8;
  static constexpr std::uint8_t kTimeExceeded = 11;
  static constexpr std::uint8_t kParameterProblem = 12;
  static constexpr std::uint8_t kCodeFragmentationNeeded = 4;  ///< Of kDestinationUnreachable.
};
struct IcmpV6 {
  static constexpr std::uint8_t kPacketTooBig = 2;
  static constexpr std::uint8_t kFirstInformational = 128;  ///< Types below are errors (RFC 4443, section 2.1).
  static constexpr std::uint8_t kEchoRequest = 128;
  static constexpr std::uint8_t kEchoReply = 129;
  static constexpr std::uint8_t kNeighborSolicitation = 135;
  static constexpr std::uint8_t kNeighborAdvertisement = 136;
  static constexpr std::uint8_t kRedirect = 137;
};

/// Where the fields of an ICMP message lie, bytes from its start.
struct IcmpLayout {
  static constexpr std::size_t kType = 0;
  static constexpr std::size_t kCode = 1;
  static constexpr std::size_t kChecksum = 2;
  static constexpr std::size_t kRestOfHeader = 4;
  static constexpr std::size_t kBody = 8;
};

/// Which protocol number ICMP has in packets of this version.
[[nodiscard]] constexpr IpProtocol icmp_protocol(IpVersion version) noexcept {
  return version == IpVersion::kV4 ? IpProtocol::kIcmp : IpProtocol::kIcmpv6;
}

/// An ICMP or ICMPv6 message whose header is there.
class IcmpView {
 public:
  static constexpr std::size_t kSize = 8;  ///< Bytes of the header.

  /// @param bytes  The IP payload.
  /// @return       The view; kTruncatedTransport.
  [[nodiscard]] static constexpr Checked<IcmpView> parse(IpVersion version, Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedTransport);
    return IcmpView(version, bytes);
  }

  [[nodiscard]] constexpr IpVersion version() const noexcept { return version_; }
  [[nodiscard]] constexpr std::uint8_t type() const noexcept { return bytes_[IcmpLayout::kType]; }
  [[nodiscard]] constexpr std::uint8_t code() const noexcept { return bytes_[IcmpLayout::kCode]; }
  [[nodiscard]] constexpr std::uint16_t checksum() const noexcept {
    return load_big_endian<std::uint16_t>(bytes_, IcmpLayout::kChecksum);
  }
  /// Bytes 4 to 7, whose meaning depends on the type.
  [[nodiscard]] constexpr std::uint32_t rest_of_header() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, IcmpLayout::kRestOfHeader);
  }
  /// Behind the header: the quoted packet of an error, the data of an echo.
  [[nodiscard]] constexpr Bytes body() const noexcept { return bytes_.subspan(IcmpLayout::kBody); }
  [[nodiscard]] constexpr Bytes message() const noexcept { return bytes_; }
  /// Whether it reports an error (redirects included), so that no error may be sent about it (RFC 1122, section 3.2.2;
  /// RFC 4443, section 2.4 (e)).
  [[nodiscard]] bool is_error() const noexcept;
  /// The MTU of a "fragmentation needed" or "packet too big" message, bytes of IP packet (0 from routers that do not
  /// know RFC 1191); nothing for any other message.
  [[nodiscard]] std::optional<std::uint32_t> too_big_mtu() const noexcept;
  /// Whether the checksum is right. @param source, destination  Of the IP header; read for ICMPv6 only.
  [[nodiscard]] bool has_valid_checksum(const IpAddress& source, const IpAddress& destination) const noexcept;

 private:
  constexpr IcmpView(IpVersion version, Bytes bytes) noexcept : version_(version), bytes_(bytes) {}
  IpVersion version_;
  Bytes bytes_;
};

/// One line, for example "icmp type 3 code 4 mtu 1400 error body 28".
[[nodiscard]] std::string describe(const IcmpView& view);

/// All of an ICMP header.
struct IcmpFields {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint32_t rest_of_header = 0;
  [[nodiscard]] static constexpr std::size_t size() noexcept { return IcmpView::kSize; }
};

/// Writes the header with a checksum of 0. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_icmp(MutableBytes out, const IcmpFields& fields) noexcept;

/// Computes and sets the checksum of a whole message.
/// @param source, destination  Of the IP header; their version tells which ICMP it is, ICMPv6 sums them up too.
void update_icmp_checksum(MutableBytes message, const IpAddress& source, const IpAddress& destination) noexcept;

/// What a "too big" packet says.
struct TooBigFields {
  IpAddress source{};       ///< Of the ICMP packet; its version chooses the message.
  IpAddress destination{};  ///< Who sent the packet that was too big.
  std::uint32_t mtu = 0;    ///< Bytes of IP packet that fit.
  Bytes quoted{};           ///< The packet that was too big, from its IP header on; as much as allowed is quoted.
  /// Bytes of the whole IP packet: at most 576 for IPv4 (RFC 1812, section 4.3.2.3), 1280 for IPv6 (RFC 4443).
  [[nodiscard]] std::size_t size() const noexcept;
};

/// Writes a whole IP packet: "fragmentation needed" (type 3, code 4) or "packet too big" (type 2), checksums included.
/// @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_too_big(MutableBytes out, const TooBigFields& fields) noexcept;

}  // namespace nvgre::wire
