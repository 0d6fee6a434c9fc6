// RSC-31: datagrams that USO could have cut are joined again.
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/wire/udp.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using testing::ElementsAre;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};

FrameBuilder datagram(IpVersion version, std::size_t index, std::size_t size = 500) {
  FrameBuilder builder = tenant(version);
  return builder.identification(static_cast<std::uint16_t>(index)).udp(5000, 5001).counting_payload(size, index);
}

TEST(RscUdp, RSC_31_joins_equal_datagrams_and_a_shorter_last_one) {
  for (const IpVersion version : kBothVersions) {
    Batch batch;
    ByteVector payload;
    for (std::size_t i = 0; i < 11; ++i) {
      const ByteVector frame = datagram(version, i, i == 10 ? 77 : 500).build();
      payload.insert(payload.end(), frame.end() - (i == 10 ? 77 : 500), frame.end());
      batch.add(frame);
    }
    ASSERT_THAT(batch.shape(), ElementsAre(11));
    const DeliveredUnit& unit = batch.collector.units[0];
    EXPECT_EQ(ByteVector(unit.payload().begin(), unit.payload().end()), payload);
    const auto udp = wire::UdpView::parse(Bytes(unit.bytes).subspan(unit.map.transport.offset));
    EXPECT_EQ(udp->length(), 8 + 10 * 500 + 77);
    EXPECT_TRUE(has_right_transport_checksum(unit.bytes));
    EXPECT_TRUE(has_right_ip_checksum(unit.bytes));
    EXPECT_TRUE(unit.checksum.udp_succeeded);
    EXPECT_FALSE(unit.checksum.tcp_succeeded);
    EXPECT_EQ(batch.coalescer.udp_statistics().coalesced_packets, 11U);
    EXPECT_EQ(batch.coalescer.udp_statistics().coalesce_events, 1U);
    EXPECT_EQ(batch.coalescer.statistics().coalesced_packets, 0U);  // that is about TCP
  }
}

/// The unit as a request of USO: its checksum field holds the seed of addresses and protocol.
ByteString as_request(const DeliveredUnit& unit) {
  ByteString bytes = unit.bytes;
  const std::size_t ip = unit.map.inner_ip.offset;
  const bool is_v4 = unit.map.inner_ip.is_v4();
  const ByteVector protocol{0, 17};
  const std::uint16_t seed = slow_sum({Bytes(bytes).subspan(ip + (is_v4 ? 12 : 8), is_v4 ? 8 : 32), protocol});
  bytes[unit.map.transport.offset + 6U] = static_cast<std::uint8_t>(seed >> 8);
  bytes[unit.map.transport.offset + 7U] = static_cast<std::uint8_t>(seed);
  return bytes;
}

TEST(RscUdp, RSC_31_a_unit_splits_back_byte_for_byte) {
  for (const IpVersion version : kBothVersions) {
    Batch batch;
    std::vector<ByteVector> datagrams;
    for (std::size_t i = 0; i < 11; ++i) {
      datagrams.push_back(datagram(version, i, i == 10 ? 77 : 500).build());
      batch.add(datagrams.back());
    }
    ASSERT_THAT(batch.shape(), ElementsAre(11));
    Submission submission(as_request(batch.collector.units[0]));
    EXPECT_EQ(send(submission.udp_segmentation(500)).packets, datagrams);
  }
}

TEST(RscUdp, RSC_31_says_what_splits_a_unit_again) {
  for (const IpVersion version : kBothVersions) {
    Batch batch(UnitChecksums::kPartial);
    for (std::size_t i = 0; i < 3; ++i) batch.add(datagram(version, i));
    ASSERT_THAT(batch.shape(), ElementsAre(3));
    const FrameMetadata& metadata = batch.collector.units[0].metadata;
    EXPECT_TRUE(metadata.needs_checksum);
    EXPECT_EQ(metadata.checksum_start, version == IpVersion::kV4 ? 34 : 54);
    EXPECT_EQ(metadata.checksum_offset, 6);
    EXPECT_EQ(metadata.segmentation, SegmentationKind::kUdp);
    EXPECT_EQ(metadata.segment_size, 500);
    EXPECT_EQ(metadata.header_size, version == IpVersion::kV4 ? 42 : 62);
  }
}

