#include "nvgre/datapath/userspace/hold_queue.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

wire::ProviderAddress provider(std::string_view text) {
  return wire::ProviderAddress(*wire::IpAddress::parse(text));
}

const auto kA = provider("198.18.0.2"), kB = provider("198.18.0.3");
constexpr overlay::Instant kNow = std::chrono::seconds(100);

/// Holds one-byte frames and notes what becomes of them.
class HoldQueueTest : public ::testing::Test {
 protected:
  bool hold(const wire::ProviderAddress& destination, std::uint8_t content, overlay::Instant now = kNow) {
    const std::array<std::uint8_t, 1> bytes = {content};
    return queue_.hold(destination, {.port = 0, .bytes = bytes, .tag_control = {}, .metadata = {}}, now);
  }
  void resolve(const wire::ProviderAddress& destination) {
    underlay_.next_hops[destination] = {.macs = {wire::MacAddress::broadcast()}, .has_route = true, .path_mtu = 1500};
  }
  void release(overlay::Instant now = kNow) {
    queue_.release(
        underlay_, now,
        [this](const wire::ProviderAddress&, const overlay::PortFrame& frame) { sent_.push_back(frame.bytes[0]); },
        [this](const overlay::PortFrame& frame) { expired_.push_back(frame.bytes[0]); });
  }

  HoldQueue queue_;
  overlay::Underlay underlay_;
  std::vector<int> sent_, expired_;
};

TEST_F(HoldQueueTest, keeps_frames_until_their_address_is_resolved) {
  ASSERT_TRUE(hold(kA, 1));
  ASSERT_TRUE(hold(kB, 2));
  ASSERT_TRUE(hold(kA, 3));
  release();
  EXPECT_THAT(sent_, IsEmpty());
  resolve(kA);
  release();
  EXPECT_THAT(sent_, ElementsAre(1, 3)) << "in order";
  EXPECT_FALSE(queue_.is_empty());
  resolve(kB);
  release();
  EXPECT_THAT(sent_, ElementsAre(1, 3, 2));
  EXPECT_TRUE(queue_.is_empty());
}

TEST_F(HoldQueueTest, copies_what_it_keeps) {
  std::array<std::uint8_t, 1> bytes = {7};
  ASSERT_TRUE(queue_.hold(kA, {.port = 0, .bytes = bytes, .tag_control = {}, .metadata = {}}, kNow));
  bytes[0] = 0;
  resolve(kA);
  release();
  EXPECT_THAT(sent_, ElementsAre(7));
}

TEST_F(HoldQueueTest, bounds_the_frames_of_one_address_and_of_all) {
  for (std::size_t i = 0; i < HoldQueue::kMaxFramesOfOneAddress; ++i) ASSERT_TRUE(hold(kA, 1));
  EXPECT_FALSE(hold(kA, 2)) << "one destination that is down must not take all room";
  EXPECT_TRUE(hold(kB, 3));
  for (std::size_t i = HoldQueue::kMaxFramesOfOneAddress + 1; i < HoldQueue::kMaxFrames; ++i)
    ASSERT_TRUE(hold(provider("198.18.1." + std::to_string(i)), 4));
  EXPECT_FALSE(hold(provider("198.18.2.1"), 5));
}

TEST_F(HoldQueueTest, gives_up_after_three_seconds) {
  ASSERT_TRUE(hold(kA, 1));
  ASSERT_TRUE(hold(kA, 2, kNow + std::chrono::seconds(1)));
  release(kNow + HoldQueue::kMaxAge - std::chrono::milliseconds(1));
  EXPECT_THAT(expired_, IsEmpty());
  release(kNow + HoldQueue::kMaxAge);
  EXPECT_THAT(expired_, ElementsAre(1));
  EXPECT_THAT(sent_, IsEmpty());
}

TEST_F(HoldQueueTest, lets_the_endpoint_refuse_what_lost_its_route) {
  ASSERT_TRUE(hold(kA, 1));
  underlay_.next_hops[kA] = {.macs = {}, .has_route = false, .path_mtu = 1500};
  release();
  EXPECT_THAT(sent_, ElementsAre(1)) << "the endpoint counts it as no_next_hop";
}

TEST_F(HoldQueueTest, waits_for_the_next_hop_of_the_address_that_is_sent_from) {
  const auto own = provider("198.18.1.1");
  const std::array<std::uint8_t, 1> bytes = {1};
  ASSERT_TRUE(queue_.hold(kA, {.port = 0, .bytes = bytes, .tag_control = {}, .metadata = {}, .held_from = own}, kNow));
  underlay_.next_hops_by_source[{own, kA}] = {};
  resolve(kA);
  release();
  EXPECT_THAT(sent_, IsEmpty()) << "only the first own address has one";
  underlay_.next_hops_by_source[{own, kA}].macs = {wire::MacAddress::broadcast()};
  release();
  EXPECT_THAT(sent_, ElementsAre(1));
}

TEST_F(HoldQueueTest, leaves_what_is_held_again_for_the_next_time) {
  ASSERT_TRUE(hold(kA, 1));
  resolve(kA);
  int calls = 0;
  queue_.release(
      underlay_, kNow,
      [&](const wire::ProviderAddress& destination, const overlay::PortFrame& frame) {
        ++calls;
        EXPECT_TRUE(queue_.hold(destination, frame, kNow));
      },
      [](const overlay::PortFrame&) {});
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(queue_.is_empty());
}

}  // namespace
}  // namespace nvgre::datapath::userspace
