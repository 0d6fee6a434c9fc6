#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

/// What the policy's check says of a subnet with this VSID.
bool is_accepted(std::uint32_t value) {
  auto description = two_tenants();
  description.subnets.push_back({.vsid = vsid(value), .name = "other"});
  return check(description).empty();
}

TEST(Wire, WIRE_7_vsids_up_to_0x000FFF_can_not_be_configured) {
  EXPECT_FALSE(is_accepted(0x000000));
  EXPECT_FALSE(is_accepted(0x000FFF));
  EXPECT_TRUE(is_accepted(0x001000));
}

TEST(Wire, WIRE_8_the_highest_tenant_vsid_is_0xFFFFFE) {
  EXPECT_TRUE(is_accepted(0xFFFFFE));
  EXPECT_FALSE(is_accepted(0xFFFFFF));
}

}  // namespace
}  // namespace nvgre::overlay
