// USO: how it is done. What the datagrams have to look like is in tests/conformance.
#include <cstddef>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::each;
using test::Lengths;
using test::SampleFrame;
using test::Seed;
using test::Submission;
using test::udp_datagrams;
using wire::IpVersion;

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain.
class SegmentUdpMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(SegmentUdpMatrix, D_4_length_fields_of_the_template_are_ignored) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  const auto expected = each(udp_datagrams(frame, 1000), [](auto& d) { return d.bytes(); });
  for (const auto lengths : {Lengths::kZero, Lengths::kGarbage}) {
    frame.lengths = lengths;
    EXPECT_EQ(each(udp_datagrams(frame, 1000), [](auto& d) { return d.bytes(); }), expected);
  }
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

}  // namespace
}  // namespace nvgre::offload
