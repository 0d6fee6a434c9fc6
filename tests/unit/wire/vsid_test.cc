#include "nvgre/wire/vsid.h"

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

TEST(Vsid, has_24_bits) {
  EXPECT_TRUE(Vsid::from(0xFF'FFFF));
  EXPECT_FALSE(Vsid::from(0x100'0000));
}

TEST(Vsid, WIRE_7_reserves_the_lowest_4096) {
  EXPECT_FALSE(Vsid::from(0x000FFF)->is_tenant());
  EXPECT_TRUE(Vsid::from(0x001000)->is_tenant());
}

TEST(Vsid, WIRE_8_reserves_the_highest) {
  EXPECT_TRUE(Vsid::from(0xFFFFFE)->is_tenant());
  EXPECT_FALSE(Vsid::from(0xFFFFFF)->is_tenant());
}

TEST(Vsid, shares_the_key_with_the_FlowID) {
  const Vsid vsid = *Vsid::from(0x123456);
  EXPECT_EQ(vsid.key(FlowId{0x7A}), 0x1234'567AU);
  EXPECT_EQ(Vsid::from_key(0x1234'567A), vsid);
}

}  // namespace
}  // namespace nvgre::wire
