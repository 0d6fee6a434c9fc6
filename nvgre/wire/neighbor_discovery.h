/// IPv6 neighbour discovery: solicitations and advertisements (RFC 4861, sections 4.3, 4.4 and 7.1).
///
///      0     1     2         4                8              24
///     [type][code][checksum][flags, reserved][target address][options: type, length in 8 bytes, data ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::wire {

/// Where the fields of both messages lie, bytes from the start of the ICMPv6 message.
struct NeighborLayout {
  static constexpr std::size_t kFlags = 4;
  static constexpr std::size_t kTargetAddress = 8;
  static constexpr std::size_t kOptions = 24;

  static constexpr std::uint8_t kRouter = 0x80;
  static constexpr std::uint8_t kSolicited = 0x40;
  static constexpr std::uint8_t kOverride = 0x20;

  static constexpr std::uint8_t kSourceLinkLayerAddress = 1;  ///< Option type.
  static constexpr std::uint8_t kTargetLinkLayerAddress = 2;  ///< Option type.
  static constexpr std::size_t kOptionUnit = 8;               ///< Option lengths count 8 bytes.
};

/// A neighbour solicitation or advertisement that a node would accept, but for its hop limit and checksum, which are
/// is_acceptable()'s.
class NeighborView {
 public:
  static constexpr std::size_t kSize = 24;  ///< Bytes without options.

  /// @param message  The ICMPv6 message.
  /// @return         The view; kMalformedMessage if it is another type, is cut, has a code, a multicast target, or an
  ///                 option of length 0 or past the end (RFC 4861, sections 7.1.1 and 7.1.2).
  [[nodiscard]] static Checked<NeighborView> parse(Bytes message) noexcept;

  [[nodiscard]] constexpr bool is_solicitation() const noexcept {
    return bytes_[IcmpLayout::kType] == IcmpV6::kNeighborSolicitation;
  }
  [[nodiscard]] constexpr bool is_advertisement() const noexcept { return !is_solicitation(); }
  [[nodiscard]] constexpr IpAddress target_address() const noexcept {
    return IpAddress::load(IpVersion::kV6, bytes_.subspan(NeighborLayout::kTargetAddress));
  }
  [[nodiscard]] constexpr bool is_router() const noexcept { return has(NeighborLayout::kRouter); }
  [[nodiscard]] constexpr bool is_solicited() const noexcept { return has(NeighborLayout::kSolicited); }
  [[nodiscard]] constexpr bool is_override() const noexcept { return has(NeighborLayout::kOverride); }
  [[nodiscard]] std::optional<MacAddress> source_link_layer_address() const noexcept;
  [[nodiscard]] std::optional<MacAddress> target_link_layer_address() const noexcept;
  /// Whether the packet around the message passes RFC 4861, section 7.1: hop limit 255, a right checksum, and for
  /// duplicate address detection a solicited-node destination and no source link-layer address.
  [[nodiscard]] bool is_acceptable(const Ipv6View& packet) const noexcept;

 private:
  explicit constexpr NeighborView(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr bool has(std::uint8_t flag) const noexcept {
    return (bytes_[NeighborLayout::kFlags] & flag) != 0;
  }
  /// Its data; nothing if there is none of this type.
  [[nodiscard]] std::optional<MacAddress> link_layer_option(std::uint8_t type) const noexcept;
  Bytes bytes_;
};

/// Whether a solicitation asks if somebody already has the address: its source is unspecified (RFC 4862,
/// section 5.4.3).
[[nodiscard]] constexpr bool is_duplicate_address_detection(const Ipv6View& packet,
                                                            const NeighborView& message) noexcept {
  return message.is_solicitation() && packet.source().is_unspecified();
}

/// ff02::1:ffXX:XXXX of an address (RFC 4291, section 2.7.1). @pre address is IPv6
[[nodiscard]] IpAddress solicited_node_address(const IpAddress& address) noexcept;

/// One line, for example "neighbor solicitation 2001:db8::2 source 02:00:00:00:00:01".
[[nodiscard]] std::string describe(const NeighborView& view);

/// All of a solicitation or advertisement.
struct NeighborFields {
  std::uint8_t type = IcmpV6::kNeighborSolicitation;
  IpAddress target_address{};
  bool router = false;  ///< Advertisements only, like the next two.
  bool solicited = false;
  bool override_entry = false;
  std::optional<MacAddress>
      link_layer_address{};  ///< The source's in a solicitation, the target's in an advertisement.
  [[nodiscard]] constexpr std::size_t size() const noexcept {
    return NeighborView::kSize + (link_layer_address ? NeighborLayout::kOptionUnit : 0);
  }
};

/// Writes the ICMPv6 message with its checksum.
/// @param source, destination  Of the IPv6 header, which the checksum covers.
/// @pre out.size() >= fields.size() @return Bytes written: fields.size().
std::size_t write_neighbor(MutableBytes out, const NeighborFields& fields, const IpAddress& source,
                           const IpAddress& destination) noexcept;

}  // namespace nvgre::wire
