/// IPv6 headers and the extension headers behind them (RFC 8200).
///
///      0                                  4               6            7          8       24           40
///     [6 | traffic class | flow label    ][payload length][next header][hop limit][source][destination][extensions
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

/// Where the fields of an IPv6 header lie, bytes from its start.
struct Ipv6Layout {
  static constexpr std::size_t kVersionClassAndLabel = 0;
  static constexpr std::size_t kPayloadLength = 4;
  static constexpr std::size_t kNextHeader = 6;
  static constexpr std::size_t kHopLimit = 7;
  static constexpr std::size_t kSource = 8;
  static constexpr std::size_t kDestination = 24;
  static constexpr std::size_t kExtensions = 40;

  static constexpr std::uint32_t kFlowLabelMask = 0x000F'FFFF;
};

/// An IPv6 packet whose fixed header is there; its extension headers are walk_ipv6_chain()'s.
class Ipv6View {
 public:
  static constexpr std::size_t kSize = 40;  ///< Bytes without extension headers.

  /// @return The view; kTruncatedIp; kMalformedIp for another version.
  [[nodiscard]] static constexpr Checked<Ipv6View> parse(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedIp);
    const Ipv6View view(bytes);
    if (view.version() != 6) return std::unexpected(DropReason::kMalformedIp);
    return view;
  }

  [[nodiscard]] constexpr std::uint8_t version() const noexcept {
    return static_cast<std::uint8_t>(first_word() >> 28);
  }
  /// DSCP and ECN in one byte.
  [[nodiscard]] constexpr std::uint8_t traffic_class() const noexcept {
    return static_cast<std::uint8_t>(first_word() >> 20);
  }
  [[nodiscard]] constexpr std::uint8_t dscp() const noexcept { return traffic_class() >> 2; }
  [[nodiscard]] constexpr std::uint8_t ecn() const noexcept { return traffic_class() & 0x03; }
  /// 20 bits.
  [[nodiscard]] constexpr std::uint32_t flow_label() const noexcept { return first_word() & Layout::kFlowLabelMask; }
  /// Bytes behind the fixed header, extension headers included.
  [[nodiscard]] constexpr std::uint16_t payload_length() const noexcept {
    return load_big_endian<std::uint16_t>(bytes_, Layout::kPayloadLength);
  }
  /// Of the fixed header: perhaps an extension header.
  [[nodiscard]] constexpr IpProtocol next_header() const noexcept { return IpProtocol{bytes_[Layout::kNextHeader]}; }
  [[nodiscard]] constexpr std::uint8_t hop_limit() const noexcept { return bytes_[Layout::kHopLimit]; }
  [[nodiscard]] constexpr IpAddress source() const noexcept {
    return IpAddress::load(IpVersion::kV6, bytes_.subspan(Layout::kSource));
  }
  /// Of the fixed header; with a routing header see ipv6_final_destination().
  [[nodiscard]] constexpr IpAddress destination() const noexcept {
    return IpAddress::load(IpVersion::kV6, bytes_.subspan(Layout::kDestination));
  }
  [[nodiscard]] constexpr Bytes header() const noexcept { return bytes_.first(kSize); }

  /// Bytes of the whole packet by its payload length, or all bytes there are if that names more of them, or is 0.
  [[nodiscard]] constexpr std::size_t packet_size() const noexcept {
    const std::size_t length = kSize + payload_length();
    return length == kSize || length > bytes_.size() ? bytes_.size() : length;
  }
  /// What follows the fixed header, extension headers first, up to packet_size().
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.first(packet_size()).subspan(kSize); }

 private:
  using Layout = Ipv6Layout;
  explicit constexpr Ipv6View(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr std::uint32_t first_word() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, Layout::kVersionClassAndLabel);
  }
  Bytes bytes_;
};

/// One line, for example "2001:db8::1 > 2001:db8::2 ipv6 next 47 length 1460 hops 64".
[[nodiscard]] std::string describe(const Ipv6View& view);

/// One extension header.
struct Ipv6Extension {
  IpProtocol type{};       ///< kHopByHop, kRouting, kDestinationOptions or kFragment.
  std::size_t offset = 0;  ///< From the IPv6 header.
  Bytes bytes{};           ///< The header, wholly there: a multiple of 8 bytes, at least 8.
};

/// Steps through the extension headers that can be stepped over; a Fragment header is the last one (LOC-3). AH, ESP and
/// everything else is what the packet carries.
class Ipv6ExtensionWalker {
 public:
  /// @param packet  From the IPv6 header on. @pre At least Ipv6View::kSize bytes
  explicit constexpr Ipv6ExtensionWalker(Bytes packet) noexcept
      : packet_(packet), next_type_(IpProtocol{packet[Ipv6Layout::kNextHeader]}) {}

