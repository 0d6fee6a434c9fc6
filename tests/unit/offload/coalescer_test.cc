#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/coalescing.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/udp.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using testing::ElementsAre;

TEST(Coalescer, hands_back_the_label_of_the_last_frame_that_joined) {
  Batch batch;
  std::uint32_t label = 0;
  for (const std::size_t index : {0U, 1U, 3U, 4U}) batch.add(data_segment(IpVersion::kV4, index)).label = ++label;
  batch.add(pure_acknowledgment(IpVersion::kV4, 5).window(900)).label = ++label;  // joins (RSC-11)
  batch.add(tenant(IpVersion::kV4).icmp(8)).label = ++label;
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1, 2));
  EXPECT_EQ(batch.collector.units[0].label, 2U);
  EXPECT_EQ(batch.collector.units[1].label, 6U);
  EXPECT_EQ(batch.collector.units[2].label, 5U);
}

TEST(Coalescer, keeps_a_super_frame_alone_with_its_metadata_and_in_order) {
  for (const UnitChecksums form : {UnitChecksums::kComplete, UnitChecksums::kPartial}) {
    Batch batch(form);
    batch.add(data_segment(IpVersion::kV4, 0));
    const auto super = data_segment(IpVersion::kV4, 1, 4 * kSegment).transport_checksum(wire::TransportChecksum::kSeed);
    FrameMetadata metadata;
    metadata.needs_checksum = true;
    metadata.segmentation = SegmentationKind::kTcpV4;
    metadata.segment_size = 500;
    batch.add(super).metadata = metadata;
    batch.add(data_segment(IpVersion::kV4, 5));
    const auto& units = batch.run();
    ASSERT_EQ(units.size(), 3U);
    EXPECT_EQ(units[1].metadata, metadata);
    EXPECT_EQ(units[1].bytes, super.build());
    EXPECT_EQ(units[2].tcp().sequence_number(), 1 + 5 * kSegment);
  }
}

TEST(Coalescer, RXC_4_hands_bad_and_unvalidated_frames_on_byte_for_byte_without_a_flag) {
  Batch batch(UnitChecksums::kPartial);
  auto bad = tenant(IpVersion::kV4);
  bad.udp(1, 2).transport_checksum(0x4321).counting_payload(50).padded_to(100);
  auto without = tenant(IpVersion::kV4);
  without.udp(1, 2).transport_checksum(0).counting_payload(50);
  batch.add(bad);
  batch.add(without);
  const auto& units = batch.run();
  EXPECT_EQ(bytes_of(units), (std::vector<ByteVector>{bad.build(), without.build()}));
  for (const DeliveredUnit& unit : units) EXPECT_EQ(unit.metadata, FrameMetadata());
}

TEST(Coalescer, marks_a_validated_frame_whose_checksum_does_not_cover_all_of_it) {
  // The IP packet goes on behind what the UDP length names: who finishes a checksum would sum that up, too.
  ByteVector frame = tenant(IpVersion::kV4).udp(1, 2).udp_length(12).counting_payload(7).build();
  Batch batch(UnitChecksums::kPartial);
  batch.add(frame).checksum.udp_succeeded = true;
  const auto& units = batch.run();
  EXPECT_EQ(units[0].bytes, frame);
  EXPECT_FALSE(units[0].metadata.needs_checksum);
  EXPECT_TRUE(units[0].metadata.checksum_valid);
}

/// Segments that never were on a wire: their checksum field holds the seed.
ReceivedFrame& add_unfinished(Batch& batch, FrameBuilder builder) {
  ReceivedFrame& frame = batch.add(builder.transport_checksum(wire::TransportChecksum::kSeed));
  frame.metadata.needs_checksum = true;
  frame.metadata.checksum_start = static_cast<std::uint16_t>(frame.map.transport.offset);
  frame.metadata.checksum_offset = frame.map.transport.is_tcp() ? 16 : 6;
  frame.checksum = validate(frame.bytes, frame.map, batch.offloads, TransportTrust::kPartial);
  return frame;
}

