/// TXC: checksums of what is sent.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/wire/checksum.h"
#include "tests/support/adapter_support.h"
#include "tests/support/finished_frame.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/slow_sum.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::checksum_slot;
using test::SampleFrame;
using test::Seed;
using test::SlowPacket;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;

/// Plain checksum requests carry correct lengths and a seed that contains the length (D-5).
test::Sent complete(SampleFrame frame, const ChecksumRequest& slot,
                    const ActiveOffloads& offloads = ActiveOffloads::all()) {
  if (frame.seed == Seed::kWithoutLength) frame.seed = Seed::kWithLength;
  Submission submission(frame);
  submission.request.checksum = slot;
  auto sent = test::send(submission, offloads);
  EXPECT_EQ(sent.packets.empty(), sent.completion.failure.has_value());
  return sent;
}

test::Sent complete(const SampleFrame& frame) {
  return complete(frame, checksum_slot(frame));
}

std::optional<DropReason> refusal(const SampleFrame& frame, const ChecksumRequest& slot,
                                  const ActiveOffloads& offloads = ActiveOffloads::all()) {
  return complete(frame, slot, offloads).completion.failure;
}

/// A plain IPv4 packet of section 17's vectors: 10.1.1.11 > 10.1.1.22, with these L4 bytes.
ByteString vector_packet(std::uint8_t protocol, const ByteString& l4) {
  ByteString packet{0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00};
  const auto length = static_cast<std::uint8_t>(20 + l4.size());
  for (const unsigned byte :
       {0x45U, 0U, 0U, unsigned{length}, 0U, 1U, 0x40U, 0U, 64U, unsigned{protocol}, 0U, 0U, 10U, 1U, 1U, 11U, 10U,
        1U,    1U, 22U})
    packet.push_back(static_cast<std::uint8_t>(byte));
  packet.insert(packet.end(), l4.begin(), l4.end());
  return packet;
}

TEST(Txc, TXC_4_5_tcp_over_ipv4_vector) {
  Submission submission(vector_packet(
      6, {0xC0, 0, 0x01, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0x10, 0, 0x16, 0x45, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7}));
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .tcp = true};
  const auto sent = test::send(submission);
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(), 0xBBD3);
}

TEST(Txc, TXC_4_5_tcp_over_ipv6_vector) {
  ByteString packet{0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x86, 0xDD, 0x60, 0, 0, 0, 0, 28, 6, 64};
  for (const std::uint8_t last : {0x11, 0x22}) {  // fd00:1::11, fd00:1::22
    packet.insert(packet.end(), {0xFD, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
  }
  packet.insert(packet.end(), {0xC0, 0, 0x01, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18,
                               0x10, 0, 0xFA, 0x58, 0, 0, 0, 1, 2, 3, 4, 5, 6,    7});
  Submission submission(packet);
  submission.request.checksum = ChecksumRequest{.is_ipv6 = true, .tcp = true};
  const auto sent = test::send(submission);
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(), 0xD7BF);
}

TEST(Txc, TXC_4_5_the_vector_of_23_bytes_an_odd_number) {
  // The seed without length is 0x1629; 23 bytes more.
  Submission submission(vector_packet(
      6, {0xC0, 0, 0x01, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0x10, 0, 0x16, 0x40, 0, 0, 0xAA, 0xBB, 0xCC}));
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .tcp = true};
  const auto sent = test::send(submission);
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(), 0x512C);
}

TEST(Txc, TXC_7_a_udp_result_of_0_is_sent_as_ffff) {
  Submission submission(vector_packet(17, {0x13, 0x88, 0x13, 0x89, 0, 10, 0x16, 0x3E, 0xC2, 0xA6}));
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .udp = true};
  const auto sent = test::send(submission);
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(), 0xFFFF);
}

TEST(Txc, TXC_7_a_tcp_result_of_0_stays) {
  // The payload makes the sum of the first vector 0xFFFF: its checksum 0xBBD3 is added as another word, and the length
  // grows by 2, which the seed contains, so 2 is taken from the word.
  Submission submission(vector_packet(6, {0xC0, 0,    0x01, 0xBB, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18, 0x10,
                                          0,    0x16, 0x47, 0,    0, 0, 1, 2, 3, 4, 5, 6, 7,    0xBB, 0xD1}));
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .tcp = true};
  const auto sent = test::send(submission);
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(), 0x0000);
}

