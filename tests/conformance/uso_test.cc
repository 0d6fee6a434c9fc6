// USO, UDP segmentation.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/send.h"
#include "tests/support/adapter_support.h"
#include "tests/support/offload_race.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::ByteString;
using test::each;
using test::refusal;
using test::SampleFrame;
using test::Seed;
using test::SlowPacket;
using test::Submission;
using test::udp_datagrams;
using test::uso_refusal;
using wire::DropReason;
using wire::IpVersion;

using Sizes = std::vector<std::size_t>;
using Words = std::vector<std::uint16_t>;

/// The matrix of WIRE-6: encapsulated in all four pairings, and plain. What a test does not name, SlowPacket judges in
/// every datagram: all lengths, and the checksums of both IP headers and of UDP (USO-5, USO-8, USO-10).
class UsoMatrix : public testing::TestWithParam<SampleFrame> {};

TEST_P(UsoMatrix, USO_2_USO_4_all_datagrams_but_the_last_carry_exactly_the_mss) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  const auto datagrams = udp_datagrams(frame, 1000);
  EXPECT_EQ(each(datagrams, [](auto& d) { return d.payload_bytes().size(); }), (Sizes{1000, 1000, 1000, 1}));
  EXPECT_EQ(test::joined_payload(datagrams), test::payload_of(frame));
}

TEST_P(UsoMatrix, USO_5_each_datagram_has_its_own_lengths) {
  auto frame = GetParam();
  frame.payload_size = 3001;
  for (const auto lengths : {test::Lengths::kCorrect, test::Lengths::kZero, test::Lengths::kGarbage}) {  // D-4
    frame.lengths = lengths;
    const auto datagrams = udp_datagrams(frame, 1000);
    EXPECT_EQ(each(datagrams, [](auto& d) { return d.word(d.transport + 4); }), (Words{1008, 1008, 1008, 9}));
    const std::size_t inner = frame.inner == IpVersion::kV4 ? 20 : 40;
    EXPECT_EQ(each(datagrams, [](auto& d) { return d.ip_length(d.inner_ip); }),
              (Sizes{inner + 1008, inner + 1008, inner + 1008, inner + 9}));
    if (!frame.outer) continue;
    const std::size_t outer = (*frame.outer == IpVersion::kV4 ? 20 : 40) + 8 + 14 + inner;
    EXPECT_EQ(each(datagrams, [](auto& d) { return d.ip_length(d.outer_ip); }),
              (Sizes{outer + 1008, outer + 1008, outer + 1008, outer + 9}));
  }
}

TEST_P(UsoMatrix, USO_8_USO_10_an_independent_checker_agrees_at_every_payload_size) {
  auto frame = GetParam();
  for (std::size_t payload = 1; payload <= 65; ++payload) {
    frame.payload_size = payload;
    EXPECT_EQ(udp_datagrams(frame, 7).size(), (payload + 6) / 7);
  }
}

TEST_P(UsoMatrix, USO_9_seed_0_means_no_checksum_in_any_datagram) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.seed = Seed::kZero;
  EXPECT_EQ(each(udp_datagrams(frame, 1000), [](auto& d) { return d.transport_checksum(); }), (Words{0, 0, 0}));
}

TEST_P(UsoMatrix, USO_12_every_header_byte_that_no_rule_changes_is_copied) {
  auto frame = GetParam();
  frame.payload_size = 2500;
  frame.inner_options = 8;
  frame.outer_options = 8;
  frame.tags = {0x6064};
  const auto expected = test::headers_without_changing_fields(SlowPacket(test::write(frame), frame.outer.has_value()));
  const auto datagrams = udp_datagrams(frame, 1000);
  ASSERT_EQ(datagrams.size(), 3U);
  for (const auto& datagram : datagrams) {
    EXPECT_EQ(test::headers_without_changing_fields(datagram), expected);
    EXPECT_EQ(datagram.word(datagram.transport), 5000);
    EXPECT_EQ(datagram.word(datagram.transport + 2), 5001);
  }
}

INSTANTIATE_TEST_SUITE_P(WIRE_6, UsoMatrix, testing::ValuesIn(test::version_matrix(17)), test::VersionName());

TEST(Uso, USO_1_the_udp_segmentation_slot_selects_it_for_exactly_one_packet) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 300});
  EXPECT_EQ(test::send(submission).packets.size(), 1U);
  EXPECT_EQ(test::send(submission.udp_segmentation(100)).packets.size(), 3U);
  EXPECT_EQ(refusal(submission.repeat(2)), DropReason::kPacketCount);
  EXPECT_EQ(refusal(submission.repeat(0)), DropReason::kPacketCount);
}

