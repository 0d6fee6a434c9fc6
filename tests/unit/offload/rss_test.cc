#include "nvgre/offload/rss.h"

#include <set>
#include <tuple>

#include <gtest/gtest.h>

#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::locate;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};

// Results of requirements section 17 for the frames of the NVGRE vectors.
constexpr RssHash kInnerTcp{0x89f6d8eb, RssHashType::kTcpIpv4};
constexpr RssHash kInnerUdpIpv6{0x40c692bc, RssHashType::kUdpIpv6};
constexpr RssHash kInnerUdpMixed{0x970a229e, RssHashType::kUdpIpv4};
constexpr RssHash kOuterV4{0x5ceea90c, RssHashType::kIpv4};
constexpr RssHash kOuterV6{0x829c6d35, RssHashType::kIpv6};
// Inner 2-tuples of the same frames: never the answer for an encapsulated packet, always that for a plain one.
constexpr RssHash kInnerAddressesV4{0xd3ad4b68, RssHashType::kIpv4};
constexpr RssHash kInnerAddressesV6{0x7f0e9c86, RssHashType::kIpv6};

IpAddress vector_customer(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "10.1.1." : "fd00:1::") + std::to_string(host));
}
IpAddress vector_provider(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "192.0.2." : "2001:db8::") + std::to_string(host));
}
FrameBuilder plain(IpVersion inner) {
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver).ip(vector_customer(inner, 11), vector_customer(inner, 22));
}
FrameBuilder outer_half(IpVersion outer) {
  FrameBuilder builder;
  return builder.ethernet(kGateway, kHost).ip(vector_provider(outer, 1), vector_provider(outer, 2));
}
FrameBuilder encapsulated(IpVersion outer, IpVersion inner, Vsid vsid = kBlue, FlowId flow_id = FlowId{0}) {
  return outer_half(outer)
      .nvgre(vsid, flow_id)
      .ethernet(kSender, kReceiver)
      .ip(vector_customer(inner, 11), vector_customer(inner, 22));
}
ByteVector inner_tcp() {
  return encapsulated(IpVersion::kV4, IpVersion::kV4).tcp(49152, 443).build();
}

RssHashTypes only(std::initializer_list<RssHashType> types) {
  RssHashTypes enabled;
  for (const RssHashType type : types) enabled.enable(type);
  return enabled;
}
RssHash hashed(const ByteVector& frame, RssHashTypes types = RssHashTypes::all(),
               const ActiveOffloads& offloads = ActiveOffloads::all()) {
  RssParameters parameters;
  parameters.hash_types = types;
  return ReceiveScaling::make(parameters, 1)->hash_of(frame, locate(frame), offloads);
}

TEST(Rss, RSS_8_agrees_with_the_nvgre_vectors) {
  EXPECT_EQ(hashed(inner_tcp()), kInnerTcp);
  EXPECT_EQ(hashed(encapsulated(IpVersion::kV6, IpVersion::kV6).udp(5000, 5001).build()), kInnerUdpIpv6);
  EXPECT_EQ(hashed(encapsulated(IpVersion::kV6, IpVersion::kV4).udp(5000, 5001).build()), kInnerUdpMixed);
  EXPECT_EQ(hashed(encapsulated(IpVersion::kV4, IpVersion::kV4).icmp(8).build()), kOuterV4);
  EXPECT_EQ(hashed(encapsulated(IpVersion::kV6, IpVersion::kV6).icmp(128).build()), kOuterV6);
}

TEST(Rss, RSS_3_accepts_every_listed_combination) {
  using enum RssHashType;
  for (const auto& [addresses, tcp, udp] :
       {std::tuple(kIpv4, kTcpIpv4, kUdpIpv4), std::tuple(kIpv6, kTcpIpv6, kUdpIpv6),
        std::tuple(kIpv6Ex, kTcpIpv6Ex, kUdpIpv6Ex)}) {
    for (const RssHashTypes types : {only({addresses}), only({tcp}), only({udp}), only({tcp, addresses}),
                                     only({udp, addresses}), only({tcp, udp, addresses})}) {
      RssParameters parameters;
      parameters.hash_types = types;
      EXPECT_TRUE(ReceiveScaling::make(parameters, 4));
    }
  }
}

