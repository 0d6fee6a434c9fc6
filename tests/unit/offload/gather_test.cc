#include "nvgre/offload/gather.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

using Contents = std::vector<std::uint8_t>;

Contents contents(wire::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

class Gather : public testing::Test {
 protected:
  std::array<std::uint8_t, 3> first_{1, 2, 3};
  std::array<std::uint8_t, 2> last_{4, 5};
  std::array<wire::Bytes, 5> pieces_{wire::Bytes{}, first_, wire::Bytes{}, last_, wire::Bytes{}};
};

TEST_F(Gather, total_size_counts_all_pieces) {
  EXPECT_EQ(total_size(pieces_), 5U);
  EXPECT_EQ(total_size({}), 0U);
}

TEST_F(Gather, D_19_copy_prefix_joins_pieces) {
  Contents out(4, 0xFF);
  EXPECT_EQ(copy_prefix(pieces_, out), 4U);
  EXPECT_EQ(out, (Contents{1, 2, 3, 4}));
}

TEST_F(Gather, copy_prefix_of_a_shorter_packet_leaves_the_rest) {
  Contents out(7, 0xFF);
  EXPECT_EQ(copy_prefix(pieces_, out), 5U);
  EXPECT_EQ(out, (Contents{1, 2, 3, 4, 5, 0xFF, 0xFF}));
}

TEST_F(Gather, cursor_takes_runs_that_end_with_their_piece) {
  GatherCursor cursor(pieces_);
  EXPECT_EQ(contents(cursor.take(2)), (Contents{1, 2}));
  EXPECT_EQ(contents(cursor.take(9)), (Contents{3}));
  EXPECT_EQ(cursor.remaining(), 2U);
  EXPECT_EQ(contents(cursor.take(9)), (Contents{4, 5}));
  EXPECT_EQ(cursor.remaining(), 0U);
  EXPECT_TRUE(cursor.take(1).empty());
}

TEST_F(Gather, cursor_starts_at_any_offset) {
  for (std::size_t offset = 0; offset < 5; ++offset) {
    GatherCursor cursor(pieces_, offset);
    EXPECT_EQ(cursor.remaining(), 5 - offset);
    EXPECT_EQ(cursor.take(1)[0], offset + 1);
  }
}

TEST_F(Gather, cursor_past_the_end_has_nothing) {
  GatherCursor cursor(pieces_, 6);
  EXPECT_EQ(cursor.remaining(), 0U);
  EXPECT_TRUE(cursor.take(1).empty());
}

TEST_F(Gather, cursor_takes_nothing_when_asked_for_nothing) {
  GatherCursor cursor(pieces_);
  EXPECT_TRUE(cursor.take(0).empty());
  EXPECT_EQ(cursor.remaining(), 5U);
}

}  // namespace
}  // namespace nvgre::offload
