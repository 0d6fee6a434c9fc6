// LSO and USO: what is refused, under which reason, and that nothing is emitted then.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "tests/support/sample_frame.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::SampleFrame;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;
namespace flag = test::tcp_flag;

/// The reason why a request was refused; a refused one has emitted nothing.
std::optional<DropReason> refusal(const Submission& submission,
                                  const ActiveOffloads& offloads = ActiveOffloads::all()) {
  const auto sent = test::send(submission, offloads);
  EXPECT_EQ(sent.packets.empty(), sent.completion.failure.has_value());
  EXPECT_EQ(sent.packets.size(), sent.completion.packets);
  return sent.completion.failure;
}

std::optional<DropReason> lso_refusal(const SampleFrame& frame, std::uint32_t mss = 50,
                                      const ActiveOffloads& offloads = ActiveOffloads::all()) {
  Submission submission(frame);
  return refusal(submission.large_send(mss), offloads);
}

std::optional<DropReason> uso_refusal(SampleFrame frame, std::uint32_t mss = 50,
                                      const ActiveOffloads& offloads = ActiveOffloads::all()) {
  frame.protocol = 17;
  Submission submission(frame);
  return refusal(submission.udp_segmentation(mss), offloads);
}

TEST(SegmentationLimits, LSO_1_USO_1_a_request_has_exactly_one_packet) {
  Submission lso(SampleFrame{});
  EXPECT_EQ(refusal(lso.large_send(50).repeat(2)), DropReason::kPacketCount);
  EXPECT_EQ(refusal(lso.repeat(0)), DropReason::kPacketCount);
  Submission uso(SampleFrame{.protocol = 17});
  EXPECT_EQ(refusal(uso.udp_segmentation(50).repeat(2)), DropReason::kPacketCount);
}

TEST(SegmentationLimits, LSO_2_both_versions_work_on_plain_ipv4) {
  for (const auto version : {LargeSendRequest::Version::kV1, LargeSendRequest::Version::kV2}) {
    Submission submission(SampleFrame{});
    submission.large_send(50).request.large_send->version = version;
    EXPECT_EQ(test::send(submission).packets.size(), 2U);
  }
}

TEST(SegmentationLimits, LSO_3_v1_of_an_encapsulated_packet_fails) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  submission.large_send(50).request.large_send->version = LargeSendRequest::Version::kV1;
  EXPECT_EQ(refusal(submission), DropReason::kConflictingRequest);
}

TEST(SegmentationLimits, LSO_23_v1_is_for_ipv4_and_64_kib) {
  Submission v6(SampleFrame{.inner = IpVersion::kV6});
  v6.large_send(50).request.large_send->version = LargeSendRequest::Version::kV1;
  EXPECT_EQ(refusal(v6), DropReason::kOffloadInactive);
  Submission large(SampleFrame{.payload_size = 1001});
  large.large_send(500).request.large_send->version = LargeSendRequest::Version::kV1;
  auto offloads = ActiveOffloads::all();
  offloads.lso_v1_max_offload_size = 1000;
  EXPECT_EQ(refusal(large, offloads), DropReason::kPayloadTooLarge);
  offloads.lso_v1 = false;
  EXPECT_EQ(refusal(large, offloads), DropReason::kOffloadInactive);
}

TEST(SegmentationLimits, LSO_23_v1_with_an_ip_length_beyond_the_packet_fails) {
  Submission submission(SampleFrame{.lengths = test::Lengths::kGarbage});
  submission.large_send(50).request.large_send->version = LargeSendRequest::Version::kV1;
  EXPECT_TRUE(refusal(submission).has_value());
}

TEST(SegmentationLimits, LSO_11_syn_rst_and_urg_fail) {
  for (const auto refused : {flag::kSyn, flag::kRst, flag::kUrg})
    EXPECT_EQ(lso_refusal({.flags = static_cast<std::uint16_t>(flag::kAck | refused)}), DropReason::kTcpFlags);
}

TEST(SegmentationLimits, LSO_11_USO_13_fragments_fail) {
  for (const std::uint16_t fragment : {0x2000, 0x0001, 0x3FFF}) {
    EXPECT_EQ(lso_refusal({.inner_fragment = fragment}), DropReason::kFragmentRequest);
    EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .inner_fragment = fragment}), DropReason::kFragmentRequest);
    EXPECT_EQ(uso_refusal({.outer = IpVersion::kV6, .inner_fragment = fragment}), DropReason::kFragmentRequest);
  }
  const SampleFrame atomic{.outer = IpVersion::kV4, .inner = IpVersion::kV6, .inner_fragment_header = true};
  EXPECT_EQ(lso_refusal(atomic), DropReason::kFragmentRequest);
  EXPECT_EQ(uso_refusal(atomic), DropReason::kFragmentRequest);
}

TEST(SegmentationLimits, LSO_19_USO_16_mss_0_fails) {
  EXPECT_EQ(lso_refusal({}, 0), DropReason::kZeroMss);
  EXPECT_EQ(uso_refusal({}, 0), DropReason::kZeroMss);
}

