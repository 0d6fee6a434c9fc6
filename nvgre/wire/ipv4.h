/// IPv4 headers with their options (RFC 791; the type of service byte: RFC 2474 and RFC 3168).
///
///      0        1           2             4               6               8     9         10        12      16 20
///     [4 | IHL][DSCP | ECN][total length][identification][flags | offset][TTL
///     ][protocol][checksum][source][destin.][options
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::wire {

/// Where the fields of an IPv4 header lie, bytes from its start.
struct Ipv4Layout {
  static constexpr std::size_t kVersionAndHeaderLength = 0;
  static constexpr std::size_t kTypeOfService = 1;
  static constexpr std::size_t kTotalLength = 2;
  static constexpr std::size_t kIdentification = 4;
  static constexpr std::size_t kFlagsAndOffset = 6;
  static constexpr std::size_t kTimeToLive = 8;
  static constexpr std::size_t kProtocol = 9;
  static constexpr std::size_t kChecksum = 10;
  static constexpr std::size_t kSource = 12;
  static constexpr std::size_t kDestination = 16;
  static constexpr std::size_t kOptions = 20;

  static constexpr std::uint16_t kDontFragment = 0x4000;
  static constexpr std::uint16_t kMoreFragments = 0x2000;
  static constexpr std::uint16_t kFragmentOffsetMask = 0x1FFF;
};

/// An IPv4 packet whose header, with its options, is there. The total length may say anything; payload() judges it.
class Ipv4View {
 public:
  static constexpr std::size_t kSize = 20;     ///< Bytes without options.
  static constexpr std::size_t kMaxSize = 60;  ///< Bytes with the longest options.

  /// @return The view; kTruncatedIp; kMalformedIp for another version or an IHL below 5.
  [[nodiscard]] static constexpr Checked<Ipv4View> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedIp);
    const Ipv4View view(bytes);
    if (view.version() != 4 || view.header_size() < kSize) return std::unexpected(DropReason::kMalformedIp);
    if (bytes.size() < view.header_size()) return std::unexpected(DropReason::kTruncatedIp);
    return view;
  }

  [[nodiscard]] constexpr std::uint8_t version() const noexcept { return bytes_[Layout::kVersionAndHeaderLength] >> 4; }
  /// Bytes of the header with its options: 20 to 60.
  [[nodiscard]] constexpr std::size_t header_size() const noexcept {
    return std::size_t{4} * (bytes_[Layout::kVersionAndHeaderLength] & 0x0F);
  }
  /// DSCP and ECN in one byte.
  [[nodiscard]] constexpr std::uint8_t type_of_service() const noexcept { return bytes_[Layout::kTypeOfService]; }
  [[nodiscard]] constexpr std::uint8_t dscp() const noexcept { return type_of_service() >> 2; }
  [[nodiscard]] constexpr std::uint8_t ecn() const noexcept { return type_of_service() & 0x03; }
  [[nodiscard]] constexpr std::uint16_t total_length() const noexcept { return word(Layout::kTotalLength); }
  [[nodiscard]] constexpr std::uint16_t identification() const noexcept { return word(Layout::kIdentification); }
  [[nodiscard]] constexpr bool dont_fragment() const noexcept { return (flags() & Layout::kDontFragment) != 0; }
  [[nodiscard]] constexpr bool more_fragments() const noexcept { return (flags() & Layout::kMoreFragments) != 0; }
  /// In units of 8 bytes.
  [[nodiscard]] constexpr std::uint16_t fragment_offset() const noexcept {
    return flags() & Layout::kFragmentOffsetMask;
  }
  [[nodiscard]] constexpr bool is_fragment() const noexcept { return more_fragments() || fragment_offset() != 0; }
  [[nodiscard]] constexpr std::uint8_t time_to_live() const noexcept { return bytes_[Layout::kTimeToLive]; }
  [[nodiscard]] constexpr IpProtocol protocol() const noexcept { return IpProtocol{bytes_[Layout::kProtocol]}; }
  [[nodiscard]] constexpr std::uint16_t checksum() const noexcept { return word(Layout::kChecksum); }
  [[nodiscard]] constexpr IpAddress source() const noexcept {
    return IpAddress::load(IpVersion::kV4, bytes_.subspan(Layout::kSource));
  }
  [[nodiscard]] constexpr IpAddress destination() const noexcept {
    return IpAddress::load(IpVersion::kV4, bytes_.subspan(Layout::kDestination));
  }
  [[nodiscard]] constexpr Bytes header() const noexcept { return bytes_.first(header_size()); }
  [[nodiscard]] constexpr Bytes options() const noexcept { return header().subspan(kSize); }
  /// Whether the header sums up to ones (RFC 791, section 3.1).
  [[nodiscard]] bool has_valid_checksum() const noexcept { return internet_sum(header()) == 0xFFFF; }

  /// Bytes of the whole packet: the total length, or all bytes there are if it names more of them, or less than the
  /// header (0 in a super-frame).
  [[nodiscard]] constexpr std::size_t packet_size() const noexcept {
    const std::size_t length = total_length();
    return length < header_size() || length > bytes_.size() ? bytes_.size() : length;
  }
  /// What follows the header, up to packet_size().
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.first(packet_size()).subspan(header_size()); }

 private:
  using Layout = Ipv4Layout;
  explicit constexpr Ipv4View(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr std::uint16_t word(std::size_t offset) const noexcept {
    return load_big_endian<std::uint16_t>(bytes_, offset);
  }
  [[nodiscard]] constexpr std::uint16_t flags() const noexcept { return word(Layout::kFlagsAndOffset); }
  Bytes bytes_;
};

