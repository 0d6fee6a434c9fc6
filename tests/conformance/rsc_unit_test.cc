// RSC: what a unit looks like, and what is counted.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/send.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using testing::ElementsAre;
using wire::Ipv4View;
using wire::Ipv6View;
using wire::TcpFlags;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};
constexpr TcpFlags kAckPsh = TcpFlags::kAck | TcpFlags::kPsh;

Ipv4View ipv4(const DeliveredUnit& unit) {
  return *Ipv4View::parse(unit.ip());
}
Ipv6View ipv6(const DeliveredUnit& unit) {
  return *Ipv6View::parse(unit.ip());
}

// "Examples of Receive Segment Coalescing", example 1.
TEST(RscUnit, RSC_10_example_1_ten_data_segments_make_one_unit) {
  for (const IpVersion version : kBothVersions) {
    Batch batch;
    for (std::size_t i = 0; i < 10; ++i) batch.add(data_segment(version, i));
    const auto& units = batch.run();
    ASSERT_EQ(units.size(), 1U);
    EXPECT_EQ(units[0].segments, 10U);
    EXPECT_EQ(payload_of(units[0]), stream(0, 10));
    EXPECT_EQ(units[0].tcp().sequence_number(), 1U);
    EXPECT_EQ(problems_of(units[0]), "");
    const auto statistics = batch.coalescer.statistics();
    EXPECT_EQ(statistics.coalesced_packets, 10U);  // RSC-28
    EXPECT_EQ(statistics.coalesced_octets, 10U * kSegment);
    EXPECT_EQ(statistics.coalesce_events, 1U);
    EXPECT_EQ(statistics.aborts, 0U);
  }
}

// Example 2: a duplicate ACK with SACK is an exception by its option.
TEST(RscUnit, RSC_6_example_2_an_exception_ends_the_unit_and_goes_alone) {
  const ByteVector sack = {1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  Batch batch;
  for (std::size_t i = 0; i < 5; ++i) batch.add(data_segment(IpVersion::kV4, i));
  batch.add(pure_acknowledgment(IpVersion::kV4, 5).tcp_options(sack));
  for (std::size_t i = 5; i < 7; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(5, 1, 2));
  EXPECT_EQ(payload_of(batch.collector.units[2]), stream(5, 2));
  const auto statistics = batch.coalescer.statistics();
  EXPECT_EQ(statistics.coalesced_packets, 7U);
  EXPECT_EQ(statistics.coalesced_octets, 7U * kSegment);
  EXPECT_EQ(statistics.coalesce_events, 2U);
  EXPECT_EQ(statistics.aborts, 1U);
}

// Example 3.
TEST(RscUnit, RSC_11_example_3_window_updates_change_the_window_only) {
  Batch batch;
  for (std::size_t i = 0; i < 5; ++i) batch.add(data_segment(IpVersion::kV4, i));
  batch.add(pure_acknowledgment(IpVersion::kV4, 5).window(0xFFF0));
  batch.add(pure_acknowledgment(IpVersion::kV4, 5).window(0xFFFF));
  EXPECT_THAT(batch.shape(), ElementsAre(5));
  const DeliveredUnit& unit = batch.collector.units[0];
  EXPECT_EQ(unit.tcp().window(), 0xFFFF);
  EXPECT_EQ(unit.tcp().acknowledgment_number(), 77U);
  EXPECT_EQ(payload_of(unit), stream(0, 5));
  EXPECT_EQ(problems_of(unit), "");
  EXPECT_EQ(batch.coalescer.statistics().coalesced_packets, 5U);
  EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
}

// Example 4.
TEST(RscUnit, RSC_10_example_4_piggy_backed_acknowledgments_take_the_last_number_and_window) {
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV6, i));
  batch.add(data_segment(IpVersion::kV6, 3).acknowledgment_number(90).window(400));
  batch.add(data_segment(IpVersion::kV6, 4).acknowledgment_number(95).window(300));
  EXPECT_THAT(batch.shape(), ElementsAre(5));
  const DeliveredUnit& unit = batch.collector.units[0];
  EXPECT_EQ(unit.tcp().acknowledgment_number(), 95U);
  EXPECT_EQ(unit.tcp().window(), 300);
  EXPECT_EQ(problems_of(unit), "");
}

