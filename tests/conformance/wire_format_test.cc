/// WIRE-1 to WIRE-10: what is sent, byte for byte.
#include <cstddef>
#include <iostream>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "nvgre/wire/gre.h"
#include "tests/conformance/sample_host.h"
#include "tests/support/submission.h"

namespace nvgre::test {
namespace {

/// All pairings of versions (WIRE-6), each with TCP and UDP.
class WireFormat : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, WireFormat, testing::ValuesIn(encapsulated_matrix()), VersionName());

/// What a SampleHost sends for the frame in this packet; it has to be one packet.
ByteString sent(const SampleFrame& frame, const SampleHost::Change& change = nullptr) {
  SampleHost host(Side::kSender, *frame.outer, change);
  const auto packets = host.send(finished(inside(frame)));
  EXPECT_EQ(packets.size(), 1U);
  return packets.empty() ? ByteString() : packets[0];
}

ByteString part(const ByteString& bytes, std::size_t offset, std::size_t size) {
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(offset);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

TEST(Wire, WIRE_1_the_header_of_vsid_0x123456_and_flow_id_0x7A) {
  ByteString header(8, 0xFF);
  EXPECT_EQ(wire::write_nvgre(header, kSampleVsid, wire::FlowId{0x7A}), 8U);
  EXPECT_EQ(header, (ByteString{0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A}));
}

TEST_P(WireFormat, WIRE_1_the_header_that_is_sent) {
  EXPECT_EQ(part(sent(GetParam()), layout_of(GetParam()).gre, 8),
            (ByteString{0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x00}));
}

TEST_P(WireFormat, WIRE_2_the_outer_protocol_is_47) {
  const auto packet = sent(GetParam());
  EXPECT_EQ(packet.at(14 + (GetParam().outer == IpVersion::kV4 ? 9 : 6)), 0x2F);
}

TEST_P(WireFormat, WIRE_3_and_6_the_whole_packet) {
  const auto packet = sent(GetParam());
  EXPECT_EQ(packet, expected_packet(GetParam(), outer_id(packet)));
}

TEST(Wire, WIRE_3_a_frame_of_60_bytes_grows_by_42_or_62_and_by_4_more_with_a_tag) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    const SampleFrame frame{.outer = version, .payload_size = 46, .inner_ether_type = 0x88B5};
    const std::size_t overhead = version == IpVersion::kV4 ? 42 : 62;
    ASSERT_EQ(finished(inside(frame)).size(), 60U);
    EXPECT_EQ(sent(frame).size(), 60 + overhead);
    const auto tagged = sent(frame, [](PolicyDescription& policy) { policy.provider.vlan = 100; });
    EXPECT_EQ(tagged.size(), 60 + overhead + 4);
    auto expected = frame;
    expected.tags = {100};
    EXPECT_EQ(part(tagged, 0, 18), part(finished(expected), 0, 18)) << "between addresses and type";
  }
}

TEST(Wire, WIRE_4_an_ARP_request_survives_the_round_trip) {
  ByteString request{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02, 0, 0,    0, 0x10, 0x01, 0x08, 0x06,
                     0,    1,    0x08, 0,    6,    4,    0,    1, 0x02, 0, 0,    0,    0x10, 0x01,
                     198,  51,   100,  0x11, 0,    0,    0,    0, 0,    0, 198,  51,   100,  0x22};
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    SampleHost sender(Side::kSender, version);
    SampleHost receiver(Side::kReceiver, version);
    const auto packets = sender.send(request);
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(receiver.take(packets[0]), ByteStrings{request});
  }
}

TEST(Wire, WIRE_4_a_frame_with_LLC_survives_the_round_trip) {
  // A length instead of a type, then DSAP, SSAP and control of a spanning tree's frame.
  ByteString frame{0x02, 0, 0, 0, 0x10, 0x02, 0x02, 0, 0, 0, 0x10, 0x01, 0x00, 0x26, 0x42, 0x42, 0x03};
  frame.resize(60, 0xA5);
  SampleHost sender(Side::kSender);
  SampleHost receiver(Side::kReceiver);
  const auto packets = sender.send(frame);
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(receiver.take(packets[0]), ByteStrings{frame});
}

TEST(Wire, WIRE_5_the_outer_ipv4_header_of_the_rule) {
  // 1500 bytes from 192.0.2.1 to 192.0.2.2; IDs of one destination are counted, so 0x1234 comes within one turn.
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 1500 - 42, .inner_ether_type = 0x88B5};
  SampleHost host(Side::kSender);
  const auto given = finished(inside(frame));
  const auto first = outer_id(host.send(given).at(0));
  for (auto id = static_cast<std::uint16_t>(first + 1); id != 0x1234; ++id)
    ASSERT_EQ(outer_id(host.send(given).at(0)), id);
  EXPECT_EQ(part(host.send(given).at(0), 14, 20),
            (ByteString{0x45, 0x00, 0x05, 0xDC, 0x12, 0x34, 0x40, 0x00, 0x40, 0x2F,
                        0x9E, 0xBB, 0xC0, 0x00, 0x02, 0x01, 0xC0, 0x00, 0x02, 0x02}));
}

