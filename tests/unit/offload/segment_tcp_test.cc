// LSO: how it is done. What the segments have to look like is in tests/conformance.
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::SampleFrame;
using test::SlowPacket;
using test::Submission;
using test::tcp_segments;
using wire::IpVersion;

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain.
class SegmentTcpMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(SegmentTcpMatrix, LOC_8_TXC_11_long_headers_are_repeated) {
  auto frame = GetParam();
  frame.payload_size = 300;
  frame.tcp_options = frame.outer ? 12 : 40;
  frame.inner_options = frame.inner == IpVersion::kV4 ? 40 : frame.outer ? 64 : 128;
  EXPECT_EQ(tcp_segments(frame, 100).size(), 3U);
}

TEST_P(SegmentTcpMatrix, a_sink_with_room_gets_the_same_bytes) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  Submission submission(frame);
  submission.large_send(1000).split({3, 60, 777, 778, 2000});
  test::RoomySink sink;
  const auto completion = segment_tcp(submission.request, ActiveOffloads::all(), sink);
  EXPECT_TRUE(completion.succeeded());
  EXPECT_TRUE(sink.used_room);
  EXPECT_EQ(sink.packets, test::send(submission).packets);
}

TEST_P(SegmentTcpMatrix, D_19_a_packet_in_very_many_pieces_is_cut_the_same) {
  auto frame = GetParam();
  frame.payload_size = 500;
  Submission submission(frame);
  const auto expected = test::send(submission.large_send(200)).packets;
  std::vector<std::size_t> every_byte(submission.bytes.size() - 1);
  std::iota(every_byte.begin(), every_byte.end(), 1);
  EXPECT_EQ(test::send(submission.split(every_byte)).packets, expected);
}

INSTANTIATE_TEST_SUITE_P(WIRE_6, SegmentTcpMatrix, testing::ValuesIn(test::version_matrix(6)), test::VersionName());

TEST(SegmentTcp, D_5_the_seed_is_trusted_for_its_addresses) {
  Submission submission(SampleFrame{.payload_size = 200});
  const std::size_t checksum_field = 14 + 20 + 16;
  submission.bytes[checksum_field] ^= 0x40;  // a seed of other addresses
  const auto sent = test::send(submission.large_send(100));
  ASSERT_EQ(sent.packets.size(), 2U);
  EXPECT_FALSE(SlowPacket(sent.packets[0], false).transport_verifies());
}

TEST(SegmentTcp, LOC_15_header_offsets_of_encapsulated_requests_are_never_read) {
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 300};
  Submission submission(frame);
  const auto expected = test::send(submission.large_send(100)).packets;
  submission.request.large_send->tcp_header_offset = 1023;
  EXPECT_EQ(test::send(submission).packets, expected);
}

TEST(SegmentTcp, TXC_17_D_3_checksum_slots_and_their_offload_do_not_matter) {
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 300};
  Submission submission(frame);
  const auto expected = test::send(submission.large_send(100)).packets;
  auto offloads = ActiveOffloads::all();
  offloads.transmit_checksum = {};
  offloads.encapsulated.transmit_checksum = {};
  EXPECT_EQ(test::send(submission, offloads).packets, expected);
  submission.request.checksum = ChecksumRequest{.is_ipv6 = true, .udp = true};
  EXPECT_EQ(test::send(submission, offloads).packets, expected);
}

TEST(SegmentTcp, WIRE_10_the_key_is_never_changed) {
  for (const auto& segment : tcp_segments({.outer = IpVersion::kV6, .payload_size = 300}, 100)) {
    EXPECT_EQ(segment.word(segment.gre + 4), 0x1234);
    EXPECT_EQ(segment.word(segment.gre + 6), 0x567A);
  }
}

// OVL-32: with the MSS lowered by the tunnel overhead the largest outer IP packet is exactly 1500 bytes.
TEST(SegmentTcp, OVL_32_the_lowered_mss_fills_an_underlay_of_1500) {
  const std::array<std::uint32_t, 4> mss{1418, 1398, 1398, 1378};
  for (std::size_t i = 0; i < mss.size(); ++i) {
    const auto versions = test::kAllVersions[i];
    Submission submission(SampleFrame{.outer = versions.outer, .inner = versions.inner, .payload_size = 10'000});
    auto offloads = ActiveOffloads::all();
    offloads.link_mtu = 1500;
    const auto sent = test::send(submission.large_send(mss[i]), offloads);
    ASSERT_TRUE(sent.completion.succeeded());
    EXPECT_EQ(sent.packets[0].size(), 14U + 1500);
  }
}

}  // namespace
}  // namespace nvgre::offload
