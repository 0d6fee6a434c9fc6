#include "nvgre/wire/neighbor_discovery.h"

#include <array>
#include <cassert>

namespace nvgre::wire {
namespace {

constexpr std::uint8_t kRequiredHopLimit = 255;  // no router has passed it on
constexpr std::size_t kOptionHeaderSize = 2;     // type and length

bool options_are_well_formed(Bytes options) noexcept {
  while (!options.empty()) {
    if (options.size() < NeighborLayout::kOptionUnit) return false;
    const std::size_t size = NeighborLayout::kOptionUnit * options[1];
    if (size == 0 || size > options.size()) return false;
    options = options.subspan(size);
  }
  return true;
}

}  // namespace

Checked<NeighborView> NeighborView::parse(Bytes message) noexcept {
  const auto malformed = std::unexpected(DropReason::kMalformedMessage);
  if (message.size() < kSize) return malformed;
  const std::uint8_t type = message[IcmpLayout::kType];
  if (type != IcmpV6::kNeighborSolicitation && type != IcmpV6::kNeighborAdvertisement) return malformed;
  const NeighborView view(message);
  if (message[IcmpLayout::kCode] != 0 || view.target_address().is_multicast()) return malformed;
  if (!options_are_well_formed(message.subspan(NeighborLayout::kOptions))) return malformed;
  return view;
}

std::optional<MacAddress> NeighborView::link_layer_option(std::uint8_t type) const noexcept {
  Bytes options = bytes_.subspan(NeighborLayout::kOptions);
  while (!options.empty()) {
    const std::size_t size = NeighborLayout::kOptionUnit * options[1];
    if (options[0] == type && size == NeighborLayout::kOptionUnit)
      return MacAddress::load(options.subspan(kOptionHeaderSize));
    options = options.subspan(size);
  }
  return std::nullopt;
}

std::optional<MacAddress> NeighborView::source_link_layer_address() const noexcept {
  return link_layer_option(NeighborLayout::kSourceLinkLayerAddress);
}

std::optional<MacAddress> NeighborView::target_link_layer_address() const noexcept {
  return link_layer_option(NeighborLayout::kTargetLinkLayerAddress);
}

bool NeighborView::is_acceptable(const Ipv6View& packet) const noexcept {
  if (packet.hop_limit() != kRequiredHopLimit) return false;
  const auto icmp = IcmpView::parse(IpVersion::kV6, bytes_);
  if (!icmp || !icmp->has_valid_checksum(packet.source(), packet.destination())) return false;
  if (is_advertisement()) return !(packet.destination().is_multicast() && is_solicited());
  if (!packet.source().is_unspecified()) return true;
  return packet.destination() == solicited_node_address(target_address()) && !source_link_layer_address();
}

IpAddress solicited_node_address(const IpAddress& address) noexcept {
  assert(address.is_v6());
  const Bytes bytes = address.bytes();
  return IpAddress(std::array<std::uint8_t, IpAddress::kSizeV6>{0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x01, 0xFF,
                                                                bytes[13], bytes[14], bytes[15]});
}

std::size_t write_neighbor(MutableBytes out, const NeighborFields& fields, const IpAddress& source,
                           const IpAddress& destination) noexcept {
  const MutableBytes message = out.first(fields.size());
  write_icmp(message, {.type = fields.type});
  const unsigned flags = (fields.router ? NeighborLayout::kRouter : 0U) |
                         (fields.solicited ? NeighborLayout::kSolicited : 0U) |
                         (fields.override_entry ? NeighborLayout::kOverride : 0U);
  message[NeighborLayout::kFlags] = static_cast<std::uint8_t>(flags);
  fields.target_address.store(message.subspan(NeighborLayout::kTargetAddress));
  if (fields.link_layer_address) {
    const MutableBytes option = message.subspan(NeighborLayout::kOptions);
    option[0] = fields.type == IcmpV6::kNeighborSolicitation ? NeighborLayout::kSourceLinkLayerAddress
                                                             : NeighborLayout::kTargetLinkLayerAddress;
    option[1] = 1;
    fields.link_layer_address->store(option.subspan(kOptionHeaderSize));
  }
  update_icmp_checksum(message, source, destination);
  return message.size();
}

std::string describe(const NeighborView& view) {
  std::string text = view.is_solicitation() ? "neighbor solicitation " : "neighbor advertisement ";
  text += view.target_address().to_string();
  if (const auto address = view.source_link_layer_address()) text += " source " + address->to_string();
  if (const auto address = view.target_link_layer_address()) text += " target " + address->to_string();
  if (view.is_router()) text += " router";
  if (view.is_solicited()) text += " solicited";
  if (view.is_override()) text += " override";
  return text;
}

}  // namespace nvgre::wire
