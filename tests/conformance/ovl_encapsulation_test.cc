/// OVL: what an endpoint does to a frame that it sends, and where it sends it.
#include <cstddef>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"

namespace nvgre::test {
namespace {

using wire::DropReason;

class OvlEncapsulation : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, OvlEncapsulation, testing::ValuesIn(encapsulated_matrix()), VersionName());

ByteString outer_destination(const ByteString& packet) {
  return {packet.begin(), packet.begin() + 6};
}
ByteString outer_source(const ByteString& packet) {
  return {packet.begin() + 6, packet.begin() + 12};
}
/// The last byte of an IPv4 address in the outer header.
int source_host(const ByteString& packet) {
  return packet.at(14 + 15);
}
int destination_host(const ByteString& packet) {
  return packet.at(14 + 19);
}
ByteString mac_bytes(std::uint8_t mark, std::uint8_t number) {
  return {0x02, 0, 0, 0, mark, number};
}
ByteString tenant_frame(const SampleFrame& frame = {.outer = IpVersion::kV4}) {
  return finished(inside(frame));
}

TEST(Ovl, OVL_1_an_on_link_PA_gets_packets_at_its_own_MAC_and_an_off_link_one_at_the_gateway_s) {
  SampleHost host(Side::kSender);
  const auto on_link = host.send(tenant_frame()).at(0);
  EXPECT_EQ(outer_source(on_link), mac_bytes(0x50, 1));
  EXPECT_EQ(outer_destination(on_link), mac_bytes(0x50, 2));
  host.underlay.next_hops[sample_provider(IpVersion::kV4, 2)].macs = {sample_mac(0x50, 0xFE)};
  const auto off_link = host.send(tenant_frame()).at(0);
  EXPECT_EQ(outer_source(off_link), mac_bytes(0x50, 1));
  EXPECT_EQ(outer_destination(off_link), mac_bytes(0x50, 0xFE));
}

TEST(Ovl, OVL_2_each_of_two_policies_sends_from_its_own_PA) {
  SampleHost host(Side::kSender, IpVersion::kV4, [](PolicyDescription& policy) {
    policy.provider.addresses = {sample_provider(IpVersion::kV4, 11), sample_provider(IpVersion::kV4, 12)};
    policy.subnets[0].source = sample_provider(IpVersion::kV4, 11);
    policy.subnets[1].source = sample_provider(IpVersion::kV4, 12);
  });
  auto frame = tenant_frame();
  EXPECT_EQ(source_host(host.send(frame).at(0)), 11);
  frame[4] = 0x20;  // the other subnet's peer
  host.transmit("stranger", frame);
  ASSERT_EQ(host.wire.packets.size(), 1U);
  EXPECT_EQ(source_host(host.wire.packets[0]), 12);
}

TEST(Ovl, OVL_3_one_MAC_in_two_subnets_is_found_at_two_PAs) {
  SampleHost host(Side::kSender, IpVersion::kV4, [](PolicyDescription& policy) {
    policy.records[1].mac = policy.records[0].mac;
    policy.records[1].provider = sample_provider(IpVersion::kV4, 3);
  });
  host.transmit("tenant", tenant_frame());
  host.transmit("stranger", tenant_frame());
  ASSERT_EQ(host.wire.packets.size(), 2U);
  EXPECT_EQ(destination_host(host.wire.packets[0]), 2);
  EXPECT_EQ(destination_host(host.wire.packets[1]), 3);
  EXPECT_EQ(word_at(host.wire.packets[0], 38), 0x1234);  // the upper half of the key
  EXPECT_EQ(word_at(host.wire.packets[1], 38), 0x6543);
}

TEST_P(OvlEncapsulation, OVL_5_a_tenant_s_tag_is_removed) {
  auto tagged = inside(GetParam());
  tagged.tags = {0x6064};
  SampleHost host(Side::kSender, *GetParam().outer);
  const auto packet = host.send(finished(tagged)).at(0);
  EXPECT_EQ(packet, expected_packet(GetParam(), outer_id(packet))) << "four bytes less, and the type of what is behind";
}

TEST_P(OvlEncapsulation, OVL_6_stacked_tags_are_removed) {
  for (const unsigned outermost : {0x8100U, 0x88A8U}) {
    auto tagged = inside(GetParam());
    tagged.tags = {0x0007, 0x0064};
    auto frame = finished(tagged);
    put(frame, 12, outermost);
    SampleHost host(Side::kSender, *GetParam().outer);
    const auto packet = host.send(frame).at(0);
    EXPECT_EQ(packet, expected_packet(GetParam(), outer_id(packet)));
  }
}

TEST(Ovl, OVL_5_6_a_tag_that_the_device_took_out_is_not_sent_either) {
  SampleHost host(Side::kSender);
  const auto frame = tenant_frame();
  const overlay::PortFrame given{
      .port = host.port("tenant"), .bytes = frame, .tag_control = std::uint16_t{0x6064}, .metadata = {}};
  host.endpoint.transmit(host.snapshot(), host.now, {&given, 1}, host.output());
  ASSERT_EQ(host.wire.packets.size(), 1U);
  EXPECT_EQ(host.wire.packets[0], expected_packet({.outer = IpVersion::kV4}, outer_id(host.wire.packets[0])));
}

TEST_P(OvlEncapsulation, OVL_8_the_frame_travels_without_FCS_and_unchanged) {
  SampleHost sender(Side::kSender, *GetParam().outer);
  SampleHost receiver(Side::kReceiver, *GetParam().outer);
  const auto frame = finished(inside(GetParam()));
  const auto packet = sender.send(frame).at(0);
  EXPECT_EQ(packet.size(), frame.size() + (GetParam().outer == IpVersion::kV4 ? 42 : 62));
  EXPECT_EQ(receiver.take(packet), ByteStrings{frame});
}

/// The frame with another source port.
ByteString from_port(unsigned port, const SampleFrame& frame = {.outer = IpVersion::kV4}) {
  auto bytes = tenant_frame(frame);
  put(bytes, layout_of(inside(frame)).transport, port);
  return bytes;
}

TEST(Ovl, OVL_19_one_inner_flow_takes_one_next_hop_and_many_flows_take_all) {
  SampleHost host(Side::kSender);
  host.underlay.next_hops[sample_provider(IpVersion::kV4, 2)].macs = {sample_mac(0x50, 7), sample_mac(0x50, 8),
                                                                      sample_mac(0x50, 9)};
  std::map<ByteString, int> flows_by_hop;
  for (unsigned port = 1000; port < 1300; ++port) {
    const auto hop = outer_destination(host.send(from_port(port)).at(0));
    ++flows_by_hop[hop];
    for (int repeat = 0; repeat < 3; ++repeat) ASSERT_EQ(outer_destination(host.send(from_port(port)).at(0)), hop);
  }
  ASSERT_EQ(flows_by_hop.size(), 3U);
  for (const auto& [hop, flows] : flows_by_hop) EXPECT_GT(flows, 50);
}

SampleHost hashing_host(IpVersion outer = IpVersion::kV4) {
  return SampleHost(Side::kSender, outer, [](PolicyDescription& policy) {
    policy.subnets[0].flow_id = overlay::FlowIdMode::kHash;
    policy.provider.flow_label = true;
  });
}
int flow_id(const ByteString& packet) {
  return packet.at(41);
}

TEST(Ovl, OVL_20_addresses_protocol_and_ports_make_the_FlowID) {
  auto host = hashing_host();
  std::set<int> by_source_port, by_destination_port, by_source, by_destination;
  for (unsigned i = 0; i < 64; ++i) {
    by_source_port.insert(flow_id(host.send(from_port(1000 + i)).at(0)));
    auto frame = tenant_frame();
    put(frame, 36, 1000 + i);
    by_destination_port.insert(flow_id(host.send(frame).at(0)));
    frame = tenant_frame();
    frame[14 + 15] = static_cast<std::uint8_t>(i);
    by_source.insert(flow_id(host.send(frame).at(0)));
    frame = tenant_frame();
    frame[14 + 19] = static_cast<std::uint8_t>(i);
    by_destination.insert(flow_id(host.send(frame).at(0)));
  }
  for (const auto* used : {&by_source_port, &by_destination_port, &by_source, &by_destination})
    EXPECT_GT(used->size(), 32U);
}

TEST(Ovl, OVL_20_without_ports_the_addresses_make_it) {
  auto host = hashing_host();
  std::set<int> by_address;
  for (unsigned i = 0; i < 64; ++i) {
    auto frame = tenant_frame({.outer = IpVersion::kV4, .protocol = 1});
    frame[14 + 15] = static_cast<std::uint8_t>(i);
    const int first = flow_id(host.send(frame).at(0));
    by_address.insert(first);
    put(frame, 34, 0x0800 + i);  // where ports would be, there is ICMP's type and code
    ASSERT_EQ(flow_id(host.send(frame).at(0)), first);
  }
  EXPECT_GT(by_address.size(), 32U);
}

TEST(Ovl, OVL_20_without_IP_the_MAC_addresses_and_the_type_make_it) {
  auto host = hashing_host();
  const SampleFrame arp{.outer = IpVersion::kV4, .payload_size = 46, .inner_ether_type = 0x88B5};
  const int first = flow_id(host.send(tenant_frame(arp)).at(0));
  std::set<int> by_source, by_type;
  for (unsigned i = 0; i < 64; ++i) {
    auto frame = tenant_frame(arp);
    frame[20] = static_cast<std::uint8_t>(i);  // the payload does not matter
    ASSERT_EQ(flow_id(host.send(frame).at(0)), first);
    frame[10] = static_cast<std::uint8_t>(i);
    by_source.insert(flow_id(host.send(frame).at(0)));
    frame = tenant_frame(arp);
    put(frame, 12, 0x8900 + i);
    by_type.insert(flow_id(host.send(frame).at(0)));
  }
  EXPECT_GT(by_source.size(), 32U);
  EXPECT_GT(by_type.size(), 32U);
}

std::uint32_t flow_label(const ByteString& packet) {
  return (packet.at(15) & 0x0FU) << 16 | word_at(packet, 16);
}

TEST(Ovl, OVL_21_a_flow_has_one_label_which_is_never_0_and_another_flow_another) {
  auto host = hashing_host(IpVersion::kV6);
  std::set<std::uint32_t> labels;
  for (unsigned port = 0; port < 5000; ++port) {
    const auto label = flow_label(host.send(from_port(port)).at(0));
    ASSERT_NE(label, 0U);
    ASSERT_EQ(flow_label(host.send(from_port(port)).at(0)), label);
    labels.insert(label);
  }
  EXPECT_GT(labels.size(), 4900U) << "20 bits";
  EXPECT_TRUE(PolicyDescription().provider.flow_label) << "on by default";
  SampleHost off(Side::kSender, IpVersion::kV6);
  EXPECT_EQ(flow_label(off.send(from_port(1)).at(0)), 0U);
}

/// Writes the DSCP and ECN of the IP header at `ip`.
void mark(ByteString& bytes, std::size_t ip, unsigned traffic_class) {
  if (bytes[ip] / 16 == 4) {
    bytes[ip + 1] = static_cast<std::uint8_t>(traffic_class);
    finish_ip(bytes, ip);
    return;
  }
  bytes[ip] = static_cast<std::uint8_t>(0x60 | traffic_class >> 4);
  bytes[ip + 1] = static_cast<std::uint8_t>((traffic_class & 0xF) << 4 | (bytes[ip + 1] & 0xF));
}
unsigned traffic_class(const ByteString& bytes, std::size_t ip) {
  return bytes[ip] / 16 == 4 ? bytes[ip + 1] : (bytes[ip] & 0xFU) << 4 | bytes[ip + 1] >> 4;
}

TEST_P(OvlEncapsulation, OVL_22_the_outer_ECN_is_the_inner_one) {
  SampleHost host(Side::kSender, *GetParam().outer);
  for (unsigned ecn = 0; ecn < 4; ++ecn) {
    auto frame = finished(inside(GetParam()));
    mark(frame, 14, 0x28 | ecn);
    EXPECT_EQ(traffic_class(host.send(frame).at(0), 14), ecn) << "a fixed DSCP of 0";
  }
  SampleHost copying(Side::kSender, *GetParam().outer,
                     [](PolicyDescription& policy) { policy.provider.dscp = std::nullopt; });
  auto frame = finished(inside(GetParam()));
  mark(frame, 14, 0xB9);
  EXPECT_EQ(traffic_class(copying.send(frame).at(0), 14), 0xB9U) << "D-37: the DSCP is copied";
}

TEST(Ovl, OVL_22_the_outer_ECN_of_a_frame_without_IP_is_0) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    SampleHost host(Side::kSender, version, [](PolicyDescription& policy) { policy.provider.dscp = std::nullopt; });
    // 0x45 0xFF... behind a type that is not IP's.
    auto frame = finished(inside({.outer = version, .payload_size = 46, .inner_ether_type = 0x88B5}));
    frame[14] = 0x45;
    frame[15] = 0xFF;
    EXPECT_EQ(traffic_class(host.send(frame).at(0), 14), 0U);
  }
}

