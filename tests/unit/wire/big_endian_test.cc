#include "nvgre/wire/big_endian.h"

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

constexpr std::array<std::uint8_t, 9> kBytes = {0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x10};

TEST(BigEndian, loads_the_most_significant_byte_first_at_any_offset) {
  EXPECT_EQ(load_big_endian<std::uint8_t>(kBytes, 8), 0x10);
  EXPECT_EQ(load_big_endian<std::uint16_t>(kBytes), 0x0123);
  EXPECT_EQ(load_big_endian<std::uint32_t>(kBytes, 1), 0x2345'6789U);
  EXPECT_EQ(load_big_endian<std::uint64_t>(kBytes, 1), 0x2345'6789'ABCD'EF10U);
}

TEST(BigEndian, stores_what_it_loads_and_nothing_beside) {
  std::array<std::uint8_t, 10> bytes{};
  store_big_endian(bytes, std::uint32_t{0xA1B2'C3D4}, 3);
  EXPECT_EQ(load_big_endian<std::uint32_t>(bytes, 3), 0xA1B2'C3D4U);
  EXPECT_EQ(bytes[2], 0);
  EXPECT_EQ(bytes[3], 0xA1);
  EXPECT_EQ(bytes[6], 0xD4);
  EXPECT_EQ(bytes[7], 0);
}

TEST(BigEndian, keeps_a_number_as_it_lies_on_the_wire) {
  constexpr BigEndian<std::uint16_t> kNumber(0x6558);
  static_assert(kNumber.host() == 0x6558);
  static_assert(sizeof(kNumber) == 2 && alignof(BigEndian<std::uint64_t>) == 1);
  EXPECT_EQ(kNumber, BigEndian<std::uint16_t>(0x6558));
  EXPECT_EQ(BigEndian<std::uint32_t>().host(), 0U);
}

}  // namespace
}  // namespace nvgre::wire
