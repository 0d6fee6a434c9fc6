#include "nvgre/offload/send.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::SampleFrame;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;

TEST(Send, both_segmentation_slots_exclude_each_other) {
  Submission submission(SampleFrame{});
  const auto sent = test::send(submission.large_send(100).udp_segmentation(100));
  EXPECT_EQ(sent.completion.failure, DropReason::kConflictingRequest);
  EXPECT_TRUE(sent.packets.empty());
}

TEST(Send, D_3_a_checksum_slot_beside_a_large_send_is_no_conflict) {
  Submission submission(SampleFrame{.payload_size = 300});
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .ip_header = true, .tcp = true};
  EXPECT_EQ(test::send(submission.large_send(100)).packets.size(), 3U);
}

TEST(Send, a_checksum_slot_alone_selects_checksum_offload) {
  Submission submission(SampleFrame{.seed = test::Seed::kWithLength});
  submission.request.checksum = ChecksumRequest{.is_ipv4 = true, .ip_header = true, .tcp = true};
  const auto sent = test::send(submission);
  ASSERT_EQ(sent.packets.size(), 1U);
  EXPECT_NE(sent.packets[0], submission.bytes);
}

TEST(Send, LOC_19_a_supplemental_slot_alone_sends_the_packet_untouched) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  submission.request.supplemental->offsets_valid = true;  // all offsets wrong
  EXPECT_EQ(test::send(submission).packets, test::ByteStrings{submission.bytes});
}

TEST(Send, OVL_33_everything_works_in_software_whatever_an_adapter_does) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 300});
  submission.large_send(100);
  EXPECT_EQ(test::send(submission, ActiveOffloads{}).completion.failure, DropReason::kOffloadInactive);
  EXPECT_EQ(test::send(submission, ActiveOffloads::all()).packets.size(), 3U);
}

}  // namespace
}  // namespace nvgre::offload