TEST(Txc, TXC_1_without_an_ip_version_nothing_is_computed) {
  const SampleFrame frame{.outer = IpVersion::kV4, .seed = Seed::kWithLength};
  EXPECT_EQ(complete(frame, {.ip_header = true, .tcp = true}).packets, test::ByteStrings{test::write(frame)});
}

TEST(Txc, TXC_2_D_7_eight_combinations_of_flags_on_one_packet) {
  for (const std::uint8_t protocol : {6, 17}) {
    const SampleFrame frame{.outer = IpVersion::kV4, .protocol = protocol, .seed = Seed::kWithLength};
    for (unsigned bits = 0; bits < 8; ++bits) {
      const bool ip = (bits & 1) != 0, tcp = (bits & 2) != 0, udp = (bits & 4) != 0;
      const auto sent = complete(frame, {.is_ipv4 = true, .ip_header = ip, .tcp = tcp, .udp = udp});
      if (protocol == 6 ? udp : tcp) {  // TXC-13
        EXPECT_TRUE(sent.packets.empty()) << bits;
        continue;
      }
      const SlowPacket before(test::write(frame), true);
      const SlowPacket after(sent.packets.at(0), true);
      for (const auto header : {after.outer_ip, after.inner_ip}) {
        EXPECT_EQ(after.ip_verifies(header), ip) << bits;
        EXPECT_EQ(after.word(header + 10) == before.word(header + 10), !ip) << bits;
      }
      EXPECT_EQ(after.transport_verifies(), tcp || udp) << bits;
      EXPECT_EQ(after.transport_checksum() == before.transport_checksum(), !(tcp || udp)) << bits;
    }
  }
}

/// All pairings, plain packets, and both transports.
class TxcMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(TxcMatrix, TXC_8_9_an_independent_checker_agrees) {
  for (const std::uint8_t protocol : {6, 17}) {
    for (std::size_t payload = 0; payload < 40; ++payload) {
      auto frame = GetParam();
      frame.protocol = protocol;
      frame.payload_size = payload;
      const auto sent = complete(frame);
      ASSERT_EQ(sent.packets.size(), 1U);
      EXPECT_EQ(SlowPacket(sent.packets[0], frame.outer.has_value()).problems(), "");
      EXPECT_EQ(sent.completion.payload_bytes, payload);
    }
  }
}

TEST_P(TxcMatrix, TXC_9_no_other_byte_changes) {
  const auto& frame = GetParam();
  const auto sent = complete(frame);
  auto frame_with_length = frame;
  frame_with_length.seed = Seed::kWithLength;
  auto expected = test::write(frame_with_length);
  const SlowPacket after(sent.packets.at(0), frame.outer.has_value());
  const auto take_over = [&](std::size_t offset) {
    expected[offset] = after.bytes()[offset];
    expected[offset + 1] = after.bytes()[offset + 1];
  };
  if (after.outer_ip != 0 && after.is_v4(after.outer_ip)) take_over(after.outer_ip + 10);
  if (after.is_v4(after.inner_ip)) take_over(after.inner_ip + 10);
  take_over(after.transport + 16);
  EXPECT_EQ(after.bytes(), expected);
}

TEST_P(TxcMatrix, TXC_8_a_tunnelled_packet_has_every_ipv4_header_completed_and_no_other) {
  const auto& frame = GetParam();
  const bool v4 = frame.outer.value_or(frame.inner) == IpVersion::kV4;
  const auto sent = complete(frame, {.is_ipv4 = v4, .is_ipv6 = !v4, .ip_header = true});
  auto given = frame;
  given.seed = Seed::kWithLength;
  auto expected = test::write(given);
  const auto layout = test::layout_of(frame);
  if (frame.outer == IpVersion::kV4) test::finish_ip(expected, layout.outer_ip);
  if (frame.inner == IpVersion::kV4) test::finish_ip(expected, layout.inner_ip);
  EXPECT_EQ(sent.packets, test::ByteStrings{expected});
}

