#include "nvgre/ndis/counted_string.h"

#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace nvgre::ndis {
namespace {

NDIS_IF_COUNTED_STRING of_units(std::initializer_list<WCHAR> units) {
  NDIS_IF_COUNTED_STRING string{};
  for (const WCHAR unit : units) string.String[string.Length++] = unit;
  string.Length = static_cast<USHORT>(2 * string.Length);
  return string;
}

TEST(CountedString, code_points_of_every_length_go_both_ways) {
  struct Sample {
    NDIS_IF_COUNTED_STRING units;
    std::string text;
  };
  for (const auto& [units, text] :
       {Sample{of_units({}), ""}, Sample{of_units({'b', 'l', 'u', 'e'}), "blue"}, Sample{of_units({0xE9}), "\xC3\xA9"},
        Sample{of_units({0x20AC}), "\xE2\x82\xAC"}, Sample{of_units({0xD83D, 0xDE00}), "\xF0\x9F\x98\x80"},
        Sample{of_units({0xFFFF}), "\xEF\xBF\xBF"}}) {
    EXPECT_EQ(text_of(units), text);
    EXPECT_EQ(counted_string(text).Length, units.Length);
    EXPECT_EQ(counted_string(text).String, units.String);
  }
}

TEST(CountedString, half_a_surrogate_pair_is_no_text) {
  EXPECT_EQ(text_of(of_units({0xD800})), std::nullopt);
  EXPECT_EQ(text_of(of_units({0xDC00})), std::nullopt);
  EXPECT_EQ(text_of(of_units({0xD800, 'a'})), std::nullopt);
  EXPECT_EQ(text_of(of_units({0xDC00, 0xD800})), std::nullopt);
}

TEST(CountedString, a_length_that_is_odd_or_beyond_256_characters_is_refused) {
  NDIS_IF_COUNTED_STRING string{};
  string.Length = 3;
  EXPECT_EQ(text_of(string), std::nullopt);
  string.Length = 512;
  EXPECT_EQ(text_of(string), std::string(256, '\0'));
  string.Length = 514;
  EXPECT_EQ(text_of(string), std::nullopt);
}

TEST(CountedString, text_that_is_too_long_is_cut_between_characters) {
  EXPECT_EQ(counted_string(std::string(300, 'x')).Length, 512);
  const auto cut = counted_string(std::string(255, 'x') + "\xF0\x9F\x98\x80");
  EXPECT_EQ(cut.Length, 510) << "no half pair at the end";
}

TEST(CountedString, bytes_that_are_not_UTF_8_become_replacement_characters) {
  for (const std::string text : {"\xFF", "\xC3", "\xC0\x80", "\xED\xA0\x80", "\xF4\x90\x80\x80", "\x80"})
    EXPECT_EQ(counted_string(text).String[0], 0xFFFD) << text.size();
}

}  // namespace
}  // namespace nvgre::ndis