  /// Whether another extension header follows, be it there or cut.
  [[nodiscard]] constexpr bool has_next() const noexcept { return !saw_fragment_ && is_extension(next_type_); }
  /// The next extension header; nothing behind the last one, and nothing if it is not wholly in the packet.
  [[nodiscard]] constexpr std::optional<Ipv6Extension> next() noexcept {
    if (!has_next() || packet_.size() - offset_ < kUnit) return std::nullopt;
    const std::size_t size = size_at_offset();
    if (packet_.size() - offset_ < size) return std::nullopt;
    const Ipv6Extension extension{next_type_, offset_, packet_.subspan(offset_, size)};
    saw_fragment_ = next_type_ == IpProtocol::kFragment;
    next_type_ = IpProtocol{extension.bytes[0]};
    offset_ += size;
    return extension;
  }
  /// What follows the headers stepped over so far.
  [[nodiscard]] constexpr IpProtocol next_type() const noexcept { return next_type_; }
  /// Bytes from the IPv6 header to the end of the last header stepped over.
  [[nodiscard]] constexpr std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] constexpr bool saw_fragment() const noexcept { return saw_fragment_; }

 private:
  static constexpr std::size_t kUnit = 8;  ///< Extension headers are counted in 8 bytes, the first not counted.

  [[nodiscard]] static constexpr bool is_extension(IpProtocol type) noexcept {
    return type == IpProtocol::kHopByHop || type == IpProtocol::kRouting || type == IpProtocol::kDestinationOptions ||
           type == IpProtocol::kFragment;
  }
  [[nodiscard]] constexpr std::size_t size_at_offset() const noexcept {
    if (next_type_ == IpProtocol::kFragment) return kUnit;  // its second byte is reserved
    return kUnit * (std::size_t{packet_[offset_ + 1]} + 1);
  }
  Bytes packet_;
  IpProtocol next_type_;
  std::size_t offset_ = Ipv6View::kSize;
  bool saw_fragment_ = false;
};

/// The fixed header with all its extension headers.
struct Ipv6Chain {
  std::size_t size = Ipv6View::kSize;  ///< Bytes of all of them.
  IpProtocol protocol{};               ///< What follows.
  bool is_fragment = false;            ///< A Fragment header is among them, an atomic one too (D-12).
  [[nodiscard]] constexpr bool has_extensions() const noexcept { return size > Ipv6View::kSize; }
};

/// Walks the chain of one packet.
/// @param packet  From the IPv6 header on. @pre At least Ipv6View::kSize bytes
/// @param limit   Bytes from the IPv6 header at which the chain has to be over (LOC-12, LOC-20).
/// @return        The chain; kTruncatedIp if the packet ends first; kHeaderTooLong if the limit comes first.
[[nodiscard]] Checked<Ipv6Chain> walk_ipv6_chain(Bytes packet, std::size_t limit = SIZE_MAX) noexcept;

/// The address that the transport checksum covers: with a routing header of type 0 or 2 its last one (RFC 8200, section
/// 8.1; RXC-14). Nothing if it can't be determined: a cut chain, or another routing type with segments left.
/// @param packet  From the IPv6 header on. @pre At least Ipv6View::kSize bytes
[[nodiscard]] std::optional<IpAddress> ipv6_final_destination(Bytes packet) noexcept;

/// The address in a type 2 routing header, whatever its segments left (RFC 6275, section 6.4; RSS-7).
[[nodiscard]] std::optional<IpAddress> ipv6_routing_home_address(Bytes packet) noexcept;

/// The source's home address in a destination option (RFC 6275, section 6.3; RSS-7).
[[nodiscard]] std::optional<IpAddress> ipv6_home_address_option(Bytes packet) noexcept;

/// Whether a hop-by-hop option gives the packet's length instead of the payload length field (RFC 2675).
[[nodiscard]] bool is_ipv6_jumbogram(Bytes packet) noexcept;

/// Changes an IPv6 header in place. @pre The bytes hold the fixed header.
class Ipv6Writer {
 public:
  explicit constexpr Ipv6Writer(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr Ipv6Writer& set_traffic_class(std::uint8_t value) noexcept {
    return set_first_word((first_word() & 0xF00F'FFFF) | std::uint32_t{value} << 20);
  }
  /// @param value  Its lower 20 bits are taken.
  constexpr Ipv6Writer& set_flow_label(std::uint32_t value) noexcept {
    return set_first_word((first_word() & ~Layout::kFlowLabelMask) | (value & Layout::kFlowLabelMask));
  }
  constexpr Ipv6Writer& set_payload_length(std::uint16_t value) noexcept {
    store_big_endian(bytes_, value, Layout::kPayloadLength);
    return *this;
  }
  constexpr Ipv6Writer& set_next_header(IpProtocol value) noexcept {
    bytes_[Layout::kNextHeader] = static_cast<std::uint8_t>(value);
    return *this;
  }
  constexpr Ipv6Writer& set_hop_limit(std::uint8_t value) noexcept {
    bytes_[Layout::kHopLimit] = value;
    return *this;
  }
  constexpr Ipv6Writer& set_source(const IpAddress& address) noexcept {
    address.store(bytes_.subspan(Layout::kSource));
    return *this;
  }
  constexpr Ipv6Writer& set_destination(const IpAddress& address) noexcept {
    address.store(bytes_.subspan(Layout::kDestination));
    return *this;
  }

 private:
  using Layout = Ipv6Layout;
  [[nodiscard]] constexpr std::uint32_t first_word() const noexcept {
    return load_big_endian<std::uint32_t>(bytes_, Layout::kVersionClassAndLabel);
  }
  constexpr Ipv6Writer& set_first_word(std::uint32_t value) noexcept {
    store_big_endian(bytes_, value, Layout::kVersionClassAndLabel);
    return *this;
  }
  MutableBytes bytes_;
};

/// All of a fixed IPv6 header. @pre source and destination are IPv6
struct Ipv6Fields {
  IpAddress source{};
  IpAddress destination{};
  IpProtocol next_header{};
  std::uint16_t payload_length = 0;  ///< Bytes behind the fixed header.
  std::uint8_t traffic_class = 0;
  std::uint32_t flow_label = 0;  ///< 20 bits.
  std::uint8_t hop_limit = 64;
  [[nodiscard]] static constexpr std::size_t size() noexcept { return Ipv6View::kSize; }
};

/// Writes the fixed header. @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_ipv6(MutableBytes out, const Ipv6Fields& fields) noexcept;

}  // namespace nvgre::wire
