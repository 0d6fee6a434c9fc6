#include <optional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/adapter_support.h"

namespace nvgre::offload {
namespace {

using test::kEthernetOn;
using test::Recorder;
using ::testing::IsEmpty;

constexpr OffloadParameters kLsoOff{.lso_v4 = TaskSetting::kOff};

TEST(Adapter, STATE_10_the_keywords_are_written_before_the_frame_path_is_asked) {
  Adapter adapter;
  std::optional<std::uint32_t> seen;
  adapter.set_admission([&](const ActiveOffloads&) -> Result<void> {
    seen = adapter.keywords().given(Keyword::kLsoV2Ipv4);
    return {};
  });
  ASSERT_TRUE(adapter.set_parameters(kLsoOff));
  EXPECT_EQ(seen, 0U);
}

TEST(Adapter, STATE_10_a_frame_path_that_cannot_follow_leaves_keywords_and_configuration_as_they_were) {
  Adapter adapter;
  const Recorder recorder(adapter);
  const auto keywords = adapter.keywords();
  const auto configuration = adapter.current_configuration();
  const auto active = adapter.active();
  adapter.set_admission([](const ActiveOffloads&) -> Result<void> { return failure(ErrorCode::kSystem, "no memory"); });
  EXPECT_EQ(adapter.set_parameters(kLsoOff).error().code, ErrorCode::kSystem);
  EXPECT_FALSE(adapter.set_encapsulation(kEthernetOn));
  EXPECT_FALSE(test::set(adapter, {{"LsoV2IPv6", "0"}}));
  EXPECT_EQ(adapter.keywords(), keywords);
  EXPECT_EQ(adapter.current_configuration(), configuration);
  EXPECT_EQ(adapter.active(), active);
  EXPECT_EQ(adapter.encapsulation(), std::nullopt);
  EXPECT_THAT(recorder.events, IsEmpty());
}

TEST(Adapter, RSC_28_coalescing_is_counted_by_whoever_coalesces) {
  Adapter adapter;
  EXPECT_EQ(adapter.coalescing_statistics(), CoalescingStatistics{});
  const CoalescingStatistics counted{
      .coalesced_packets = 7, .coalesced_octets = 7000, .coalesce_events = 2, .aborts = 1};
  adapter.set_coalescing_count([counted] { return counted; });
  EXPECT_EQ(adapter.coalescing_statistics(), counted);
}

}  // namespace
}  // namespace nvgre::offload
