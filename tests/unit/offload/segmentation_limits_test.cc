// LSO and USO: requests that are refused for reasons beside their own rules, which are in tests/conformance.
#include <cstddef>
#include <cstdint>
#include <optional>

#include <gtest/gtest.h>

#include "nvgre/offload/segmentation.h"
#include "tests/support/sample_frame.h"
#include "tests/support/segments.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::lso_refusal;
using test::refusal;
using test::SampleFrame;
using test::Submission;
using test::uso_refusal;
using wire::DropReason;
using wire::IpVersion;

TEST(SegmentationLimits, LOC_9_an_inner_tag_stops_inner_processing) {
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .inner_tags = {100}}), DropReason::kInnerVlan);
}

TEST(SegmentationLimits, D_34_a_gre_sequence_number_cannot_be_repeated) {
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .gre_flags = 0x3000}), DropReason::kGreFlags);
  EXPECT_EQ(lso_refusal({.outer = IpVersion::kV4, .gre_flags = 0xA000}), DropReason::kGreFlags);
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
