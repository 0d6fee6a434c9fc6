/// What a writer writes, a view reads: for any values of the fields.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "nvgre/wire/arp.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::wire {
namespace {

using ByteVector = std::vector<std::uint8_t>;

template <typename T>
T any() {
  return *rc::gen::arbitrary<T>();
}

template <std::size_t size>
std::array<std::uint8_t, size> any_bytes() {
  return *rc::gen::arbitrary<std::array<std::uint8_t, size>>();
}

MacAddress any_mac() {
  return MacAddress(any_bytes<6>());
}
IpAddress any_v4() {
  return IpAddress(any_bytes<4>());
}
IpAddress any_v6() {
  return IpAddress(any_bytes<16>());
}

/// 0 to 40 bytes, a multiple of 4.
ByteVector any_options() {
  return *rc::gen::container<ByteVector>(4 * *rc::gen::inRange<std::size_t>(0, 11), rc::gen::arbitrary<std::uint8_t>());
}

bool same(Bytes a, Bytes b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

RC_GTEST_PROP(RoundTrip, of_addresses_through_text, ()) {
  const auto mac = any_mac();
  const auto v4 = any_v4();
  auto bytes = any_bytes<16>();
  const auto zeros = *rc::gen::inRange<std::size_t>(0, 9);  // runs of zeros are what RFC 5952 shortens
  std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(*rc::gen::inRange<std::size_t>(0, 17 - 2 * zeros)), 2 * zeros,
              std::uint8_t{0});
  const IpAddress v6(bytes);
  RC_ASSERT(MacAddress::parse(mac.to_string()) == mac);
  RC_ASSERT(IpAddress::parse(v4.to_string()) == v4);
  RC_ASSERT(IpAddress::parse(v6.to_string()) == v6);
}

RC_GTEST_PROP(RoundTrip, of_Ethernet, ()) {
  std::vector<VlanTag> tags(*rc::gen::inRange<std::size_t>(0, EthernetView::kMaxTagCount + 1));
  for (auto& tag : tags) tag = {any<bool>() ? EtherType::kVlan : EtherType::kProviderVlan, any<std::uint16_t>()};
  const auto type = static_cast<EtherType>(any<std::uint16_t>());
  RC_PRE(!is_vlan(type));
  const EthernetFields fields{.destination = any_mac(), .source = any_mac(), .tags = tags, .ether_type = type};
  ByteVector header(fields.size());
  RC_ASSERT(write_ethernet(header, fields) == header.size());
  const auto view = EthernetView::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->destination() == fields.destination && view->source() == fields.source);
  RC_ASSERT(view->tag_count() == tags.size() && view->ether_type() == type && view->header_size() == header.size());
  for (std::size_t i = 0; i < tags.size(); ++i) RC_ASSERT(view->tag(i) == tags[i]);
}

RC_GTEST_PROP(RoundTrip, of_IPv4, ()) {
  const auto options = any_options();
  const Ipv4Fields fields{.source = any_v4(),
                          .destination = any_v4(),
                          .protocol = IpProtocol{any<std::uint8_t>()},
                          .total_length = any<std::uint16_t>(),
                          .identification = any<std::uint16_t>(),
                          .type_of_service = any<std::uint8_t>(),
                          .time_to_live = any<std::uint8_t>(),
                          .dont_fragment = any<bool>(),
                          .more_fragments = any<bool>(),
                          .fragment_offset = static_cast<std::uint16_t>(any<std::uint16_t>() & 0x1FFF),
                          .options = options};
  ByteVector header(fields.size());
  RC_ASSERT(write_ipv4(header, fields) == header.size());
  const auto view = Ipv4View::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->source() == fields.source && view->destination() == fields.destination);
  RC_ASSERT(view->protocol() == fields.protocol && view->total_length() == fields.total_length);
  RC_ASSERT(view->identification() == fields.identification && view->type_of_service() == fields.type_of_service);
  RC_ASSERT(view->time_to_live() == fields.time_to_live && view->dont_fragment() == fields.dont_fragment);
  RC_ASSERT(view->more_fragments() == fields.more_fragments && view->fragment_offset() == fields.fragment_offset);
  RC_ASSERT(same(view->options(), options) && view->has_valid_checksum());
}

