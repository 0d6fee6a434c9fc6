#include "nvgre/wire/ipv6.h"

#include <cassert>

#include "nvgre/wire/text.h"

namespace nvgre::wire {
namespace {

/// Routing header (RFC 8200, section 4.4): next header, length, type, segments left, 4 bytes, then addresses.
struct RoutingLayout {
  static constexpr std::size_t kType = 2;
  static constexpr std::size_t kSegmentsLeft = 3;
  static constexpr std::size_t kAddresses = 8;
  static constexpr std::uint8_t kSourceRoute = 0;    // RFC 2460
  static constexpr std::uint8_t kMobileIpRoute = 2;  // RFC 6275: exactly one address, the home address
};

/// Options of hop-by-hop and destination options headers (RFC 8200, section 4.2): type, size of the data, data.
struct OptionLayout {
  static constexpr std::size_t kFirst = 2;
  static constexpr std::uint8_t kPadOne = 0;  // a single byte, without a size
  static constexpr std::uint8_t kJumboPayload = 194;
  static constexpr std::uint8_t kHomeAddress = 201;
};

/// The last address in a routing header of a type that names them all.
std::optional<IpAddress> last_routing_address(Bytes routing) noexcept {
  const std::uint8_t type = routing[RoutingLayout::kType];
  if (type != RoutingLayout::kSourceRoute && type != RoutingLayout::kMobileIpRoute) return std::nullopt;
  if (routing.size() < RoutingLayout::kAddresses + IpAddress::kSizeV6) return std::nullopt;
  if ((routing.size() - RoutingLayout::kAddresses) % IpAddress::kSizeV6 != 0) return std::nullopt;
  return IpAddress::load(IpVersion::kV6, routing.last(IpAddress::kSizeV6));
}

/// The data of the first option of a type, in a header of options.
std::optional<Bytes> find_option(Bytes options, std::uint8_t type) noexcept {
  std::size_t at = OptionLayout::kFirst;
  while (at + 1 < options.size()) {
    if (options[at] == OptionLayout::kPadOne) {
      ++at;
      continue;
    }
    const std::size_t size = options[at + 1];
    if (options.size() - at - 2 < size) return std::nullopt;
    if (options[at] == type) return options.subspan(at + 2, size);
    at += 2 + size;
  }
  return std::nullopt;
}

}  // namespace

Checked<Ipv6Chain> walk_ipv6_chain(Bytes packet, std::size_t limit) noexcept {
  Ipv6ExtensionWalker walker(packet);
  while (walker.has_next()) {
    const auto extension = walker.next();
    if (!extension) return std::unexpected(DropReason::kTruncatedIp);
    if (walker.offset() > limit) return std::unexpected(DropReason::kHeaderTooLong);
  }
  return Ipv6Chain{walker.offset(), walker.next_type(), walker.saw_fragment()};
}

std::optional<IpAddress> ipv6_final_destination(Bytes packet) noexcept {
  std::optional<IpAddress> destination = IpAddress::load(IpVersion::kV6, packet.subspan(Ipv6Layout::kDestination));
  Ipv6ExtensionWalker walker(packet);
  while (walker.has_next()) {
    const auto extension = walker.next();
    if (!extension) return std::nullopt;
    if (extension->type != IpProtocol::kRouting || extension->bytes[RoutingLayout::kSegmentsLeft] == 0) continue;
    destination = last_routing_address(extension->bytes);
    if (!destination) return std::nullopt;
  }
  return destination;
}

std::optional<IpAddress> ipv6_routing_home_address(Bytes packet) noexcept {
  Ipv6ExtensionWalker walker(packet);
  while (const auto extension = walker.next()) {
    if (extension->type == IpProtocol::kRouting &&
        extension->bytes[RoutingLayout::kType] == RoutingLayout::kMobileIpRoute)
      return last_routing_address(extension->bytes);
  }
  return std::nullopt;
}

std::optional<IpAddress> ipv6_home_address_option(Bytes packet) noexcept {
  Ipv6ExtensionWalker walker(packet);
  while (const auto extension = walker.next()) {
    if (extension->type != IpProtocol::kDestinationOptions) continue;
    const auto address = find_option(extension->bytes, OptionLayout::kHomeAddress);
    if (address && address->size() == IpAddress::kSizeV6) return IpAddress::load(IpVersion::kV6, *address);
  }
  return std::nullopt;
}

bool is_ipv6_jumbogram(Bytes packet) noexcept {
  Ipv6ExtensionWalker walker(packet);
  while (const auto extension = walker.next()) {
    if (extension->type == IpProtocol::kHopByHop && find_option(extension->bytes, OptionLayout::kJumboPayload))
      return true;
  }
  return false;
}

std::size_t write_ipv6(MutableBytes out, const Ipv6Fields& fields) noexcept {
  assert(fields.source.is_v6() && fields.destination.is_v6());
  store_big_endian(out, std::uint32_t{0x6000'0000});
  Ipv6Writer(out)
      .set_traffic_class(fields.traffic_class)
      .set_flow_label(fields.flow_label)
      .set_payload_length(fields.payload_length)
      .set_next_header(fields.next_header)
      .set_hop_limit(fields.hop_limit)
      .set_source(fields.source)
      .set_destination(fields.destination);
  return fields.size();
}

std::string describe(const Ipv6View& view) {
  std::string text = view.source().to_string() + " > " + view.destination().to_string() + " ipv6 next " +
                     std::to_string(static_cast<unsigned>(view.next_header())) + " length " +
                     std::to_string(view.payload_length()) + " hops " + std::to_string(view.hop_limit());
  if (view.traffic_class() != 0) text += " class 0x" + hexadecimal(view.traffic_class(), 2);
  if (view.flow_label() != 0) text += " label 0x" + hexadecimal(view.flow_label(), 5);
  return text;
}

}  // namespace nvgre::wire
