#include "nvgre/overlay/rate_limiter.h"

#include <gtest/gtest.h>

namespace nvgre::overlay {
namespace {

using std::chrono::milliseconds;

int allowed(RateLimiter& limiter, std::uint32_t key, std::chrono::nanoseconds now, int attempts) {
  int count = 0;
  for (int i = 0; i < attempts; ++i) count += limiter.allow(key, now) ? 1 : 0;
  return count;
}

TEST(RateLimiter, allows_a_burst_and_then_one_each_interval) {
  RateLimiter limiter(milliseconds(10), 4);
  EXPECT_EQ(allowed(limiter, 1, milliseconds(0), 10), 4);
  EXPECT_EQ(allowed(limiter, 1, milliseconds(9), 10), 0);
  EXPECT_EQ(allowed(limiter, 1, milliseconds(10), 10), 1);
  EXPECT_EQ(allowed(limiter, 1, milliseconds(35), 10), 2);
}

TEST(RateLimiter, never_saves_more_than_a_burst) {
  RateLimiter limiter(milliseconds(10), 4);
  EXPECT_EQ(allowed(limiter, 1, std::chrono::hours(10), 10), 4);
}

TEST(RateLimiter, keeps_one_from_using_up_another_s) {
  RateLimiter limiter(milliseconds(10), 4);
  EXPECT_EQ(allowed(limiter, 1, milliseconds(0), 10), 4);
  EXPECT_EQ(allowed(limiter, 2, milliseconds(0), 10), 4);
}

TEST(RateLimiter, survives_a_clock_that_steps_back) {
  RateLimiter limiter(milliseconds(10), 1);
  EXPECT_TRUE(limiter.allow(1, milliseconds(100)));
  EXPECT_FALSE(limiter.allow(1, milliseconds(50)));
  EXPECT_FALSE(limiter.allow(1, milliseconds(55)));
  EXPECT_TRUE(limiter.allow(1, milliseconds(65)));
}

}  // namespace
}  // namespace nvgre::overlay