TEST(SegmentationLimits, LSO_19_the_mss_has_20_bits) {
  EXPECT_EQ(lso_refusal({}, 0xF'FFFF), std::nullopt);
  EXPECT_EQ(lso_refusal({}, 0x10'0000), DropReason::kSegmentTooLarge);
}

TEST(SegmentationLimits, LSO_19_an_ip_packet_has_at_most_65535_bytes) {
  const SampleFrame plain{.payload_size = 100'000, .lengths = test::Lengths::kZero};
  EXPECT_EQ(lso_refusal(plain, 65'535 - 40), std::nullopt);
  EXPECT_EQ(lso_refusal(plain, 65'535 - 39), DropReason::kSegmentTooLarge);
  // 20 outer IPv4, 8 GRE, 14 Ethernet, 40 inner IPv6, 20 TCP
  const SampleFrame tunnelled{
      .outer = IpVersion::kV4, .inner = IpVersion::kV6, .payload_size = 100'000, .lengths = test::Lengths::kZero};
  EXPECT_EQ(lso_refusal(tunnelled, 65'535 - 102), std::nullopt);
  EXPECT_EQ(lso_refusal(tunnelled, 65'535 - 101), DropReason::kSegmentTooLarge);
}

TEST(SegmentationLimits, LSO_19_a_segment_fits_the_known_link_mtu) {
  auto offloads = ActiveOffloads::all();
  offloads.link_mtu = 1500;
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 5000};
  EXPECT_EQ(lso_refusal(frame, 1418, offloads), std::nullopt);
  EXPECT_EQ(lso_refusal(frame, 1419, offloads), DropReason::kSegmentTooLarge);
  EXPECT_EQ(uso_refusal(frame, 1430, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal(frame, 1431, offloads), DropReason::kSegmentTooLarge);
}

TEST(SegmentationLimits, LSO_19_an_mss_above_the_link_mtu_is_no_matter_for_a_payload_that_fits) {
  auto offloads = ActiveOffloads::all();
  offloads.link_mtu = 1500;
  EXPECT_EQ(lso_refusal({.payload_size = 1460}, 9000, offloads), std::nullopt);
}

TEST(SegmentationLimits, LSO_20_USO_14_payload_above_the_maximum_fails) {
  auto offloads = ActiveOffloads::all();
  offloads.lso.max_offload_size = offloads.uso.max_offload_size = 1000;
  EXPECT_EQ(lso_refusal({.payload_size = 1000}, 100, offloads), std::nullopt);
  EXPECT_EQ(lso_refusal({.payload_size = 1001}, 100, offloads), DropReason::kPayloadTooLarge);
  EXPECT_EQ(uso_refusal({.payload_size = 1000}, 100, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal({.payload_size = 1001}, 100, offloads), DropReason::kPayloadTooLarge);
}

TEST(SegmentationLimits, LSO_21_no_payload_fails_and_any_other_is_cut) {
  EXPECT_EQ(lso_refusal({.payload_size = 0}, 100), DropReason::kNoPayload);
  EXPECT_EQ(uso_refusal({.payload_size = 0}, 100), DropReason::kNoPayload);
  const auto count = [](std::size_t payload) {
    Submission submission(SampleFrame{.outer = IpVersion::kV4, .payload_size = payload});
    return test::send(submission.large_send(100)).packets.size();
  };
  EXPECT_EQ(count(1), 1U);
  EXPECT_EQ(count(100), 1U);
  EXPECT_EQ(count(101), 2U);
}

TEST(SegmentationLimits, USO_3_a_shorter_last_datagram_needs_its_capability) {
  auto offloads = ActiveOffloads::all();
  EXPECT_EQ(uso_refusal({.payload_size = 101}, 100, offloads), std::nullopt);
  offloads.uso.sub_mss_final = false;
  EXPECT_EQ(uso_refusal({.payload_size = 101}, 100, offloads), DropReason::kSubMss);
  EXPECT_EQ(uso_refusal({.payload_size = 200}, 100, offloads), std::nullopt);
}

TEST(SegmentationLimits, USO_11_extension_headers_need_their_capability) {
  auto offloads = ActiveOffloads::all();
  const SampleFrame inner{.inner = IpVersion::kV6, .inner_options = 8};
  const SampleFrame outer{.outer = IpVersion::kV6, .outer_options = 8};
  EXPECT_EQ(uso_refusal(inner, 50, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal(outer, 50, offloads), std::nullopt);
  offloads.uso.extension_headers = false;
  EXPECT_EQ(uso_refusal(inner, 50, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(uso_refusal(outer, 50, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(uso_refusal({.inner_options = 8}, 50, offloads), std::nullopt) << "IPv4 options are no extension headers";
}

TEST(SegmentationLimits, USO_16_D_41_another_transport_or_none_fails) {
  EXPECT_EQ(lso_refusal({.protocol = 17}), DropReason::kNotTcp);
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .protocol = 1}), DropReason::kNotTcp);
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .protocol = 47}), DropReason::kNotTcp);  // LOC-18
  EXPECT_TRUE(lso_refusal({.outer = IpVersion::kV4, .inner_ether_type = 0x0806}).has_value());
  Submission uso_of_tcp(SampleFrame{});
  EXPECT_EQ(refusal(uso_of_tcp.udp_segmentation(50)), DropReason::kNotUdp);
}

TEST(SegmentationLimits, LOC_9_an_inner_tag_stops_inner_processing) {
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .inner_tags = {100}}), DropReason::kInnerVlan);
}

TEST(SegmentationLimits, D_34_a_gre_sequence_number_cannot_be_repeated) {
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .gre_flags = 0x3000}), DropReason::kGreFlags);
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .gre_flags = 0xA000}), DropReason::kGreFlags);
}

TEST(SegmentationLimits, LSO_25_USO_17_requests_fail_while_the_offload_is_off) {
  for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
    auto offloads = ActiveOffloads::all();
    (inner == IpVersion::kV4 ? offloads.lso.active.v4 : offloads.lso.active.v6) = false;
    EXPECT_EQ(lso_refusal({.inner = inner}, 50, offloads), DropReason::kOffloadInactive);
    EXPECT_EQ(uso_refusal({.inner = inner}, 50, offloads), std::nullopt);
    offloads = ActiveOffloads::all();
    (inner == IpVersion::kV4 ? offloads.uso.active.v4 : offloads.uso.active.v6) = false;
    EXPECT_EQ(uso_refusal({.inner = inner}, 50, offloads), DropReason::kOffloadInactive);
    EXPECT_EQ(lso_refusal({.inner = inner}, 50, offloads), std::nullopt);
  }
}

TEST(SegmentationLimits, CAP_12_STATE_27_both_ip_versions_have_to_be_active) {
  for (const auto versions : test::kAllVersions) {
    const SampleFrame frame{.outer = versions.outer, .inner = versions.inner};
    const bool has_v4 = versions.outer == IpVersion::kV4 || versions.inner == IpVersion::kV4;
    const bool has_v6 = versions.outer == IpVersion::kV6 || versions.inner == IpVersion::kV6;
    const auto expected = [](bool inactive) {
      return inactive ? std::optional(DropReason::kOffloadInactive) : std::nullopt;
    };
    auto offloads = ActiveOffloads::all();
    offloads.lso.active.v4 = offloads.uso.active.v4 = false;
    EXPECT_EQ(lso_refusal(frame, 50, offloads), expected(has_v4));
    EXPECT_EQ(uso_refusal(frame, 50, offloads), expected(has_v4));
    offloads = ActiveOffloads::all();
    offloads.lso.active.v6 = offloads.uso.active.v6 = false;
    EXPECT_EQ(lso_refusal(frame, 50, offloads), expected(has_v6));
    EXPECT_EQ(uso_refusal(frame, 50, offloads), expected(has_v6));
  }
}

TEST(SegmentationLimits, CAP_3_the_mask_names_inner_and_outer_versions) {
  auto offloads = ActiveOffloads::all();
  offloads.encapsulated.lso = EncapsulatedMask(0xB);  // inner v4, outer v4 and v6
  const auto refused = [&](IpVersion outer, IpVersion inner) {
    return lso_refusal({.outer = outer, .inner = inner}, 50, offloads).has_value();
  };
  EXPECT_FALSE(refused(IpVersion::kV4, IpVersion::kV4));
  EXPECT_FALSE(refused(IpVersion::kV6, IpVersion::kV4));
  EXPECT_TRUE(refused(IpVersion::kV4, IpVersion::kV6));
  EXPECT_TRUE(refused(IpVersion::kV6, IpVersion::kV6));
}

TEST(SegmentationLimits, STATE_21_plain_requests_work_while_nvgre_offload_is_off) {
  auto offloads = ActiveOffloads::all();
  offloads.encapsulated = {};
  EXPECT_EQ(lso_refusal({}, 50, offloads), std::nullopt);
  EXPECT_EQ(uso_refusal({}, 50, offloads), std::nullopt);
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4}, 50, offloads), DropReason::kOffloadInactive);
  EXPECT_EQ(uso_refusal({.outer = IpVersion::kV4}, 50, offloads), DropReason::kOffloadInactive);
}

TEST(SegmentationLimits, LOC_12_headers_that_are_too_long_fail) {
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 128;
  const SampleFrame frame{.outer = IpVersion::kV4, .inner_options = 32};  // 96 and 32 bytes of headers
  EXPECT_EQ(lso_refusal(frame, 50, offloads), std::nullopt);
  offloads.max_header_size = 127;
  EXPECT_EQ(lso_refusal(frame, 50, offloads), DropReason::kHeaderTooLong);
}

TEST(SegmentationLimits, a_packet_cut_anywhere_in_its_headers_is_refused) {
  const auto whole = test::write({.outer = IpVersion::kV4, .inner = IpVersion::kV6, .tcp_options = 12});
  const std::size_t headers = 42 + 14 + 40 + 32;
  for (std::size_t size = 0; size <= headers; ++size) {
    Submission submission(test::ByteString(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)));
    submission.request.supplemental.emplace().is_encapsulated = true;
    EXPECT_TRUE(refusal(submission.large_send(50)).has_value()) << size;
  }
}

}  // namespace
}  // namespace nvgre::offload
