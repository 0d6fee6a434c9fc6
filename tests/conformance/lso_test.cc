// LSO, large send of TCP: what the segments look like. How requests are judged, completed and counted is in
// lso_request_test.cc.
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/send.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::each;
using test::Lengths;
using test::SampleFrame;
using test::SlowPacket;
using test::Submission;
using test::tcp_segments;
using wire::IpVersion;
namespace flag = test::tcp_flag;

using Sizes = std::vector<std::size_t>;
using Words = std::vector<std::uint16_t>;

TEST(Lso, LSO_32_worked_example) {
  const auto segments =
      tcp_segments({.outer = IpVersion::kV4, .payload_size = 3001, .inner_id = 0x7FFE, .outer_id = 0xFFFF}, 1000);
  EXPECT_EQ(each(segments, [](auto& s) { return s.ip_length(s.outer_ip); }), (Sizes{1082, 1082, 1082, 83}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.ip_length(s.inner_ip); }), (Sizes{1040, 1040, 1040, 41}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.identification(s.inner_ip); }),
            (Words{0x7FFE, 0x7FFF, 0x0000, 0x0001}));
  EXPECT_EQ(each(segments, [](auto& s) { return s.identification(s.outer_ip); }),
            (Words{0xFFFF, 0x0000, 0x0001, 0x0002}));
  // The last one as scapy builds it from its fields.
  const ByteString last{0x02, 0x00, 0x00, 0x00, 0x50, 0x02, 0x02, 0x00, 0x00, 0x00, 0x50, 0x01, 0x08, 0x00,
                        0x45, 0x02, 0x00, 0x53, 0x00, 0x02, 0x40, 0x00, 0x40, 0x2f, 0xb6, 0x74, 0xc0, 0x00,
                        0x02, 0x01, 0xc0, 0x00, 0x02, 0x02, 0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7a,
                        0x02, 0x00, 0x00, 0x00, 0x10, 0x02, 0x02, 0x00, 0x00, 0x00, 0x10, 0x01, 0x08, 0x00,
                        0x45, 0x2a, 0x00, 0x29, 0x00, 0x01, 0x40, 0x00, 0x40, 0x06, 0xe6, 0x09, 0xc6, 0x33,
                        0x64, 0x11, 0xc6, 0x33, 0x64, 0x22, 0xc0, 0x00, 0x01, 0xbb, 0x00, 0x00, 0x0b, 0xb9,
                        0x00, 0x00, 0x00, 0x02, 0x50, 0x10, 0x10, 0x00, 0x69, 0xc2, 0x00, 0x00, 0x14};
  EXPECT_EQ(segments.back().bytes(), last);
}

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain. What a test does not name, SlowPacket judges in
/// every segment: all lengths, and the checksums of both IP headers and of TCP (LSO-15 to LSO-18).
class LsoMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(LsoMatrix, LSO_5_all_segments_but_the_last_carry_exactly_the_mss) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  const auto segments = tcp_segments(frame, 1000);
  EXPECT_EQ(each(segments, [](auto& s) { return s.payload_bytes().size(); }), (Sizes{1000, 1000, 1000, 1}));
  EXPECT_EQ(test::joined_payload(segments), test::payload_of(frame));
}

TEST_P(LsoMatrix, LSO_4_length_fields_of_the_template_are_ignored) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  const auto expected = each(tcp_segments(frame, 1000), [](auto& s) { return s.bytes(); });
  for (const auto lengths : {Lengths::kZero, Lengths::kGarbage}) {
    frame.lengths = lengths;
    EXPECT_EQ(each(tcp_segments(frame, 1000), [](auto& s) { return s.bytes(); }), expected);
  }
}

