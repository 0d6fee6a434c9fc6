#include "nvgre/datapath/userspace/usability.h"

#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

TEST(Usability, counts_changes_only) {
  Usability device;
  EXPECT_FALSE(device.update(false));
  EXPECT_TRUE(device.update(true));
  EXPECT_FALSE(device.update(true));
  EXPECT_TRUE(device.update(false)) << "it went down";
  EXPECT_FALSE(device.update(false)) << "and then vanished: lost once";
  EXPECT_TRUE(device.update(true));
  EXPECT_EQ(device.attach_count(), 2U);
  EXPECT_EQ(device.loss_count(), 1U);
  EXPECT_TRUE(device.is_usable());
}

}  // namespace
}  // namespace nvgre::datapath::userspace
