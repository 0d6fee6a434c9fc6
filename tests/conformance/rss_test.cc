// RSS: what is hashed. Where the hash leads is in rss_steering_test.cc.
#include "nvgre/offload/rss.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

#include <gtest/gtest.h>

#include "tests/support/rss_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::locate;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};

/// A plain frame of a row, without its transport.
FrameBuilder frame_of(const HashVector& vector) {
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver).ip(address(vector.source), address(vector.destination));
}

// The rows name the destination first; the hash takes the source first.
TEST(Rss, RSS_1_RSS_2_agrees_with_the_published_vectors) {
  for (const HashVector& vector : kHashVectors) {
    const bool is_v4 = address(vector.source).is_v4();
    const auto tcp = frame_of(vector).tcp(vector.source_port, vector.destination_port).build();
    const auto udp = frame_of(vector).udp(vector.source_port, vector.destination_port).build();
    EXPECT_EQ(hashed(tcp), (RssHash{vector.four_tuple, is_v4 ? RssHashType::kTcpIpv4 : RssHashType::kTcpIpv6}));
    EXPECT_EQ(hashed(udp), (RssHash{vector.four_tuple, is_v4 ? RssHashType::kUdpIpv4 : RssHashType::kUdpIpv6}));
    const auto addresses = only({RssHashType::kIpv4, RssHashType::kIpv6});
    EXPECT_EQ(hashed(tcp, addresses), (RssHash{vector.two_tuple, is_v4 ? RssHashType::kIpv4 : RssHashType::kIpv6}));
  }
}

TEST(Rss, RSS_8_agrees_with_the_nvgre_vectors) {
  EXPECT_EQ(hashed(inner_tcp()), kInnerTcp);
  EXPECT_EQ(hashed(encapsulated_vector(IpVersion::kV6, IpVersion::kV6).udp(5000, 5001).build()), kInnerUdpIpv6);
  EXPECT_EQ(hashed(encapsulated_vector(IpVersion::kV6, IpVersion::kV4).udp(5000, 5001).build()), kInnerUdpMixed);
  EXPECT_EQ(hashed(encapsulated_vector(IpVersion::kV4, IpVersion::kV4).icmp(8).build()), kOuterV4);
  EXPECT_EQ(hashed(encapsulated_vector(IpVersion::kV6, IpVersion::kV6).icmp(128).build()), kOuterV6);
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
    const auto tcp = plain_vector(version).tcp(49152, 443).build();
    const auto udp = plain_vector(version).udp(5000, 5001).build();
    const auto icmp = plain_vector(version).icmp(is_v4 ? 8 : 128).build();

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
  EXPECT_EQ(hashed(plain_vector(IpVersion::kV4).tcp(49152, 443).build()).value, kInnerTcp.value);
  EXPECT_EQ(hashed(plain_vector(IpVersion::kV6).udp(5000, 5001).build()).value, kInnerUdpIpv6.value);
}

TEST(Rss, RSS_5_first_and_later_fragments_of_plain_packets_hash_alike) {
  for (const IpVersion version : kBothVersions) {
    const RssHash two_tuple = version == IpVersion::kV4 ? kInnerAddressesV4 : kInnerAddressesV6;
    EXPECT_EQ(hashed(plain_vector(version).fragment(true, 0).udp(5000, 5001).counting_payload(80).build()), two_tuple);
    EXPECT_EQ(hashed(plain_vector(version).fragment(false, 11).protocol(IpProtocol::kUdp).counting_payload(80).build()),
              two_tuple);
    EXPECT_EQ(hashed(plain_vector(version).fragment(true, 0).udp(5000, 5001).counting_payload(80).build(),
                     only({RssHashType::kUdpIpv4, RssHashType::kUdpIpv6})),
              RssHash());
  }
  const auto atomic = plain_vector(IpVersion::kV6).fragment(false, 0).udp(5000, 5001).build();
  EXPECT_EQ(hashed(atomic), kInnerAddressesV6);
}

TEST(Rss, RSS_6_skips_options_and_extension_headers) {
  const ByteVector options(40, 1);
  EXPECT_EQ(hashed(plain_vector(IpVersion::kV4).ip_options(options).tcp(49152, 443).build()), kInnerTcp);
  auto v6 = plain_vector(IpVersion::kV6);
  v6.padding_extension(IpProtocol::kHopByHop, 64).padding_extension(IpProtocol::kDestinationOptions, 64);
  EXPECT_EQ(hashed(v6.udp(5000, 5001).build()), kInnerUdpIpv6);
  // What can't be skipped leaves the addresses, or nothing.
  const auto esp = plain_vector(IpVersion::kV6).protocol(IpProtocol::kEsp).counting_payload(40).build();
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
  EXPECT_EQ(hashed(plain_vector(IpVersion::kV6).udp(5000, 5001).build(), only({kUdpIpv6Ex})), kInnerUdpIpv6);
}