TEST(RscUnit, RSC_14_the_ipv4_header_of_a_unit) {
  Batch batch;
  const std::uint8_t hops[] = {64, 63, 64};
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i).hop_limit(hops[i]));
  ASSERT_THAT(batch.shape(), ElementsAre(3));
  const Ipv4View ip = ipv4(batch.collector.units[0]);
  EXPECT_EQ(ip.header_size(), 20U);
  EXPECT_EQ(ip.total_length(), 20 + 20 + 3 * kSegment);
  EXPECT_EQ(ip.identification(), 100);
  EXPECT_TRUE(ip.dont_fragment());
  EXPECT_FALSE(ip.more_fragments());
  EXPECT_EQ(ip.time_to_live(), 63);
  EXPECT_TRUE(ip.has_valid_checksum());
}

TEST(RscUnit, RSC_14_the_time_to_live_of_a_window_update_counts_too) {
  Batch batch;
  for (std::size_t i = 0; i < 2; ++i) batch.add(data_segment(IpVersion::kV4, i).hop_limit(64));
  batch.add(pure_acknowledgment(IpVersion::kV4, 2).window(600).hop_limit(62));
  ASSERT_THAT(batch.shape(), ElementsAre(2));
  EXPECT_EQ(batch.collector.units[0].ip()[8], 62);
  EXPECT_EQ(problems_of(batch.collector.units[0]), "");
}

TEST(RscUnit, RSC_15_the_ipv6_header_of_a_unit) {
  Batch batch;
  const std::uint8_t hops[] = {64, 60, 61};
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV6, i).hop_limit(hops[i]).flow_label(0x12345));
  ASSERT_THAT(batch.shape(), ElementsAre(3));
  EXPECT_EQ(ipv6(batch.collector.units[0]).payload_length(), 20 + 3 * kSegment);
  EXPECT_EQ(ipv6(batch.collector.units[0]).hop_limit(), 60);
  EXPECT_EQ(ipv6(batch.collector.units[0]).flow_label(), 0x12345U);
}

TEST(RscUnit, RSC_17_psh_of_any_segment_is_psh_of_the_unit) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV4, 1).flags(kAckPsh));
  batch.add(data_segment(IpVersion::kV4, 2));
  ASSERT_THAT(batch.shape(), ElementsAre(3));
  EXPECT_EQ(batch.collector.units[0].tcp().flags(), kAckPsh);
}

TEST(RscUnit, RSC_18_and_19_a_unit_carries_the_latest_timestamps_and_their_distance) {
  for (const std::uint32_t base : {100U, 0xFFFF'FFF0U}) {  // the second one wraps
    Batch batch;
    const std::uint32_t values[] = {base, base + 10, base + 30};
    for (std::size_t i = 0; i < 3; ++i)
      batch.add(data_segment(IpVersion::kV4, i).timestamps(values[i], 7 + static_cast<std::uint32_t>(i)));
    ASSERT_THAT(batch.shape(), ElementsAre(3));
    const DeliveredUnit& unit = batch.collector.units[0];
    EXPECT_EQ(unit.tcp().timestamps()->value, base + 30);
    EXPECT_EQ(unit.tcp().timestamps()->echo_reply, 9U);
    EXPECT_EQ(unit.timestamp_delta, 30U);
    EXPECT_EQ(problems_of(unit), "");
  }
}

TEST(RscUnit, RSC_19_and_20_a_single_segment_has_neither_count_nor_delta) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0).timestamps(100, 1));
  batch.add(pure_acknowledgment(IpVersion::kV4, 1).timestamps(130, 1).window(900));
  const auto& units = batch.run();
  ASSERT_EQ(units.size(), 1U);
  EXPECT_EQ(units[0].segments, 0U);
  EXPECT_EQ(units[0].timestamp_delta, 0U);
  EXPECT_EQ(units[0].tcp().window(), 900);
  EXPECT_EQ(problems_of(units[0]), "");
}

TEST(RscUnit, RSC_23_results_of_a_unit) {
  for (const IpVersion version : kBothVersions) {
    Batch batch;
    batch.add(data_segment(version, 0));
    batch.add(data_segment(version, 1));
    const auto& units = batch.run();
    EXPECT_EQ(units[0].checksum.ip_succeeded, version == IpVersion::kV4);  // D-24
    EXPECT_TRUE(units[0].checksum.tcp_succeeded);
    EXPECT_FALSE(units[0].checksum.tcp_value_invalid);
    EXPECT_FALSE(units[0].checksum.ip_value_invalid);
  }
}

