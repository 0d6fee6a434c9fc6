/// OVL: what an endpoint asks of the offloads, and what it does without them.
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "nvgre/overlay/outgoing_frame.h"
#include "nvgre/overlay/tenant_frame.h"
#include "tests/conformance/sample_host.h"
#include "tests/support/slow_packet.h"

namespace nvgre::test {
namespace {

/// All pairings of versions, TCP and UDP.
class OvlOffload : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, OvlOffload, testing::ValuesIn(encapsulated_matrix()), VersionName());

/// All pairings of versions with TCP: a datagram's size is its sender's own affair.
class OvlTcp : public OvlOffload {};
std::vector<SampleFrame> tcp_frames() {
  auto frames = encapsulated_matrix();
  std::erase_if(frames, [](const SampleFrame& frame) { return frame.protocol != 6; });
  return frames;
}
INSTANTIATE_TEST_SUITE_P(WIRE_6, OvlTcp, testing::ValuesIn(tcp_frames()), VersionName());

/// The tenant's frame as Linux hands it over: the IP header is finished, the transport checksum's field holds a sum
/// with the length of it all.
ByteString unfinished(SampleFrame frame) {
  frame.seed = Seed::kWithLength;
  auto bytes = write(inside(frame));
  if (frame.inner == IpVersion::kV4) finish_ip(bytes, 14);
  return bytes;
}
offload::FrameMetadata metadata(const SampleFrame& frame, std::uint16_t segment_size = 0) {
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(layout_of(inside(frame)).transport);
  metadata.checksum_offset = frame.protocol == 6 ? 16 : 6;
  metadata.segment_size = segment_size;
  if (segment_size == 0) return metadata;
  using offload::SegmentationKind;
  metadata.segmentation = frame.protocol == 17            ? SegmentationKind::kUdp
                          : frame.inner == IpVersion::kV4 ? SegmentationKind::kTcpV4
                                                          : SegmentationKind::kTcpV6;
  return metadata;
}

/// What the endpoint asks of the provider for the tenant's frame in this packet.
offload::SendRequest asked(const ByteString& bytes, const SampleFrame& frame, std::uint16_t segment_size = 0) {
  const auto parsed = overlay::TenantFrame::parse(bytes, metadata(frame, segment_size));
  EXPECT_TRUE(parsed.has_value());
  const overlay::TunnelFields fields{.source_mac = sample_mac(0x50, 1),
                                     .destination_mac = sample_mac(0x50, 2),
                                     .vlan = std::nullopt,
                                     .source = sample_provider(*frame.outer, 1),
                                     .destination = sample_provider(*frame.outer, 2),
                                     .vsid = kSampleVsid};
  const overlay::OutgoingFrame outgoing(*parsed, &fields, segment_size);
  auto request = outgoing.request();
  request.packets = {};  // they end here
  return request;
}

TEST_P(OvlOffload, OVL_31_the_supplemental_slot_says_where_the_inner_headers_lie) {
  auto frame = GetParam();
  for (const bool has_options : {false, true}) {
    if (has_options && frame.protocol == 6) frame.tcp_options = 12;
    frame.inner_options = has_options ? 8 : 0;
    const auto layout = layout_of(frame);
    const auto request = asked(unfinished(frame), frame);
    ASSERT_TRUE(request.supplemental);
    const auto& slot = *request.supplemental;
    EXPECT_TRUE(slot.is_encapsulated);
    EXPECT_TRUE(slot.offsets_valid);
    EXPECT_EQ(slot.inner_frame_offset, layout.inner_link);
    EXPECT_EQ(slot.transport_ip_header_relative_offset, layout.inner_ip - layout.inner_link);
    EXPECT_EQ(slot.tcp_header_relative_offset, layout.transport - layout.inner_ip);
    EXPECT_EQ(slot.is_inner_ipv6, frame.inner == IpVersion::kV6);
    EXPECT_EQ(slot.tcp_options_present, has_options && frame.protocol == 6);
  }
}

TEST(Ovl, OVL_31_v4_in_v4_without_options_gives_42_14_and_20) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  const auto request = asked(unfinished(frame), frame);
  EXPECT_EQ(request.supplemental->inner_frame_offset, 42);
  EXPECT_EQ(request.supplemental->transport_ip_header_relative_offset, 14);
  EXPECT_EQ(request.supplemental->tcp_header_relative_offset, 20);
}