RC_GTEST_PROP(RoundTrip, of_IPv6, ()) {
  const Ipv6Fields fields{.source = any_v6(),
                          .destination = any_v6(),
                          .next_header = IpProtocol{any<std::uint8_t>()},
                          .payload_length = any<std::uint16_t>(),
                          .traffic_class = any<std::uint8_t>(),
                          .flow_label = any<std::uint32_t>() & 0xF'FFFF,
                          .hop_limit = any<std::uint8_t>()};
  ByteVector header(fields.size());
  RC_ASSERT(write_ipv6(header, fields) == header.size());
  const auto view = Ipv6View::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->source() == fields.source && view->destination() == fields.destination);
  RC_ASSERT(view->next_header() == fields.next_header && view->payload_length() == fields.payload_length);
  RC_ASSERT(view->traffic_class() == fields.traffic_class && view->flow_label() == fields.flow_label);
  RC_ASSERT(view->hop_limit() == fields.hop_limit);
}

RC_GTEST_PROP(RoundTrip, of_NVGRE, ()) {
  const auto vsid = Vsid::from_key(any<std::uint32_t>());
  const FlowId flow_id{any<std::uint8_t>()};
  ByteVector header(NvgreView::kSize);
  write_nvgre(header, vsid, flow_id);
  const auto view = NvgreView::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->vsid() == vsid && view->flow_id() == flow_id);
}

RC_GTEST_PROP(RoundTrip, of_GRE, ()) {
  GreFields fields{.protocol = static_cast<EtherType>(any<std::uint16_t>())};
  if (any<bool>()) fields.checksum = any<std::uint16_t>();
  if (any<bool>()) fields.key = any<std::uint32_t>();
  if (any<bool>()) fields.sequence = any<std::uint32_t>();
  ByteVector header(fields.size());
  RC_ASSERT(write_gre(header, fields) == header.size());
  const auto view = GreView::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->protocol() == fields.protocol && view->checksum() == fields.checksum);
  RC_ASSERT(view->key() == fields.key && view->sequence() == fields.sequence);
  RC_ASSERT(view->header_size() == header.size());
}

RC_GTEST_PROP(RoundTrip, of_TCP, ()) {
  const auto options = any_options();
  const TcpFields fields{.source_port = any<std::uint16_t>(),
                         .destination_port = any<std::uint16_t>(),
                         .sequence_number = any<std::uint32_t>(),
                         .acknowledgment_number = any<std::uint32_t>(),
                         .flags = static_cast<TcpFlags>(any<std::uint16_t>() & 0xFFF),
                         .window = any<std::uint16_t>(),
                         .checksum = any<std::uint16_t>(),
                         .urgent_pointer = any<std::uint16_t>(),
                         .options = options};
  ByteVector header(fields.size());
  RC_ASSERT(write_tcp(header, fields) == header.size());
  const auto view = TcpView::parse(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->source_port() == fields.source_port && view->destination_port() == fields.destination_port);
  RC_ASSERT(view->sequence_number() == fields.sequence_number);
  RC_ASSERT(view->acknowledgment_number() == fields.acknowledgment_number && view->flags() == fields.flags);
  RC_ASSERT(view->window() == fields.window && view->checksum() == fields.checksum);
  RC_ASSERT(view->urgent_pointer() == fields.urgent_pointer && same(view->options(), options));
}

RC_GTEST_PROP(RoundTrip, of_UDP, ()) {
  const UdpFields fields{.source_port = any<std::uint16_t>(),
                         .destination_port = any<std::uint16_t>(),
                         .length = any<std::uint16_t>(),
                         .checksum = any<std::uint16_t>()};
  ByteVector header(fields.size());
  RC_ASSERT(write_udp(header, fields) == header.size());
  const auto view = UdpView::parse_header(header);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->source_port() == fields.source_port && view->destination_port() == fields.destination_port);
  RC_ASSERT(view->length() == fields.length && view->checksum() == fields.checksum);
}

RC_GTEST_PROP(RoundTrip, of_ARP, ()) {
  const ArpFields fields{.operation = static_cast<ArpOperation>(any<std::uint16_t>()),
                         .sender_hardware_address = any_mac(),
                         .sender_protocol_address = any_v4(),
                         .target_hardware_address = any_mac(),
                         .target_protocol_address = any_v4()};
  ByteVector message(fields.size());
  RC_ASSERT(write_arp(message, fields) == message.size());
  const auto view = ArpView::parse(message);
  RC_ASSERT(static_cast<bool>(view));
  RC_ASSERT(view->operation() == fields.operation);
  RC_ASSERT(view->sender_hardware_address() == fields.sender_hardware_address);
  RC_ASSERT(view->sender_protocol_address() == fields.sender_protocol_address);
  RC_ASSERT(view->target_hardware_address() == fields.target_hardware_address);
  RC_ASSERT(view->target_protocol_address() == fields.target_protocol_address);
}

}  // namespace
}  // namespace nvgre::wire