TEST(Uso, USO_3_a_shorter_last_datagram_needs_its_capability) {
  auto offloads = ActiveOffloads::all();
  EXPECT_EQ(uso_refusal({.payload_size = 101}, 100, offloads), std::nullopt);
  offloads.uso.sub_mss_final = false;
  EXPECT_EQ(uso_refusal({.payload_size = 101}, 100, offloads), DropReason::kSubMss);
  EXPECT_EQ(uso_refusal({.payload_size = 99}, 100, offloads), DropReason::kSubMss);
  EXPECT_EQ(uso_refusal({.payload_size = 200}, 100, offloads), std::nullopt);
}

// The last of four datagrams of IPv6 in IPv4, as scapy builds it from its fields.
TEST(Uso, USO_5_USO_7_USO_8_a_datagram_to_the_last_byte) {
  const ByteString last{0x02, 0x00, 0x00, 0x00, 0x50, 0x02, 0x02, 0x00, 0x00, 0x00, 0x50, 0x01, 0x08, 0x00, 0x45,
                        0x02, 0x00, 0x5b, 0x00, 0x02, 0x40, 0x00, 0x40, 0x2f, 0xb6, 0x6c, 0xc0, 0x00, 0x02, 0x01,
                        0xc0, 0x00, 0x02, 0x02, 0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7a, 0x02, 0x00, 0x00,
                        0x00, 0x10, 0x02, 0x02, 0x00, 0x00, 0x00, 0x10, 0x01, 0x86, 0xdd, 0x62, 0xa5, 0x43, 0x21,
                        0x00, 0x09, 0x11, 0x40, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x00, 0x00, 0x00, 0x11, 0x20, 0x01, 0x0d, 0xb8, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00,
                        0x00, 0x00, 0x00, 0x00, 0x00, 0x22, 0x13, 0x88, 0x13, 0x89, 0x00, 0x09, 0x69, 0x24, 0x14};
  const auto datagrams =
      udp_datagrams({.outer = IpVersion::kV4, .inner = IpVersion::kV6, .payload_size = 3001, .outer_id = 0xFFFF}, 1000);
  EXPECT_EQ(datagrams.at(3).bytes(), last);
}

TEST(Uso, USO_6_USO_7_identifications_count_modulo_65536_in_both_headers) {
  const auto ids = [](std::uint16_t inner, std::uint16_t outer, auto read) {
    return each(
        udp_datagrams({.outer = IpVersion::kV4, .payload_size = 400, .inner_id = inner, .outer_id = outer}, 100), read);
  };
  const auto inner = [](auto& d) { return d.identification(d.inner_ip); };
  const auto outer = [](auto& d) { return d.identification(d.outer_ip); };
  EXPECT_EQ(ids(0xFFFE, 0x7FFF, inner), (Words{0xFFFE, 0xFFFF, 0x0000, 0x0001}));
  EXPECT_EQ(ids(0xFFFE, 0x7FFF, outer), (Words{0x7FFF, 0x8000, 0x8001, 0x8002}));
  EXPECT_EQ(ids(0x7FFF, 0xFFFE, inner), (Words{0x7FFF, 0x8000, 0x8001, 0x8002})) << "no lower half as in LSO-13";
  EXPECT_EQ(ids(0x7FFF, 0xFFFE, outer), (Words{0xFFFE, 0xFFFF, 0x0000, 0x0001}));
}

// Seed 0x163e - 10 covers 10.1.1.11 > 10.1.1.22 and the protocol; `c2a6` makes the sum 0xFFFF (requirements, section
// 17).
TEST(Uso, USO_8_a_computed_0_is_sent_as_ffff) {
  const ByteString packet{0x02, 0, 0, 0,  0,    2,    0x02, 0,    0,  0, 0,    1,    0x08, 0x00, 0x45,
                          0,    0, 0, 0,  1,    0x40, 0,    64,   17, 0, 0,    10,   1,    1,    11,
                          10,   1, 1, 22, 0x13, 0x88, 0x13, 0x89, 0,  0, 0x16, 0x34, 0xC2, 0xA6};
  Submission submission(packet);
  EXPECT_EQ(test::segments_of(submission.udp_segmentation(1000)).at(0).transport_checksum(), 0xFFFF);
}

