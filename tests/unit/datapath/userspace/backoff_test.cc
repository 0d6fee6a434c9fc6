#include "nvgre/datapath/userspace/backoff.h"

#include <chrono>

#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

using std::chrono::seconds;

constexpr Backoff::Clock::time_point kStart{seconds(1000)};

TEST(Backoff, has_nothing_to_do_while_nothing_failed) {
  Backoff backoff;
  EXPECT_FALSE(backoff.next());
  backoff.tried(kStart, false);
  EXPECT_FALSE(backoff.next());
}

TEST(Backoff, waits_twice_as_long_each_time_up_to_a_minute) {
  Backoff backoff;
  auto now = kStart;
  for (const int wait : {1, 2, 4, 8, 16, 32, 60, 60, 60}) {
    backoff.tried(now, true);
    ASSERT_EQ(backoff.next(), now + seconds(wait));
    now = *backoff.next();
  }
}

TEST(Backoff, is_not_put_off_by_tries_that_come_before_their_time) {
  Backoff backoff;
  backoff.tried(kStart, true);
  for (int i = 0; i < 10; ++i) backoff.tried(kStart + std::chrono::milliseconds(i), true);
  EXPECT_EQ(backoff.next(), kStart + Backoff::kShortest);
}

TEST(Backoff, begins_anew_after_a_success) {
  Backoff backoff;
  backoff.tried(kStart, true);
  backoff.tried(kStart + seconds(1), true);
  backoff.tried(kStart + seconds(2), false);
  EXPECT_FALSE(backoff.next());
  backoff.tried(kStart + seconds(3), true);
  EXPECT_EQ(backoff.next(), kStart + seconds(3) + Backoff::kShortest);
}

}  // namespace
}  // namespace nvgre::datapath::userspace