TEST(Coalescer, joins_and_finishes_frames_with_unfinished_checksums) {
  for (const IpVersion version : {IpVersion::kV4, IpVersion::kV6}) {
    Batch complete;
    add_unfinished(complete, data_segment(version, 0));
    complete.add(data_segment(version, 1));  // one that was on a wire
    add_unfinished(complete, data_segment(version, 2));
    auto datagram = tenant(version);
    add_unfinished(complete, datagram.udp(1, 2).counting_payload(77));
    ASSERT_THAT(complete.shape(), ElementsAre(3, 1));
    for (const DeliveredUnit& unit : complete.collector.units) {
      EXPECT_TRUE(has_right_transport_checksum(unit.bytes));
      EXPECT_FALSE(unit.metadata.needs_checksum);
    }
    Batch partial(UnitChecksums::kPartial);
    const ReceivedFrame alone = add_unfinished(partial, datagram);
    EXPECT_EQ(partial.run()[0].metadata, alone.metadata);
    EXPECT_EQ(partial.collector.units[0].bytes, ByteVector(alone.bytes.begin(), alone.bytes.end()));
  }
}

TEST(Coalescer, leaves_frames_alone_whose_unfinished_checksum_is_another_one) {
  for (const UnitChecksums form : {UnitChecksums::kComplete, UnitChecksums::kPartial}) {
    Batch batch(form);
    for (std::size_t i = 0; i < 2; ++i) {
      FrameMetadata& metadata = batch.add(data_segment(IpVersion::kV4, i)).metadata;
      metadata.needs_checksum = true;
      metadata.checksum_start = 200;  // somewhere in the payload
    }
    ASSERT_THAT(batch.shape(), ElementsAre(1, 1));
    EXPECT_EQ(batch.collector.units[1].bytes, data_segment(IpVersion::kV4, 1).build());
    EXPECT_EQ(batch.collector.units[1].metadata.checksum_start, 200);
  }
}

TEST(Coalescer, finds_each_of_many_flows_in_one_batch) {
  Batch batch(UnitChecksums::kComplete, {.flows = 200});
  for (std::uint32_t round = 0; round < 4; ++round) {
    for (std::uint16_t flow = 0; flow < 200; ++flow) {
      auto builder = tenant(flow % 2 == 0 ? IpVersion::kV4 : IpVersion::kV6);
      batch.add(builder.tcp(flow, 80).sequence_number(round * 10).counting_payload(10, round * 10));
    }
  }
  EXPECT_EQ(batch.shape(), std::vector<std::size_t>(200, 4));
  for (const DeliveredUnit& unit : batch.collector.units) EXPECT_TRUE(has_right_transport_checksum(unit.bytes));
  EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
}

TEST(Coalescer, joins_tagged_plain_frames_with_equal_tags_only) {
  const auto tagged = [](std::uint16_t vlan, std::uint32_t sequence) {
    FrameBuilder builder;
    return builder.ethernet(kSender, kReceiver)
        .vlan(vlan)
        .ip(customer(IpVersion::kV4, 1), customer(IpVersion::kV4, 2))
        .tcp(1, 2)
        .sequence_number(sequence)
        .counting_payload(100);
  };
  Batch batch;
  batch.add(tagged(5, 0));
  batch.add(tagged(5, 100));
  batch.add(tagged(6, 200));
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1));
  EXPECT_EQ(batch.collector.units[0].map.inner_link.vlan_id(), 5);
}

TEST(Coalescer, leaves_link_padding_out_of_the_payload) {
  Batch batch;
  auto first = tenant(IpVersion::kV4);
  batch.add(first.tcp(1, 2).sequence_number(10).counting_payload(2).padded_to(60));
  auto second = tenant(IpVersion::kV4);
  batch.add(second.tcp(1, 2).sequence_number(12).counting_payload(3, 2).padded_to(60));
  ASSERT_THAT(batch.shape(), ElementsAre(2));
  EXPECT_EQ(payload_of(batch.collector.units[0]), (ByteVector{0, 1, 2, 3, 4}));
  EXPECT_EQ(problems_of(batch.collector.units[0]), "");
}
}  // namespace
}  // namespace nvgre::offload
