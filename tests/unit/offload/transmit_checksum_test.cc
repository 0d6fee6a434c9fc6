#include "nvgre/offload/transmit_checksum.h"

#include <cstddef>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

/// What each rule of TXC asks for is in tests/conformance/txc_test.cc.
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

/// All pairings, and plain packets.
class TransmitChecksumMatrix : public testing::TestWithParam<SampleFrame> {};

INSTANTIATE_TEST_SUITE_P(WIRE_6, TransmitChecksumMatrix, testing::ValuesIn(test::version_matrix(6)),
                         test::VersionName());

TEST_P(TransmitChecksumMatrix, a_sink_with_room_gets_the_same_bytes) {
  auto frame = GetParam();
  frame.seed = Seed::kWithLength;
  frame.trailing = 5;
  Submission submission(frame);
  submission.request.checksum = checksum_slot(frame);
  submission.split({1, 40, 77, 78, 130});
  test::RoomySink sink;
  EXPECT_TRUE(send_with_checksums(submission.request, ActiveOffloads::all(), sink).succeeded());
  EXPECT_TRUE(sink.used_room);
  EXPECT_EQ(sink.packets, test::send(submission).packets);
}

TEST(TransmitChecksum, a_request_with_one_bad_packet_sends_none) {
  const auto good = test::write({.seed = Seed::kWithLength});
  const auto bad = test::write({.protocol = 17, .seed = Seed::kWithLength});
  const std::vector<wire::Bytes> good_pieces{good};
  const std::vector<wire::Bytes> bad_pieces{bad};
  const std::vector<GatherList> packets{good_pieces, bad_pieces};
  const SendRequest request{.packets = packets, .checksum = ChecksumRequest{.is_ipv4 = true, .tcp = true}};
  test::CollectingSink sink;
  EXPECT_EQ(send_with_checksums(request, ActiveOffloads::all(), sink).failure, DropReason::kNotTcp);
  EXPECT_TRUE(sink.packets.empty());
}

TEST(TransmitChecksum, several_packets_of_one_request_are_all_completed) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .seed = Seed::kWithLength});
  submission.request.checksum = checksum_slot({.outer = IpVersion::kV4});
  const auto sent = test::send(submission.repeat(3));
  ASSERT_EQ(sent.packets.size(), 3U);
  EXPECT_EQ(sent.completion.packets, 3U);
  EXPECT_EQ(sent.completion.payload_bytes, 300U);
  EXPECT_EQ(sent.completion.bytes, 3 * submission.bytes.size());
  for (const auto& packet : sent.packets) EXPECT_EQ(SlowPacket(packet, true).problems(), "");
}

TEST(TransmitChecksum, a_failure_midway_reports_what_was_sent) {
  Submission submission(SampleFrame{.seed = Seed::kWithLength});
  submission.request.checksum = checksum_slot({});
  submission.repeat(3);
  test::CollectingSink sink(1);
  const auto completion = send_with_checksums(submission.request, ActiveOffloads::all(), sink);
  EXPECT_EQ(completion.failure, DropReason::kEmitFailed);
  EXPECT_EQ(completion.packets, 1U);
}

TEST(TransmitChecksum, KEY_30_a_tag_from_the_request_is_inserted_with_and_without_checksums) {
  const SampleFrame frame{.outer = IpVersion::kV4, .seed = Seed::kWithLength};
  for (const bool checksums : {false, true}) {
    Submission submission(frame);
    if (checksums) submission.request.checksum = checksum_slot(frame);
    auto expected = test::send(submission).packets.at(0);
    expected.insert(expected.begin() + 12, {0x81, 0x00, 0x60, 0x64});
    submission.request.tag_control = 0x6064;
    EXPECT_EQ(test::send(submission).packets, test::ByteStrings{expected});
  }
}

TEST(TransmitChecksum, an_untouched_packet_may_have_any_number_of_pieces) {
  Submission submission(ByteString(100, 0xAB));
  std::vector<std::size_t> every_byte;
  for (std::size_t i = 1; i < 100; ++i) every_byte.push_back(i);
  EXPECT_EQ(test::send(submission.split(every_byte)).packets, test::ByteStrings{submission.bytes});
  test::RoomySink sink;
  EXPECT_TRUE(send_with_checksums(submission.request, ActiveOffloads::all(), sink).succeeded());
  EXPECT_EQ(sink.packets, test::ByteStrings{submission.bytes});
  EXPECT_TRUE(sink.used_room);
}

TEST(TransmitChecksum, a_tag_for_something_shorter_than_an_ethernet_header_is_refused) {
  Submission submission(ByteString(13, 0xAB));
  submission.request.tag_control = 100;
  EXPECT_EQ(test::send(submission).completion.failure, DropReason::kTruncatedEthernet);
}

TEST(TransmitChecksum, CAP_12_STATE_27_encapsulated_tasks_need_both_ip_versions_and_the_mask) {
  for (const auto versions : test::kAllVersions) {
    const SampleFrame frame{.outer = versions.outer, .inner = versions.inner};
    const auto refusal = [&](const ChecksumRequest& slot, const ActiveOffloads& offloads) {
      Submission submission(frame);
      submission.request.checksum = slot;
      return test::send(submission, offloads).completion.failure;
    };
    auto slot = checksum_slot(frame);
    slot.ip_header = false;
    auto offloads = ActiveOffloads::all();
    offloads.transmit_checksum.tcp.v6 = false;
    const bool has_v6 = versions.outer == IpVersion::kV6 || versions.inner == IpVersion::kV6;
    EXPECT_EQ(refusal(slot, offloads).has_value(), has_v6);
    offloads = ActiveOffloads::all();
    offloads.encapsulated.transmit_checksum = EncapsulatedMask(0xB);
    EXPECT_EQ(refusal(slot, offloads).has_value(), versions.inner == IpVersion::kV6);
    offloads.encapsulated.transmit_checksum = {};
    EXPECT_EQ(refusal(slot, offloads), DropReason::kOffloadInactive);
  }
}

}  // namespace
}  // namespace nvgre::offload
