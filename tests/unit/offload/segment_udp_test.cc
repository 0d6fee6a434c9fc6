// USO: what the datagrams look like. What is refused is in segmentation_limits_test.cc.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::Lengths;
using test::SampleFrame;
using test::Seed;
using test::SlowPacket;
using test::Submission;
using wire::IpVersion;

/// Datagrams of one USO request, judged by the slow checker.
std::vector<SlowPacket> datagrams_of(const SampleFrame& frame, std::uint32_t mss) {
  Submission submission(frame);
  const auto sent = test::send(submission.udp_segmentation(mss));
  EXPECT_EQ(sent.completion.failure, std::nullopt);
  std::vector<SlowPacket> datagrams;
  for (const auto& packet : sent.packets) {
    datagrams.emplace_back(packet, frame.outer.has_value());
    EXPECT_EQ(datagrams.back().problems(), "") << "datagram " << datagrams.size();
  }
  return datagrams;
}

template <typename Read>
auto each(const std::vector<SlowPacket>& datagrams, Read read) {
  std::vector<decltype(read(datagrams.front()))> values;
  for (const auto& datagram : datagrams) values.push_back(read(datagram));
  return values;
}

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain.
class SegmentUdpMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(SegmentUdpMatrix, USO_2_5_sizes_of_3001_bytes_at_1000) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  const auto datagrams = datagrams_of(frame, 1000);
  EXPECT_EQ(each(datagrams, [](auto& d) { return d.payload_bytes().size(); }),
            (std::vector<std::size_t>{1000, 1000, 1000, 1}));
  EXPECT_EQ(each(datagrams, [](auto& d) { return d.word(d.transport + 4); }),
            (std::vector<std::uint16_t>{1008, 1008, 1008, 9}));
  ByteString joined;
  for (const auto& datagram : datagrams) std::ranges::copy(datagram.payload_bytes(), std::back_inserter(joined));
  const auto whole = test::write(frame);
  EXPECT_EQ(joined, ByteString(whole.end() - 3001, whole.end()));
}

TEST_P(SegmentUdpMatrix, D_4_length_fields_of_the_template_are_ignored) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  const auto expected = each(datagrams_of(frame, 1000), [](auto& d) { return d.bytes(); });
  for (const auto lengths : {Lengths::kZero, Lengths::kGarbage}) {
    frame.lengths = lengths;
    EXPECT_EQ(each(datagrams_of(frame, 1000), [](auto& d) { return d.bytes(); }), expected);
  }
}

TEST_P(SegmentUdpMatrix, USO_8_10_an_independent_checker_agrees_at_every_payload_size) {
  auto frame = GetParam();
  for (std::size_t payload = 1; payload <= 65; ++payload) {
    frame.payload_size = payload;
    EXPECT_EQ(datagrams_of(frame, 7).size(), (payload + 6) / 7);
  }
}

TEST_P(SegmentUdpMatrix, USO_9_seed_0_means_no_checksum_in_any_datagram) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.seed = Seed::kZero;
  EXPECT_EQ(each(datagrams_of(frame, 1000), [](auto& d) { return d.transport_checksum(); }),
            (std::vector<std::uint16_t>{0, 0, 0}));
}

TEST_P(SegmentUdpMatrix, USO_12_every_other_header_byte_is_copied) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.inner_options = 8;
  frame.outer_options = 8;
  const auto clear_changing = [](const SlowPacket& packet) {
    ByteString headers(packet.bytes().begin(), packet.bytes().begin() + static_cast<std::ptrdiff_t>(packet.payload));
    const auto clear = [&headers](std::size_t offset, std::size_t size) { std::fill_n(&headers[offset], size, 0); };
    for (const auto ip : {packet.outer_ip, packet.inner_ip}) {
      if (ip == 0) continue;
      clear(ip + (packet.is_v4(ip) ? 2 : 4), packet.is_v4(ip) ? 4 : 2);
      if (packet.is_v4(ip)) clear(ip + 10, 2);
    }
    clear(packet.transport + 4, 4);
    return headers;
  };
  const auto expected = clear_changing(SlowPacket(test::write(frame), frame.outer.has_value()));
  for (const auto& datagram : datagrams_of(frame, 1000)) EXPECT_EQ(clear_changing(datagram), expected);
}

