/// LOC, on send: what a request says of its packet, and what is found in it.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/finished_frame.h"
#include "tests/support/submission.h"

namespace nvgre::test {
namespace {

using offload::ChecksumRequest;
using wire::DropReason;
using wire::IpVersion;

/// A request of each kind for one frame.
enum class Kind : std::uint8_t { kChecksum, kSegmentation };
constexpr Kind kBothKinds[] = {Kind::kChecksum, Kind::kSegmentation};

constexpr std::uint32_t kMss = 40;

void ask(Submission& submission, const SampleFrame& frame, Kind kind) {
  const bool v4 = frame.outer.value_or(frame.inner) == IpVersion::kV4;
  if (kind == Kind::kChecksum)
    submission.request.checksum = ChecksumRequest{
        .is_ipv4 = v4, .is_ipv6 = !v4, .ip_header = true, .tcp = frame.protocol == 6, .udp = frame.protocol == 17};
  else if (frame.protocol == 6)
    submission.large_send(kMss);
  else
    submission.udp_segmentation(kMss);
}
SampleFrame with_seed(SampleFrame frame, Kind kind) {
  frame.seed = kind == Kind::kChecksum ? Seed::kWithLength : Seed::kWithoutLength;
  return frame;
}

/// Offsets as the supplemental slot has them; valid.
void say_offsets(Submission& submission, std::size_t frame, std::size_t ip, std::size_t transport) {
  auto& slot = *submission.request.supplemental;
  slot.offsets_valid = true;
  slot.inner_frame_offset = static_cast<std::uint16_t>(frame);
  slot.transport_ip_header_relative_offset = static_cast<std::uint16_t>(ip);
  slot.tcp_header_relative_offset = static_cast<std::uint16_t>(transport);
}

class LocSend : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, LocSend, testing::ValuesIn(encapsulated_matrix()), VersionName());

TEST_P(LocSend, LOC_1_without_the_flag_only_the_first_IP_header_is_treated) {
  const auto frame = with_seed(GetParam(), Kind::kChecksum);
  Submission submission(frame);
  submission.request.supplemental.reset();
  const bool v4 = frame.outer == IpVersion::kV4;
  submission.request.checksum = ChecksumRequest{.is_ipv4 = v4, .is_ipv6 = !v4, .ip_header = true};
  auto expected = write(frame);
  if (v4) finish_ip(expected, layout_of(frame).outer_ip);
  EXPECT_EQ(send(submission).packets, ByteStrings{expected});
  ask(submission, frame, Kind::kChecksum);
  EXPECT_TRUE(send(submission).completion.failure.has_value()) << "a plain packet of protocol 47 has no TCP or UDP";
  submission.request.checksum.reset();
  ask(submission, frame, Kind::kSegmentation);
  EXPECT_TRUE(send(submission).completion.failure.has_value());
}

TEST(Loc, LOC_1_the_flag_on_a_plain_packet_fails_the_request) {
  for (const auto kind : kBothKinds) {
    Submission submission(with_seed({}, kind));
    submission.request.supplemental.emplace().is_encapsulated = true;
    ask(submission, {}, kind);
    const auto sent = send(submission);
    EXPECT_TRUE(sent.completion.failure.has_value());
    EXPECT_TRUE(sent.packets.empty());
  }
}

TEST(Loc, LOC_12_a_request_with_headers_of_256_bytes_is_done_and_a_longer_one_fails) {
  // 14 Ethernet, 40 + 24 IPv6, 8 GRE, 14 Ethernet, 40 + 56 IPv6, 20 + 40 TCP
  SampleFrame frame{
      .outer = IpVersion::kV6, .inner = IpVersion::kV6, .outer_options = 24, .inner_options = 56, .tcp_options = 40};
  for (const auto kind : kBothKinds) {
    Submission fits(with_seed(frame, kind));
    ask(fits, frame, kind);
    EXPECT_TRUE(send(fits).completion.succeeded());
    auto offloads = offload::ActiveOffloads::all();
    offloads.max_header_size = 255;
    EXPECT_EQ(send(fits, offloads).completion.failure, DropReason::kHeaderTooLong);
    auto longer = with_seed(frame, kind);
    longer.tags = {7};
    Submission too_long(longer);
    ask(too_long, frame, kind);
    const auto sent = send(too_long);
    EXPECT_EQ(sent.completion.failure, DropReason::kHeaderTooLong);
    EXPECT_TRUE(sent.packets.empty());
  }
}

TEST(Loc, LOC_13_offsets_42_14_and_20_name_the_headers_at_42_56_and_76) {
  for (const std::uint8_t protocol : {6, 17})
    for (const auto kind : kBothKinds) {
      const auto frame = with_seed({.outer = IpVersion::kV4, .protocol = protocol}, kind);
      const auto layout = layout_of(frame);
      ASSERT_EQ(layout.inner_link, 42U);
      ASSERT_EQ(layout.inner_ip, 56U);
      ASSERT_EQ(layout.transport, 76U);
      Submission submission(frame);
      ask(submission, frame, kind);
      const auto expected = send(submission).packets;
      say_offsets(submission, 42, 14, 20);
      EXPECT_EQ(send(submission).packets, expected);
      EXPECT_FALSE(expected.empty());
    }
}

TEST_P(LocSend, LOC_14_offsets_are_compared_with_what_is_found_if_they_are_valid) {
  auto frame = GetParam();
  frame.inner_options = 8;
  frame.tcp_options = frame.protocol == 6 ? 12 : 0;
  const auto layout = layout_of(frame);
  const std::size_t right[] = {layout.inner_link, 14, layout.transport - layout.inner_ip};
  for (const auto kind : kBothKinds) {
    Submission submission(with_seed(frame, kind));
    ask(submission, frame, kind);
    const auto expected = send(submission).packets;
    say_offsets(submission, right[0], right[1], right[2]);
    EXPECT_EQ(send(submission).packets, expected) << "right";
    for (std::size_t wrong = 0; wrong < 3; ++wrong) {
      say_offsets(submission, right[0] + (wrong == 0 ? 2 : 0), right[1] + (wrong == 1 ? 2 : 0),
                  right[2] + (wrong == 2 ? 2 : 0));
      const auto sent = send(submission);
      EXPECT_EQ(sent.completion.failure, DropReason::kOffsetMismatch) << wrong;
      EXPECT_TRUE(sent.packets.empty()) << wrong;
      submission.request.supplemental->offsets_valid = false;
      EXPECT_EQ(send(submission).packets, expected) << "not valid, hence not read";
    }
  }
}

TEST_P(LocSend, LOC_15_header_offsets_of_the_other_slots_are_never_read) {
  for (const auto kind : kBothKinds) {
    Submission submission(with_seed(GetParam(), kind));
    ask(submission, GetParam(), kind);
    const auto expected = send(submission).packets;
    EXPECT_FALSE(expected.empty());
    for (const std::uint16_t offset : {0, 1023}) {
      if (auto& slot = submission.request.checksum) slot->tcp_header_offset = offset;
      if (auto& slot = submission.request.large_send) slot->tcp_header_offset = offset;
      if (auto& slot = submission.request.udp_segmentation) slot->udp_header_offset = offset;
      EXPECT_EQ(send(submission).packets, expected) << offset;
    }
  }
}

TEST(Loc, LOC_16_a_plain_UDP_request_works_with_offset_0) {
  const SampleFrame frame{.protocol = 17, .seed = Seed::kWithLength};
  Submission submission(frame);
  ask(submission, frame, Kind::kChecksum);
  submission.request.checksum->tcp_header_offset = 0;
  EXPECT_EQ(send(submission).packets, ByteStrings{finished(frame)});
}

TEST(Loc, LOC_16_plain_requests_name_the_transport_header_from_the_first_byte) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6})
    for (const std::uint8_t protocol : {6, 17})
      for (const auto kind : kBothKinds) {
        const auto frame = with_seed({.inner = version, .protocol = protocol}, kind);
        const auto right = static_cast<std::uint16_t>(layout_of(frame).transport);
        const auto failure_at = [&](std::uint16_t offset) {
          Submission submission(frame);
          ask(submission, frame, kind);
          if (auto& slot = submission.request.checksum) slot->tcp_header_offset = offset;
          if (auto& slot = submission.request.large_send) slot->tcp_header_offset = offset;
          if (auto& slot = submission.request.udp_segmentation) slot->udp_header_offset = offset;
          return send(submission).completion.failure;
        };
        EXPECT_EQ(failure_at(right), std::nullopt);
        const bool is_defined = kind == Kind::kSegmentation || protocol == 6;  // the checksum slot's is TCP's only
        EXPECT_EQ(failure_at(static_cast<std::uint16_t>(right + 2)),
                  is_defined ? std::optional(DropReason::kOffsetMismatch) : std::nullopt);
      }
}

