#include "nvgre/offload/segment_template.h"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::SampleFrame;
using test::SlowPacket;
using test::Submission;
using wire::IpVersion;

/// A super-frame's headers, mapped, over all of its bytes.
struct Headers {
  explicit Headers(const SampleFrame& frame) : bytes(test::write(frame)), map(wire::locate(bytes)) {}
  ByteString bytes;
  wire::HeaderMap map;
};

TEST(IpPatch, LSO_15_writes_length_identification_and_checksum_of_ipv4) {
  Headers headers(SampleFrame{.payload_size = 40, .inner_id = 0xFFFF, .inner_options = 8});
  IpPatch patch(headers.bytes, headers.map.inner_ip, Identifications::kAll);
  for (const std::uint16_t id : {0xFFFF, 0x0000}) {
    patch.write(14 + 28 + 20 + 7);
    const SlowPacket packet(headers.bytes, false);
    EXPECT_EQ(packet.ip_length(14), 28U + 20 + 7);
    EXPECT_EQ(packet.identification(14), id);
    EXPECT_TRUE(packet.ip_verifies(14));
  }
}

TEST(IpPatch, LSO_16_writes_only_the_payload_length_of_ipv6) {
  Headers headers(SampleFrame{.inner = IpVersion::kV6, .payload_size = 40, .inner_options = 8});
  auto expected = headers.bytes;
  IpPatch patch(headers.bytes, headers.map.inner_ip, Identifications::kLowerHalf);
  patch.write(14 + 48 + 20 + 0x0107);
  expected[14 + 4] = 0x01;
  expected[14 + 5] = 8 + 20 + 0x07;
  EXPECT_EQ(headers.bytes, expected);
}

TEST(TcpPatch, LSO_8_9_writes_sequence_number_and_flags_of_each_place) {
  Headers headers(SampleFrame{.payload_size = 40, .sequence = 0xFFFF'FFFF, .flags = 0x0FF9});
  TcpPatch patch(headers.bytes, headers.map.transport);
  patch.write({.payload_size = 5, .is_first = true, .is_last = false}, patch.start());
  EXPECT_EQ(SlowPacket(headers.bytes, false).sequence(), 0xFFFF'FFFFU);
  EXPECT_EQ(SlowPacket(headers.bytes, false).flags(), 0x0FF0);
  patch.write({.payload_size = 5, .is_first = false, .is_last = true}, patch.start());
  EXPECT_EQ(SlowPacket(headers.bytes, false).sequence(), 0x0000'0004U);
  EXPECT_EQ(SlowPacket(headers.bytes, false).flags(), 0x0F79);
}

TEST(UdpPatch, USO_9_leaves_the_checksum_at_0_for_a_seed_of_0) {
  Headers headers(SampleFrame{.protocol = 17, .payload_size = 40, .seed = test::Seed::kZero});
  UdpPatch patch(headers.bytes, headers.map.transport);
  EXPECT_FALSE(patch.has_checksum());
  patch.write({.payload_size = 5, .is_first = true, .is_last = false}, patch.start());
  const SlowPacket packet(headers.bytes, false);
  EXPECT_EQ(packet.word(packet.transport + 4), 13);
  EXPECT_EQ(packet.transport_checksum(), 0);
}

TEST(SegmentTemplate, writes_outer_inner_and_transport_of_one_segment) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .inner = IpVersion::kV6, .payload_size = 40});
  SendPacket packet(submission.request.packets[0], locate_options(submission.request, ActiveOffloads::all(), true));
  SegmentTemplate<TcpPatch> headers(packet);
  auto sum = headers.start();
  const auto payload = wire::Bytes(submission.bytes).last(40).first(9);
  sum.add(payload);
  headers.write({.payload_size = 9, .is_first = true, .is_last = false}, sum);
  ByteString segment(packet.headers().begin(), packet.headers().end());
  segment.insert(segment.end(), payload.begin(), payload.end());
  EXPECT_EQ(SlowPacket(segment, true).problems(), "");
}

}  // namespace
}  // namespace nvgre::offload
