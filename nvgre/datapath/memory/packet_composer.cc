#include "nvgre/datapath/memory/packet_composer.h"

#include <algorithm>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::datapath::memory {
namespace {

using offload::SegmentationKind;
using wire::IpProtocol;

std::size_t write_ip(wire::MutableBytes out, const PacketAddresses& addresses, IpProtocol protocol,
                     std::size_t payload_size, const PacketFinish& finish) {
  if (addresses.source.is_v6())
    return wire::write_ipv6(out, {.source = addresses.source,
                                  .destination = addresses.destination,
                                  .next_header = protocol,
                                  .payload_length = static_cast<std::uint16_t>(payload_size),
                                  .hop_limit = finish.hop_limit});
  return wire::write_ipv4(out, {.source = addresses.source,
                                .destination = addresses.destination,
                                .protocol = protocol,
                                .total_length = static_cast<std::uint16_t>(wire::Ipv4View::kSize + payload_size),
                                .identification = finish.identification,
                                .time_to_live = finish.hop_limit,
                                .dont_fragment = true});
}

std::size_t checksum_offset(IpProtocol protocol) {
  return protocol == IpProtocol::kTcp ? wire::TcpLayout::kChecksum : wire::UdpLayout::kChecksum;
}

SegmentationKind kind_of(const PacketAddresses& addresses, IpProtocol protocol) {
  if (protocol == IpProtocol::kUdp) return SegmentationKind::kUdp;
  return addresses.source.is_v4() ? SegmentationKind::kTcpV4 : SegmentationKind::kTcpV6;
}

std::uint16_t complete_checksum(wire::Bytes transport, std::uint16_t seed, IpProtocol protocol) {
  wire::InternetSum sum(seed);
  sum.add(transport);
  return protocol == IpProtocol::kUdp ? wire::udp_checksum_to_send(sum.checksum()) : sum.checksum();
}

}  // namespace

TenantFrame compose_ethernet(const PacketAddresses& addresses, wire::EtherType type, wire::Bytes payload) {
  TenantFrame frame;
  frame.bytes.assign(wire::EthernetView::kSize, 0);
  wire::write_ethernet(
      frame.bytes,
      {.destination = addresses.destination_mac, .source = addresses.source_mac, .tags = {}, .ether_type = type});
  frame.bytes.insert(frame.bytes.end(), payload.begin(), payload.end());
  return frame;
}

TenantFrame compose_complete(const PacketAddresses& addresses, IpProtocol protocol, wire::Bytes message,
                             const PacketFinish& finish) {
  const bool is_v4 = addresses.source.is_v4();
  std::vector<std::uint8_t> packet((is_v4 ? wire::Ipv4View::kSize : wire::Ipv6View::kSize) + message.size());
  const auto header_size = write_ip(packet, addresses, protocol, message.size(), finish);
  std::ranges::copy(message, packet.begin() + static_cast<std::ptrdiff_t>(header_size));
  return compose_ethernet(addresses, is_v4 ? wire::EtherType::kIpv4 : wire::EtherType::kIpv6, packet);
}

TenantFrame compose_transport(const PacketAddresses& addresses, IpProtocol protocol, wire::Bytes transport,
                              const PacketFinish& finish) {
  auto frame = compose_complete(addresses, protocol, transport, finish);
  const auto start = frame.bytes.size() - transport.size();
  const auto seed = pseudo_header_sum(addresses.source, addresses.destination, protocol,
                                      static_cast<std::uint32_t>(transport.size()));
  const auto checksum = finish.partial_checksum ? seed : complete_checksum(transport, seed, protocol);
  wire::store_big_endian(wire::MutableBytes(frame.bytes), checksum, start + checksum_offset(protocol));
  if (!finish.partial_checksum) return frame;
  frame.metadata.needs_checksum = true;
  frame.metadata.checksum_start = static_cast<std::uint16_t>(start);
  frame.metadata.checksum_offset = static_cast<std::uint16_t>(checksum_offset(protocol));
  if (finish.segment_size == 0) return frame;
  frame.metadata.segmentation = kind_of(addresses, protocol);
  frame.metadata.segment_size = finish.segment_size;
  return frame;
}

}  // namespace nvgre::datapath::memory