TEST_P(LsoMatrix, LSO_6_segments_are_emitted_in_order_within_and_across_requests) {
  test::CollectingSink sink;
  for (const std::uint32_t sequence : {5000U, 5250U}) {
    auto frame = GetParam();
    frame.payload_size = 250;
    frame.sequence = sequence;
    Submission submission(frame);
    EXPECT_TRUE(send(submission.large_send(100).request, ActiveOffloads::all(), sink).succeeded());
  }
  std::vector<std::uint32_t> sequences;
  for (const auto& packet : sink.packets)
    sequences.push_back(SlowPacket(packet, GetParam().outer.has_value()).sequence());
  EXPECT_EQ(sequences, (std::vector<std::uint32_t>{5000, 5100, 5200, 5250, 5350, 5450}));
}

TEST_P(LsoMatrix, LSO_7_LSO_10_LSO_12_LSO_16_every_header_byte_that_no_rule_changes_is_copied) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.flags = flag::kAck | flag::kEce | flag::kAe | flag::kPsh | 0xE00;
  frame.tcp_options = 12;
  frame.inner_options = 8;
  frame.outer_options = 16;
  frame.tags = {0x6064};
  const auto expected = test::headers_without_changing_fields(SlowPacket(test::write(frame), frame.outer.has_value()));
  const auto segments = tcp_segments(frame, 1000);
  ASSERT_EQ(segments.size(), 3U);
  for (const auto& segment : segments) EXPECT_EQ(test::headers_without_changing_fields(segment), expected);
}

TEST_P(LsoMatrix, LSO_12_the_timestamp_option_does_not_advance) {
  auto frame = GetParam();
  frame.payload_size = 300;
  frame.tcp_options = 12;
  for (const auto& segment : tcp_segments(frame, 100)) {
    const std::size_t option = segment.transport + 20 + 2;  // behind two no-operations
    EXPECT_EQ(segment.word(option), 0x080A);
    EXPECT_EQ(segment.word(option + 2) << 16 | segment.word(option + 4), 0x1020) << "TSval";
    EXPECT_EQ(segment.word(option + 6) << 16 | segment.word(option + 8), 0x3040) << "TSecr";
  }
}

TEST_P(LsoMatrix, LSO_16_only_the_payload_length_of_an_ipv6_header_changes) {
  auto frame = GetParam();
  frame.payload_size = 250;
  const SlowPacket whole(test::write(frame), frame.outer.has_value());
  for (const auto& segment : tcp_segments(frame, 100)) {
    for (const auto ip : {segment.outer_ip, segment.inner_ip}) {
      if (ip == 0 || segment.is_v4(ip)) continue;
      EXPECT_EQ(segment.word(ip + 4), segment.bytes().size() - ip - 40);
      for (const std::size_t field : {0U, 2U, 6U})  // version, traffic class, flow label; next header, hop limit
        EXPECT_EQ(segment.word(ip + field), whole.word(ip + field));
    }
  }
}

TEST_P(LsoMatrix, LSO_17_an_independent_checker_agrees_at_every_payload_size) {
  auto frame = GetParam();
  for (std::size_t payload = 1; payload <= 65; ++payload) {
    frame.payload_size = payload;
    EXPECT_EQ(tcp_segments(frame, 16).size(), (payload + 15) / 16);
    EXPECT_EQ(tcp_segments(frame, 7).size(), (payload + 6) / 7);
  }
}

TEST_P(LsoMatrix, LSO_15_LSO_18_every_ipv4_header_has_its_own_checksum) {
  auto frame = GetParam();
  frame.payload_size = 250;
  frame.inner_options = frame.inner == IpVersion::kV4 ? 12 : 0;
  const auto segments = tcp_segments(frame, 100);
  ASSERT_EQ(segments.size(), 3U);
  for (const auto& segment : segments) {
    EXPECT_TRUE(segment.ip_verifies(segment.inner_ip));
    if (segment.outer_ip != 0) {
      EXPECT_TRUE(segment.ip_verifies(segment.outer_ip));
    }
  }
}