TEST(Wire, WIRE_5_the_outer_ipv6_header_has_hop_limit_64_and_no_extension) {
  const SampleFrame frame{.outer = IpVersion::kV6, .payload_size = 46, .inner_ether_type = 0x88B5};
  EXPECT_EQ(part(sent(frame), 14, 8), (ByteString{0x60, 0, 0, 0, 0, 8 + 14 + 46, 47, 64}));
}

TEST(Wire, WIRE_5_the_ids_of_two_destinations_are_counted_apart) {
  SampleHost host(Side::kSender, IpVersion::kV4, [](PolicyDescription& policy) {
    policy.records.push_back(
        {.vsid = kSampleVsid, .mac = sample_mac(0x10, 3), .provider = sample_provider(IpVersion::kV4, 3)});
  });
  const auto to_2 = finished(inside({.outer = IpVersion::kV4}));
  auto to_3 = to_2;
  to_3[5] = 3;
  const auto first_to_2 = outer_id(host.send(to_2).at(0));
  const auto first_to_3 = outer_id(host.send(to_3).at(0));
  EXPECT_EQ(outer_id(host.send(to_2).at(0)), static_cast<std::uint16_t>(first_to_2 + 1));
  EXPECT_EQ(outer_id(host.send(to_3).at(0)), static_cast<std::uint16_t>(first_to_3 + 1));
}

/// Whether a subnet with this VSID may be configured.
bool is_accepted(std::uint32_t value) {
  auto description = sample_policy(Side::kSender, IpVersion::kV4);
  description.subnets.push_back({.vsid = *wire::Vsid::from(value), .name = "new"});
  return overlay::check(description).empty();
}

TEST(Wire, WIRE_7_vsids_up_to_0x000FFF_can_not_be_configured) {
  EXPECT_FALSE(is_accepted(0x000000));
  EXPECT_FALSE(is_accepted(0x000FFF));
  EXPECT_TRUE(is_accepted(0x001000));
}

TEST(Wire, WIRE_8_the_highest_vsid_that_can_be_configured_is_0xFFFFFE) {
  EXPECT_TRUE(is_accepted(0xFFFFFE));
  EXPECT_FALSE(is_accepted(0xFFFFFF));
}

void turn_flow_ids_on(PolicyDescription& policy) {
  policy.subnets[0].flow_id = overlay::FlowIdMode::kHash;
}
std::uint8_t flow_id(const ByteString& packet) {
  return packet.at(14 + 20 + 7);
}

TEST(Wire, WIRE_9_flow_ids_are_0_while_they_are_off) {
  for (const std::uint8_t protocol : {6, 17})
    EXPECT_EQ(flow_id(sent({.outer = IpVersion::kV4, .protocol = protocol})), 0);
}

TEST(Wire, WIRE_9_two_packets_of_a_flow_share_a_flow_id_and_ten_thousand_flows_use_200) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  SampleHost host(Side::kSender, IpVersion::kV4, turn_flow_ids_on);
  std::set<std::uint8_t> used;
  for (int flow = 0; flow < 10'000; ++flow) {
    const SampleFrame frame{.outer = IpVersion::kV4, .protocol = static_cast<std::uint8_t>(random() % 2 == 0 ? 6 : 17)};
    const auto layout = layout_of(inside(frame));
    auto given = finished(inside(frame));
    for (const auto offset : {layout.inner_ip + 12, layout.inner_ip + 18, layout.transport, layout.transport + 2})
      put(given, offset, random() & 0xFFFF);
    const auto first = flow_id(host.send(given).at(0));
    used.insert(first);
    given.resize(given.size() - 50);  // another packet of the flow: less payload
    put(given, layout.inner_ip + 2, given.size() - layout.inner_ip);
    if (frame.protocol == 17) put(given, layout.transport + 4, given.size() - layout.transport);
    ASSERT_EQ(flow_id(host.send(given).at(0)), first);
  }
  EXPECT_GE(used.size(), 200U);
}

TEST_P(WireFormat, WIRE_10_the_key_of_every_segment_is_the_template_s) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  Submission submission(frame);
  if (frame.protocol == 6)
    submission.large_send(1000);
  else
    submission.udp_segmentation(1000);
  const auto segments = test::send(submission).packets;
  ASSERT_EQ(segments.size(), 4U);
  for (const auto& segment : segments)
    EXPECT_EQ(part(segment, layout_of(frame).gre, 8), (ByteString{0x20, 0, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A}));
}

TEST_P(WireFormat, WIRE_10_the_key_of_a_packet_with_checksum_offload_is_the_sender_s) {
  auto frame = GetParam();
  frame.seed = Seed::kWithLength;
  Submission submission(frame);
  const bool v4 = frame.outer == IpVersion::kV4;
  submission.request.checksum = offload::ChecksumRequest{
      .is_ipv4 = v4, .is_ipv6 = !v4, .ip_header = true, .tcp = frame.protocol == 6, .udp = frame.protocol == 17};
  EXPECT_EQ(test::send(submission).packets, ByteStrings{finished(frame)});
}

}  // namespace
}  // namespace nvgre::test
