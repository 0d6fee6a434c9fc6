#include "nvgre/wire/text.h"

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

TEST(Text, reads_hexadecimal_digits_of_either_case) {
  EXPECT_EQ(hexadecimal_digit('0'), 0);
  EXPECT_EQ(hexadecimal_digit('9'), 9);
  EXPECT_EQ(hexadecimal_digit('a'), 10);
  EXPECT_EQ(hexadecimal_digit('F'), 15);
  for (const char character : {'g', 'G', '/', ':', '@', '`', ' ', '\0'})
    EXPECT_EQ(hexadecimal_digit(character), std::nullopt);
}

TEST(Text, writes_at_least_the_digits_asked_for) {
  EXPECT_EQ(hexadecimal(0), "0");
  EXPECT_EQ(hexadecimal(0x2A, 4), "002a");
  EXPECT_EQ(hexadecimal(0x12345, 4), "12345");
  EXPECT_EQ(hexadecimal(0xFFFF'FFFF'FFFF'FFFF), "ffffffffffffffff");
}

}  // namespace
}  // namespace nvgre::wire