TEST(Rss, RSS_4_plain_packets_take_the_best_enabled_type) {
  using enum RssHashType;
  for (const IpVersion version : kBothVersions) {
    const bool is_v4 = version == IpVersion::kV4;
    const RssHashType addresses = is_v4 ? kIpv4 : kIpv6;
    const RssHashType tcp_type = is_v4 ? kTcpIpv4 : kTcpIpv6;
    const RssHashType udp_type = is_v4 ? kUdpIpv4 : kUdpIpv6;
    const RssHash two_tuple = is_v4 ? kInnerAddressesV4 : kInnerAddressesV6;
    const auto tcp = plain(version).tcp(49152, 443).build();
    const auto udp = plain(version).udp(5000, 5001).build();
    const auto icmp = plain(version).icmp(is_v4 ? 8 : 128).build();

    EXPECT_EQ(hashed(tcp).type, tcp_type);
    EXPECT_EQ(hashed(udp).type, udp_type);
    EXPECT_EQ(hashed(icmp), two_tuple);
    EXPECT_EQ(hashed(tcp, only({tcp_type})).type, tcp_type);
    EXPECT_EQ(hashed(udp, only({tcp_type})), RssHash());
    EXPECT_EQ(hashed(udp, only({tcp_type, addresses})), two_tuple);  // RSS-27
    EXPECT_EQ(hashed(tcp, only({udp_type, addresses})), two_tuple);
    EXPECT_EQ(hashed(icmp, only({tcp_type, udp_type})), RssHash());
    EXPECT_EQ(hashed(tcp, only({})), RssHash());  // RSS-22: what is not in the set stops
    EXPECT_EQ(hashed(tcp, only({is_v4 ? kIpv6 : kIpv4})), RssHash());
  }
  EXPECT_EQ(hashed(plain(IpVersion::kV4).tcp(49152, 443).build()).value, kInnerTcp.value);
  EXPECT_EQ(hashed(plain(IpVersion::kV6).udp(5000, 5001).build()).value, kInnerUdpIpv6.value);
}

TEST(Rss, RSS_5_first_and_later_fragments_of_plain_packets_hash_alike) {
  for (const IpVersion version : kBothVersions) {
    const RssHash two_tuple = version == IpVersion::kV4 ? kInnerAddressesV4 : kInnerAddressesV6;
    EXPECT_EQ(hashed(plain(version).fragment(true, 0).udp(5000, 5001).counting_payload(80).build()), two_tuple);
    EXPECT_EQ(hashed(plain(version).fragment(false, 11).protocol(IpProtocol::kUdp).counting_payload(80).build()),
              two_tuple);
    EXPECT_EQ(hashed(plain(version).fragment(true, 0).udp(5000, 5001).counting_payload(80).build(),
                     only({RssHashType::kUdpIpv4, RssHashType::kUdpIpv6})),
              RssHash());
  }
  const auto atomic = plain(IpVersion::kV6).fragment(false, 0).udp(5000, 5001).build();
  EXPECT_EQ(hashed(atomic), kInnerAddressesV6);
}

TEST(Rss, RSS_6_skips_options_and_extension_headers) {
  const ByteVector options(40, 1);
  EXPECT_EQ(hashed(plain(IpVersion::kV4).ip_options(options).tcp(49152, 443).build()), kInnerTcp);
  auto v6 = plain(IpVersion::kV6);
  v6.padding_extension(IpProtocol::kHopByHop, 64).padding_extension(IpProtocol::kDestinationOptions, 64);
  EXPECT_EQ(hashed(v6.udp(5000, 5001).build()), kInnerUdpIpv6);
  // What can't be skipped leaves the addresses, or nothing.
  const auto esp = plain(IpVersion::kV6).protocol(IpProtocol::kEsp).counting_payload(40).build();
  EXPECT_EQ(hashed(esp), kInnerAddressesV6);
  EXPECT_EQ(hashed(esp, only({RssHashType::kTcpIpv6, RssHashType::kUdpIpv6})), RssHash());
}

/// From a care-of address, with the home address in an option and a type 2 routing header.
ByteVector mobile_frame() {
  const IpAddress home = vector_customer(IpVersion::kV6, 11);
  const IpAddress correspondent = vector_customer(IpVersion::kV6, 22);
  ByteVector option = {1, 2, 0, 0, 201, 16};  // PadN, so that the address is aligned as RFC 6275 asks
  option.insert(option.end(), home.bytes().begin(), home.bytes().end());
  ByteVector routing = {2, 1, 0, 0, 0, 0};
  routing.insert(routing.end(), correspondent.bytes().begin(), correspondent.bytes().end());
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver)
      .ip(address("2001:db8::a"), address("2001:db8::b"))
      .extension(IpProtocol::kRouting, routing)
      .extension(IpProtocol::kDestinationOptions, option)
      .udp(5000, 5001)
      .build();
}

