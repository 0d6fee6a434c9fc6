#include "nvgre/datapath/userspace/mailbox.h"

#include <thread>

#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

TEST(Mailbox, hands_notes_on_in_order_and_refuses_more_than_it_holds) {
  Mailbox<int, 4> box;
  EXPECT_FALSE(box.take());
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(box.put(i));
  EXPECT_FALSE(box.put(4));
  EXPECT_EQ(box.take(), 0);
  EXPECT_TRUE(box.put(5));
  for (const int expected : {1, 2, 3, 5}) EXPECT_EQ(box.take(), expected);
  EXPECT_FALSE(box.take());
}

TEST(Mailbox, carries_notes_from_one_thread_to_another) {
  constexpr int kCount = 100'000;
  Mailbox<int, 64> box;
  std::thread writer([&box] {
    for (int i = 0; i < kCount;)
      if (box.put(i)) ++i;
  });
  for (int expected = 0; expected < kCount;) {
    if (const auto note = box.take()) {
      EXPECT_EQ(*note, expected++);
    }
  }
  writer.join();
}

}  // namespace
}  // namespace nvgre::datapath::userspace
