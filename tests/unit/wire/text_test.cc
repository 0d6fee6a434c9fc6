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

TEST(Text, shows_foreign_text_without_what_a_terminal_would_act_on) {
  EXPECT_EQ(printable("*LsoV2IPv4 ~"), "*LsoV2IPv4 ~");
  EXPECT_EQ(printable(std::string_view("\x1B[31m\n\0\x7F\xFF", 9)), "\\x1b[31m\\x0a\\x00\\x7f\\xff");
  EXPECT_EQ(printable(""), "");
}

TEST(Text, shows_about_64_characters_of_foreign_text) {
  const std::string longest(64, 'a');
  EXPECT_EQ(printable(longest), longest);
  EXPECT_EQ(printable(longest + "a"), longest + "...");
  EXPECT_LE(printable(std::string(10'000, '\xFF')).size(), 64U + 3 + 3);
}

}  // namespace
}  // namespace nvgre::wire