TEST(RscUnit, RSC_23_checksums_are_right_for_segments_of_any_parity) {
  Batch batch;
  std::uint32_t sequence = 1;
  ByteVector expected;
  for (const std::size_t size : {1, 2, 3, 1399, 5, 1400, 7, 1}) {
    auto builder = tenant(IpVersion::kV4);
    batch.add(builder.tcp(1, 2).sequence_number(sequence).counting_payload(size, sequence));
    for (std::size_t i = sequence; i < sequence + size; ++i) expected.push_back(static_cast<std::uint8_t>(i % 251));
    sequence += static_cast<std::uint32_t>(size);
  }
  ASSERT_THAT(batch.shape(), ElementsAre(8));
  EXPECT_EQ(payload_of(batch.collector.units[0]), expected);
  EXPECT_EQ(problems_of(batch.collector.units[0]), "");
}
TEST(RscUnit, RSC_24_gives_units_an_unfinished_checksum_and_says_what_they_are) {
  for (const IpVersion version : {IpVersion::kV4, IpVersion::kV6}) {
    Batch batch(UnitChecksums::kPartial);
    batch.add(data_segment(version, 0));
    batch.add(data_segment(version, 1));
    batch.add(data_segment(version, 2, 10));
    ASSERT_THAT(batch.shape(), ElementsAre(3));
    const DeliveredUnit& unit = batch.collector.units[0];
    EXPECT_TRUE(unit.metadata.needs_checksum);
    EXPECT_EQ(unit.metadata.checksum_start, version == IpVersion::kV4 ? 34 : 54);
    EXPECT_EQ(unit.metadata.checksum_offset, 16);
    EXPECT_EQ(unit.metadata.segmentation,
              version == IpVersion::kV4 ? SegmentationKind::kTcpV4 : SegmentationKind::kTcpV6);
    EXPECT_EQ(unit.metadata.segment_size, kSegment);
    EXPECT_EQ(unit.metadata.header_size, version == IpVersion::kV4 ? 54 : 74);
    EXPECT_FALSE(unit.metadata.has_ecn);
    EXPECT_TRUE(unit.checksum.tcp_succeeded);
    EXPECT_TRUE(unit.checksum.tcp_value_invalid);
    EXPECT_TRUE(has_right_ip_checksum(unit.bytes));  // a packet's IPv4 header is always right
    EXPECT_TRUE(has_right_transport_checksum(with_finished_checksum(unit)));
  }
}

TEST(RscUnit, RSC_24_tells_a_resegmenting_consumer_that_cwr_is_the_first_segments) {
  Batch batch(UnitChecksums::kPartial);
  for (std::size_t i = 0; i < 2; ++i)
    batch.add(data_segment(IpVersion::kV4, i).flags(wire::TcpFlags::kAck | wire::TcpFlags::kCwr));
  ASSERT_THAT(batch.shape(), ElementsAre(2));
  EXPECT_TRUE(batch.collector.units[0].metadata.has_ecn);
}

TEST(RscUnit, RSC_24_gives_a_single_validated_frame_the_same_form) {
  Batch batch(UnitChecksums::kPartial);
  batch.add(data_segment(IpVersion::kV4, 0));
  auto udp = tenant(IpVersion::kV6);
  batch.add(udp.padding_extension(IpProtocol::kDestinationOptions, 16).udp(1, 2).counting_payload(33));
  auto padded = tenant(IpVersion::kV4);
  batch.add(padded.udp(3, 4).counting_payload(1).padded_to(60));
  const auto& units = batch.run();
  ASSERT_EQ(units.size(), 3U);
  std::vector<ByteVector> sent = {udp.build(), data_segment(IpVersion::kV4, 0).build(), padded.build()};
  sent[2].resize(14 + 20 + 8 + 1);  // whoever finishes the checksum sums up all that follows, so padding goes
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(units[i].metadata.needs_checksum);
    EXPECT_EQ(units[i].metadata.segmentation, SegmentationKind::kNone);
    EXPECT_EQ(units[i].segments, 0U);
    EXPECT_FALSE(units[i].checksum.tcp_value_invalid);  // RXC-18
    EXPECT_EQ(with_finished_checksum(units[i]), sent[i]) << i;
  }
}

TEST(RscUnit, RSC_20_the_count_is_that_of_the_data_segments_from_two_on) {
  for (const std::size_t count : {1U, 2U, 3U}) {
    Batch batch;
    for (std::size_t i = 0; i < count; ++i) batch.add(data_segment(IpVersion::kV4, i));
    batch.add(pure_acknowledgment(IpVersion::kV4, count).window(600));  // a window update is none
    ASSERT_EQ(batch.run().size(), 1U);
    EXPECT_EQ(batch.collector.units[0].segments, count == 1 ? 0 : count);
  }
}