TEST_P(LsoMatrix, LSO_14_the_first_segment_has_the_identifications_of_the_template) {
  auto frame = GetParam();
  frame.payload_size = 250;
  frame.inner_id = 0x4321;
  frame.outer_id = 0x8765;
  const auto first = tcp_segments(frame, 100).at(0);
  if (first.is_v4(first.inner_ip)) {
    EXPECT_EQ(first.identification(first.inner_ip), 0x4321);
  }
  if (first.outer_ip != 0 && first.is_v4(first.outer_ip)) {
    EXPECT_EQ(first.identification(first.outer_ip), 0x8765);
  }
}

TEST_P(LsoMatrix, LSO_22_payloads_beyond_64_kib_are_cut) {
  auto frame = GetParam();
  frame.payload_size = 200'000;
  frame.lengths = Lengths::kZero;
  const auto segments = tcp_segments(frame, 1448);
  EXPECT_EQ(segments.size(), 139U);
  EXPECT_EQ(test::joined_payload(segments), test::payload_of(frame));
}

TEST_P(LsoMatrix, LSO_27_a_tag_from_the_request_is_put_on_every_segment) {
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

INSTANTIATE_TEST_SUITE_P(WIRE_6, LsoMatrix, testing::ValuesIn(test::version_matrix(6)), test::VersionName());

TEST(Lso, LSO_8_sequence_numbers_count_modulo_2_32) {
  const auto sequences = [](std::uint32_t first) {
    return each(tcp_segments({.payload_size = 1000, .sequence = first}, 400), [](auto& s) { return s.sequence(); });
  };
  using Numbers = std::vector<std::uint32_t>;
  EXPECT_EQ(sequences(0xFFFF'FF00), (Numbers{0xFFFF'FF00, 0x0000'0090, 0x0000'0220}));
  EXPECT_EQ(sequences(0x7FFF'FF00), (Numbers{0x7FFF'FF00, 0x8000'0090, 0x8000'0220}));
  EXPECT_EQ(sequences(0x0000'FF00), (Numbers{0x0000'FF00, 0x0001'0090, 0x0001'0220}));
}

TEST(Lso, LSO_9_fin_and_psh_come_last_and_cwr_first) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    const auto fin = static_cast<std::uint16_t>((bits & 1) != 0 ? flag::kFin : 0);
    const auto psh = static_cast<std::uint16_t>((bits & 2) != 0 ? flag::kPsh : 0);
    const auto cwr = static_cast<std::uint16_t>((bits & 4) != 0 ? flag::kCwr : 0);
    const auto all = static_cast<std::uint16_t>(flag::kAck | flag::kEce | fin | psh | cwr);
    const auto middle = static_cast<std::uint16_t>(flag::kAck | flag::kEce);
    const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 300, .flags = all};
    EXPECT_EQ(
        each(tcp_segments(frame, 100), [](auto& s) { return s.flags(); }),
        (Words{static_cast<std::uint16_t>(middle | cwr), middle, static_cast<std::uint16_t>(middle | fin | psh)}));
    EXPECT_EQ(each(tcp_segments(frame, 300), [](auto& s) { return s.flags(); }), Words{all});
  }
}

TEST(Lso, LSO_13_inner_identifications_stay_in_the_half_where_they_start) {
  const auto inner_ids = [](std::uint16_t first) {
    return each(tcp_segments({.outer = IpVersion::kV4, .payload_size = 400, .inner_id = first}, 100),
                [](auto& s) { return s.identification(s.inner_ip); });
  };
  EXPECT_EQ(inner_ids(0x7FFE), (Words{0x7FFE, 0x7FFF, 0x0000, 0x0001}));
  EXPECT_EQ(inner_ids(0xFFFF), (Words{0xFFFF, 0x0000, 0x0001, 0x0002}));
  EXPECT_EQ(inner_ids(0x8000), (Words{0x8000, 0x8001, 0x8002, 0x8003}));
}

