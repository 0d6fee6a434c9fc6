#include "nvgre/offload/offload_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/parameter_table.h"

namespace nvgre::offload {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

OffloadParameters encapsulated(unsigned setting, unsigned types) {
  return {.encapsulated = static_cast<SwitchSetting>(setting), .encapsulation_types = static_cast<std::uint8_t>(types)};
}

TEST(OffloadParameters, STATE_7_a_checksum_member_takes_0_to_4_and_nothing_else) {
  for (const auto& member : kChecksumMembers) {
    for (unsigned value = 0; value < 256; ++value) {
      OffloadParameters parameters;
      parameters.*member.setting = static_cast<ChecksumSetting>(value);
      EXPECT_EQ(validate(parameters, Capabilities()).has_value(), value <= 4) << member.name << " = " << value;
    }
  }
}

TEST(OffloadParameters, STATE_7_every_other_member_takes_0_to_2_and_nothing_else) {
  for (const auto& member : kTaskMembers) {
    for (unsigned value = 0; value < 256; ++value) {
      OffloadParameters parameters;
      parameters.*member.setting = static_cast<TaskSetting>(value);
      EXPECT_EQ(validate(parameters, Capabilities()).has_value(), value <= 2) << member.name << " = " << value;
    }
  }
}

TEST(OffloadParameters, STATE_5_encapsulation_types_are_0_unless_the_offload_is_turned_on) {
  EXPECT_TRUE(validate(encapsulated(0, 0), Capabilities()));
  EXPECT_TRUE(validate(encapsulated(1, 1), Capabilities()));
  EXPECT_TRUE(validate(encapsulated(2, 0), Capabilities()));
  EXPECT_FALSE(validate(encapsulated(0, 1), Capabilities()));
  EXPECT_FALSE(validate(encapsulated(2, 1), Capabilities()));
  EXPECT_FALSE(validate(encapsulated(3, 0), Capabilities()));
}

TEST(OffloadParameters, STATE_6_and_D_38_on_takes_NVGRE_and_nothing_else) {
  for (unsigned types = 0; types < 256; ++types)
    EXPECT_EQ(validate(encapsulated(1, types), Capabilities()).has_value(), types == 1) << types;
}

TEST(OffloadParameters, STATE_8_what_the_hardware_lacks_cannot_be_enabled_but_turned_off) {
  for (const auto& member : kTaskMembers) {
    auto backend = OffloadSet::software();
    member.flag(backend.tasks) = false;
    OffloadParameters parameters;
    parameters.*member.setting = TaskSetting::kOn;
    const auto done = validate(parameters, Capabilities(backend));
    ASSERT_FALSE(done) << member.name;
    EXPECT_THAT(done.error().message, AllOf(HasSubstr(std::string(member.name)), HasSubstr("hardware")));
    parameters.*member.setting = TaskSetting::kOff;
    EXPECT_TRUE(validate(parameters, Capabilities(backend))) << member.name;
  }
}

TEST(OffloadParameters, STATE_8_checksum_directions_are_judged_apart) {
  for (const auto& member : kChecksumMembers) {
    auto backend = OffloadSet::software();
    member.flag(backend.tasks.receive_checksum) = false;
    OffloadParameters parameters;
    parameters.*member.setting = ChecksumSetting::kTransmit;
    EXPECT_TRUE(validate(parameters, Capabilities(backend))) << member.name;
    parameters.*member.setting = ChecksumSetting::kReceive;
    EXPECT_FALSE(validate(parameters, Capabilities(backend))) << member.name;
    parameters.*member.setting = ChecksumSetting::kBoth;
    EXPECT_FALSE(validate(parameters, Capabilities(backend))) << member.name;
  }
}

TEST(OffloadParameters, STATE_8_NVGRE_cannot_be_turned_on_where_the_hardware_has_no_mask) {
  auto backend = OffloadSet::software();
  backend.encapsulated = {};
  EXPECT_FALSE(validate(encapsulated(1, 1), Capabilities(backend)));
  EXPECT_TRUE(validate(encapsulated(2, 0), Capabilities(backend)));
}

TEST(OffloadParameters, STATE_24_an_adapter_without_tasks_refuses_both_sets) {
  EXPECT_FALSE(validate(OffloadParameters{}, Capabilities(OffloadSet{})));
  EXPECT_FALSE(validate(OffloadEncapsulation{}, Capabilities(OffloadSet{})));
}

TEST(OffloadEncapsulation, STATE_12_type_and_header_size_are_0_unless_turned_on) {
  const Capabilities capabilities;
  for (const auto setting : {SwitchSetting::kNoChange, SwitchSetting::kOff}) {
    EXPECT_TRUE(validate(OffloadEncapsulation{.v4 = {.enabled = setting}, .v6 = {}}, capabilities));
    EXPECT_FALSE(
        validate(OffloadEncapsulation{.v4 = {.enabled = setting, .type = VersionEncapsulation::kIeee8023}, .v6 = {}},
                 capabilities));
    EXPECT_FALSE(validate(OffloadEncapsulation{.v4 = {.enabled = setting, .header_size = 14}, .v6 = {}}, capabilities));
    EXPECT_FALSE(validate(OffloadEncapsulation{.v4 = {}, .v6 = {.enabled = setting, .header_size = 14}}, capabilities));
  }
  for (unsigned setting = 3; setting < 256; ++setting)
    EXPECT_FALSE(
        validate(OffloadEncapsulation{.v4 = {.enabled = static_cast<SwitchSetting>(setting)}, .v6 = {}}, capabilities));
}

TEST(OffloadEncapsulation, STATE_12_turned_on_the_header_size_is_that_of_Ethernet_with_or_without_a_tag) {
  const Capabilities capabilities;
  for (const std::uint32_t size : {0U, 13U, 14U, 15U, 16U, 17U, 18U, 19U, 22U, 99'999U}) {
    const VersionEncapsulation on{
        .enabled = SwitchSetting::kOn, .type = VersionEncapsulation::kIeee8023, .header_size = size};
    const bool is_accepted = size == 14 || size == 18;
    EXPECT_EQ(validate(OffloadEncapsulation{.v4 = on, .v6 = {}}, capabilities).has_value(), is_accepted) << size;
    EXPECT_EQ(validate(OffloadEncapsulation{.v4 = {}, .v6 = on}, capabilities).has_value(), is_accepted) << size;
  }
}

TEST(OffloadEncapsulation, STATE_13_only_IEEE_802_3_is_supported) {
  const Capabilities capabilities;
  for (std::uint32_t type = 0; type <= 0x20; ++type) {
    const VersionEncapsulation on{.enabled = SwitchSetting::kOn, .type = type, .header_size = 14};
    EXPECT_EQ(validate(OffloadEncapsulation{.v4 = on, .v6 = {}}, capabilities).has_value(), type == 2) << type;
    EXPECT_EQ(validate(OffloadEncapsulation{.v4 = {}, .v6 = on}, capabilities).has_value(), type == 2) << type;
  }
}

}  // namespace
}  // namespace nvgre::offload
