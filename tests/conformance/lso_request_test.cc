// LSO, large send of TCP: which requests are refused, how they complete and what is counted. What the segments look
// like is in lso_test.cc.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/send.h"
#include "tests/support/adapter_support.h"
#include "tests/support/offload_race.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::lso_refusal;
using test::refusal;
using test::SampleFrame;
using test::SlowPacket;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;
namespace flag = test::tcp_flag;

/// The same request as LSOv1.
Submission& as_v1(Submission& submission) {
  submission.request.large_send->version = LargeSendRequest::Version::kV1;
  return submission;
}

TEST(LsoRequest, LSO_1_a_request_has_exactly_one_packet) {
  Submission submission(SampleFrame{});
  EXPECT_EQ(refusal(submission.large_send(50)), std::nullopt);
  EXPECT_EQ(refusal(submission.repeat(2)), DropReason::kPacketCount);
  EXPECT_EQ(refusal(submission.repeat(0)), DropReason::kPacketCount);
}

TEST(LsoRequest, LSO_2_the_large_send_slot_alone_selects_it_in_both_versions) {
  Submission submission(SampleFrame{});
  EXPECT_EQ(test::send(submission).packets.size(), 1U);
  EXPECT_EQ(test::send(submission.large_send(50)).packets.size(), 2U);
  EXPECT_EQ(test::send(as_v1(submission)).packets.size(), 2U);
  Submission encapsulated(SampleFrame{.outer = IpVersion::kV4});
  EXPECT_EQ(test::send(encapsulated.large_send(50)).packets.size(), 2U);
}

TEST(LsoRequest, LSO_3_v1_of_an_encapsulated_packet_fails) {
  for (const auto versions : test::kAllVersions) {
    Submission submission(SampleFrame{.outer = versions.outer, .inner = versions.inner});
    submission.large_send(50);
    EXPECT_EQ(refusal(as_v1(submission)), DropReason::kConflictingRequest);
  }
}

TEST(LsoRequest, LSO_11_syn_rst_and_urg_fail) {
  for (const auto refused : {flag::kSyn, flag::kRst, flag::kUrg})
    EXPECT_EQ(lso_refusal({.flags = static_cast<std::uint16_t>(flag::kAck | refused)}), DropReason::kTcpFlags);
}

TEST(LsoRequest, LSO_11_fragments_fail) {
  for (const std::uint16_t fragment : {0x2000, 0x0001, 0x3FFF}) {
    EXPECT_EQ(lso_refusal({.inner_fragment = fragment}), DropReason::kFragmentRequest);
    EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .inner_fragment = fragment}), DropReason::kFragmentRequest);
  }
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .inner = IpVersion::kV6, .inner_fragment_header = true}),
            DropReason::kFragmentRequest);
}

TEST(LsoRequest, LSO_12_a_jumbo_payload_option_which_no_segment_may_have_fails) {
  constexpr std::size_t kNextHeader = 6, kOption = 42;
  for (const std::size_t outer_options : {0, 8}) {
    const SampleFrame frame{.outer = IpVersion::kV6,
                            .inner = IpVersion::kV6,
                            .outer_options = outer_options,
                            .inner_options = 8 - outer_options};
    const std::size_t ip = outer_options != 0 ? 14 : 14 + 40 + 8 + 14;
    Submission submission(frame);
    EXPECT_EQ(refusal(submission.large_send(50)), std::nullopt) << "padding is copied";
    submission.bytes[ip + kNextHeader] = 0;  // hop-by-hop
    submission.bytes[ip + kOption] = 0xC2;   // RFC 2675, section 2
    EXPECT_EQ(refusal(submission), DropReason::kUnsupportedHeader);
  }
}

TEST(LsoRequest, LSO_19_an_mss_of_0_fails) {
  EXPECT_EQ(lso_refusal({}, 0), DropReason::kZeroMss);
}