/// One line, for example "192.0.2.1 > 192.0.2.2 ipv4 protocol 47 length 1500 id 0x1234 ttl 64 df".
[[nodiscard]] std::string describe(const Ipv4View& view);

/// Changes an IPv4 header in place; only update_checksum() touches the checksum. @pre The bytes hold the header.
class Ipv4Writer {
 public:
  explicit constexpr Ipv4Writer(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr Ipv4Writer& set_type_of_service(std::uint8_t value) noexcept {
    bytes_[Layout::kTypeOfService] = value;
    return *this;
  }
  constexpr Ipv4Writer& set_total_length(std::uint16_t value) noexcept { return set(Layout::kTotalLength, value); }
  constexpr Ipv4Writer& set_identification(std::uint16_t value) noexcept { return set(Layout::kIdentification, value); }
  /// @param offset  In units of 8 bytes.
  constexpr Ipv4Writer& set_fragment(bool dont_fragment, bool more_fragments, std::uint16_t offset = 0) noexcept {
    const unsigned flags =
        (dont_fragment ? Layout::kDontFragment : 0U) | (more_fragments ? Layout::kMoreFragments : 0U);
    return set(Layout::kFlagsAndOffset, static_cast<std::uint16_t>(flags | (offset & Layout::kFragmentOffsetMask)));
  }
  constexpr Ipv4Writer& set_time_to_live(std::uint8_t value) noexcept {
    bytes_[Layout::kTimeToLive] = value;
    return *this;
  }
  constexpr Ipv4Writer& set_protocol(IpProtocol value) noexcept {
    bytes_[Layout::kProtocol] = static_cast<std::uint8_t>(value);
    return *this;
  }
  constexpr Ipv4Writer& set_checksum(std::uint16_t value) noexcept { return set(Layout::kChecksum, value); }
  constexpr Ipv4Writer& set_source(const IpAddress& address) noexcept {
    address.store(bytes_.subspan(Layout::kSource));
    return *this;
  }
  constexpr Ipv4Writer& set_destination(const IpAddress& address) noexcept {
    address.store(bytes_.subspan(Layout::kDestination));
    return *this;
  }
  /// Computes the checksum over the header, options included; the field's old value does not matter (TXC-3).
  Ipv4Writer& update_checksum() noexcept;

 private:
  using Layout = Ipv4Layout;
  constexpr Ipv4Writer& set(std::size_t offset, std::uint16_t value) noexcept {
    store_big_endian(bytes_, value, offset);
    return *this;
  }
  MutableBytes bytes_;
};

/// All of an IPv4 header but the checksum. @pre source and destination are IPv4
struct Ipv4Fields {
  IpAddress source{};
  IpAddress destination{};
  IpProtocol protocol{};
  std::uint16_t total_length = 0;  ///< Bytes, header and options included.
  std::uint16_t identification = 0;
  std::uint8_t type_of_service = 0;
  std::uint8_t time_to_live = 64;
  bool dont_fragment = false;
  bool more_fragments = false;
  std::uint16_t fragment_offset = 0;  ///< In units of 8 bytes.
  Bytes options{};                    ///< At most 40 bytes, a multiple of 4.
  [[nodiscard]] constexpr std::size_t size() const noexcept { return Ipv4View::kSize + options.size(); }
};

/// Writes the header with its checksum. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_ipv4(MutableBytes out, const Ipv4Fields& fields) noexcept;

}  // namespace nvgre::wire
