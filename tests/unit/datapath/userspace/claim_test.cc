#include "nvgre/datapath/userspace/claim.h"

#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

namespace nvgre::datapath::userspace {
namespace {

// Claims belong to the network namespace, so tests of two builds may meet in one.
std::string unique_name() {
  return "test-" + std::to_string(::getpid());
}

TEST(Claim, refuses_a_second_owner_and_names_it) {
  const auto first = claim("device", unique_name());
  ASSERT_TRUE(first);
  const auto second = claim("device", unique_name());
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kBusy);
  EXPECT_EQ(second.error().subject, unique_name());
  EXPECT_TRUE(claim("Provider Address", unique_name())) << "another kind of thing";
}

TEST(Claim, ends_with_its_owner) {
  {
    ASSERT_TRUE(claim("device", unique_name()));
  }
  EXPECT_TRUE(claim("device", unique_name()));
}

}  // namespace
}  // namespace nvgre::datapath::userspace
