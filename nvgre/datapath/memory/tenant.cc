#include "nvgre/datapath/memory/tenant.h"

#include <algorithm>
#include <chrono>

#include "nvgre/wire/arp.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/neighbor_discovery.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::datapath::memory {
namespace {

using wire::EtherType;
using wire::IpProtocol;

constexpr std::uint16_t kServicePort = 5201;
constexpr overlay::Instant kResolutionInterval = std::chrono::milliseconds(10);
constexpr std::size_t kMaxSuperPayload = 60'000;  // below 65535 with any header
constexpr std::uint8_t kNeighborHopLimit = 255;   // RFC 4861, section 7.1

std::size_t ip_header_size(const wire::IpAddress& address) {
  return address.is_v4() ? wire::Ipv4View::kSize : wire::Ipv6View::kSize;
}

bool is_group(const wire::IpAddress& address) {
  return address.is_multicast();
}

}  // namespace

// -- what applications ask for

void Tenant::ping(const wire::IpAddress& destination, std::size_t payload_size) {
  std::vector<std::uint8_t> message(wire::IcmpView::kSize + payload_size, 0x5A);
  wire::write_icmp(message, {.type = destination.is_v4() ? wire::IcmpV4::kEchoRequest : wire::IcmpV6::kEchoRequest,
                             .rest_of_header = static_cast<std::uint32_t>(++counts_.echo_requests_sent)});
  update_icmp_checksum(message, own(destination.version()), destination);
  send({destination, icmp_protocol(destination.version()), std::move(message)});
}

void Tenant::send_datagrams(const wire::IpAddress& destination, wire::Bytes payload, std::size_t datagram_size) {
  const auto step = link_.features.udp_segmentation ? payload.size() : datagram_size;
  for (std::size_t offset = 0; offset < payload.size(); offset += step) {
    const auto part = payload.subspan(offset, std::min(step, payload.size() - offset));
    std::vector<std::uint8_t> message(wire::UdpView::kSize + part.size());
    wire::write_udp(message, {.source_port = kServicePort,
                              .destination_port = kServicePort,
                              .length = static_cast<std::uint16_t>(message.size())});
    std::ranges::copy(part, message.begin() + wire::UdpView::kSize);
    const auto segment_size =
        part.size() > datagram_size ? static_cast<std::uint16_t>(datagram_size) : std::uint16_t{0};
    send({destination, IpProtocol::kUdp, std::move(message), segment_size});
  }
}

std::uint16_t Tenant::send_stream(const wire::IpAddress& destination, std::vector<std::uint8_t> stream) {
  const auto port = next_port_++;
  const auto initial_sequence = 0xFFFF'F000U + port;  // wraps within the first segments
  opened_.emplace(StreamKey(destination, port), TcpConnection::opener(std::move(stream), initial_sequence));
  return port;
}

const TcpConnection* Tenant::sent_stream(const wire::IpAddress& peer, std::uint16_t port) const {
  const auto found = opened_.find(StreamKey(peer, port));
  return found == opened_.end() ? nullptr : &found->second;
}

const TcpConnection* Tenant::received_stream(const wire::IpAddress& peer, std::uint16_t port) const {
  const auto found = accepted_.find(StreamKey(peer, port));
  return found == accepted_.end() ? nullptr : &found->second;
}

// -- one turn: what the port delivered, then what is due

void Tenant::poll(overlay::Instant now) {
  while (!link_.to_tenant.empty()) {
    const auto frame = std::move(link_.to_tenant.front());
    link_.to_tenant.pop_front();
    receive(frame, now);
  }
  poll_neighbors(now);
  for (auto& [key, connection] : opened_) poll_stream(key, connection, true, now);
  for (auto& [key, connection] : accepted_) poll_stream(key, connection, false, now);
}

void Tenant::receive(const TenantFrame& frame, overlay::Instant now) {
  ++counts_.frames_received;
  if (frame.metadata.is_super_frame()) ++counts_.super_frames_received;
  const auto ethernet = wire::EthernetView::parse(frame.bytes);
  const bool is_mine = ethernet && (ethernet->destination() == settings_.mac || ethernet->destination().is_group());
  if (!is_mine) return void(++counts_.misdirected);
  if (ethernet->ether_type() == EtherType::kArp) return receive_arp(ethernet->payload());
  receive_ip(frame, ethernet->payload(), now);
}

