#include "nvgre/offload/segmentation.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "tests/property/offload/any_frame.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::SampleFrame;
using test::SlowPacket;
using test::Submission;

void ask_for_segments(Submission& submission, std::uint8_t protocol, std::uint32_t mss) {
  if (protocol == 6) {
    submission.large_send(mss);
  } else {
    submission.udp_segmentation(mss);
  }
}

RC_GTEST_PROP(SegmentationProperty, LSO_5_USO_2_segments_are_sound_and_joined_give_the_payload, ()) {
  const auto frame = test::any_frame();
  const auto mss = *rc::gen::inRange<std::uint32_t>(1, 700);
  Submission submission(frame);
  ask_for_segments(submission, frame.protocol, mss);
  const auto sent = test::send(submission);
  RC_ASSERT(sent.completion.succeeded());
  RC_ASSERT(sent.packets.size() == segment_count(frame.payload_size, mss));
  ByteString joined;
  for (const auto& packet : sent.packets) {
    const SlowPacket segment(packet, frame.outer.has_value());
    RC_ASSERT(segment.problems() == "");
    const auto payload = segment.payload_bytes();
    RC_ASSERT(payload.size() == std::min<std::size_t>(mss, frame.payload_size - joined.size()));
    joined.insert(joined.end(), payload.begin(), payload.end());
  }
  RC_ASSERT(std::ranges::equal(joined, wire::Bytes(submission.bytes).last(frame.payload_size)));
}

RC_GTEST_PROP(SegmentationProperty, LOC_17_any_split_gives_identical_output, ()) {
  const auto frame = test::any_frame();
  Submission submission(frame);
  ask_for_segments(submission, frame.protocol, *rc::gen::inRange<std::uint32_t>(20, 700));
  const auto expected = test::send(submission).packets;
  submission.split(test::any_cuts(submission.bytes.size(), 40));
  RC_ASSERT(test::send(submission).packets == expected);
  test::RoomySink sink;
  RC_ASSERT(send(submission.request, ActiveOffloads::all(), sink).succeeded());
  RC_ASSERT(sink.used_room);
  RC_ASSERT(sink.packets == expected);
}

/// Every split of one packet into two and into three elements, through the headers and some of the payload.
class EverySplit : public testing::TestWithParam<SampleFrame> {};

TEST_P(EverySplit, LOC_17_two_and_three_elements_give_identical_output) {
  auto frame = GetParam();
  frame.payload_size = 20;
  Submission submission(frame);
  ask_for_segments(submission, frame.protocol, 9);
  const auto expected = test::send(submission).packets;
  ASSERT_EQ(expected.size(), 3U);
  for (std::size_t first = 0; first <= submission.bytes.size(); ++first) {
    for (std::size_t second = first; second <= submission.bytes.size(); ++second)
      ASSERT_EQ(test::send(submission.split({first, second})).packets, expected) << first << ' ' << second;
  }
}

INSTANTIATE_TEST_SUITE_P(Tcp, EverySplit, testing::ValuesIn(test::version_matrix(6)), test::VersionName());
INSTANTIATE_TEST_SUITE_P(Udp, EverySplit, testing::ValuesIn(test::version_matrix(17)), test::VersionName());

RC_GTEST_PROP(SegmentationProperty, any_change_of_a_checksummed_byte_is_noticed, ()) {
  auto frame = test::any_frame();
  frame.payload_size = static_cast<std::size_t>(*rc::gen::inRange(1, 100));
  Submission submission(frame);
  ask_for_segments(submission, frame.protocol, 1000);
  const auto packet = test::send(submission).packets.at(0);
  const SlowPacket sound(packet, frame.outer.has_value());
  const auto at = *rc::gen::inRange(sound.transport, packet.size());
  auto changed = packet;
  changed[at] = static_cast<std::uint8_t>(changed[at] ^ *rc::gen::inRange(1, 256));
  // Parsed as it was: a changed data offset or UDP checksum of 0 is another matter than the sum.
  SlowPacket judged(packet, frame.outer.has_value());
  judged.replace(std::move(changed));
  RC_ASSERT(!judged.transport_verifies());
}

/// Any bytes at all, and any request for them: refused as a whole or sent as a whole.
RC_GTEST_PROP(SegmentationProperty, USO_16_any_bytes_are_refused_whole_or_sent_whole, ()) {
  auto bytes = test::write(test::any_frame());
  for (const auto at : *rc::gen::container<std::vector<std::size_t>>(rc::gen::inRange<std::size_t>(0, bytes.size())))
    bytes[at] = *rc::gen::arbitrary<std::uint8_t>();
  bytes.resize(*rc::gen::inRange<std::size_t>(0, bytes.size() + 1));
  Submission submission(bytes);
  if (*rc::gen::arbitrary<bool>()) submission.request.supplemental.emplace().is_encapsulated = true;
  if (*rc::gen::arbitrary<bool>()) submission.request.tag_control = *rc::gen::arbitrary<std::uint16_t>();
  const auto mss = *rc::gen::inRange<std::uint32_t>(0, 100);
  switch (*rc::gen::inRange(0, 3)) {
    case 0:
      submission.large_send(mss);
      break;
    case 1:
      submission.udp_segmentation(mss);
      break;
    default:
      submission.request.checksum = ChecksumRequest{.is_ipv4 = *rc::gen::arbitrary<bool>(),
                                                    .is_ipv6 = *rc::gen::arbitrary<bool>(),
                                                    .ip_header = *rc::gen::arbitrary<bool>(),
                                                    .tcp = *rc::gen::arbitrary<bool>(),
                                                    .udp = *rc::gen::arbitrary<bool>()};
  }
  submission.split(test::any_cuts(bytes.size(), 5));
  const auto sent = test::send(submission);
  RC_ASSERT(sent.packets.empty() == sent.completion.failure.has_value());
}

}  // namespace
}  // namespace nvgre::offload
