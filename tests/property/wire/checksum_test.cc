#include "nvgre/wire/checksum.h"

#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "nvgre/wire/big_endian.h"
#include "tests/support/slow_sum.h"

namespace nvgre::wire {
namespace {

using test::slow_sum;

using ByteVector = std::vector<std::uint8_t>;

RC_GTEST_PROP(InternetSumProperty, TXC_18_agrees_with_the_slow_sum, (const ByteVector& bytes)) {
  RC_ASSERT(internet_sum(bytes) == slow_sum(bytes));
}

RC_GTEST_PROP(InternetSumProperty, sum_over_pieces_equals_sum_over_the_whole, (const std::vector<ByteVector>& pieces)) {
  InternetSum sum;
  ByteVector whole;
  for (const auto& piece : pieces) {
    sum.add(piece);
    whole.insert(whole.end(), piece.begin(), piece.end());
  }
  RC_ASSERT(sum.folded() == internet_sum(whole));
}

RC_GTEST_PROP(InternetSumProperty, copying_and_summing_is_copying_then_summing,
              (const std::vector<ByteVector>& pieces)) {
  InternetSum in_one_pass;
  InternetSum in_two;
  for (const auto& piece : pieces) {
    ByteVector copy(piece.size());
    in_one_pass.add_copy(copy, piece);
    RC_ASSERT(copy == piece);
    in_two.add(copy);
  }
  RC_ASSERT(in_one_pass.folded() == in_two.folded());
}

RC_GTEST_PROP(InternetSumProperty, OVL_24_incremental_update_equals_recomputation,
              (const ByteVector& tail, std::uint16_t new_value)) {
  // A header is never all zeros, so that both ways agree on which zero they mean (RFC 1624, section 3).
  ByteVector bytes = {0x45, 0x00, 0x12, 0x34};
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  const std::uint16_t before = static_cast<std::uint16_t>(~internet_sum(bytes));
  const auto old_value = load_big_endian<std::uint16_t>(bytes, 2);
  store_big_endian(MutableBytes(bytes), new_value, 2);
  RC_ASSERT(updated_checksum(before, old_value, new_value) == static_cast<std::uint16_t>(~internet_sum(bytes)));
}

RC_GTEST_PROP(InternetSumProperty, notices_every_change_of_one_byte, (ByteVector bytes)) {
  RC_PRE(!bytes.empty());
  const auto index = *rc::gen::inRange<std::size_t>(0, bytes.size());
  const auto change = *rc::gen::inRange(1, 256);
  const std::uint16_t before = internet_sum(bytes);
  bytes[index] = static_cast<std::uint8_t>(bytes[index] ^ change);
  RC_ASSERT(internet_sum(bytes) != before);
}

}  // namespace
}  // namespace nvgre::wire