void Tenant::receive_arp(wire::Bytes message) {
  const auto arp = wire::ArpView::parse(message);
  if (!arp) return void(++counts_.misdirected);
  if (!arp->is_request()) return learn(arp->sender_protocol_address(), arp->sender_hardware_address());
  if (arp->target_protocol_address() != settings_.address_v4) return;
  std::vector<std::uint8_t> reply(wire::ArpView::kSize);
  wire::write_arp(reply, {.operation = wire::ArpOperation::kReply,
                          .sender_hardware_address = settings_.mac,
                          .sender_protocol_address = settings_.address_v4,
                          .target_hardware_address = arp->sender_hardware_address(),
                          .target_protocol_address = arp->sender_protocol_address()});
  put(compose_ethernet({.source_mac = settings_.mac, .destination_mac = arp->sender_hardware_address()},
                       EtherType::kArp, reply));
}

void Tenant::receive_ip(const TenantFrame& frame, wire::Bytes packet, overlay::Instant now) {
  const auto ip = wire::IpView::parse(packet);
  if (!ip) return void(++counts_.misdirected);
  if (ip->is_v4() && wire::internet_sum(packet.first(ip->header_size())) != 0xFFFF)
    return void(++counts_.bad_checksums);
  if (ip->destination() != own(ip->version()) && !is_group(ip->destination())) return void(++counts_.misdirected);
  if (!has_valid_checksum(frame, *ip)) return void(++counts_.bad_checksums);
  if (ip->protocol() == icmp_protocol(ip->version())) return receive_icmp(*ip);
  if (ip->protocol() == IpProtocol::kUdp) return receive_udp(frame, *ip);
  if (ip->protocol() == IpProtocol::kTcp) return receive_tcp(*ip, now);
  ++counts_.misdirected;
}

bool Tenant::has_valid_checksum(const TenantFrame& frame, const wire::IpView& packet) {
  if (frame.metadata.needs_checksum || frame.metadata.checksum_valid) return true;
  const auto payload = packet.payload();
  const auto pseudo_header = [&] {
    return pseudo_header_sum(packet.source(), packet.destination(), packet.protocol(),
                             static_cast<std::uint32_t>(payload.size()));
  };
  wire::InternetSum sum(packet.protocol() == IpProtocol::kIcmp ? std::uint16_t{0} : pseudo_header());
  sum.add(payload);
  return sum.folded() == 0xFFFF;
}

void Tenant::receive_icmp(const wire::IpView& packet) {
  const auto icmp = wire::IcmpView::parse(packet.version(), packet.payload());
  if (!icmp) return void(++counts_.misdirected);
  if (const auto mtu = icmp->too_big_mtu()) {
    ++counts_.too_big_received;
    path_mtus_[packet.source()] = *mtu;  // sent in the name of the destination (OVL-11)
    return;
  }
  const bool is_v4 = packet.is_v4();
  if (icmp->type() == (is_v4 ? wire::IcmpV4::kEchoReply : wire::IcmpV6::kEchoReply)) {
    ++counts_.echo_replies_received;
  } else if (icmp->type() == (is_v4 ? wire::IcmpV4::kEchoRequest : wire::IcmpV6::kEchoRequest)) {
    std::vector<std::uint8_t> reply(icmp->message().begin(), icmp->message().end());
    wire::write_icmp(reply, {.type = is_v4 ? wire::IcmpV4::kEchoReply : wire::IcmpV6::kEchoReply,
                             .rest_of_header = icmp->rest_of_header()});
    update_icmp_checksum(reply, packet.destination(), packet.source());
    send({packet.source(), packet.protocol(), std::move(reply)});
  } else if (const auto neighbor = wire::NeighborView::parse(packet.payload());
             !is_v4 && neighbor && neighbor->is_advertisement()) {
    if (const auto mac = neighbor->target_link_layer_address()) learn(neighbor->target_address(), *mac);
  }
}

void Tenant::receive_udp(const TenantFrame& frame, const wire::IpView& packet) {
  const auto udp = wire::UdpView::parse_header(packet.payload());
  if (!udp) return void(++counts_.misdirected);
  const auto payload = packet.payload().subspan(wire::UdpView::kSize);
  const bool is_super_frame = frame.metadata.is_super_frame();
  const auto step =
      is_super_frame ? std::size_t{frame.metadata.segment_size} : std::max<std::size_t>(payload.size(), 1);
  for (std::size_t offset = 0; offset < payload.size(); offset += step) {
    const auto part = payload.subspan(offset, std::min(step, payload.size() - offset));
    datagrams_.push_back({packet.source(), {part.begin(), part.end()}});
  }
}

