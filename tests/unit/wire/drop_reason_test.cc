#include "nvgre/wire/drop_reason.h"

#include <set>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

TEST(DropReason, has_the_names_that_the_contracts_use) {
  EXPECT_EQ(machine_name(DropReason::kTruncatedGre), "truncated_gre");
  EXPECT_EQ(machine_name(DropReason::kInnerVlan), "inner_vlan");
  EXPECT_EQ(machine_name(DropReason::kReservedVsid), "reserved_vsid");
  EXPECT_EQ(description(DropReason::kTruncatedGre), "frame or outer packet ends inside the GRE header");
}

TEST(DropReason, OVL_30_names_every_reason_once_in_lower_case) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kDropReasonCount; ++i) {
    const auto name = machine_name(static_cast<DropReason>(i));
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos) << name;
    EXPECT_FALSE(description(static_cast<DropReason>(i)).empty()) << name;
  }
}

}  // namespace
}  // namespace nvgre::wire