TEST(Rss, RSS_9_everything_else_that_is_encapsulated_hashes_the_outer_addresses) {
  const auto v4 = [] { return encapsulated_vector(IpVersion::kV4, IpVersion::kV4); };
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

  EXPECT_EQ(hashed(encapsulated_vector(IpVersion::kV6, IpVersion::kV4).icmp(8).build()), kOuterV6);
}

TEST(Rss, RSS_10_the_fallback_needs_the_outer_versions_type) {
  using enum RssHashType;
  const auto ping = encapsulated_vector(IpVersion::kV4, IpVersion::kV4).icmp(8).build();
  EXPECT_EQ(hashed(ping, only({kTcpIpv4})), RssHash());
  EXPECT_EQ(hashed(ping, only({kIpv6})), RssHash());
  const auto ping_v6 = encapsulated_vector(IpVersion::kV6, IpVersion::kV4).icmp(8).build();
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
    return hashed(encapsulated_vector(outer, inner).udp(5000, 5001).build(), RssHashTypes::all(), offloads);
  };
  EXPECT_EQ(hash(IpVersion::kV4, IpVersion::kV4).type, RssHashType::kUdpIpv4);
  EXPECT_EQ(hash(IpVersion::kV6, IpVersion::kV4), kInnerUdpMixed);
  EXPECT_EQ(hash(IpVersion::kV4, IpVersion::kV6), kOuterV4);
  EXPECT_EQ(hash(IpVersion::kV6, IpVersion::kV6), kOuterV6);
}

TEST(Rss, RSS_13_leaves_vsid_and_flow_id_out) {
  const auto other = encapsulated_vector(IpVersion::kV4, IpVersion::kV4, kRed, FlowId{0x7A}).tcp(49152, 443).build();
  EXPECT_EQ(hashed(other), kInnerTcp);
}

TEST(Rss, RSS_19_reports_nothing_of_a_packet_without_a_hash) {
  FrameBuilder arp;
  EXPECT_EQ(hashed(arp.ethernet(kSender, kReceiver).arp({}).build()), (RssHash{0, RssHashType::kNone}));
  EXPECT_EQ(hashed({}), RssHash());
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

TEST(Rss, RSS_27_udp_types_are_switched_by_themselves) {
  for (const IpVersion version : kBothVersions) {
    auto types = RssHashTypes::all();
    types.disable(RssHashType::kUdpIpv4).disable(RssHashType::kUdpIpv6).disable(RssHashType::kUdpIpv6Ex);
    const bool is_v4 = version == IpVersion::kV4;
    EXPECT_EQ(hashed(plain_vector(version).udp(5000, 5001).build(), types),
              is_v4 ? kInnerAddressesV4 : kInnerAddressesV6);
    EXPECT_EQ(hashed(plain_vector(version).tcp(5000, 5001).build(), types).type,
              is_v4 ? RssHashType::kTcpIpv4 : RssHashType::kTcpIpv6);
    EXPECT_EQ(hashed(encapsulated_vector(version, version).udp(5000, 5001).build(), types),
              is_v4 ? kOuterV4 : kOuterV6);
  }
}

/// The definition, bit by bit: the leftmost 32 key bits at each set bit of the input.
std::uint32_t slow_toeplitz(const ToeplitzKey& key, std::span<const std::uint8_t> input) {
  std::uint32_t hash = 0;
  for (std::size_t bit = 0; bit < 8 * input.size(); ++bit) {
    if ((input[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
    std::uint32_t window = 0;
    for (std::size_t i = bit; i < bit + 32; ++i) window = window << 1 | (key[i / 8] >> (7 - i % 8) & 1U);
    hash ^= window;
  }
  return hash;
}

// Sizes other than 40 can't be expressed here; the façade refuses them.
TEST(Rss, RSS_23_one_key_of_40_bytes_hashes_both_versions) {
  RssParameters parameters;
  static_assert(std::tuple_size_v<ToeplitzKey> == 40);
  for (std::size_t i = 0; i < parameters.key.size(); ++i) parameters.key[i] = static_cast<std::uint8_t>(7 * i + 3);
  const auto scaling = ReceiveScaling::make(parameters, 1);
  for (const IpVersion version : kBothVersions) {
    const auto frame = plain_vector(version).udp(5000, 5001).build();
    const std::size_t addresses = 14 + (version == IpVersion::kV4 ? 12U : 8U);
    const std::size_t size = version == IpVersion::kV4 ? 12 : 36;  // with the ports behind the addresses
    const auto input = Bytes(frame).subspan(addresses, size);
    EXPECT_EQ(scaling->hash_of(frame, locate(frame), ActiveOffloads::all()).value,
              slow_toeplitz(parameters.key, input));
  }
}

}  // namespace
}  // namespace nvgre::offload