TEST(LsoRequest, LSO_19_the_mss_has_20_bits) {
  EXPECT_EQ(lso_refusal({}, 0xF'FFFF), std::nullopt);
  EXPECT_EQ(lso_refusal({}, 0x10'0000), DropReason::kSegmentTooLarge);
}

TEST(LsoRequest, LSO_19_an_ip_packet_has_at_most_65535_bytes) {
  const SampleFrame plain{.payload_size = 100'000, .lengths = test::Lengths::kZero};
  EXPECT_EQ(lso_refusal(plain, 65'535 - 40), std::nullopt);
  EXPECT_EQ(lso_refusal(plain, 65'535 - 39), DropReason::kSegmentTooLarge);
  // 20 outer IPv4, 8 GRE, 14 Ethernet, 40 inner IPv6, 20 TCP
  const SampleFrame tunnelled{
      .outer = IpVersion::kV4, .inner = IpVersion::kV6, .payload_size = 100'000, .lengths = test::Lengths::kZero};
  EXPECT_EQ(lso_refusal(tunnelled, 65'535 - 102), std::nullopt);
  EXPECT_EQ(lso_refusal(tunnelled, 65'535 - 101), DropReason::kSegmentTooLarge);
}

TEST(LsoRequest, LSO_19_a_segment_fits_the_known_link_mtu) {
  auto offloads = ActiveOffloads::all();
  offloads.link_mtu = 1500;
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 5000};
  EXPECT_EQ(lso_refusal(frame, 1418, offloads), std::nullopt);
  EXPECT_EQ(lso_refusal(frame, 1419, offloads), DropReason::kSegmentTooLarge);
  EXPECT_EQ(lso_refusal({.payload_size = 1460}, 9000, offloads), std::nullopt) << "the payload fits in one";
}

TEST(LsoRequest, LSO_20_payload_above_the_maximum_fails_also_if_it_was_built_for_a_former_one) {
  Adapter adapter;
  adapter.turn_everything_on();
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3'000});
  submission.large_send(1000);
  const auto outcome = [&](std::uint32_t limit) {
    auto backend = OffloadSet::software();
    backend.lso_limits.max_offload_size = limit;
    adapter.set_capabilities(Capabilities(backend));
    return refusal(submission, adapter.active());
  };
  EXPECT_EQ(outcome(3'001), std::nullopt);
  EXPECT_EQ(outcome(2'999), DropReason::kPayloadTooLarge);
  EXPECT_EQ(outcome(3'000), std::nullopt);
}

TEST(LsoRequest, LSO_21_no_payload_fails_and_any_other_is_cut) {
  EXPECT_EQ(lso_refusal({.payload_size = 0}, 100), DropReason::kNoPayload);
  const auto count = [](std::size_t payload) {
    return test::tcp_segments({.outer = IpVersion::kV4, .payload_size = payload}, 100).size();
  };
  EXPECT_EQ(count(1), 1U);
  EXPECT_EQ(count(100), 1U);
  EXPECT_EQ(count(101), 2U);
}

TEST(LsoRequest, LSO_23_v1_takes_the_payload_from_the_ip_length) {
  Submission submission(SampleFrame{.payload_size = 60'000, .trailing = 3});
  submission.large_send(1460);
  as_v1(submission).request.large_send->tcp_header_offset = 34;
  const auto sent = test::send(submission);
  ASSERT_TRUE(sent.completion.succeeded());
  EXPECT_EQ(sent.completion.payload_bytes, 60'000U);
  ASSERT_EQ(sent.packets.size(), 42U);
  EXPECT_EQ(SlowPacket(sent.packets.back(), false).problems(), "");
  EXPECT_EQ(sent.packets.back().size(), 54U + 60'000 - 41 * 1460);
}

TEST(LsoRequest, LSO_23_v1_takes_the_tcp_header_where_the_request_says) {
  Submission submission(SampleFrame{.inner_options = 8});
  submission.large_send(50);
  as_v1(submission).request.large_send->tcp_header_offset = 14 + 28;
  EXPECT_EQ(refusal(submission), std::nullopt);
  submission.request.large_send->tcp_header_offset = 14 + 20;
  EXPECT_EQ(refusal(submission), DropReason::kOffsetMismatch);
}

TEST(LsoRequest, LSO_23_v1_is_for_ipv4_and_64_kib) {
  Submission v6(SampleFrame{.inner = IpVersion::kV6});
  v6.large_send(50);
  EXPECT_EQ(refusal(as_v1(v6)), DropReason::kOffloadInactive);
  Submission large(SampleFrame{.payload_size = 1001});
  large.large_send(500);
  auto offloads = ActiveOffloads::all();
  offloads.lso_v1_max_offload_size = 1000;
  EXPECT_EQ(refusal(as_v1(large), offloads), DropReason::kPayloadTooLarge);
  offloads.lso_v1 = false;
  EXPECT_EQ(refusal(large, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(OffloadSet::software().lso_v1_limits.max_offload_size, 65'536U);
}

TEST(LsoRequest, LSO_23_v1_with_an_ip_length_beyond_the_packet_fails) {
  Submission submission(SampleFrame{.lengths = test::Lengths::kGarbage});
  submission.large_send(50);
  EXPECT_TRUE(refusal(as_v1(submission)).has_value());
}

// The slot itself is the façade's; this is the number that it puts in for LSOv1 (D-39).
TEST(LsoRequest, LSO_24_a_completion_names_the_tcp_payload_that_was_sent) {
  Submission submission(SampleFrame{.payload_size = 3001});
  EXPECT_EQ(test::send(submission.large_send(1000)).completion.payload_bytes, 3001U);
  EXPECT_EQ(test::send(as_v1(submission)).completion.payload_bytes, 3001U);
  EXPECT_EQ(test::send(submission.large_send(0)).completion.payload_bytes, 0U) << "a refused one";
}

TEST(LsoRequest, LSO_25_requests_fail_after_the_offload_was_turned_off) {
  for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
    const bool is_v4 = inner == IpVersion::kV4;
    const auto other = is_v4 ? IpVersion::kV6 : IpVersion::kV4;
    Adapter adapter;
    adapter.turn_everything_on();
    const auto setting = [is_v4](TaskSetting task) {
      return is_v4 ? OffloadParameters{.lso_v4 = task} : OffloadParameters{.lso_v6 = task};
    };
    ASSERT_TRUE(adapter.set_parameters(setting(TaskSetting::kOff)));
    EXPECT_EQ(lso_refusal({.inner = inner}, 50, adapter.active()), DropReason::kOffloadInactive);
    EXPECT_EQ(lso_refusal({.inner = other}, 50, adapter.active()), std::nullopt);
    EXPECT_EQ(lso_refusal({.outer = other, .inner = inner}, 50, adapter.active()), DropReason::kOffloadInactive);
    EXPECT_EQ(test::uso_refusal({.inner = inner}, 50, adapter.active()), std::nullopt);
    ASSERT_TRUE(adapter.set_parameters(setting(TaskSetting::kOn)));
    EXPECT_EQ(lso_refusal({.inner = inner}, 50, adapter.active()), std::nullopt);
  }
}

TEST(LsoRequest, LSO_25_requests_that_race_with_the_change_are_done_whole_or_refused) {
  Adapter adapter;
  adapter.turn_everything_on();
  const auto toggle = [&](int call) {
    ASSERT_TRUE(adapter.set_parameters({.lso_v4 = call % 2 == 0 ? TaskSetting::kOff : TaskSetting::kOn}));
  };
  const auto outcomes = test::race(adapter, toggle, [](unsigned, const ActiveOffloads& offloads) {
    Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3001});
    const auto sent = test::send(submission.large_send(1000), offloads);
    EXPECT_EQ(sent.packets.size(), sent.completion.succeeded() ? 4U : 0U);
    for (const auto& packet : sent.packets) EXPECT_EQ(SlowPacket(packet, true).problems(), "");
    return sent.completion.succeeded();
  });
  EXPECT_GT(outcomes.done, 0U);
  EXPECT_GT(outcomes.refused, 0U);
}

TEST(LsoRequest, LSO_26_a_card_without_the_checksums_that_lso_needs_has_no_lso) {
  const auto hardware_without = [](bool& (*flag)(ChecksumTasks&)) {
    auto backend = OffloadSet::software();
    flag(backend.tasks.transmit_checksum) = false;
    return Capabilities(backend).hardware().tasks;
  };
  const auto no_ip = hardware_without([](ChecksumTasks& tasks) -> bool& { return tasks.ip_v4; });
  const auto no_tcp_v4 = hardware_without([](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v4; });
  const auto no_tcp_v6 = hardware_without([](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v6; });
  EXPECT_EQ(no_ip.lso, (PerVersion{.v4 = false, .v6 = true}));
  EXPECT_FALSE(no_ip.lso_v1);
  EXPECT_EQ(no_tcp_v4.lso, (PerVersion{.v4 = false, .v6 = true}));
  EXPECT_FALSE(no_tcp_v4.lso_v1);
  EXPECT_EQ(no_tcp_v6.lso, (PerVersion{.v4 = true, .v6 = false}));
  const auto all = Capabilities().hardware().tasks;
  EXPECT_TRUE(all.lso.v4 && all.lso.v6 && all.lso_v1);
  EXPECT_TRUE(all.transmit_checksum.ip_v4 && all.transmit_checksum.tcp.v4 && all.transmit_checksum.tcp.v6);
}

TEST(LsoRequest, LSO_28_segments_and_all_their_header_bytes_are_counted) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3001});
  submission.large_send(1000);
  Adapter adapter;
  adapter.turn_everything_on();
  test::CollectingSink sink;
  const auto completion = adapter.send(submission.request, sink);
  EXPECT_EQ(completion.packets, 4U);
  EXPECT_EQ(completion.bytes, 3001U + 4 * 96);
  EXPECT_EQ(adapter.transmit_statistics().packets, 4U);
  EXPECT_EQ(adapter.transmit_statistics().bytes, 3001U + 4 * 96);
  EXPECT_EQ(adapter.transmit_statistics().lso_segments, 4U);
  EXPECT_EQ(adapter.transmit_statistics().lso_super_frames, 1U);
}

TEST(LsoRequest, LSO_29_a_failure_midway_reports_what_was_sent) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = 3001});
  submission.large_send(1000);
  test::CollectingSink sink(2);
  const auto completion = send(submission.request, ActiveOffloads::all(), sink);
  EXPECT_EQ(completion.failure, DropReason::kEmitFailed);
  EXPECT_EQ(completion.packets, 2U);
  EXPECT_EQ(completion.payload_bytes, 2000U);
}

}  // namespace
}  // namespace nvgre::offload
