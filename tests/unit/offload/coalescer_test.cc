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

std::vector<ByteVector> bytes_of(const std::vector<DeliveredUnit>& units) {
  std::vector<ByteVector> bytes;
  for (const DeliveredUnit& unit : units) bytes.push_back(unit.bytes);
  return bytes;
}

TEST(Coalescer, RSC_1_never_joins_frames_that_are_still_encapsulated) {
  Batch batch;
  std::vector<ByteVector> sent;
  for (std::uint32_t i = 0; i < 3; ++i) {
    auto builder = tunnelled(IpVersion::kV4, IpVersion::kV4);
    sent.push_back(builder.tcp(1, 2).sequence_number(i * 100).counting_payload(100).build());
    batch.add(sent.back());
  }
  EXPECT_EQ(bytes_of(batch.run()), sent);
  EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
}

TEST(Coalescer, RSC_2_keeps_flows_of_two_subnets_two_consumers_and_two_stations_apart) {
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) {
    batch.add(data_segment(IpVersion::kV4, i)).vsid = kBlue;
    batch.add(data_segment(IpVersion::kV4, i)).vsid = kRed;
    batch.add(data_segment(IpVersion::kV4, i));
    batch.add(data_segment(IpVersion::kV4, i)).consumer = 9;
    ByteVector other_station = data_segment(IpVersion::kV4, i).build();
    other_station[5] ^= 0x40;
    batch.add(other_station);
  }
  EXPECT_THAT(batch.shape(), ElementsAre(3, 3, 3, 3, 3));
  EXPECT_EQ(batch.collector.units[0].vsid, kBlue);
  EXPECT_EQ(batch.collector.units[1].vsid, kRed);
  EXPECT_EQ(batch.collector.units[2].vsid, std::nullopt);
  EXPECT_EQ(batch.collector.units[3].consumer, 9U);
}

TEST(Coalescer, RSC_2_keeps_ports_addresses_and_versions_apart) {
  Batch batch;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const auto add = [&batch, i](FrameBuilder builder, std::uint16_t source, std::uint16_t destination) {
      batch.add(builder.tcp(source, destination).sequence_number(i * 10).counting_payload(10));
    };
    add(tenant(IpVersion::kV4), 1, 2);
    add(tenant(IpVersion::kV4), 2, 1);
    add(tenant(IpVersion::kV4), 1, 3);
    add(tenant(IpVersion::kV6), 1, 2);
    FrameBuilder other;
    add(other.ethernet(kSender, kReceiver).ip(customer(IpVersion::kV4, 3), customer(IpVersion::kV4, 2)), 1, 2);
  }
  EXPECT_THAT(batch.shape(), ElementsAre(2, 2, 2, 2, 2));
}

TEST(Coalescer, RSC_3_passes_everything_on_untouched_while_it_is_off) {
  Batch batch;
  batch.offloads.rsc = {};
  std::vector<ByteVector> sent;
  for (std::size_t i = 0; i < 3; ++i) {
    sent.push_back(data_segment(IpVersion::kV4, i).build());
    batch.add(sent.back());
  }
  EXPECT_EQ(bytes_of(batch.run()), sent);
  const auto statistics = batch.coalescer.statistics();
  EXPECT_EQ(statistics.coalesced_packets + statistics.coalesce_events + statistics.aborts, 0U);
}

TEST(Coalescer, RSC_4_and_27_hands_over_a_half_filled_unit_when_the_batch_ends) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV4, 1));
  EXPECT_EQ(batch.run().size(), 1U);
  batch.add(data_segment(IpVersion::kV4, 2));  // continues, but in another batch
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1));
}

TEST(Coalescer, RSC_5_ends_all_units_when_there_is_no_room_for_another_flow) {
  Batch batch(UnitChecksums::kComplete, {.flows = 2});
  for (std::size_t i = 0; i < 2; ++i)
    for (std::uint32_t consumer = 0; consumer < 3; ++consumer)
      batch.add(data_segment(IpVersion::kV4, i)).consumer = consumer;
  batch.run();
  EXPECT_EQ(batch.collector.units.size(), 6U);
  EXPECT_EQ(batch.coalescer.statistics().aborts, 2U);
  // Order within each flow is kept.
  std::vector<std::uint32_t> last(3, 0);
  for (const DeliveredUnit& unit : batch.collector.units) {
    EXPECT_LT(last[unit.consumer], unit.tcp().sequence_number());
    last[unit.consumer] = unit.tcp().sequence_number();
  }
}

