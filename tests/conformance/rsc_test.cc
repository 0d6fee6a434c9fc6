// RSC: which segments of a connection join, and which end a unit. What a unit looks like is in rsc_unit_test.cc, which
// frames are candidates at all in rsc_flow_test.cc.
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/wire/tcp.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using testing::ElementsAre;
using wire::TcpFlags;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};

TEST(Rsc, RSC_6_leaves_a_packet_alone_whose_length_is_less_than_its_header) {
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i).ip_length(19));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
}

TEST(Rsc, RSC_5_every_exception_between_two_segments_makes_three_indications_in_order) {
  using Change = std::function<FrameBuilder(FrameBuilder)>;
  const ByteVector mss_option = {2, 4, 5, 0xB4};
  const ByteVector end_of_list = {0, 0, 0, 0};
  const std::vector<std::pair<const char*, Change>> exceptions = {
      {"bad TCP checksum", [](FrameBuilder b) { return b.transport_checksum(0x1234); }},
      {"SYN", [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kSyn); }},
      {"FIN", [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kFin); }},
      {"RST", [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kRst); }},
      {"URG", [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kUrg); }},
      {"AE", [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kAe); }},
      {"no ACK", [](FrameBuilder b) { return b.flags(TcpFlags::kPsh); }},
      {"another option", [&](FrameBuilder b) { return b.tcp_options(mss_option); }},
      {"end of option list", [&](FrameBuilder b) { return b.tcp_options(end_of_list); }},
  };
  for (const IpVersion version : kBothVersions) {
    for (const auto& [name, change] : exceptions) {
      Batch batch;
      batch.add(data_segment(version, 0));
      const ByteVector offending = change(data_segment(version, 1)).build();
      batch.add(offending);
      batch.add(data_segment(version, 2));
      EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1)) << name;
      EXPECT_EQ(batch.collector.units[0].bytes, data_segment(version, 0).build()) << name;
      EXPECT_EQ(batch.collector.units[1].bytes, offending) << name;
      EXPECT_EQ(batch.collector.units[2].bytes, data_segment(version, 2).build()) << name;
      EXPECT_EQ(batch.coalescer.statistics().aborts, 1U) << name;
    }
  }
}

TEST(Rsc, RSC_5_two_timestamps_options_in_one_header_are_an_exception) {
  const ByteVector timestamps = {8, 10, 0, 0, 0, 1, 0, 0, 0, 2};
  ByteVector options = timestamps;
  options.insert(options.end(), timestamps.begin(), timestamps.end());
  Batch batch;
  for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(IpVersion::kV4, i).tcp_options(options));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
}

TEST(Rsc, RSC_5_ip_options_extension_headers_and_a_bad_ip_checksum_are_exceptions) {
  const ByteVector options = {1, 1, 1, 1};
  const auto tcp = [](FrameBuilder builder, std::size_t index) {
    return builder.tcp(40000, 5201)
        .sequence_number(static_cast<std::uint32_t>(1 + index * kSegment))
        .acknowledgment_number(77)
        .window(500)
        .counting_payload(kSegment);
  };
  for (const auto& offending : {tcp(tenant(IpVersion::kV4).dont_fragment().ip_options(options), 1),
                                tcp(tenant(IpVersion::kV4).dont_fragment().ip_checksum(0x1111), 1),
                                tcp(tenant(IpVersion::kV6).padding_extension(IpProtocol::kDestinationOptions, 8), 1)}) {
    const IpVersion version = wire::locate(offending.build()).inner_ip.version;
    Batch batch;
    batch.add(data_segment(version, 0));
    batch.add(offending);
    batch.add(data_segment(version, 2));
    EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1));
    EXPECT_EQ(batch.collector.units[1].bytes, offending.build());
    EXPECT_EQ(batch.coalescer.statistics().aborts, 1U);
  }
}

TEST(Rsc, RSC_5_a_unit_never_hides_a_bad_segment_while_receive_checksums_are_off) {
  for (const bool is_bad : {false, true}) {
    Batch batch;
    batch.offloads.receive_checksum = {};
    batch.add(data_segment(IpVersion::kV4, 0));
    auto second = data_segment(IpVersion::kV4, 1);
    if (is_bad) second.transport_checksum(0x1234);
    batch.add(second);
    EXPECT_EQ(batch.shape(), is_bad ? std::vector<std::size_t>({1, 1}) : std::vector<std::size_t>({2}));
  }
}