TEST(Rss, RSS_7_ex_types_take_the_addresses_of_mobile_ipv6) {
  using enum RssHashType;
  EXPECT_EQ(hashed(mobile_frame(), only({kUdpIpv6Ex})), kInnerUdpIpv6);
  EXPECT_EQ(hashed(mobile_frame(), only({kUdpIpv6Ex, kUdpIpv6})), kInnerUdpIpv6);
  EXPECT_EQ(hashed(mobile_frame(), only({kIpv6Ex})), kInnerAddressesV6);
  EXPECT_NE(hashed(mobile_frame(), only({kUdpIpv6})).value, kInnerUdpIpv6.value);
  EXPECT_NE(hashed(mobile_frame(), only({kIpv6})).value, kInnerAddressesV6.value);
  // Without those headers the plain addresses count.
  EXPECT_EQ(hashed(plain(IpVersion::kV6).udp(5000, 5001).build(), only({kUdpIpv6Ex})), kInnerUdpIpv6);
}

TEST(Rss, RSS_9_everything_else_that_is_encapsulated_hashes_the_outer_addresses) {
  const auto v4 = [] { return encapsulated(IpVersion::kV4, IpVersion::kV4); };
  EXPECT_EQ(hashed(v4().icmp(8).build()), kOuterV4);                                                 // no transport
  EXPECT_EQ(hashed(v4().fragment(true, 0).udp(5000, 5001).counting_payload(80).build()), kOuterV4);  // fragment
  EXPECT_EQ(hashed(v4().nvgre(kRed).ethernet(kSender, kReceiver).build()), kOuterV4);                // nested
  EXPECT_EQ(hashed(inner_tcp(), only({RssHashType::kIpv4, RssHashType::kUdpIpv4})), kOuterV4);       // type disabled
  EXPECT_EQ(hashed(outer_half(IpVersion::kV4).nvgre(kBlue).ethernet(kSender, kReceiver).arp({}).build()), kOuterV4);

  auto tagged = outer_half(IpVersion::kV4).nvgre(kBlue).ethernet(kSender, kReceiver).vlan(5);  // LOC-9
  tagged.ip(vector_customer(IpVersion::kV4, 11), vector_customer(IpVersion::kV4, 22)).tcp(49152, 443);
  EXPECT_EQ(hashed(tagged.build()), kOuterV4);

  wire::GreFields ip_in_gre;  // unparseable: it carries no Ethernet (LOC-6)
  ip_in_gre.protocol = wire::EtherType::kIpv4;
  auto unknown = outer_half(IpVersion::kV4).gre(ip_in_gre);
  unknown.ip(vector_customer(IpVersion::kV4, 11), vector_customer(IpVersion::kV4, 22)).tcp(49152, 443);
  EXPECT_EQ(hashed(unknown.build()), kOuterV4);

  EXPECT_EQ(hashed(encapsulated(IpVersion::kV6, IpVersion::kV4).icmp(8).build()), kOuterV6);
}

TEST(Rss, LOC_5_counts_gre_with_checksum_as_nvgre_but_not_gre_without_key) {
  wire::GreFields fields;
  fields.protocol = wire::EtherType::kTransparentEthernetBridging;
  const auto frame = [&fields] {
    auto builder = outer_half(IpVersion::kV4).gre(fields).ethernet(kSender, kReceiver);
    builder.ip(vector_customer(IpVersion::kV4, 11), vector_customer(IpVersion::kV4, 22));
    return builder.tcp(49152, 443).build();
  };
  EXPECT_EQ(hashed(frame()), kOuterV4);
  fields.key = kBlue.key(FlowId{0});
  EXPECT_EQ(hashed(frame()), kInnerTcp);
  fields.checksum = 0x1234;  // never validated (D-34)
  EXPECT_EQ(hashed(frame()), kInnerTcp);
}

TEST(Rss, RSS_10_the_fallback_needs_the_outer_versions_type) {
  using enum RssHashType;
  const auto ping = encapsulated(IpVersion::kV4, IpVersion::kV4).icmp(8).build();
  EXPECT_EQ(hashed(ping, only({kTcpIpv4})), RssHash());
  EXPECT_EQ(hashed(ping, only({kIpv6})), RssHash());
  const auto ping_v6 = encapsulated(IpVersion::kV6, IpVersion::kV4).icmp(8).build();
  EXPECT_EQ(hashed(ping_v6, only({kIpv6Ex})), kOuterV6);
}

TEST(Rss, RSS_11_nvgre_is_plain_protocol_47_until_it_is_active) {
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.encapsulated = {};
  EXPECT_EQ(hashed(inner_tcp(), RssHashTypes::all(), offloads), kOuterV4);
}

TEST(Rss, RSS_12_covers_exactly_the_advertised_combinations) {
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.encapsulated.rss = EncapsulatedMask(0xB);  // inner IPv4, outer IPv4 and IPv6
  const auto hash = [&offloads](IpVersion outer, IpVersion inner) {
    return hashed(encapsulated(outer, inner).udp(5000, 5001).build(), RssHashTypes::all(), offloads);
  };
  EXPECT_EQ(hash(IpVersion::kV4, IpVersion::kV4).type, RssHashType::kUdpIpv4);
  EXPECT_EQ(hash(IpVersion::kV6, IpVersion::kV4), kInnerUdpMixed);
  EXPECT_EQ(hash(IpVersion::kV4, IpVersion::kV6), kOuterV4);
  EXPECT_EQ(hash(IpVersion::kV6, IpVersion::kV6), kOuterV6);
}

