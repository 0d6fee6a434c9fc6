// LSO: what the segments look like. What is refused is in segmentation_limits_test.cc.
#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <numeric>
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
namespace flag = test::tcp_flag;

/// Segments of one LSOv2 request, judged by the slow checker.
std::vector<SlowPacket> segments_of(const SampleFrame& frame, std::uint32_t mss) {
  Submission submission(frame);
  const auto before = submission.bytes;
  const auto sent = test::send(submission.large_send(mss));
  EXPECT_EQ(sent.completion.failure, std::nullopt);
  EXPECT_EQ(submission.bytes, before) << "LSO-30: the template was changed";
  std::vector<SlowPacket> segments;
  for (const auto& packet : sent.packets) {
    segments.emplace_back(packet, frame.outer.has_value());
    EXPECT_EQ(segments.back().problems(), "") << "segment " << segments.size();
  }
  return segments;
}

ByteString joined_payload(const std::vector<SlowPacket>& segments) {
  ByteString joined;
  for (const auto& segment : segments) {
    const auto payload = segment.payload_bytes();
    joined.insert(joined.end(), payload.begin(), payload.end());
  }
  return joined;
}

template <typename Read>
auto each(const std::vector<SlowPacket>& segments, Read read) {
  std::vector<decltype(read(segments.front()))> values;
  for (const auto& segment : segments) values.push_back(read(segment));
  return values;
}

TEST(SegmentTcp, LSO_32_worked_example) {
  const auto segments =
      segments_of({.outer = IpVersion::kV4, .payload_size = 3001, .inner_id = 0x7FFE, .outer_id = 0xFFFF}, 1000);
  using Sizes = std::vector<std::size_t>;
  using Words = std::vector<std::uint16_t>;
  EXPECT_EQ(each(segments, [](auto& s) { return s.ip_length(s.outer_ip); }), (Sizes{1082, 1082, 1082, 83}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.ip_length(s.inner_ip); }), (Sizes{1040, 1040, 1040, 41}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.identification(s.inner_ip); }),
            (Words{0x7FFE, 0x7FFF, 0x0000, 0x0001}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.identification(s.outer_ip); }),
            (Words{0xFFFF, 0x0000, 0x0001, 0x0002}));
}

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain.
class SegmentTcpMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(SegmentTcpMatrix, LSO_5_all_segments_but_the_last_carry_exactly_the_mss) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  const auto segments = segments_of(frame, 1000);
  EXPECT_EQ(each(segments, [](auto& s) { return s.payload_bytes().size(); }),
            (std::vector<std::size_t>{1000, 1000, 1000, 1}));
  const auto whole = test::write(frame);
  EXPECT_EQ(joined_payload(segments), ByteString(whole.end() - 3001, whole.end()));
}

TEST_P(SegmentTcpMatrix, LSO_4_length_fields_of_the_template_are_ignored) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  const auto expected = each(segments_of(frame, 1000), [](auto& s) { return s.bytes(); });
  for (const auto lengths : {Lengths::kZero, Lengths::kGarbage}) {
    frame.lengths = lengths;
    EXPECT_EQ(each(segments_of(frame, 1000), [](auto& s) { return s.bytes(); }), expected);
  }
}

/// Clears what LSO-8, LSO-9, LSO-13, LSO-15 to LSO-18 let differ.
ByteString without_changing_fields(const SlowPacket& packet) {
  ByteString headers(packet.bytes().begin(), packet.bytes().begin() + static_cast<std::ptrdiff_t>(packet.payload));
  const auto clear = [&headers](std::size_t offset, std::size_t size) { std::fill_n(&headers[offset], size, 0); };
  for (const auto ip : {packet.outer_ip, packet.inner_ip}) {
    if (ip == 0) continue;
    if (packet.is_v4(ip)) {
      clear(ip + 2, 4);
      clear(ip + 10, 2);
    } else {
      clear(ip + 4, 2);
    }
  }
  clear(packet.transport + 4, 4);
  headers[packet.transport + 13] &= 0x76;  // all but CWR, PSH, FIN
  clear(packet.transport + 16, 2);
  return headers;
}

TEST_P(SegmentTcpMatrix, LSO_7_10_12_16_every_other_header_byte_is_copied) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.flags = flag::kAck | flag::kEce | flag::kAe | flag::kPsh | 0xE00;
  frame.tcp_options = 12;
  frame.inner_options = 8;
  frame.outer_options = 16;
  frame.tags = {0x6064};
  const auto expected = without_changing_fields(SlowPacket(test::write(frame), frame.outer.has_value()));
  for (const auto& segment : segments_of(frame, 1000)) EXPECT_EQ(without_changing_fields(segment), expected);
}