TEST_P(SegmentUdpMatrix, a_sink_with_room_gets_the_same_bytes) {
  for (const auto seed : {Seed::kWithoutLength, Seed::kZero}) {
    auto frame = GetParam();
    frame.payload_size = 3001;
    frame.seed = seed;
    Submission submission(frame);
    submission.udp_segmentation(1000).split({3, 60, 777, 778, 2000});
    test::RoomySink sink;
    EXPECT_TRUE(segment_udp(submission.request, ActiveOffloads::all(), sink).succeeded());
    EXPECT_TRUE(sink.used_room);
    EXPECT_EQ(sink.packets, test::send(submission).packets);
  }
}

INSTANTIATE_TEST_SUITE_P(WIRE_6, SegmentUdpMatrix, testing::ValuesIn(test::version_matrix(17)), test::VersionName());

TEST(SegmentUdp, USO_6_7_identifications_count_modulo_65536_in_both_headers) {
  const auto datagrams = datagrams_of(
      {.outer = IpVersion::kV4, .protocol = 17, .payload_size = 400, .inner_id = 0xFFFE, .outer_id = 0x7FFF}, 100);
  using Words = std::vector<std::uint16_t>;
  EXPECT_EQ(each(datagrams, [](auto& d) { return d.identification(d.inner_ip); }),
            (Words{0xFFFE, 0xFFFF, 0x0000, 0x0001}));
  EXPECT_EQ(each(datagrams, [](auto& d) { return d.identification(d.outer_ip); }),
            (Words{0x7FFF, 0x8000, 0x8001, 0x8002}));
}

TEST(SegmentUdp, USO_6_an_inner_identification_leaves_the_lower_half) {
  const auto datagrams = datagrams_of({.protocol = 17, .payload_size = 200, .inner_id = 0x7FFF}, 100);
  EXPECT_EQ(datagrams.at(1).identification(14), 0x8000);
}

// Seed 0x163e - 10 covers 10.1.1.11 > 10.1.1.22 and the protocol; `c2a6` makes the sum 0xFFFF (requirements, section
// 17).
TEST(SegmentUdp, USO_8_a_computed_0_is_sent_as_ffff) {
  const ByteString packet{0x02, 0, 0, 0,  0,    2,    0x02, 0,    0,  0, 0,    1,    0x08, 0x00, 0x45,
                          0,    0, 0, 0,  1,    0x40, 0,    64,   17, 0, 0,    10,   1,    1,    11,
                          10,   1, 1, 22, 0x13, 0x88, 0x13, 0x89, 0,  0, 0x16, 0x34, 0xC2, 0xA6};
  Submission submission(packet);
  const auto sent = test::send(submission.udp_segmentation(1000));
  ASSERT_EQ(sent.packets.size(), 1U);
  const SlowPacket datagram(sent.packets[0], false);
  EXPECT_EQ(datagram.transport_checksum(), 0xFFFF);
  EXPECT_EQ(datagram.problems(), "");
}

TEST(SegmentUdp, USO_15_a_payload_of_one_mss_is_one_datagram) {
  EXPECT_EQ(datagrams_of({.outer = IpVersion::kV4, .protocol = 17, .payload_size = 1000}, 1000).size(), 1U);
}

TEST(SegmentUdp, USO_18_19_a_failure_midway_reports_what_was_sent) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 3001});
  submission.udp_segmentation(1000);
  test::CollectingSink sink(3);
  const auto completion = segment_udp(submission.request, ActiveOffloads::all(), sink);
  EXPECT_EQ(completion.failure, wire::DropReason::kEmitFailed);
  EXPECT_EQ(completion.packets, 3U);
  EXPECT_EQ(completion.payload_bytes, 3000U);
  EXPECT_EQ(completion.bytes, 3000U + 3 * 84);
}

TEST(SegmentUdp, USO_20_checksum_offload_does_not_matter) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 300});
  const auto expected = test::send(submission.udp_segmentation(100)).packets;
  auto offloads = ActiveOffloads::all();
  offloads.transmit_checksum = {};
  offloads.encapsulated.transmit_checksum = {};
  EXPECT_EQ(test::send(submission, offloads).packets, expected);
}

TEST(SegmentUdp, USO_21_supplemental_offsets_point_at_udp) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 300});
  submission.request.supplemental = {.is_encapsulated = true,
                                     .offsets_valid = true,
                                     .inner_frame_offset = 42,
                                     .transport_ip_header_relative_offset = 14,
                                     .tcp_header_relative_offset = 20};
  submission.udp_segmentation(100).request.udp_segmentation->udp_header_offset = 1023;  // LOC-15
  EXPECT_EQ(test::send(submission).packets.size(), 3U);
  submission.request.supplemental->tcp_header_relative_offset = 22;
  EXPECT_EQ(test::send(submission).completion.failure, wire::DropReason::kOffsetMismatch);
}

}  // namespace
}  // namespace nvgre::offload
