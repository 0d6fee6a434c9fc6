#include "nvgre/offload/finished_frame.h"

#include <array>

#include <gtest/gtest.h>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/frame_builder.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"

namespace nvgre::offload {
namespace {

using test::CollectingSink;
using test::SampleFrame;
using test::write;
using wire::DropReason;
using wire::IpVersion;
using Outcome = FrameTreatment::Outcome;

/// A TCP frame whose routing header does not tell its last destination.
wire::ByteVector frame_with_unknown_end() {
  const std::array<std::uint8_t, 6> unknown_type_with_one_segment_left{99, 1, 0, 0, 0, 0};
  return wire::FrameBuilder()
      .ethernet(wire::MacAddress({2, 0, 0, 0, 0, 1}), wire::MacAddress({2, 0, 0, 0, 0, 2}))
      .ip(*wire::IpAddress::parse("2001:db8::1"), *wire::IpAddress::parse("2001:db8::2"))
      .extension(wire::IpProtocol::kRouting, unknown_type_with_one_segment_left)
      .tcp(1, 2)
      .counting_payload(3'000)
      .build();
}

TEST(FinishedFrame, LSO_30_cuts_without_changing_the_frame) {
  const auto frame = write({.outer = IpVersion::kV4, .payload_size = 2'500, .seed = test::Seed::kZero});
  const auto before = frame;
  CollectingSink sink;
  const auto treatment = segment_frame(frame, {.mss = 1'000}, sink);
  EXPECT_EQ(treatment.outcome, Outcome::kDone);
  EXPECT_EQ(treatment.packet_count, 3U);
  ASSERT_EQ(sink.packets.size(), 3U);
  for (const auto& packet : sink.packets) EXPECT_EQ(test::SlowPacket(packet, true).problems(), "");
  EXPECT_EQ(frame, before);
}

TEST(FinishedFrame, a_refused_frame_leaves_nothing_in_the_sink) {
  CollectingSink sink;
  const auto refusal = [&sink](const SampleFrame& sample) {
    const auto treatment = segment_frame(write(sample), {.mss = 1'000}, sink);
    EXPECT_EQ(treatment.outcome, Outcome::kRefused);
    return treatment.reason;
  };
  EXPECT_EQ(refusal({.payload_size = 3'000, .flags = test::tcp_flag::kRst}), DropReason::kTcpFlags);
  EXPECT_EQ(refusal({.payload_size = 3'000, .inner_fragment = 0x2000}), DropReason::kFragmentRequest);
  EXPECT_EQ(refusal({.inner = IpVersion::kV6, .payload_size = 3'000, .inner_fragment_header = true}),
            DropReason::kFragmentRequest);
  EXPECT_TRUE(sink.packets.empty());
}

/// The frame with another VSID, which an adapter does not judge, and with 16 bits changed at `offset`.
wire::ByteVector with(wire::ByteVector frame, std::uint32_t vsid, std::size_t offset, std::uint16_t word) {
  wire::store_big_endian(wire::MutableBytes(frame), vsid << 8, 14 + 20 + 4);
  wire::store_big_endian(wire::MutableBytes(frame), word, offset);
  return frame;
}

TEST(FinishedFrame, a_reserved_VSID_hides_no_length_that_lies) {
  constexpr std::size_t kInnerIp = 14 + 20 + 8 + 14, kUdpLength = kInnerIp + 20 + 4;
  const auto tcp = write({.outer = IpVersion::kV4, .payload_size = 3'000});
  const auto udp = write({.outer = IpVersion::kV4, .protocol = 17, .payload_size = 3'000});
  for (const std::uint32_t vsid : {0x5001U, 0U}) {
    CollectingSink sink;
    const auto too_long = with(tcp, vsid, kInnerIp + 2, 20 + 20 + 3'000 + 100);
    EXPECT_EQ(segment_frame(too_long, {.mss = 1'000}, sink).reason, DropReason::kTruncatedIp) << vsid;
    EXPECT_EQ(fill_checksums(too_long, ChecksumField::kAnything, sink).reason, DropReason::kTruncatedIp) << vsid;
    const auto too_long_datagram = with(udp, vsid, kUdpLength, 4'000);
    EXPECT_EQ(segment_frame(too_long_datagram, {.mss = 1'000}, sink).reason, DropReason::kMalformedTransport) << vsid;
    EXPECT_TRUE(sink.packets.empty());
    EXPECT_EQ(segment_frame(with(udp, vsid, kUdpLength, 0), {.mss = 1'000}, sink).packet_count, 3U) << vsid;
  }
}

/// The first bytes of an NVGRE frame over IPv4, which its outer length says is all of the packet.
wire::ByteVector ending_at(const wire::ByteVector& frame, std::size_t size) {
  wire::ByteVector cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
  wire::store_big_endian(wire::MutableBytes(cut), static_cast<std::uint16_t>(size - 14), 16);
  return cut;
}

TEST(FinishedFrame, names_what_keeps_the_checksums_of_a_packet_that_ends_early_from_being_filled_in) {
  const auto frame = write({.outer = IpVersion::kV4, .payload_size = 3});
  for (std::size_t size = 34; size < frame.size(); ++size) {
    CollectingSink sink;
    const auto treatment = fill_checksums(ending_at(frame, size), ChecksumField::kAnything, sink);
    const auto reason =
        size < 42 ? DropReason::kTruncatedGre : (size < 76 ? DropReason::kTruncatedInner : DropReason::kTruncatedIp);
    EXPECT_EQ(treatment.reason, reason) << size;
    EXPECT_TRUE(sink.packets.empty()) << size;
  }
  CollectingSink sink;
  EXPECT_EQ(fill_checksums(frame, ChecksumField::kAnything, sink).outcome, Outcome::kDone);
}

TEST(FinishedFrame, fills_in_no_outer_checksum_alone_where_the_inner_headers_are_not_understood) {
  CollectingSink sink;
  auto frame = write({.outer = IpVersion::kV4, .inner = IpVersion::kV6});
  frame[14 + 20 + 8 + 14] &= 0x0F;  // version 0
  EXPECT_EQ(fill_checksums(frame, ChecksumField::kAnything, sink).reason, DropReason::kMalformedIp);
  frame = write({.outer = IpVersion::kV4, .inner_tags = {7}});
  EXPECT_EQ(fill_checksums(frame, ChecksumField::kAnything, sink).reason, DropReason::kInnerVlan);
  EXPECT_TRUE(sink.packets.empty());
}

TEST(FinishedFrame, tells_what_fits_and_what_is_none_of_its_business) {
  CollectingSink sink;
  EXPECT_EQ(segment_frame(write({.payload_size = 1'000}), {.mss = 1'000}, sink).outcome, Outcome::kFits);
  EXPECT_EQ(segment_frame(write({.protocol = 1}), {.mss = 1'000}, sink).outcome, Outcome::kNothingToDo);
  EXPECT_EQ(fill_checksums(write({.inner_ether_type = 0x0806}), ChecksumField::kAnything, sink).outcome,
            Outcome::kNothingToDo);
  EXPECT_TRUE(sink.packets.empty());
  EXPECT_EQ(
      segment_frame(write({.payload_size = 1'000}), {.mss = 1'000, .with_fitting_frames = true}, sink).packet_count,
      1U);
}

TEST(FinishedFrame, RXC_14_refuses_a_checksum_whose_addresses_are_not_known) {
  CollectingSink sink;
  const auto frame = frame_with_unknown_end();
  EXPECT_EQ(segment_frame(frame, {.mss = 1'000}, sink).reason, DropReason::kUnsupportedHeader);
  EXPECT_EQ(fill_checksums(frame, ChecksumField::kAnything, sink).reason, DropReason::kUnsupportedHeader);
  EXPECT_TRUE(sink.packets.empty());
  EXPECT_EQ(fill_checksums(frame, ChecksumField::kSeed, sink).outcome, Outcome::kDone) << "the seed has them";
}

TEST(FinishedFrame, reads_nothing_outside_a_frame_of_any_length) {
  CollectingSink sink;
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
    const auto frame = write({.outer = IpVersion::kV6, .protocol = protocol, .payload_size = 40});
    for (std::size_t size = 0; size < frame.size(); ++size) {
      const std::vector<std::uint8_t> cut(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size));
      EXPECT_NE(segment_frame(cut, {.mss = 8, .with_fitting_frames = true}, sink).outcome, Outcome::kDone) << size;
    }
  }
}

}  // namespace
}  // namespace nvgre::offload