TEST_P(SegmentTcpMatrix, LSO_17_an_independent_checker_agrees_at_every_payload_size) {
  auto frame = GetParam();
  for (std::size_t payload = 1; payload <= 65; ++payload) {
    frame.payload_size = payload;
    EXPECT_EQ(segments_of(frame, 16).size(), (payload + 15) / 16);
    EXPECT_EQ(segments_of(frame, 7).size(), (payload + 6) / 7);
  }
}

TEST_P(SegmentTcpMatrix, LSO_22_payloads_beyond_64_kib_are_cut) {
  auto frame = GetParam();
  frame.payload_size = 200'000;
  frame.lengths = Lengths::kZero;
  const auto segments = segments_of(frame, 1448);
  EXPECT_EQ(segments.size(), 139U);
  const auto whole = test::write(frame);
  EXPECT_EQ(joined_payload(segments), ByteString(whole.end() - 200'000, whole.end()));
}

TEST_P(SegmentTcpMatrix, LOC_8_TXC_11_long_headers_are_repeated) {
  auto frame = GetParam();
  frame.payload_size = 300;
  frame.tcp_options = frame.outer ? 12 : 40;
  frame.inner_options = frame.inner == IpVersion::kV4 ? 40 : frame.outer ? 64 : 128;
  EXPECT_EQ(segments_of(frame, 100).size(), 3U);
}

TEST_P(SegmentTcpMatrix, LSO_27_a_tag_from_the_request_is_put_on_every_segment) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  Submission untagged(frame);
  auto expected = test::send(untagged.large_send(1000)).packets;
  const std::array<std::uint8_t, 4> tag{0x81, 0x00, 0x00, 0x64};
  for (auto& packet : expected) packet.insert(packet.begin() + 12, tag.begin(), tag.end());
  Submission tagged(frame);
  tagged.request.tag_control = 100;
  EXPECT_EQ(test::send(tagged.large_send(1000)).packets, expected);
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

TEST(SegmentTcp, LSO_8_sequence_numbers_wrap) {
  const auto segments = segments_of({.payload_size = 1000, .sequence = 0xFFFF'FF00}, 400);
  EXPECT_EQ(each(segments, [](auto& s) { return s.sequence(); }),
            (std::vector<std::uint32_t>{0xFFFF'FF00, 0x0000'0090, 0x0000'0220}));
}

TEST(SegmentTcp, LSO_9_fin_and_psh_come_last_and_cwr_first) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const auto fin = static_cast<std::uint16_t>((bits & 1) != 0 ? flag::kFin : 0);
    const auto psh = static_cast<std::uint16_t>((bits & 2) != 0 ? flag::kPsh : 0);
    const auto cwr = static_cast<std::uint16_t>((bits & 4) != 0 ? flag::kCwr : 0);
    const auto all = static_cast<std::uint16_t>(flag::kAck | flag::kEce | fin | psh | cwr);
    const auto middle = static_cast<std::uint16_t>(flag::kAck | flag::kEce);
    const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 300, .flags = all};
    EXPECT_EQ(each(segments_of(frame, 100), [](auto& s) { return s.flags(); }),
              (std::vector<std::uint16_t>{static_cast<std::uint16_t>(middle | cwr), middle,
                                          static_cast<std::uint16_t>(middle | fin | psh)}));
    EXPECT_EQ(each(segments_of(frame, 300), [](auto& s) { return s.flags(); }), std::vector{all});
  }
}

TEST(SegmentTcp, LSO_13_inner_identifications_stay_in_the_half_where_they_start) {
  const auto inner_ids = [](std::uint16_t first) {
    return each(segments_of({.outer = IpVersion::kV4, .payload_size = 400, .inner_id = first}, 100),
                [](auto& s) { return s.identification(s.inner_ip); });
  };
  using Words = std::vector<std::uint16_t>;
  EXPECT_EQ(inner_ids(0x7FFE), (Words{0x7FFE, 0x7FFF, 0x0000, 0x0001}));
  EXPECT_EQ(inner_ids(0xFFFF), (Words{0xFFFF, 0x0000, 0x0001, 0x0002}));
  EXPECT_EQ(inner_ids(0x8000), (Words{0x8000, 0x8001, 0x8002, 0x8003}));
}

TEST(SegmentTcp, LSO_15_outer_identifications_count_modulo_65536) {
  const auto outer_ids = [](std::uint16_t first) {
    return each(segments_of({.outer = IpVersion::kV4, .payload_size = 200, .outer_id = first}, 100),
                [](auto& s) { return s.identification(s.outer_ip); });
  };
  using Words = std::vector<std::uint16_t>;
  EXPECT_EQ(outer_ids(0x7FFF), (Words{0x7FFF, 0x8000}));
  EXPECT_EQ(outer_ids(0xFFFF), (Words{0xFFFF, 0x0000}));
}

// Section 17 of the requirements: TCP/IPv4 10.1.1.11 > 10.1.1.22, seed without length 0x1629.
TEST(SegmentTcp, LSO_17_checksum_vectors) {
  ByteString packet{0x02, 0,    0,    0, 0,  2, 0x02, 0, 0,  0, 0,    1,    0x08, 0x00, 0x45, 0,    0,    0,
                    0,    1,    0x40, 0, 64, 6, 0,    0, 10, 1, 1,    11,   10,   1,    1,    22,   0xc0, 0,
                    1,    0xbb, 0,    0, 0,  1, 0,    0, 0,  2, 0x50, 0x18, 0x10, 0,    0x16, 0x29, 0,    0};
  const auto checksum_with = [&packet](const ByteString& payload) {
    auto bytes = packet;
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    Submission submission(bytes);
    const auto sent = test::send(submission.large_send(1000));
    EXPECT_EQ(sent.packets.size(), 1U);
    return SlowPacket(sent.packets.at(0), false).transport_checksum();
  };
  EXPECT_EQ(checksum_with({0, 1, 2, 3, 4, 5, 6, 7}), 0xBBD3);
  EXPECT_EQ(checksum_with({0xAA, 0xBB, 0xCC}), 0x512C);
}

TEST(SegmentTcp, D_5_the_seed_is_trusted_for_its_addresses) {
  Submission submission(SampleFrame{.payload_size = 200});
  const std::size_t checksum_field = 14 + 20 + 16;
  submission.bytes[checksum_field] ^= 0x40;  // a seed of other addresses
  const auto sent = test::send(submission.large_send(100));
  ASSERT_EQ(sent.packets.size(), 2U);
  EXPECT_FALSE(SlowPacket(sent.packets[0], false).transport_verifies());
}

TEST(SegmentTcp, LSO_23_v1_takes_the_payload_from_the_ip_length) {
  const SampleFrame frame{.payload_size = 60'000, .trailing = 3};
  Submission submission(frame);
  submission.large_send(1460);
  submission.request.large_send->version = LargeSendRequest::Version::kV1;
  submission.request.large_send->tcp_header_offset = 34;
  const auto sent = test::send(submission);
  ASSERT_TRUE(sent.completion.succeeded());
  EXPECT_EQ(sent.completion.payload_bytes, 60'000U);
  ASSERT_EQ(sent.packets.size(), 42U);
  EXPECT_EQ(SlowPacket(sent.packets.back(), false).problems(), "");
  EXPECT_EQ(sent.packets.back().size(), 54U + 60'000 - 41 * 1460);
}

TEST(SegmentTcp, LOC_15_header_offsets_of_encapsulated_requests_are_never_read) {
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 300};
  Submission submission(frame);
  const auto expected = test::send(submission.large_send(100)).packets;
  submission.request.large_send->tcp_header_offset = 1023;
  EXPECT_EQ(test::send(submission).packets, expected);
}

TEST(SegmentTcp, LSO_28_D_39_completion_counts_segments_payload_and_all_bytes) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3001});
  const auto completion = test::send(submission.large_send(1000)).completion;
  EXPECT_EQ(completion.packets, 4U);
  EXPECT_EQ(completion.payload_bytes, 3001U);
  EXPECT_EQ(completion.bytes, 3001U + 4 * 96);
}

TEST(SegmentTcp, LSO_29_a_failure_midway_reports_what_was_sent) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3001});
  submission.large_send(1000);
  test::CollectingSink sink(2);
  const auto completion = segment_tcp(submission.request, ActiveOffloads::all(), sink);
  EXPECT_EQ(completion.failure, wire::DropReason::kEmitFailed);
  EXPECT_EQ(completion.packets, 2U);
  EXPECT_EQ(completion.payload_bytes, 2000U);
}

TEST(SegmentTcp, LSO_31_plain_headers_of_134_bytes_pass_whatever_the_limit_for_encapsulated_ones) {
  Submission submission(SampleFrame{.payload_size = 300, .inner_options = 40, .tcp_options = 40});
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 128;
  const auto sent = test::send(submission.large_send(100), offloads);
  ASSERT_EQ(sent.packets.size(), 3U);
  EXPECT_EQ(SlowPacket(sent.packets[2], false).problems(), "");
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
  for (const auto& segment : segments_of({.outer = IpVersion::kV6, .payload_size = 300}, 100)) {
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