TEST(Rss, RSS_13_leaves_vsid_and_flow_id_out) {
  const auto other = encapsulated(IpVersion::kV4, IpVersion::kV4, kRed, FlowId{0x7A}).tcp(49152, 443).build();
  EXPECT_EQ(hashed(other), kInnerTcp);
}

TEST(Rss, RSS_19_reports_nothing_of_a_packet_without_a_hash) {
  FrameBuilder arp;
  EXPECT_EQ(hashed(arp.ethernet(kSender, kReceiver).arp({}).build()), (RssHash{0, RssHashType::kNone}));
  EXPECT_EQ(hashed({}), RssHash());
}

ProcessorNumber processor(std::uint8_t number) {
  return {.group = 0, .number = number};
}

TEST(Rss, RSS_14_chooses_the_entry_by_the_low_bits) {
  for (const std::size_t entries : {1, 2, 64, 128}) {
    RssParameters parameters;
    parameters.indirection_table.clear();
    for (std::size_t i = 0; i < entries; ++i)
      parameters.indirection_table.push_back(processor(static_cast<std::uint8_t>(i)));
    const auto scaling = ReceiveScaling::make(parameters, 128);
    ASSERT_TRUE(scaling);
    // 0x89f6d8eb is index 107 of 128, 43 of 64, 1 of 2.
    EXPECT_EQ(scaling->target_of(kInnerTcp).queue, 107 % entries);
    EXPECT_EQ(scaling->target_of(kInnerTcp).processor, processor(static_cast<std::uint8_t>(107 % entries)));
    EXPECT_EQ(scaling->target_of(kInnerUdpIpv6).queue, 60 % entries);
  }
}

TEST(Rss, RSS_14_refuses_tables_of_other_sizes) {
  for (const std::size_t entries : {0, 3, 127, 129, 256}) {
    RssParameters parameters;
    parameters.indirection_table.assign(entries, processor(0));
    const auto scaling = ReceiveScaling::make(parameters, 4);
    ASSERT_FALSE(scaling) << entries;
    EXPECT_EQ(scaling.error(), ReceiveError::kInvalidParameter);
  }
  EXPECT_FALSE(ReceiveScaling::make({}, 0));
}

TEST(Rss, RSS_16_a_base_processor_changes_nothing) {
  RssParameters parameters;
  parameters.indirection_table = {processor(5), processor(6)};
  parameters.base_processor = 3;
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of(kInnerTcp).processor, processor(6));
}

TEST(Rss, RSS_17_uses_as_many_processors_as_there_are_queues_in_the_order_first_seen) {
  RssParameters parameters;
  parameters.indirection_table.clear();
  for (std::uint8_t i = 0; i < 8; ++i)
    parameters.indirection_table.push_back(processor(static_cast<std::uint8_t>(17 - i)));
  const auto scaling = ReceiveScaling::make(parameters, 4);
  for (std::uint32_t value = 0; value < 8; ++value) {
    const RssTarget target = scaling->target_of({value, RssHashType::kIpv4});
    EXPECT_EQ(target.queue, value % 4);
    EXPECT_EQ(target.processor, processor(static_cast<std::uint8_t>(17 - value % 4)));
  }
}

TEST(Rss, RSS_18_packets_without_a_hash_go_to_the_default_processor_or_to_queue_0) {
  RssParameters parameters;
  parameters.indirection_table = {processor(5), processor(6)};
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{0, processor(5)}));
  parameters.default_processor = processor(6);
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{1, processor(6)}));
  parameters.default_processor = processor(9);  // has no queue of its own
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{0, processor(9)}));
}

TEST(Rss, RSS_26_all_packets_of_a_flow_have_one_target) {
  RssParameters parameters;
  parameters.indirection_table = {processor(0), processor(1), processor(2), processor(3)};
  const auto scaling = ReceiveScaling::make(parameters, 4);
  std::set<std::uint32_t> queues;
  for (std::size_t size = 0; size < 1400; size += 100) {
    const auto frame = encapsulated(IpVersion::kV4, IpVersion::kV4).tcp(49152, 443).counting_payload(size).build();
    queues.insert(scaling->target_of(scaling->hash_of(frame, locate(frame), ActiveOffloads::all())).queue);
  }
  EXPECT_EQ(queues, std::set<std::uint32_t>({3}));
}

}  // namespace
}  // namespace nvgre::offload