void Tenant::receive_tcp(const wire::IpView& packet, overlay::Instant now) {
  const auto tcp = wire::TcpView::parse(packet.payload());
  if (!tcp) return void(++counts_.misdirected);
  const bool is_to_service = tcp->destination_port() == kServicePort;
  auto& connections = is_to_service ? accepted_ : opened_;
  const StreamKey key(packet.source(), is_to_service ? tcp->source_port() : tcp->destination_port());
  auto found = connections.find(key);
  if (found == connections.end() && is_to_service)
    found = connections.emplace(key, TcpConnection::accepter(key.second * 1'000U)).first;
  if (found == connections.end()) return void(++counts_.misdirected);
  found->second.receive(*tcp, now);
}

// -- sending

void Tenant::poll_stream(const StreamKey& key, TcpConnection& connection, bool opens, overlay::Instant now) {
  const auto mss = mss_to(key.first);
  const auto limit = link_.features.tcp_segmentation ? kMaxSuperPayload / mss * mss : mss;
  for (const auto& segment : connection.poll(limit, now)) {
    std::vector<std::uint8_t> message(wire::TcpView::kSize + segment.payload.size());
    wire::write_tcp(message, {.source_port = opens ? key.second : kServicePort,
                              .destination_port = opens ? kServicePort : key.second,
                              .sequence_number = segment.sequence_number,
                              .acknowledgment_number = segment.acknowledgment_number,
                              .flags = segment.flags,
                              .options = {}});
    std::ranges::copy(segment.payload, message.begin() + wire::TcpView::kSize);
    const auto segment_size = segment.payload.size() > mss ? static_cast<std::uint16_t>(mss) : std::uint16_t{0};
    send({key.first, IpProtocol::kTcp, std::move(message), segment_size});
  }
}

void Tenant::poll_neighbors(overlay::Instant now) {
  if (waiting_.empty() || now < next_resolution_) return;
  next_resolution_ = now + kResolutionInterval;
  std::vector<wire::IpAddress> asked;
  for (const auto& payload : waiting_) {
    if (std::ranges::find(asked, payload.destination) != asked.end()) continue;
    asked.push_back(payload.destination);
    resolve(payload.destination);
  }
}

void Tenant::resolve(const wire::IpAddress& destination) {
  if (destination.is_v4()) {
    std::vector<std::uint8_t> request(wire::ArpView::kSize);
    wire::write_arp(request, {.sender_hardware_address = settings_.mac,
                              .sender_protocol_address = settings_.address_v4,
                              .target_hardware_address = {},
                              .target_protocol_address = destination});
    put(compose_ethernet({.source_mac = settings_.mac, .destination_mac = wire::MacAddress::broadcast()},
                         EtherType::kArp, request));
    return;
  }
  const auto group = solicited_node_address(destination);
  const wire::NeighborFields fields{.target_address = destination, .link_layer_address = settings_.mac};
  std::vector<std::uint8_t> solicitation(fields.size());
  wire::write_neighbor(solicitation, fields, settings_.address_v6, group);
  put(compose_complete({settings_.mac, group.multicast_mac(), settings_.address_v6, group}, IpProtocol::kIcmpv6,
                       solicitation, {.hop_limit = kNeighborHopLimit}));
}

void Tenant::learn(const wire::IpAddress& address, const wire::MacAddress& mac) {
  neighbors_[address] = mac;
  for (auto& payload : std::exchange(waiting_, {})) send(std::move(payload));
}

void Tenant::send(Payload payload) {
  const auto neighbor = neighbors_.find(payload.destination);
  if (neighbor == neighbors_.end()) return waiting_.push_back(std::move(payload));
  put(compose(payload, neighbor->second));
}

TenantFrame Tenant::compose(const Payload& payload, const wire::MacAddress& mac) {
  const PacketAddresses addresses{settings_.mac, mac, own(payload.destination.version()), payload.destination};
  const PacketFinish finish{.partial_checksum = link_.features.checksum,
                            .segment_size = payload.segment_size,
                            .identification = identification_++};
  if (payload.protocol == IpProtocol::kTcp || payload.protocol == IpProtocol::kUdp)
    return compose_transport(addresses, payload.protocol, payload.message, finish);
  return compose_complete(addresses, payload.protocol, payload.message, finish);
}

void Tenant::put(TenantFrame frame) {
  ++counts_.frames_sent;
  if (frame.metadata.is_super_frame()) ++counts_.super_frames_sent;
  link_.from_tenant.push_back(std::move(frame));
}

std::size_t Tenant::mss_to(const wire::IpAddress& destination) const {
  const auto learned = path_mtus_.find(destination);
  const auto mtu = learned == path_mtus_.end() ? settings_.mtu : std::min(settings_.mtu, learned->second);
  return mtu - ip_header_size(destination) - wire::TcpView::kSize;
}

}  // namespace nvgre::datapath::memory