/// The longest headers there are: IHL 15, data offset 15; 128 bytes of extension headers at either level.
TEST_P(TxcMatrix, TXC_11_longest_options_and_128_bytes_of_extension_headers) {
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 1024;
  for (const std::uint8_t protocol : {6, 17}) {
    auto frame = GetParam();
    frame.protocol = protocol;
    frame.tcp_options = protocol == 6 ? 40 : 0;
    frame.inner_options = frame.inner == IpVersion::kV4 ? 40 : 128;
    if (frame.outer) frame.outer_options = *frame.outer == IpVersion::kV4 ? 40 : 128;
    EXPECT_EQ(complete(frame, checksum_slot(frame), offloads).packets, test::ByteStrings{test::finished(frame)});
  }
}

TEST(Txc, TXC_11_longest_ipv4_and_tcp_options_within_the_default_limit) {
  const SampleFrame frame{.outer = IpVersion::kV4, .outer_options = 40, .inner_options = 40, .tcp_options = 40};
  EXPECT_EQ(complete(frame).packets, test::ByteStrings{test::finished(frame)});
}

TEST_P(TxcMatrix, TXC_16_trailing_padding_does_not_change_the_result) {
  auto frame = GetParam();
  auto expected = complete(frame).packets.at(0);
  frame.trailing = 5;
  expected.insert(expected.end(), 5, 0xEE);
  EXPECT_EQ(complete(frame).packets.at(0), expected);
}

TEST_P(TxcMatrix, TXC_10_D_9_another_version_than_the_first_headers_fails) {
  auto slot = checksum_slot(GetParam());
  std::swap(slot.is_ipv4, slot.is_ipv6);
  EXPECT_EQ(refusal(GetParam(), slot), DropReason::kVersionMismatch);
  slot.is_ipv4 = slot.is_ipv6 = true;
  EXPECT_EQ(refusal(GetParam(), slot), DropReason::kVersionMismatch);
}

INSTANTIATE_TEST_SUITE_P(WIRE_6, TxcMatrix, testing::ValuesIn(test::version_matrix(6)), test::VersionName());

TEST(Txc, TXC_3_the_ip_checksum_field_may_hold_anything) {
  const SampleFrame frame{.seed = Seed::kWithLength};
  Submission submission(frame);
  submission.request.checksum = checksum_slot(frame);
  const auto expected = test::send(submission).packets;
  submission.bytes[14 + 10] = submission.bytes[14 + 11] = 0xFF;
  EXPECT_EQ(test::send(submission).packets, expected);
}

TEST(Txc, TXC_6_a_seed_for_other_addresses_yields_the_checksum_of_those_addresses) {
  Submission submission(SampleFrame{.seed = Seed::kWithLength});
  submission.request.checksum = checksum_slot({});
  submission.bytes[14 + 15] ^= 0x01;  // the source address; the seed is of the former one
  auto bytes = test::send(submission).packets.at(0);
  EXPECT_FALSE(SlowPacket(bytes, false).transport_verifies());
  bytes[14 + 15] ^= 0x01;
  EXPECT_TRUE(SlowPacket(bytes, false).transport_verifies());
}

TEST(Txc, TXC_12_D_41_without_inner_transport_only_ip_headers_are_completed) {
  const SampleFrame frame{.outer = IpVersion::kV4, .protocol = 1};
  const auto sent = complete(frame, {.is_ipv4 = true, .ip_header = true});
  const SlowPacket after(sent.packets.at(0), true);
  EXPECT_EQ(after.problems(), "");
  EXPECT_EQ(after.payload_bytes(), SlowPacket(test::write(frame), true).payload_bytes());
}

TEST(Txc, TXC_12_an_inner_frame_that_is_not_ip_gets_the_outer_checksum) {
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 28, .inner_ether_type = 0x0806};
  const auto sent = complete(frame, {.is_ipv4 = true, .ip_header = true});
  auto expected = test::write(frame);
  expected[14 + 10] = sent.packets.at(0)[14 + 10];
  expected[14 + 11] = sent.packets.at(0)[14 + 11];
  EXPECT_EQ(sent.packets.at(0), expected);
  EXPECT_EQ(test::slow_sum(wire::Bytes(expected).subspan(14, 20)), 0xFFFF);
}

