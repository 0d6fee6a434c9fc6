#include "nvgre/overlay/neighbor_message.h"

#include "nvgre/wire/arp.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/neighbor_discovery.h"

namespace nvgre::overlay {
namespace {

using Message = wire::Checked<std::optional<NeighborMessage>>;

/// The address, unless it is the one that says "none".
std::optional<wire::CustomerAddress> specified(const wire::IpAddress& address) noexcept {
  if (address.is_unspecified()) return std::nullopt;
  return wire::CustomerAddress(address);
}

Message read_arp(const TenantFrame& frame) noexcept {
  const auto arp = wire::ArpView::parse(frame.payload());
  if (!arp) return std::unexpected(arp.error());
  NeighborMessage message{.claimed = specified(arp->sender_protocol_address()),
                          .claimed_mac = arp->sender_hardware_address(),
                          .is_probe = arp->is_probe()};
  if (arp->is_request() && !arp->is_announcement()) message.asked = specified(arp->target_protocol_address());
  return message;
}

/// The frame's IPv6 packet. Read here, not in the frame's map: that one ends at a limit, and receivers may follow a
/// chain of extension headers further.
std::optional<wire::IpView> ipv6_packet(const TenantFrame& frame) noexcept {
  if (frame.ether_type() != wire::EtherType::kIpv6) return std::nullopt;
  const auto packet = wire::IpView::parse(frame.payload());
  if (!packet || packet->is_v4()) return std::nullopt;
  return *packet;
}

/// The type of an ICMPv6 message that is not fragmented; a fragmented ND message is ignored by all (RFC 6980).
std::optional<std::uint8_t> icmpv6_type(const wire::IpView& packet) noexcept {
  if (packet.protocol() != wire::IpProtocol::kIcmpv6 || packet.is_fragment()) return std::nullopt;
  if (packet.payload().empty()) return std::nullopt;
  return packet.payload()[0];
}

Message read_neighbor_discovery(const wire::IpView& ip) noexcept {
  const auto packet = wire::Ipv6View::parse(ip.packet());
  const auto neighbor = wire::NeighborView::parse(ip.payload());
  if (!packet || !neighbor || !neighbor->is_acceptable(*packet))
    return std::unexpected(wire::DropReason::kMalformedMessage);
  if (neighbor->is_advertisement())
    return NeighborMessage{.claimed = specified(neighbor->target_address()),
                           .claimed_mac = neighbor->target_link_layer_address()};
  return NeighborMessage{.claimed = specified(packet->source()),
                         .claimed_mac = neighbor->source_link_layer_address(),
                         .asked = specified(neighbor->target_address()),
                         .is_probe = wire::is_duplicate_address_detection(*packet, *neighbor)};
}

}  // namespace

Message read_neighbor_message(const TenantFrame& frame) noexcept {
  if (frame.ether_type() == wire::EtherType::kArp) return read_arp(frame);
  const auto packet = ipv6_packet(frame);
  if (!packet) return std::nullopt;
  const auto type = icmpv6_type(*packet);
  if (type == wire::IcmpV6::kNeighborSolicitation || type == wire::IcmpV6::kNeighborAdvertisement)
    return read_neighbor_discovery(*packet);
  return std::nullopt;
}

std::optional<wire::DropReason> judge_source(const Port& port, const TenantFrame& frame,
                                             const std::optional<NeighborMessage>& message) noexcept {
  if (!port.description().spoof_check) return std::nullopt;
  if (frame.source() != port.mac()) return wire::DropReason::kSpoofedMac;
  if (!message) return std::nullopt;
  if (message->claimed_mac && *message->claimed_mac != port.mac()) return wire::DropReason::kSpoofedMac;
  if (!message->claimed) return std::nullopt;
  const auto* owner = port.subnet().owner(*message->claimed);
  if (owner != nullptr && owner->mac != port.mac()) return wire::DropReason::kSpoofedAddress;
  return std::nullopt;
}

}  // namespace nvgre::overlay
