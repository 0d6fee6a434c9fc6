// RSC: which frames are candidates, whose units are kept apart, and what ends with a batch.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/coalescing.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using testing::ElementsAre;

TEST(RscFlow, RSC_1_never_joins_frames_that_are_still_encapsulated) {
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

TEST(RscFlow, RSC_2_keeps_flows_of_two_subnets_two_consumers_and_two_stations_apart) {
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

TEST(RscFlow, RSC_2_keeps_ports_addresses_and_versions_apart) {
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

TEST(RscFlow, RSC_3_passes_everything_on_untouched_while_it_is_off) {
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

TEST(RscFlow, RSC_4_and_27_hands_over_a_half_filled_unit_when_the_batch_ends) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV4, 1));
  EXPECT_EQ(batch.run().size(), 1U);
  batch.add(data_segment(IpVersion::kV4, 2));  // continues, but in another batch
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1));
}

TEST(RscFlow, RSC_5_ends_all_units_when_there_is_no_room_for_another_flow) {
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

TEST(RscFlow, RSC_5_a_segment_without_room_for_its_slice_goes_alone) {
  Batch batch(UnitChecksums::kComplete, {.segments = 3});
  for (std::size_t i = 0; i < 8; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 1, 3, 1));
  EXPECT_EQ(batch.coalescer.statistics().aborts, 2U);
}

TEST(RscFlow, RSC_16_obeys_a_smaller_limit) {
  Batch batch(UnitChecksums::kComplete, {.max_ip_length = 20 + 20 + 3 * kSegment});
  for (std::size_t i = 0; i < 7; ++i) batch.add(data_segment(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 3, 1));
}

TEST(RscFlow, RSC_5_a_fragment_between_the_same_hosts_ends_their_units_first) {
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

TEST(RscFlow, RSC_22_lets_frames_of_other_kinds_pass) {
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

TEST(RscFlow, RSC_22_units_and_single_segments_come_in_the_order_of_the_flow) {
  Batch batch;
  for (const std::size_t index : {0U, 1U, 3U, 2U, 3U}) batch.add(data_segment(IpVersion::kV4, index));
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1, 2));
  std::vector<std::uint32_t> sequence_numbers;
  for (const DeliveredUnit& unit : batch.collector.units) sequence_numbers.push_back(unit.tcp().sequence_number());
  EXPECT_THAT(sequence_numbers, ElementsAre(1, 3001, 2001));
}

TEST(RscFlow, RSC_25_never_joins_ipsec) {
  for (const IpProtocol protocol : {IpProtocol::kEsp, IpProtocol::kAuthentication}) {
    Batch batch;
    for (std::size_t i = 0; i < 2; ++i) {
      auto builder = tenant(IpVersion::kV4);
      batch.add(builder.protocol(protocol).payload(Bytes(data_segment(IpVersion::kV4, i).build()).subspan(34)));
    }
    EXPECT_THAT(batch.shape(), ElementsAre(1, 1));
  }
}

TEST(RscFlow, RSC_26_joins_only_for_consumers_that_take_units) {
  for (const bool accepts : {false, true}) {
    Batch batch;
    for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i)).accepts_units = accepts;
    EXPECT_EQ(batch.shape().size(), accepts ? 1U : 3U);
    EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
  }
}

}  // namespace
}  // namespace nvgre::offload