TEST(Coalescer, RSC_5_a_segment_without_room_for_its_slice_goes_alone) {
  Batch batch(UnitChecksums::kComplete, {.segments = 3});
  for (std::size_t i = 0; i < 8; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 1, 3, 1));
  EXPECT_EQ(batch.coalescer.statistics().aborts, 2U);
}

TEST(Coalescer, RSC_16_obeys_a_smaller_limit) {
  Batch batch(UnitChecksums::kComplete, {.max_ip_length = 20 + 20 + 3 * kSegment});
  for (std::size_t i = 0; i < 7; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 3, 1));
}

TEST(Coalescer, RSC_5_a_fragment_between_the_same_hosts_ends_their_units_first) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV6, 0));
  auto fragment = tenant(IpVersion::kV4);
  batch.add(fragment.fragment(false, 100).protocol(IpProtocol::kTcp).counting_payload(64));
  batch.add(data_segment(IpVersion::kV4, 1));
  batch.add(data_segment(IpVersion::kV6, 1));
  const auto& units = batch.run();
  ASSERT_EQ(units.size(), 4U);
  EXPECT_EQ(units[0].bytes, data_segment(IpVersion::kV4, 0).build());
  EXPECT_EQ(units[1].bytes, fragment.build());
  EXPECT_EQ(units[2].bytes, data_segment(IpVersion::kV4, 1).build());
  EXPECT_EQ(units[3].segments, 2U);  // the IPv6 hosts have nothing to do with it
}

TEST(Coalescer, RSC_22_lets_frames_of_other_kinds_pass) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  auto ping = tenant(IpVersion::kV4);
  batch.add(ping.icmp(8));
  FrameBuilder arp;
  batch.add(arp.ethernet(kSender, kReceiver).arp({}));
  batch.add(ByteVector{1, 2, 3});
  batch.add(data_segment(IpVersion::kV4, 1));
  const auto& units = batch.run();
  ASSERT_EQ(units.size(), 4U);
  EXPECT_EQ(units[0].bytes, ping.build());
  EXPECT_EQ(units[1].bytes, arp.build());
  EXPECT_EQ(units[2].bytes, (ByteVector{1, 2, 3}));
  EXPECT_EQ(units[3].segments, 2U);
}

TEST(Coalescer, RSC_25_never_joins_ipsec) {
  for (const IpProtocol protocol : {IpProtocol::kEsp, IpProtocol::kAuthentication}) {
    Batch batch;
    for (std::size_t i = 0; i < 2; ++i) {
      auto builder = tenant(IpVersion::kV4);
      batch.add(builder.protocol(protocol).payload(Bytes(data_segment(IpVersion::kV4, i).build()).subspan(34)));
    }
    EXPECT_THAT(batch.shape(), ElementsAre(1, 1));
  }
}

TEST(Coalescer, RSC_26_joins_only_for_consumers_that_take_units) {
  for (const bool accepts : {false, true}) {
    Batch batch;
    for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i)).accepts_units = accepts;
    EXPECT_EQ(batch.shape().size(), accepts ? 1U : 3U);
    EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
  }
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

/// What a kernel or a card would do with an unfinished checksum: sums from the start on, the seed included.
ByteVector finished(const DeliveredUnit& unit) {
  ByteVector bytes = unit.bytes;
  const std::size_t start = unit.metadata.checksum_start;
  const auto checksum = static_cast<std::uint16_t>(~slow_sum({Bytes(bytes).subspan(start)}));
  bytes[start + unit.metadata.checksum_offset] = static_cast<std::uint8_t>(checksum >> 8);
  bytes[start + unit.metadata.checksum_offset + 1U] = static_cast<std::uint8_t>(checksum);
  return bytes;
}

TEST(Coalescer, RSC_24_gives_units_an_unfinished_checksum_and_says_what_they_are) {
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
    EXPECT_TRUE(has_right_transport_checksum(finished(unit)));
  }
}

TEST(Coalescer, RSC_24_tells_a_resegmenting_consumer_that_cwr_is_the_first_segments) {
  Batch batch(UnitChecksums::kPartial);
  for (std::size_t i = 0; i < 2; ++i)
    batch.add(data_segment(IpVersion::kV4, i).flags(wire::TcpFlags::kAck | wire::TcpFlags::kCwr));
  ASSERT_THAT(batch.shape(), ElementsAre(2));
  EXPECT_TRUE(batch.collector.units[0].metadata.has_ecn);
}

TEST(Coalescer, RSC_24_gives_a_single_validated_frame_the_same_form) {
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
    EXPECT_EQ(finished(units[i]), sent[i]) << i;
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

}  // namespace
}  // namespace nvgre::offload
