#include "nvgre/wire/mac_address.h"

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

TEST(MacAddress, reads_and_writes_colons) {
  const auto address = MacAddress::parse("02:00:00:00:50:aF");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->to_string(), "02:00:00:00:50:af");
  EXPECT_EQ(*address, MacAddress({0x02, 0x00, 0x00, 0x00, 0x50, 0xAF}));
}

TEST(MacAddress, reads_dashes) {
  EXPECT_EQ(MacAddress::parse("02-00-00-00-50-01"), MacAddress::parse("02:00:00:00:50:01"));
}

TEST(MacAddress, refuses_other_text) {
  for (const auto* text : {"", "02:00:00:00:50", "02:00:00:00:50:01:02", "02:00:00-00:50:01", "2:0:0:0:50:1",
                           "02:00:00:00:50:0g", "0200.0000.5001", "02 00 00 00 50 01", "02:00:00:00:50:01 "})
    EXPECT_FALSE(MacAddress::parse(text)) << text;
}

TEST(MacAddress, tells_groups_from_stations) {
  EXPECT_TRUE(MacAddress::broadcast().is_group());
  EXPECT_TRUE(MacAddress::parse("33:33:00:00:00:01")->is_group());
  EXPECT_FALSE(MacAddress::parse("02:00:00:00:50:01")->is_group());
  EXPECT_TRUE(MacAddress().is_zero());
}

TEST(MacAddress, loads_what_it_stored) {
  const auto address = *MacAddress::parse("02:00:00:00:50:01");
  std::array<std::uint8_t, 8> bytes{};
  address.store(bytes);
  EXPECT_EQ(MacAddress::load(bytes), address);
  EXPECT_EQ(bytes[6], 0);
}

}  // namespace
}  // namespace nvgre::wire