TEST_P(OvlOffload, OVL_31_a_super_frame_has_its_slot_and_its_MSS) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  const auto request = asked(unfinished(frame), frame, 1000);
  EXPECT_TRUE(request.supplemental->offsets_valid);
  EXPECT_EQ(request.large_send.has_value(), frame.protocol == 6);
  EXPECT_EQ(request.udp_segmentation.has_value(), frame.protocol == 17);
  EXPECT_EQ(frame.protocol == 6 ? request.large_send->mss : request.udp_segmentation->mss, 1000U);
}

TEST_P(OvlTcp, OVL_32_the_MSS_is_lowered_until_the_outer_packet_has_exactly_1500_bytes) {
  auto frame = GetParam();
  frame.payload_size = 20'000;
  SampleHost host(Side::kSender, *frame.outer);
  const auto packets = host.send(unfinished(frame), metadata(frame, 1460));
  const bool outer_v4 = frame.outer == IpVersion::kV4, inner_v4 = frame.inner == IpVersion::kV4;
  const std::size_t mss = outer_v4 && inner_v4 ? 1418 : outer_v4 || inner_v4 ? 1398 : 1378;
  ASSERT_EQ(packets.size(), (20'000 + mss - 1) / mss);
  ByteString joined;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const SlowPacket packet(packets[i], true);
    EXPECT_EQ(packet.problems(), "");
    if (i + 1 < packets.size()) {
      EXPECT_EQ(packets[i].size() - 14, 1500U);
      EXPECT_EQ(packet.payload_bytes().size(), mss);
    }
    const auto payload = packet.payload_bytes();
    joined.insert(joined.end(), payload.begin(), payload.end());
  }
  const auto given = unfinished(frame);
  EXPECT_EQ(joined, ByteString(given.end() - 20'000, given.end()));
}

TEST_P(OvlOffload, OVL_33_what_the_provider_can_not_do_is_done_before_with_the_same_result) {
  auto frame = GetParam();
  for (const std::uint16_t segment_size : {0, 1000}) {
    frame.payload_size = segment_size == 0 ? 700 : 3001;
    SampleHost able(Side::kSender, *frame.outer);
    SampleHost unable(Side::kSender, *frame.outer);
    unable.offloads = offload::ActiveOffloads();
    const auto expected = able.send(unfinished(frame), metadata(frame, segment_size));
    const auto packets = unable.send(unfinished(frame), metadata(frame, segment_size));
    ASSERT_EQ(packets.size(), expected.size());
    for (std::size_t i = 0; i < packets.size(); ++i) {
      EXPECT_EQ(SlowPacket(packets[i], true).problems(), "");
      EXPECT_EQ(packets[i], expected[i]);
    }
    EXPECT_EQ(unable.counts().software_checksummed, segment_size == 0 ? 1U : 0U);
    EXPECT_EQ(unable.counts().software_segmented, segment_size == 0 ? 0U : 1U);
    EXPECT_EQ(able.counts().software_checksummed + able.counts().software_segmented, 0U);
  }
}

TEST_P(OvlOffload, OVL_33_without_UDP_checksums_on_send_UDP_alone_is_completed_before) {
  SampleHost host(Side::kSender, *GetParam().outer);
  host.offloads.transmit_checksum.udp = {};
  const auto packets = host.send(unfinished(GetParam()), metadata(GetParam()));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0], expected_packet(GetParam(), outer_id(packets[0])));
  EXPECT_EQ(host.counts().software_checksummed, GetParam().protocol == 17 ? 1U : 0U);
}

TEST_P(OvlOffload, OVL_33_headers_longer_than_MaxHeaderSizeSupported_are_completed_before) {
  auto frame = GetParam();
  frame.inner_options = frame.inner == IpVersion::kV4 ? 40 : 64;
  SampleHost host(Side::kSender, *frame.outer);
  host.offloads.max_header_size = layout_of(frame).payload - 1;
  auto packets = host.send(unfinished(frame), metadata(frame));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0], expected_packet(frame, outer_id(packets[0])));
  EXPECT_EQ(host.counts().software_checksummed, 1U);
  host.offloads.max_header_size = layout_of(frame).payload;
  packets = host.send(unfinished(frame), metadata(frame));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0], expected_packet(frame, outer_id(packets[0])));
  EXPECT_EQ(host.counts().software_checksummed, 1U) << "exactly as long as is supported";
}

}  // namespace
}  // namespace nvgre::test