TEST_P(LocSend, LOC_17_two_and_three_elements_split_at_any_byte_give_the_same_output) {
  for (const auto kind : kBothKinds) {
    const auto frame = with_seed(GetParam(), kind);
    Submission submission(frame);
    ask(submission, frame, kind);
    const auto expected = send(submission).packets;
    ASSERT_EQ(expected.size(), kind == Kind::kChecksum ? 1U : 3U);
    for (std::size_t first = 1; first < submission.bytes.size(); ++first) {
      ASSERT_EQ(send(submission.split({first})).packets, expected) << first;
      for (std::size_t second = first + 1; second < layout_of(frame).payload + 2; ++second)
        ASSERT_EQ(send(submission.split({first, second})).packets, expected) << first << ' ' << second;
    }
  }
}

TEST_P(LocSend, LOC_18_NVGRE_inside_NVGRE_is_no_inner_transport) {
  auto frame = GetParam();
  const std::uint8_t protocol = frame.protocol;
  frame.protocol = 47;
  for (const auto kind : kBothKinds) {
    Submission submission(frame);
    auto asked = frame;
    asked.protocol = protocol;
    ask(submission, asked, kind);
    EXPECT_TRUE(send(submission).completion.failure.has_value());
  }
}

TEST_P(LocSend, LOC_19_a_supplemental_slot_alone_leaves_the_packet_untouched) {
  Submission submission(GetParam());
  EXPECT_EQ(send(submission).packets, ByteStrings{submission.bytes});
  say_offsets(submission, 1, 2, 3);  // nobody reads them
  EXPECT_EQ(send(submission).packets, ByteStrings{submission.bytes});
}

}  // namespace
}  // namespace nvgre::test