TEST(RscUdp, RSC_31_leaves_a_packet_alone_whose_length_is_less_than_its_header) {
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) batch.add(datagram(IpVersion::kV4, i).ip_length(19));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
}

TEST(RscUdp, RSC_31_a_shorter_datagram_is_the_last_of_its_unit) {
  Batch batch;
  for (const std::size_t size : {500, 500, 499, 500, 500}) batch.add(datagram(IpVersion::kV4, 0, size));
  EXPECT_THAT(batch.shape(), ElementsAre(3, 2));
}

TEST(RscUdp, RSC_31_a_datagram_that_does_not_fit_goes_alone_between_two_units) {
  const auto middle = [] { return datagram(IpVersion::kV4, 9); };
  struct Case {
    const char* name;
    FrameBuilder builder;
  };
  for (const Case& sample :
       {Case{"larger", datagram(IpVersion::kV4, 9, 501)}, Case{"no checksum", middle().transport_checksum(0)},
        Case{"bad checksum", middle().transport_checksum(0x1234)}, Case{"other TTL", middle().hop_limit(63)},
        Case{"other TOS", middle().traffic_class(0x20)}, Case{"CE", middle().traffic_class(0x03)},
        Case{"DF", middle().dont_fragment()}, Case{"empty", datagram(IpVersion::kV4, 9, 0)}}) {
    Batch batch;
    for (std::size_t i = 0; i < 3; ++i) batch.add(datagram(IpVersion::kV4, i));
    batch.add(sample.builder);
    for (std::size_t i = 4; i < 6; ++i) batch.add(datagram(IpVersion::kV4, i));
    EXPECT_THAT(batch.shape(), ElementsAre(3, 1, 2)) << sample.name;
    EXPECT_EQ(batch.collector.units[1].bytes, sample.builder.build()) << sample.name;
    EXPECT_EQ(batch.coalescer.udp_statistics().aborts, 1U) << sample.name;
  }
}

TEST(RscUdp, RSC_31_never_joins_options_and_extension_headers) {
  const ByteVector options = {1, 1, 1, 1};
  for (int kind = 0; kind < 2; ++kind) {
    Batch batch;
    for (std::size_t i = 0; i < 3; ++i) {
      auto builder = tenant(kind == 0 ? IpVersion::kV4 : IpVersion::kV6);
      if (kind == 0) builder.ip_options(options);
      if (kind == 1) builder.padding_extension(IpProtocol::kDestinationOptions, 8);
      batch.add(builder.udp(1, 2).counting_payload(100));
    }
    EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
  }
}

TEST(RscUdp, RSC_31_a_unit_has_at_most_64_datagrams) {
  Batch batch;
  for (std::size_t i = 0; i < 130; ++i) batch.add(datagram(IpVersion::kV4, i, 10));
  EXPECT_THAT(batch.shape(), ElementsAre(64, 64, 2));
  EXPECT_EQ(batch.coalescer.udp_statistics().aborts, 0U);
}

TEST(RscUdp, RSC_31_a_unit_has_at_most_65535_bytes) {
  Batch batch;
  for (std::size_t i = 0; i < 50; ++i) batch.add(datagram(IpVersion::kV4, i, 1472));
  EXPECT_THAT(batch.shape(), ElementsAre(44, 6));  // 28 + 44 * 1472 = 64796
  EXPECT_TRUE(has_right_transport_checksum(batch.collector.units[0].bytes));
}

TEST(RscUdp, RSC_31_joins_only_towards_ports_that_take_udp_units) {
  struct Case {
    bool port;
    bool udp;
    bool rsc;
  };
  for (const Case& sample : {Case{false, true, true}, Case{true, false, true}, Case{true, true, false}}) {
    Batch batch;
    batch.offloads.udp_coalescing = sample.udp;
    if (!sample.rsc) batch.offloads.rsc = {};
    for (std::size_t i = 0; i < 2; ++i) batch.add(datagram(IpVersion::kV4, i)).accepts_udp_units = sample.port;
    EXPECT_THAT(batch.shape(), ElementsAre(1, 1));
  }
}

TEST(RscUdp, RSC_31_a_small_limit_of_slices_makes_smaller_units) {
  Batch batch(UnitChecksums::kComplete, {.segments = 1});
  for (std::size_t i = 0; i < 3; ++i) batch.add(datagram(IpVersion::kV4, i));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
}

}  // namespace
}  // namespace nvgre::offload