TEST(Rsc, RSC_7_a_change_of_ecn_restarts_with_the_segment_that_shows_it) {
  using Change = std::function<FrameBuilder(FrameBuilder)>;
  const std::vector<Change> changes = {
      [](FrameBuilder b) { return b.traffic_class(0x03); },  // CE
      [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kEce); },
      [](FrameBuilder b) { return b.flags(TcpFlags::kAck | TcpFlags::kCwr); },
  };
  for (const IpVersion version : kBothVersions) {
    for (const Change& change : changes) {
      Batch batch;
      for (std::size_t i = 0; i < 3; ++i) batch.add(data_segment(version, i));
      for (std::size_t i = 3; i < 7; ++i) batch.add(change(data_segment(version, i)));
      EXPECT_THAT(batch.shape(), ElementsAre(3, 4));
      EXPECT_EQ(payload_of(batch.collector.units[1]), stream(3, 4));
      EXPECT_EQ(batch.coalescer.statistics().aborts, 1U);
    }
  }
}

TEST(Rsc, RSC_8_ecn_flags_that_all_segments_have_stay) {
  for (const TcpFlags flags : {TcpFlags::kEce, TcpFlags::kCwr, TcpFlags::kEce | TcpFlags::kCwr}) {
    Batch batch;
    for (std::size_t i = 0; i < 3; ++i)
      batch.add(data_segment(IpVersion::kV4, i).traffic_class(0x02).flags(TcpFlags::kAck | flags));
    EXPECT_THAT(batch.shape(), ElementsAre(3));
    EXPECT_EQ(batch.collector.units[0].tcp().flags(), TcpFlags::kAck | flags);
    EXPECT_EQ(batch.collector.units[0].ip()[1] & 3, 2);
  }
}

TEST(Rsc, RSC_9_a_gap_an_overlap_and_an_old_acknowledgment_restart) {
  struct Case {
    const char* name;
    FrameBuilder third;
  };
  const auto third = [] { return data_segment(IpVersion::kV4, 2); };
  for (const Case& sample : {Case{"gap", third().sequence_number(1 + 2 * kSegment + 1)},
                             Case{"overlap", third().sequence_number(1 + 2 * kSegment - 1)},
                             Case{"again", third().sequence_number(1 + 1 * kSegment)},
                             Case{"old acknowledgment", third().acknowledgment_number(76)}}) {
    Batch batch;
    batch.add(data_segment(IpVersion::kV4, 0));
    batch.add(data_segment(IpVersion::kV4, 1));
    batch.add(sample.third);
    EXPECT_THAT(batch.shape(), ElementsAre(2, 1)) << sample.name;
  }
}

TEST(Rsc, RSC_9_sequence_and_acknowledgment_numbers_wrap) {
  Batch batch;
  constexpr std::uint32_t kFirst = 0xFFFF'FE00;  // 512 bytes before the numbers begin again
  batch.add(data_segment(IpVersion::kV4, 0).sequence_number(kFirst).acknowledgment_number(0xFFFF'FFFF));
  batch.add(data_segment(IpVersion::kV4, 1).sequence_number(kSegment - 512).acknowledgment_number(3));
  EXPECT_THAT(batch.shape(), ElementsAre(2));
  EXPECT_EQ(batch.collector.units[0].tcp().acknowledgment_number(), 3U);
}

TEST(Rsc, RSC_9_data_after_a_pure_acknowledgment_begins_a_unit) {
  Batch batch;
  batch.add(pure_acknowledgment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(data_segment(IpVersion::kV4, 1));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 2));
  EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);
}

TEST(Rsc, RSC_12_duplicate_and_other_pure_acknowledgments_go_alone) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  for (int i = 0; i < 3; ++i) batch.add(pure_acknowledgment(IpVersion::kV4, 1));  // same number, same window
  batch.add(pure_acknowledgment(IpVersion::kV4, 1).acknowledgment_number(99));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1, 1, 1, 1));
  for (const DeliveredUnit& unit : batch.collector.units) EXPECT_EQ(unit.duplicate_acknowledgments, 0U);  // RSC-21
}

TEST(Rsc, RSC_12_an_acknowledgment_of_more_data_is_no_window_update) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0));
  batch.add(pure_acknowledgment(IpVersion::kV4, 1).acknowledgment_number(99).window(600));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1));
  EXPECT_EQ(batch.collector.units[0].tcp().window(), 500);
}

