#include "nvgre/overlay/flat_table.h"

#include <cstdint>

#include <gtest/gtest.h>

namespace nvgre::overlay {
namespace {

TEST(FlatTable, finds_what_was_inserted_and_nothing_else) {
  FlatTable<std::uint32_t, std::uint32_t> table;
  EXPECT_EQ(table.find(0), nullptr);
  constexpr std::uint32_t kCount = 1000, kStride = 1024;  // a stride that makes std::hash collide in every slot
  for (std::uint32_t i = 0; i < kCount; ++i) table.insert(i * kStride, i);
  EXPECT_EQ(table.size(), kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    ASSERT_NE(table.find(i * kStride), nullptr) << i;
    EXPECT_EQ(*table.find(i * kStride), i);
    EXPECT_EQ(table.find(i * kStride + 1), nullptr) << i;
  }
}

TEST(FlatTable, keeps_the_first_value_of_a_key) {
  FlatTable<std::uint32_t, int> table;
  table.insert(5, 1);
  EXPECT_EQ(table.insert(5, 2), 1);
  EXPECT_EQ(table.size(), 1U);
}

}  // namespace
}  // namespace nvgre::overlay