TEST(RscUnit, RSC_21_no_unit_counts_duplicate_acknowledgments) {
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i));
  for (int i = 0; i < 3; ++i) batch.add(pure_acknowledgment(IpVersion::kV4, 3));
  for (std::size_t i = 3; i < 5; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 1, 1, 1, 2));
  for (const DeliveredUnit& unit : batch.collector.units) EXPECT_EQ(unit.duplicate_acknowledgments, 0U);
}

/// OID_TCP_RSC_STATISTICS after a batch.
std::vector<std::uint64_t> counted(Batch& batch) {
  batch.run();
  const CoalescingStatistics counted = batch.coalescer.statistics();
  return {counted.coalesced_packets, counted.coalesced_octets, counted.coalesce_events, counted.aborts};
}

TEST(RscUnit, RSC_28_the_counters_of_the_examples) {
  const ByteVector sack = {1, 1, 5, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  const auto add = [](Batch& batch, std::size_t first, std::size_t end) {
    for (std::size_t i = first; i < end; ++i) batch.add(data_segment(IpVersion::kV4, i));
  };
  Batch one;
  add(one, 0, 10);
  EXPECT_THAT(counted(one), ElementsAre(10, 10'000, 1, 0));
  Batch two;
  add(two, 0, 5);
  two.add(pure_acknowledgment(IpVersion::kV4, 5).tcp_options(sack));
  add(two, 5, 7);
  EXPECT_THAT(counted(two), ElementsAre(7, 7'000, 2, 1));
  Batch three;
  add(three, 0, 5);
  for (const std::uint16_t window : {600, 700}) three.add(pure_acknowledgment(IpVersion::kV4, 5).window(window));
  EXPECT_THAT(counted(three), ElementsAre(5, 5'000, 1, 0));
  Batch four;
  add(four, 0, 3);
  for (std::size_t i = 3; i < 5; ++i)
    four.add(data_segment(IpVersion::kV4, i).acknowledgment_number(static_cast<std::uint32_t>(90 + i)));
  EXPECT_THAT(counted(four), ElementsAre(5, 5'000, 1, 0));
}

TEST(RscUnit, RSC_28_a_segment_that_stays_alone_is_not_counted_and_only_a_full_unit_is_no_abort) {
  Batch alone;
  alone.add(data_segment(IpVersion::kV4, 0));
  EXPECT_THAT(counted(alone), ElementsAre(0, 0, 0, 0));
  Batch full(UnitChecksums::kComplete, {.max_ip_length = 20 + 20 + 2 * kSegment});
  for (std::size_t i = 0; i < 4; ++i) full.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(counted(full), ElementsAre(4, 4'000, 2, 0)) << "IP length overflow";
  Batch short_of_room(UnitChecksums::kComplete, {.segments = 2});
  for (std::size_t i = 0; i < 3; ++i) short_of_room.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(counted(short_of_room), ElementsAre(2, 2'000, 1, 1)) << "no resources";
}

TEST(RscUnit, RSC_28_a_pure_acknowledgment_that_ends_a_unit_is_an_abort_and_one_that_ends_none_is_not) {
  Batch batch;
  for (std::size_t i = 0; i < 2; ++i) batch.add(data_segment(IpVersion::kV4, i));
  for (int i = 0; i < 3; ++i) batch.add(pure_acknowledgment(IpVersion::kV4, 2));
  EXPECT_THAT(counted(batch), ElementsAre(2, 2'000, 1, 1));
}

TEST(RscUnit, RSC_30_a_unit_that_is_sent_on_is_not_taken_for_a_request) {
  for (const UnitChecksums form : {UnitChecksums::kComplete, UnitChecksums::kPartial}) {
    Batch batch(form);
    for (std::size_t i = 0; i < 3; ++i)
      batch.add(data_segment(IpVersion::kV4, i).timestamps(static_cast<std::uint32_t>(100 + i), 1));
    ASSERT_THAT(batch.shape(), ElementsAre(3));
    const DeliveredUnit& unit = batch.collector.units[0];
    ASSERT_NE(unit.timestamp_delta, 0U);
    Submission submission(unit.bytes);
    const Sent sent = send(submission);
    EXPECT_TRUE(sent.completion.succeeded());
    EXPECT_EQ(sent.packets, ByteStrings{unit.bytes});
  }
}

}  // namespace
}  // namespace nvgre::offload