TEST(Uso, USO_11_ipv4_options_are_copied_and_extension_headers_need_their_capability) {
  auto offloads = ActiveOffloads::all();
  const SampleFrame inner{.inner = IpVersion::kV6, .inner_options = 8};
  const SampleFrame outer{.outer = IpVersion::kV6, .outer_options = 8};
  EXPECT_EQ(uso_refusal(inner, 50, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal(outer, 50, offloads), std::nullopt);
  offloads.uso.options.extension_header_bytes = 0;
  EXPECT_EQ(uso_refusal(inner, 50, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(uso_refusal(outer, 50, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(uso_refusal({.inner_options = 8}, 50, offloads), std::nullopt) << "IPv4 options are no extension headers";
  for (const auto& datagram : udp_datagrams({.outer = IpVersion::kV4, .inner_options = 8}, 50)) {
    EXPECT_EQ(datagram.word(datagram.inner_ip + 20), 0x0101) << "no operation";
    EXPECT_EQ(datagram.word(datagram.inner_ip + 26), 0x0100) << "end of list";
  }
}

TEST(Uso, USO_13_fragments_fail) {
  for (const std::uint16_t fragment : {0x2000, 0x0001, 0x3FFF}) {
    EXPECT_EQ(uso_refusal({.inner_fragment = fragment}), DropReason::kFragmentRequest);
    EXPECT_EQ(uso_refusal({.outer = IpVersion::kV6, .inner_fragment = fragment}), DropReason::kFragmentRequest);
  }
  EXPECT_EQ(uso_refusal({.outer = IpVersion::kV4, .inner = IpVersion::kV6, .inner_fragment_header = true}),
            DropReason::kFragmentRequest);
}

TEST(Uso, USO_14_payload_above_the_maximum_fails) {
  auto offloads = ActiveOffloads::all();
  offloads.uso.max_offload_size = 1000;
  EXPECT_EQ(uso_refusal({.payload_size = 1000}, 100, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal({.payload_size = 1001}, 100, offloads), DropReason::kPayloadTooLarge);
}

TEST(Uso, USO_15_the_minimum_of_segments_limits_the_sender_only) {
  auto backend = OffloadSet::software();
  backend.uso_limits.min_segment_count = 64;
  EXPECT_EQ(Capabilities(backend).hardware().uso_limits.min_segment_count, 63U) << "6 bits";
  backend.uso_limits.min_segment_count = 10;
  Adapter adapter{Capabilities(backend)};
  adapter.turn_everything_on();
  for (const std::size_t payload : {1U, 1000U}) {
    Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = payload});
    test::CollectingSink sink;
    EXPECT_TRUE(adapter.send(submission.udp_segmentation(1000).request, sink).succeeded());
    EXPECT_EQ(sink.packets.size(), 1U);
  }
}

TEST(Uso, USO_16_what_cannot_be_cut_fails_and_is_never_sent_whole) {
  EXPECT_EQ(uso_refusal({}, 0), DropReason::kZeroMss);
  EXPECT_EQ(uso_refusal({.payload_size = 0}, 100), DropReason::kNoPayload);
  EXPECT_TRUE(uso_refusal({.outer = IpVersion::kV4, .inner_ether_type = 0x0806}).has_value()) << "no inner transport";
  for (const std::uint8_t protocol : {6, 1, 47}) {
    Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = protocol});
    EXPECT_EQ(refusal(submission.udp_segmentation(50)), DropReason::kNotUdp);
  }
  auto offloads = ActiveOffloads::all();
  offloads.link_mtu = 1500;
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 5000};
  EXPECT_EQ(uso_refusal(frame, 1430, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal(frame, 1431, offloads), DropReason::kSegmentTooLarge);
}

TEST(Uso, USO_17_requests_fail_after_the_offload_was_turned_off) {
  for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
    const bool is_v4 = inner == IpVersion::kV4;
    const auto other = is_v4 ? IpVersion::kV6 : IpVersion::kV4;
    Adapter adapter;
    adapter.turn_everything_on();
    ASSERT_TRUE(adapter.set_parameters(is_v4 ? OffloadParameters{.uso_v4 = TaskSetting::kOff}
                                             : OffloadParameters{.uso_v6 = TaskSetting::kOff}));
    EXPECT_EQ(uso_refusal({.inner = inner}, 50, adapter.active()), DropReason::kOffloadInactive);
    EXPECT_EQ(uso_refusal({.inner = other}, 50, adapter.active()), std::nullopt);
    EXPECT_EQ(uso_refusal({.outer = inner, .inner = other}, 50, adapter.active()), DropReason::kOffloadInactive);
    EXPECT_EQ(test::lso_refusal({.inner = inner}, 50, adapter.active()), std::nullopt);
  }
}

TEST(Uso, USO_17_requests_that_race_with_the_change_are_done_whole_or_refused) {
  Adapter adapter;
  adapter.turn_everything_on();
  const auto toggle = [&](int call) {
    ASSERT_TRUE(adapter.set_parameters({.uso_v6 = call % 2 == 0 ? TaskSetting::kOff : TaskSetting::kOn}));
  };
  const auto outcomes = test::race(adapter, toggle, [](unsigned, const ActiveOffloads& offloads) {
    Submission submission(
        SampleFrame{.outer = IpVersion::kV4, .inner = IpVersion::kV6, .protocol = 17, .payload_size = 3001});
    const auto sent = test::send(submission.udp_segmentation(1000), offloads);
    EXPECT_EQ(sent.packets.size(), sent.completion.succeeded() ? 4U : 0U);
    for (const auto& packet : sent.packets) EXPECT_EQ(SlowPacket(packet, true).problems(), "");
    return sent.completion.succeeded();
  });
  EXPECT_GT(outcomes.done, 0U);
  EXPECT_GT(outcomes.refused, 0U);
}

TEST(Uso, USO_18_one_datagram_that_fails_fails_the_request) {
  for (const std::size_t accepted : {0U, 1U, 3U}) {
    Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 3001});
    test::CollectingSink sink(accepted);
    const auto completion = send(submission.udp_segmentation(1000).request, ActiveOffloads::all(), sink);
    EXPECT_EQ(completion.failure, DropReason::kEmitFailed);
    EXPECT_EQ(completion.packets, accepted);
    EXPECT_EQ(completion.payload_bytes, accepted * 1000);
  }
  test::CollectingSink all(4);
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 3001});
  EXPECT_TRUE(send(submission.udp_segmentation(1000).request, ActiveOffloads::all(), all).succeeded());
}