TEST(Rsc, RSC_13_a_difference_in_any_constant_field_restarts) {
  using Change = std::function<FrameBuilder(FrameBuilder)>;
  struct Case {
    const char* name;
    IpVersion version;
    Change change;
  };
  const ByteVector padding = {1, 1, 1, 1};
  for (const Case& sample :
       {Case{"DSCP", IpVersion::kV4, [](FrameBuilder b) { return b.traffic_class(0x28); }},
        Case{"DF", IpVersion::kV4, [](FrameBuilder b) { return b.dont_fragment(false); }},
        Case{"traffic class", IpVersion::kV6, [](FrameBuilder b) { return b.traffic_class(0x28); }},
        Case{"flow label", IpVersion::kV6, [](FrameBuilder b) { return b.flow_label(5); }},
        Case{"data offset", IpVersion::kV4, [&](FrameBuilder b) { return b.tcp_options(padding); }},
        Case{"timestamps", IpVersion::kV4, [](FrameBuilder b) { return b.timestamps(1, 1); }}}) {
    Batch batch;
    for (std::size_t i = 0; i < 2; ++i) batch.add(data_segment(sample.version, i));
    for (std::size_t i = 2; i < 5; ++i) batch.add(sample.change(data_segment(sample.version, i)));
    EXPECT_THAT(batch.shape(), ElementsAre(2, 3)) << sample.name;
    for (const DeliveredUnit& unit : batch.collector.units) EXPECT_EQ(problems_of(unit), "");
  }
}

TEST(Rsc, RSC_13_timestamps_at_another_place_restart) {
  // The same data offset: padding before the option, then behind it.
  const ByteVector before = {1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 9};
  const ByteVector behind = {8, 10, 0, 0, 0, 9, 0, 0, 0, 9, 1, 1};
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0).tcp_options(before));
  batch.add(data_segment(IpVersion::kV4, 1).tcp_options(behind));
  EXPECT_THAT(batch.shape(), ElementsAre(1, 1));
}

TEST(Rsc, RSC_13_timestamps_that_come_or_go_restart_even_if_the_header_keeps_its_size) {
  const ByteVector padding(12, 1);
  for (const bool begins_with_timestamps : {false, true}) {
    Batch batch;
    for (std::size_t i = 0; i < 4; ++i) {
      auto segment = data_segment(IpVersion::kV4, i);
      if ((i < 2) == begins_with_timestamps)
        segment.timestamps(7, 7);
      else
        segment.tcp_options(padding);
      batch.add(segment);
    }
    EXPECT_THAT(batch.shape(), ElementsAre(2, 2));
  }
}

TEST(Rsc, RSC_16_a_unit_ends_before_its_length_field_would_overflow) {
  Batch batch;
  for (std::size_t i = 0; i < 50; ++i) {
    auto builder = tenant(IpVersion::kV4);
    builder.tcp(1, 2).sequence_number(static_cast<std::uint32_t>(i * 1460)).counting_payload(1460);
    batch.add(builder);
  }
  EXPECT_THAT(batch.shape(), ElementsAre(44, 6));
  EXPECT_EQ(SlowPacket(batch.collector.units[0].bytes, false).ip_length(14), 64'280U);
  EXPECT_EQ(batch.coalescer.statistics().aborts, 0U);  // RSC-28
  for (const DeliveredUnit& unit : batch.collector.units) EXPECT_EQ(problems_of(unit), "");
}

TEST(Rsc, RSC_16_an_ipv6_unit_is_bounded_by_its_payload_length) {
  // 20 + 65515 bytes fill the payload length exactly; one more byte does not fit.
  for (const std::size_t last : {515, 516}) {
    Batch batch;
    for (std::size_t i = 0; i < 65; ++i) batch.add(data_segment(IpVersion::kV6, i));
    batch.add(data_segment(IpVersion::kV6, 65, last));
    EXPECT_EQ(batch.shape(), last == 515 ? std::vector<std::size_t>({66}) : std::vector<std::size_t>({65, 1}));
    EXPECT_EQ(problems_of(batch.collector.units[0]), "");
  }
}

TEST(Rsc, RSC_18_a_timestamp_that_goes_back_restarts) {
  Batch batch;
  batch.add(data_segment(IpVersion::kV4, 0).timestamps(100, 1));
  batch.add(data_segment(IpVersion::kV4, 1).timestamps(100, 1));
  batch.add(data_segment(IpVersion::kV4, 2).timestamps(99, 1));
  EXPECT_THAT(batch.shape(), ElementsAre(2, 1));
}

TEST(Rsc, RSC_29_each_ip_version_is_switched_by_itself) {
  for (const IpVersion enabled : kBothVersions) {
    for (const IpVersion version : kBothVersions) {
      Batch batch;
      batch.offloads.rsc = {.v4 = enabled == IpVersion::kV4, .v6 = enabled == IpVersion::kV6};
      batch.add(data_segment(version, 0));
      batch.add(data_segment(version, 1));
      EXPECT_EQ(batch.shape().size(), version == enabled ? 1U : 2U);
    }
  }
}

}  // namespace
}  // namespace nvgre::offload
