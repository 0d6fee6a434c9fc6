#include "nvgre/overlay/arp_nd_responder.h"

#include "nvgre/wire/arp.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/neighbor_discovery.h"

namespace nvgre::overlay {
namespace {

constexpr std::uint8_t kNeighborHopLimit = 255;  // RFC 4861, section 7.1: proves that no router was crossed

/// ff02::1, to whom the answer to an address without owner goes.
constexpr wire::IpAddress kAllNodes(std::array<std::uint8_t, 16>{0xFF, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

std::size_t write_arp_reply(wire::MutableBytes out, const TenantFrame& request, const NeighborMessage& message,
                            const wire::MacAddress& owner) noexcept {
  const std::size_t size = wire::write_ethernet(
      out, {.destination = request.source(), .source = owner, .tags = {}, .ether_type = wire::EtherType::kArp});
  const auto asker = message.claimed.value_or(wire::CustomerAddress());  // a probe has no address yet
  return size + wire::write_arp(out.subspan(size), {.operation = wire::ArpOperation::kReply,
                                                    .sender_hardware_address = owner,
                                                    .sender_protocol_address = message.asked->ip(),
                                                    .target_hardware_address = request.source(),
                                                    .target_protocol_address = asker.ip()});
}

std::size_t write_advertisement(wire::MutableBytes out, const TenantFrame& request, const NeighborMessage& message,
                                const Owner& owner) noexcept {
  const wire::IpAddress source = message.asked->ip();
  const wire::IpAddress destination = message.claimed ? message.claimed->ip() : kAllNodes;
  const wire::NeighborFields advertisement{.type = wire::IcmpV6::kNeighborAdvertisement,
                                           .target_address = source,
                                           .router = owner.is_router,
                                           .solicited = !message.is_probe,
                                           .override_entry = true,
                                           .link_layer_address = owner.mac};
  std::size_t size =
      wire::write_ethernet(out, {.destination = message.is_probe ? kAllNodes.multicast_mac() : request.source(),
                                 .source = owner.mac,
                                 .tags = {},
                                 .ether_type = wire::EtherType::kIpv6});
  size += wire::write_ipv6(out.subspan(size), {.source = source,
                                               .destination = destination,
                                               .next_header = wire::IpProtocol::kIcmpv6,
                                               .payload_length = static_cast<std::uint16_t>(advertisement.size()),
                                               .hop_limit = kNeighborHopLimit});
  return size + wire::write_neighbor(out.subspan(size), advertisement, source, destination);
}

}  // namespace

const Owner* answer_for(const Port& port, const NeighborMessage& message) noexcept {
  if (!message.asked) return nullptr;
  const auto* owner = port.subnet().owner(*message.asked);
  if (owner == nullptr || owner->mac == port.mac()) return nullptr;
  return owner;
}

std::size_t write_answer(wire::MutableBytes out, const TenantFrame& request, const NeighborMessage& message,
                         const Owner& owner) noexcept {
  if (message.asked->ip().is_v4()) return write_arp_reply(out, request, message, owner.mac);
  return write_advertisement(out, request, message, owner);
}

}  // namespace nvgre::overlay