TEST(Txc, TXC_13_contradicting_transport_flags_fail) {
  const auto slot = [](bool tcp, bool udp) { return ChecksumRequest{.is_ipv4 = true, .tcp = tcp, .udp = udp}; };
  const auto outer = IpVersion::kV4;
  EXPECT_EQ(refusal({.outer = outer, .protocol = 17}, slot(true, false)), DropReason::kNotTcp);
  EXPECT_EQ(refusal({.outer = outer, .protocol = 6}, slot(false, true)), DropReason::kNotUdp);
  EXPECT_EQ(refusal({.outer = outer, .protocol = 1}, slot(true, false)), DropReason::kNotTcp);
  EXPECT_EQ(refusal({.outer = outer}, slot(true, true)), DropReason::kConflictingRequest);
  EXPECT_EQ(refusal({.outer = outer, .inner_fragment = 0x2000}, slot(true, false)), DropReason::kFragmentRequest);
  EXPECT_EQ(refusal({.outer = outer, .inner_fragment = 0x0010}, slot(true, false)), DropReason::kFragmentRequest);
  EXPECT_EQ(refusal({.protocol = 17, .inner_fragment = 0x2000}, slot(false, true)), DropReason::kFragmentRequest);
  EXPECT_EQ(refusal({.outer = outer, .inner = IpVersion::kV6, .inner_fragment_header = true}, slot(true, false)),
            DropReason::kFragmentRequest);
}

TEST(Txc, TXC_14_D_6_of_stacked_plain_headers_only_the_first_is_completed) {
  // IPv4 in IPv4: protocol 4, whose payload is another header with a wrong checksum.
  const ByteString inner{0x45, 0, 0, 20, 0, 2, 0, 0, 64, 59, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2};
  Submission submission(vector_packet(4, inner));
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .ip_header = true};
  const auto sent = test::send(submission);
  const auto& bytes = sent.packets.at(0);
  EXPECT_EQ(test::slow_sum(wire::Bytes(bytes).subspan(14, 20)), 0xFFFF);
  EXPECT_EQ(ByteString(bytes.begin() + 34, bytes.end()), inner);
}

TEST(Txc, TXC_15_each_inactive_task_fails_its_requests) {
  const auto inactive = DropReason::kOffloadInactive;
  auto offloads = ActiveOffloads::all();
  offloads.transmit_checksum.udp.v4 = false;
  EXPECT_EQ(refusal({.protocol = 17}, {.is_ipv4 = true, .udp = true}, offloads), inactive);
  EXPECT_EQ(refusal({.protocol = 6}, {.is_ipv4 = true, .tcp = true}, offloads), std::nullopt);
  EXPECT_EQ(refusal({.inner = IpVersion::kV6, .protocol = 17}, {.is_ipv6 = true, .udp = true}, offloads), std::nullopt);
  offloads = ActiveOffloads::all();
  offloads.transmit_checksum.ip_v4 = false;
  EXPECT_EQ(refusal({}, {.is_ipv4 = true, .ip_header = true}, offloads), inactive);
  EXPECT_EQ(refusal({}, {.is_ipv4 = true, .tcp = true}, offloads), std::nullopt);
  offloads = ActiveOffloads::all();
  offloads.transmit_checksum.tcp.v6 = false;
  EXPECT_EQ(refusal({.inner = IpVersion::kV6}, {.is_ipv6 = true, .tcp = true}, offloads), inactive);
}

TEST(Txc, TXC_15_a_keyword_turns_the_checksum_of_udp_over_ipv4_off) {
  Adapter adapter{Capabilities(), test::keywords_of({{"UDPChecksumOffloadIPv4", "2"}})};  // receive only
  adapter.turn_everything_on();
  for (const auto outer : {std::optional<IpVersion>(), std::optional(IpVersion::kV4)}) {
    const SampleFrame udp{.outer = outer, .protocol = 17};
    EXPECT_EQ(refusal(udp, checksum_slot(udp), adapter.active()), DropReason::kOffloadInactive);
    const SampleFrame tcp{.outer = outer};
    EXPECT_EQ(refusal(tcp, checksum_slot(tcp), adapter.active()), std::nullopt);
  }
}