TEST(Lso, LSO_15_outer_identifications_count_modulo_65536) {
  const auto outer_ids = [](std::uint16_t first) {
    return each(tcp_segments({.outer = IpVersion::kV4, .payload_size = 200, .outer_id = first}, 100),
                [](auto& s) { return s.identification(s.outer_ip); });
  };
  EXPECT_EQ(outer_ids(0x7FFF), (Words{0x7FFF, 0x8000}));
  EXPECT_EQ(outer_ids(0xFFFF), (Words{0xFFFF, 0x0000}));
}

// Section 17 of the requirements: TCP/IPv4 10.1.1.11 > 10.1.1.22, seed without length 0x1629.
TEST(Lso, LSO_17_checksum_vectors_over_ipv4) {
  const ByteString packet{0x02, 0,    0,    0, 0,  2, 0x02, 0, 0,  0, 0,    1,    0x08, 0x00, 0x45, 0,    0,    0,
                          0,    1,    0x40, 0, 64, 6, 0,    0, 10, 1, 1,    11,   10,   1,    1,    22,   0xc0, 0,
                          1,    0xbb, 0,    0, 0,  1, 0,    0, 0,  2, 0x50, 0x18, 0x10, 0,    0x16, 0x29, 0,    0};
  const auto checksum_with = [&packet](const ByteString& payload) {
    auto bytes = packet;
    bytes.insert(bytes.end(), payload.begin(), payload.end());
    Submission submission(bytes);
    return test::segments_of(submission.large_send(1000)).at(0).transport_checksum();
  };
  EXPECT_EQ(checksum_with({0, 1, 2, 3, 4, 5, 6, 7}), 0xBBD3);
  EXPECT_EQ(checksum_with({0xAA, 0xBB, 0xCC}), 0x512C);
}

// Section 17: TCP/IPv6 fd00:1::11 > fd00:1::22, seed without length 0xfa3c.
TEST(Lso, LSO_17_checksum_vector_over_ipv6) {
  const ByteString packet{0x02, 0,    0,    0,    0, 2,  0x02, 0, 0, 0, 0, 1, 0x86, 0xDD, 0x60, 0,
                          0,    0,    0,    0,    6, 64,                                               //
                          0xFD, 0,    0,    1,    0, 0,  0,    0, 0, 0, 0, 0, 0,    0,    0,    0x11,  //
                          0xFD, 0,    0,    1,    0, 0,  0,    0, 0, 0, 0, 0, 0,    0,    0,    0x22,  //
                          0xC0, 0,    0x01, 0xBB, 0, 0,  0,    1, 0, 0, 0, 2, 0x50, 0x18, 0x10, 0,
                          0xFA, 0x3C, 0,    0,    0, 1,  2,    3, 4, 5, 6, 7};
  Submission submission(packet);
  EXPECT_EQ(test::segments_of(submission.large_send(1000)).at(0).transport_checksum(), 0xD7BF);
}

TEST(Lso, LSO_30_the_packet_of_a_request_is_not_changed_however_it_lies) {
  for (const auto& frame : test::version_matrix(6)) {
    Submission submission(frame);
    const auto before = submission.bytes;
    test::RoomySink sink;
    for (const std::vector<std::size_t>& pieces : {std::vector<std::size_t>{}, {10, 40, 77}}) {
      EXPECT_TRUE(send(submission.large_send(30).split(pieces).request, ActiveOffloads::all(), sink).succeeded());
      EXPECT_EQ(test::send(submission).packets.size(), 4U);
      EXPECT_EQ(submission.bytes, before);
    }
  }
}

TEST(Lso, LSO_31_plain_headers_of_134_bytes_pass_whatever_the_limit_for_encapsulated_ones) {
  Submission submission(SampleFrame{.payload_size = 300, .inner_options = 40, .tcp_options = 40});
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 128;
  const auto sent = test::send(submission.large_send(100), offloads);
  ASSERT_EQ(sent.packets.size(), 3U);
  EXPECT_EQ(sent.packets[2].size(), 14U + 60 + 60 + 100);
  EXPECT_EQ(SlowPacket(sent.packets[2], false).problems(), "");
}

}  // namespace
}  // namespace nvgre::offload
