#include "nvgre/overlay/neighbor_message.h"

#include "nvgre/wire/arp.h"
#include "nvgre/wire/icmp.h"
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

/// The type of an ICMPv6 message that is not fragmented; a fragmented ND message is ignored by all (RFC 6980).
std::optional<std::uint8_t> icmpv6_type(const TenantFrame& frame) noexcept {
  const auto& ip = frame.map().inner_ip;
  if (!ip || ip.is_v4() || ip.protocol != wire::IpProtocol::kIcmpv6 || ip.is_fragment) return std::nullopt;
  if (ip.payload_end <= ip.end()) return std::nullopt;
  return frame.bytes()[ip.end()];
}

Message read_neighbor_discovery(const TenantFrame& frame) noexcept {
  const auto& ip = frame.map().inner_ip;
  const auto packet = wire::Ipv6View::parse(frame.packet());
  const auto neighbor = wire::NeighborView::parse(frame.bytes().subspan(ip.end(), ip.payload_end - ip.end()));
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
  const auto type = icmpv6_type(frame);
  if (type == wire::IcmpV6::kNeighborSolicitation || type == wire::IcmpV6::kNeighborAdvertisement)
    return read_neighbor_discovery(frame);
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
  if (owner != nullptr && *owner != port.mac()) return wire::DropReason::kSpoofedAddress;
  return std::nullopt;
}

}  // namespace nvgre::overlay