TEST_P(TxcMatrix, TXC_17_segments_have_valid_sums_while_every_checksum_keyword_is_0) {
  Adapter adapter{Capabilities(), test::keywords_of({{"IPChecksumOffloadIPv4", "0"},
                                                     {"TCPChecksumOffloadIPv4", "0"},
                                                     {"TCPChecksumOffloadIPv6", "0"},
                                                     {"UDPChecksumOffloadIPv4", "0"},
                                                     {"UDPChecksumOffloadIPv6", "0"}})};
  adapter.turn_everything_on();
  for (const std::uint8_t protocol : {6, 17}) {
    auto frame = GetParam();
    frame.protocol = protocol;
    frame.payload_size = 2500;
    Submission submission(frame);
    protocol == 6 ? submission.large_send(1000) : submission.udp_segmentation(1000);
    test::CollectingSink sink;
    EXPECT_TRUE(adapter.send(submission.request, sink).succeeded());
    ASSERT_EQ(sink.packets.size(), 3U);
    for (const auto& packet : sink.packets) EXPECT_EQ(SlowPacket(packet, frame.outer.has_value()).problems(), "");
  }
}

TEST(Txc, TXC_18_the_fast_sum_is_the_slow_sum_at_every_length_up_to_65535) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  ByteString bytes(65'535);
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  std::uint32_t slow = 0;
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    ASSERT_EQ(wire::internet_sum(wire::Bytes(bytes).first(size)), slow) << size;
    if (size == bytes.size()) break;
    slow += size % 2 == 0 ? std::uint32_t{bytes[size]} << 8 : bytes[size];
    slow = (slow & 0xFFFF) + (slow >> 16);
  }
}

TEST(Txc, TXC_16_a_packet_shorter_than_its_ip_length_fails) {
  auto bytes = test::write({.seed = Seed::kWithLength});
  bytes.pop_back();
  Submission submission(bytes);
  submission.request.checksum = checksum_slot({});
  EXPECT_TRUE(test::send(submission).completion.failure.has_value());
}

TEST(Txc, TXC_16_an_ip_length_below_its_header_fails_whatever_else_is_wrong) {
  SampleFrame frame{.outer = IpVersion::kV4, .seed = Seed::kWithLength};
  for (const std::uint16_t gre_flags : {0x2000, 0x3000}) {
    frame.gre_flags = gre_flags;
    for (const bool is_reserved : {false, true}) {
      Submission submission(frame);
      submission.request.checksum = checksum_slot(frame);
      const std::size_t gre = 34, inner_ip = gre + (gre_flags == 0x2000 ? 8 : 12) + 14;
      submission.bytes[inner_ip + 2] = 0;
      submission.bytes[inner_ip + 3] = 19;
      if (is_reserved) std::fill_n(submission.bytes.begin() + gre + 4, 3, std::uint8_t{0});  // VSID 0
      EXPECT_EQ(test::send(submission).completion.failure, DropReason::kMalformedIp) << gre_flags << is_reserved;
    }
  }
}

TEST(Txc, RFC_768_bytes_behind_the_udp_length_are_not_covered) {
  SampleFrame frame{.protocol = 17, .payload_size = 20, .seed = Seed::kWithLength};
  Submission submission(frame);
  submission.bytes[34 + 5] = 8 + 12;  // the UDP length: 8 bytes less than the IP payload
  submission.bytes[34 + 7] = static_cast<std::uint8_t>(submission.bytes[34 + 7] - 8);  // and so the seed
  submission.request.checksum = checksum_slot(frame);
  const auto sent = test::send(submission);
  frame.payload_size = 12;
  EXPECT_EQ(SlowPacket(sent.packets.at(0), false).transport_checksum(),
            SlowPacket(complete(frame).packets.at(0), false).transport_checksum());
}

}  // namespace
}  // namespace nvgre::offload