TEST_P(OvlEncapsulation, OVL_25_a_TTL_of_1_crosses_as_1) {
  SampleHost sender(Side::kSender, *GetParam().outer);
  SampleHost receiver(Side::kReceiver, *GetParam().outer);
  auto frame = finished(inside(GetParam()));
  frame[14 + (GetParam().inner == IpVersion::kV4 ? 8 : 7)] = 1;
  if (GetParam().inner == IpVersion::kV4) finish_ip(frame, 14);
  const auto packet = sender.send(frame).at(0);
  EXPECT_EQ(packet.at(14 + (GetParam().outer == IpVersion::kV4 ? 8 : 7)), 64);
  EXPECT_EQ(receiver.take(packet), ByteStrings{frame});
}

TEST(Ovl, OVL_27_vsid_0xFFFFFF_is_sent_by_the_vendor_s_call_alone) {
  SampleHost host(Side::kSender);
  EXPECT_FALSE(overlay::check([] {
                 auto policy = sample_policy(Side::kSender, IpVersion::kV4);
                 policy.ports[0].vsid = policy.subnets[0].vsid = *wire::Vsid::from(0xFFFFFF);
                 return policy;
               }())
                   .empty())
      << "no port can be in it";
  const auto frame = tenant_frame();
  const overlay::VerifiedPeer peer(sample_provider(IpVersion::kV4, 2));
  EXPECT_EQ(host.endpoint.transmit_vendor(peer, host.snapshot(), frame, host.output()), std::nullopt);
  ASSERT_EQ(host.wire.packets.size(), 1U);
  EXPECT_EQ(ByteString(host.wire.packets[0].begin() + 34, host.wire.packets[0].begin() + 41),
            (ByteString{0x20, 0, 0x65, 0x58, 0xFF, 0xFF, 0xFF}));
}

}  // namespace
}  // namespace nvgre::test