TEST(Uso, USO_19_datagrams_and_all_their_header_bytes_are_counted) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 3001});
  Adapter adapter;
  adapter.turn_everything_on();
  test::CollectingSink sink;
  EXPECT_TRUE(adapter.send(submission.udp_segmentation(1000).request, sink).succeeded());
  EXPECT_EQ(adapter.transmit_statistics().packets, 4U);
  EXPECT_EQ(adapter.transmit_statistics().bytes, 3001U + 4 * (42 + 14 + 20 + 8));
  EXPECT_EQ(adapter.transmit_statistics().uso_super_frames, 1U);
  EXPECT_EQ(adapter.transmit_statistics().uso_segments, 4U);
}

TEST(Uso, USO_20_checksum_offload_does_not_matter) {
  Adapter adapter(Capabilities(), test::keywords_of({{"UDPChecksumOffloadIPv4", "0"}, {"IPChecksumOffloadIPv4", "0"}}));
  adapter.turn_everything_on();
  ASSERT_FALSE(adapter.active().transmit_checksum.udp.v4);
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 300});
  const auto sent = test::send(submission.udp_segmentation(100), adapter.active());
  ASSERT_EQ(sent.packets.size(), 3U);
  for (const auto& packet : sent.packets) EXPECT_EQ(SlowPacket(packet, true).problems(), "");
}

TEST(Uso, USO_21_supplemental_offsets_point_at_udp) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .protocol = 17, .payload_size = 300});
  submission.request.supplemental = {.is_encapsulated = true,
                                     .offsets_valid = true,
                                     .inner_frame_offset = 42,
                                     .transport_ip_header_relative_offset = 14,
                                     .tcp_header_relative_offset = 20};
  submission.udp_segmentation(100).request.udp_segmentation->udp_header_offset = 1023;  // LOC-15
  EXPECT_EQ(test::send(submission).packets.size(), 3U);
  submission.request.supplemental->tcp_header_relative_offset = 22;
  EXPECT_EQ(refusal(submission), DropReason::kOffsetMismatch);
}

// Revisions are the façade's; this is the capability that it publishes from revision 7 on.
TEST(Uso, USO_22_encapsulated_requests_need_their_own_capability) {
  EXPECT_EQ(Capabilities().hardware().encapsulated.uso, EncapsulatedMask(EncapsulatedMask::kAll));
  auto backend = OffloadSet::software();
  backend.encapsulated.uso = EncapsulatedMask();
  Adapter adapter{Capabilities(backend)};
  adapter.turn_everything_on();
  EXPECT_EQ(uso_refusal({}, 50, adapter.active()), std::nullopt);
  for (const auto versions : test::kAllVersions) {
    const SampleFrame frame{.outer = versions.outer, .inner = versions.inner};
    EXPECT_EQ(uso_refusal(frame, 50, adapter.active()), DropReason::kOffloadInactive);
    EXPECT_EQ(test::lso_refusal(frame, 50, adapter.active()), std::nullopt);
  }
}

}  // namespace
}  // namespace nvgre::offload
