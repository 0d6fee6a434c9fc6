#include "nvgre/wire/frame_layer.h"

#include <cassert>

#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::wire::layer {
namespace {

constexpr EtherType kExperimentalEtherType{0x88B5};  // IEEE 802, local experimental
constexpr IpProtocol kExperimentalProtocol{253};     // RFC 3692, for experiments

/// 0 where the field is too small for the value, as in super-frames.
std::uint16_t length_field(std::size_t value) noexcept {
  return value > 0xFFFF ? std::uint16_t{0} : static_cast<std::uint16_t>(value);
}

EtherType ether_type_of(const Any* inner) noexcept {
  if (inner == nullptr) return kExperimentalEtherType;
  if (const auto* ip = std::get_if<Ip>(inner)) return ip->v4.source.is_v4() ? EtherType::kIpv4 : EtherType::kIpv6;
  return std::holds_alternative<Arp>(*inner) ? EtherType::kArp : kExperimentalEtherType;
}

IpProtocol protocol_of(const Any* inner, IpVersion version) noexcept {
  if (inner == nullptr) return kExperimentalProtocol;
  if (std::holds_alternative<Tcp>(*inner)) return IpProtocol::kTcp;
  if (std::holds_alternative<Udp>(*inner)) return IpProtocol::kUdp;
  if (std::holds_alternative<Gre>(*inner)) return IpProtocol::kGre;
  if (std::holds_alternative<Icmp>(*inner)) return icmp_protocol(version);
  if (std::holds_alternative<Neighbor>(*inner)) return IpProtocol::kIcmpv6;
  if (const auto* ip = std::get_if<Ip>(inner)) return ip->v4.source.is_v4() ? IpProtocol{4} : IpProtocol{41};
  return kExperimentalProtocol;
}

ByteVector write_one(const Ethernet& ethernet, const Context& context) {
  const EthernetFields fields{.destination = ethernet.destination,
                              .source = ethernet.source,
                              .tags = ethernet.tags,
                              .ether_type = ethernet.ether_type.value_or(ether_type_of(context.inner))};
  ByteVector header(fields.size());
  write_ethernet(header, fields);
  return header;
}

ByteVector write_ipv4_layer(const Ip& ip, const Context& context) {
  Ipv4Fields fields = ip.v4;
  fields.options = ip.options;
  fields.protocol = ip.protocol.value_or(protocol_of(context.inner, IpVersion::kV4));
  fields.total_length = ip.length.value_or(length_field(fields.size() + context.body.size()));
  ByteVector header(fields.size());
  write_ipv4(header, fields);
  if (ip.checksum) Ipv4Writer(header).set_checksum(*ip.checksum);
  return header;
}

ByteVector write_ipv6_layer(const Ip& ip, const Context& context) {
  const IpProtocol last = ip.protocol.value_or(protocol_of(context.inner, IpVersion::kV6));
  ByteVector extensions;
  for (std::size_t i = 0; i < ip.extensions.size(); ++i) {
    const IpProtocol next = i + 1 < ip.extensions.size() ? ip.extensions[i + 1].type : last;
    const std::size_t start = extensions.size();
    extensions.insert(extensions.end(), ip.extensions[i].bytes.begin(), ip.extensions[i].bytes.end());
    extensions[start] = static_cast<std::uint8_t>(next);
  }
  ByteVector header(Ipv6Fields::size());
  write_ipv6(header, {.source = ip.v4.source,
                      .destination = ip.v4.destination,
                      .next_header = ip.extensions.empty() ? last : ip.extensions.front().type,
                      .payload_length = ip.length.value_or(length_field(extensions.size() + context.body.size())),
                      .traffic_class = ip.v4.type_of_service,
                      .flow_label = ip.flow_label,
                      .hop_limit = ip.v4.time_to_live});
  header.insert(header.end(), extensions.begin(), extensions.end());
  return header;
}

ByteVector write_one(const Ip& ip, const Context& context) {
  return ip.v4.source.is_v4() ? write_ipv4_layer(ip, context) : write_ipv6_layer(ip, context);
}

ByteVector write_one(const Gre& gre, const Context&) {
  ByteVector header(gre.fields.size());
  write_gre(header, gre.fields);
  return header;
}

/// The addresses that the checksum of what an IP header carries covers.
struct Addresses {
  IpAddress source;
  IpAddress destination;
};

Addresses addresses_of(const Context& context) {
  const auto* ip = context.outer == nullptr ? nullptr : std::get_if<Ip>(context.outer);
  assert(ip != nullptr && "a transport header needs an IP header in front of it");
  if (ip->v4.source.is_v4()) return {ip->v4.source, ip->v4.destination};
  const auto destination = ipv6_final_destination(write_ipv6_layer(*ip, {}));
  return {ip->v4.source, destination.value_or(ip->v4.destination)};
}

/// The value for the checksum field of `header`, where that field is still 0.
std::uint16_t transport_checksum_of(TransportChecksum mode, IpProtocol protocol, Bytes header, const Context& context) {
  const Addresses addresses = addresses_of(context);
  const std::size_t length = mode == TransportChecksum::kSeedWithoutLength ? 0 : header.size() + context.body.size();
  const std::uint16_t seed =
      pseudo_header_sum(addresses.source, addresses.destination, protocol, static_cast<std::uint32_t>(length));
  if (mode != TransportChecksum::kComplete) return seed;
  InternetSum sum(seed);
  sum.add(header);
  sum.add(context.body);
  return protocol == IpProtocol::kUdp ? udp_checksum_to_send(sum.checksum()) : sum.checksum();
}

ByteVector write_one(const Tcp& tcp, const Context& context) {
  TcpFields fields = tcp.fields;
  fields.options = tcp.options;
  ByteVector header(fields.size());
  write_tcp(header, fields);
  if (tcp.checksum == TransportChecksum::kGiven) return header;
  TcpWriter(header).set_checksum(0).set_checksum(
      transport_checksum_of(tcp.checksum, IpProtocol::kTcp, header, context));
  return header;
}

ByteVector write_one(const Udp& udp, const Context& context) {
  UdpFields fields = udp.fields;
  fields.length = udp.length.value_or(length_field(UdpView::kSize + context.body.size()));
  ByteVector header(fields.size());
  write_udp(header, fields);
  if (udp.checksum == TransportChecksum::kGiven) return header;
  UdpWriter(header).set_checksum(transport_checksum_of(udp.checksum, IpProtocol::kUdp, header, context));
  return header;
}

ByteVector write_one(const Icmp& icmp, const Context& context) {
  ByteVector message(icmp.fields.size());
  write_icmp(message, icmp.fields);
  message.insert(message.end(), context.body.begin(), context.body.end());
  const Addresses addresses = addresses_of(context);
  update_icmp_checksum(message, addresses.source, addresses.destination);
  message.resize(icmp.fields.size());
  return message;
}

ByteVector write_one(const Arp& arp, const Context&) {
  ByteVector message(arp.fields.size());
  write_arp(message, arp.fields);
  return message;
}

ByteVector write_one(const Neighbor& neighbor, const Context& context) {
  const Addresses addresses = addresses_of(context);
  ByteVector message(neighbor.fields.size());
  write_neighbor(message, neighbor.fields, addresses.source, addresses.destination);
  return message;
}

ByteVector write_one(const Payload& payload, const Context&) {
  return payload.bytes;
}

}  // namespace

ByteVector write(const Any& any, const Context& context) {
  return std::visit([&](const auto& layer) { return write_one(layer, context); }, any);
}

}  // namespace nvgre::wire::layer
