#include "nvgre/offload/adapter.h"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/adapter_support.h"

namespace nvgre::offload {
namespace {

using test::kEthernetOff;
using test::kEthernetOn;
using test::keywords_of;
using test::kNvgreOff;
using test::kNvgreOn;
using test::Recorder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using Kind = AdapterEvent::Kind;

/// A number from outside, acceptable or not.
TaskSetting task_setting(unsigned number) {
  return static_cast<TaskSetting>(number);
}

TEST(Adapter, STATE_3_a_fresh_adapter_reports_NVGRE_enabled_and_does_nothing_for_it) {
  const Adapter adapter;
  const auto current = adapter.current_configuration();
  for (const auto mask : {current.encapsulated.transmit_checksum, current.encapsulated.receive_checksum,
                          current.encapsulated.lso, current.encapsulated.uso, current.encapsulated.rss})
    EXPECT_EQ(mask.bits(), EncapsulatedMask::kAll);
  EXPECT_EQ(adapter.active().encapsulated, EncapsulatedTasks{});
}

TEST(Adapter, STATE_17_parameters_and_encapsulation_in_either_order_end_in_the_same_state) {
  Adapter one;
  ASSERT_TRUE(one.set_parameters(kNvgreOn));
  EXPECT_EQ(one.active().encapsulated.receive_checksum.bits(), 0) << "waits for its base";
  EXPECT_EQ(one.active().encapsulated.lso.bits(), EncapsulatedMask::kAll) << "transmit offloads may be used (STATE-15)";
  ASSERT_TRUE(one.set_encapsulation(kEthernetOn));
  Adapter other;
  ASSERT_TRUE(other.set_encapsulation(kEthernetOn));
  ASSERT_TRUE(other.set_parameters(kNvgreOn));
  EXPECT_EQ(one.active(), other.active());
  EXPECT_EQ(one.active().encapsulated.receive_checksum.bits(), EncapsulatedMask::kAll);
}

TEST(Adapter, D_42_deactivating_the_base_suspends_NVGRE_and_reactivating_it_resumes) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  const auto before = adapter.active();
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOff));
  EXPECT_EQ(adapter.active().encapsulated.lso.bits(), 0);
  EXPECT_EQ(adapter.active().lso.active, PerVersion{});
  EXPECT_EQ(adapter.current_configuration().encapsulated.lso.bits(), EncapsulatedMask::kAll)
      << "STATE-14: individual settings stay";
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  EXPECT_EQ(adapter.active(), before);
}

TEST(Adapter, STATE_5_turning_NVGRE_off_and_on_again) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  ASSERT_TRUE(adapter.activate_nvgre());
  EXPECT_TRUE(adapter.active().nvgre);
  ASSERT_TRUE(adapter.deactivate_nvgre());
  EXPECT_FALSE(adapter.active().nvgre);
  EXPECT_EQ(adapter.current_configuration().encapsulated, EncapsulatedTasks{});
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  EXPECT_TRUE(adapter.active().nvgre);
}

TEST(Adapter, STATE_8_one_bad_member_among_good_ones_changes_nothing_and_says_nothing) {
  Adapter adapter;
  const Recorder recorder(adapter);
  const auto before = adapter.active();
  const auto keywords = adapter.keywords();
  auto parameters = kNvgreOn;
  parameters.lso_v4 = TaskSetting::kOff;
  parameters.uso_v6 = task_setting(3);
  EXPECT_FALSE(adapter.set_parameters(parameters));
  EXPECT_EQ(adapter.active(), before);
  EXPECT_EQ(adapter.keywords(), keywords);
  EXPECT_THAT(recorder.events, IsEmpty());
}

TEST(Adapter, STATE_10_keywords_follow_parameters_unless_told_not_to) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_parameters({.lso_v6 = TaskSetting::kOff}));
  EXPECT_EQ(adapter.keywords().given(Keyword::kLsoV2Ipv6), 0U);
  ASSERT_TRUE(adapter.set_parameters({.uso_v6 = TaskSetting::kOff, .keep_keywords = true}));
  EXPECT_EQ(adapter.keywords().given(Keyword::kUsoIpv6), std::nullopt);
  EXPECT_FALSE(adapter.current_configuration().tasks.uso.v6);
}

TEST(Adapter, STATE_11_every_processed_set_is_announced_with_the_full_configuration_even_without_change) {
  Adapter adapter;
  const Recorder recorder(adapter);
  ASSERT_TRUE(adapter.set_parameters({.lso_v4 = TaskSetting::kOff}));
  ASSERT_THAT(recorder.events, SizeIs(1));
  EXPECT_EQ(recorder.events[0].kind, Kind::kCurrentConfiguration);
  EXPECT_EQ(recorder.events[0].set, adapter.current_configuration());
  EXPECT_FALSE(recorder.events[0].set.tasks.lso.v4);
  ASSERT_TRUE(adapter.set_parameters(OffloadParameters{}));
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  EXPECT_THAT(recorder.events, SizeIs(3));
  EXPECT_EQ(recorder.events[2].set, recorder.events[0].set);
}

TEST(Adapter, STATE_11_and_STATE_18_the_frame_path_follows_before_the_event_and_the_event_before_the_return) {
  Adapter adapter;
  std::vector<std::string> order;
  adapter.attach([&](const ActiveOffloads& next) {
    order.push_back(next.nvgre ? "frames on" : "frames off");
    EXPECT_NE(adapter.active().nvgre, next.nvgre || order.size() == 1) << "the adapter still tells the old state";
  });
  adapter.subscribe([&](const AdapterEvent&) { order.emplace_back("event"); });
  order.clear();
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  order.emplace_back("on returned");
  ASSERT_TRUE(adapter.set_parameters(kNvgreOff));
  order.emplace_back("off returned");
  EXPECT_THAT(order, ElementsAre("frames on", "event", "on returned", "frames off", "event", "off returned"));
}

TEST(Adapter, the_frame_path_is_told_the_present_state_at_once_and_then_only_changes) {
  Adapter adapter;
  std::vector<ActiveOffloads> told;
  adapter.attach([&](const ActiveOffloads& next) { told.push_back(next); });
  EXPECT_THAT(told, ElementsAre(adapter.active()));
  ASSERT_TRUE(adapter.set_parameters(OffloadParameters{}));
  EXPECT_THAT(told, SizeIs(1));
  ASSERT_TRUE(adapter.set_parameters({.uso_v4 = TaskSetting::kOff}));
  EXPECT_THAT(told, SizeIs(2));
  EXPECT_EQ(told.back(), adapter.active());
  adapter.detach();
  ASSERT_TRUE(adapter.set_parameters({.uso_v4 = TaskSetting::kOn}));
  EXPECT_THAT(told, SizeIs(2));
}

TEST(Adapter, STATE_16_the_last_encapsulation_can_be_read_back_once_there_was_one) {
  Adapter adapter;
  EXPECT_EQ(adapter.encapsulation(), std::nullopt);
  const OffloadEncapsulation routed{.v4 = {.enabled = SwitchSetting::kOn, .type = VersionEncapsulation::kLlcSnapRouted},
                                    .v6 = {}};
  EXPECT_FALSE(adapter.set_encapsulation(routed)) << "STATE-13";
  EXPECT_EQ(adapter.encapsulation(), std::nullopt);
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOff));
  EXPECT_EQ(adapter.encapsulation(), kEthernetOff);
}

TEST(Adapter, STATE_22_starting_again_keeps_what_is_enabled_and_forgets_what_was_active) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  ASSERT_TRUE(adapter.set_parameters({.udp_v4_checksum = ChecksumSetting::kTransmit, .rsc_v4 = TaskSetting::kOn}));
  const Adapter again(Capabilities(), adapter.keywords());
  EXPECT_EQ(again.current_configuration(), adapter.current_configuration());
  EXPECT_FALSE(again.active().nvgre);
  EXPECT_EQ(again.active().rsc, PerVersion{});
  EXPECT_EQ(again.active().receive_checksum, ChecksumTasks{});
}

TEST(Adapter, STATE_22_NVGRE_that_was_turned_off_stays_off_after_a_start) {
  Adapter adapter;
  ASSERT_TRUE(adapter.deactivate_nvgre());
  Adapter again(Capabilities(), adapter.keywords());
  again.turn_everything_on();
  EXPECT_FALSE(again.active().nvgre);
}

TEST(Adapter, STATE_23_a_limit_that_shrinks_is_announced) {
  Adapter adapter;
  const Recorder recorder(adapter);
  auto backend = OffloadSet::software();
  backend.lso_limits.max_offload_size = 65'536;
  adapter.set_capabilities(Capabilities(backend));
  ASSERT_THAT(recorder.events, SizeIs(2));
  EXPECT_EQ(recorder.events[1].kind, Kind::kCurrentConfiguration);
  EXPECT_EQ(recorder.events[1].set.lso_limits.max_offload_size, 65'536U);
  EXPECT_EQ(adapter.active().lso.max_offload_size, 65'536U);
  adapter.set_device_mtu(1'280);
  EXPECT_THAT(recorder.events, SizeIs(3));
  EXPECT_EQ(adapter.active().link_mtu, 1'280U);
  adapter.set_device_mtu(1'280);
  EXPECT_THAT(recorder.events, SizeIs(3)) << "no news";
}

TEST(Adapter, CAP_19_other_hardware_is_announced_before_what_is_left_of_the_configuration) {
  Adapter adapter;
  adapter.turn_everything_on();
  const Recorder recorder(adapter);
  auto backend = OffloadSet::software();
  backend.tasks.lso = {};
  adapter.set_capabilities(Capabilities(backend));
  ASSERT_THAT(recorder.events, SizeIs(2));
  EXPECT_EQ(recorder.events[0].kind, Kind::kHardwareCapabilities);
  EXPECT_EQ(recorder.events[0].set, Capabilities(backend).hardware());
  EXPECT_EQ(recorder.events[1].kind, Kind::kCurrentConfiguration);
  EXPECT_EQ(recorder.events[1].set.tasks.lso, PerVersion{});
  EXPECT_EQ(adapter.active().encapsulated.lso.bits(), 0);
  adapter.set_capabilities(Capabilities());
  EXPECT_EQ(adapter.active().lso.active, (PerVersion{.v4 = true, .v6 = true})) << "it was never disabled";
}

TEST(Adapter, STATE_24_an_adapter_without_offload_refuses_both_sets) {
  Adapter adapter{Capabilities(OffloadSet{})};
  EXPECT_FALSE(adapter.set_parameters(OffloadParameters{}));
  EXPECT_FALSE(adapter.set_encapsulation(kEthernetOn));
  adapter.turn_everything_on();
  EXPECT_FALSE(adapter.active().nvgre);
}

TEST(Adapter, STATE_26_every_subscriber_hears_every_change_once_and_in_order) {
  Adapter adapter;
  const Recorder one(adapter);
  std::vector<bool> other;
  const auto ticket = adapter.subscribe([&](const AdapterEvent& event) { other.push_back(event.set.tasks.uso.v4); });
  for (const auto setting : {TaskSetting::kOff, TaskSetting::kOn, TaskSetting::kOff})
    ASSERT_TRUE(adapter.set_parameters({.uso_v4 = setting}));
  EXPECT_THAT(other, ElementsAre(false, true, false));
  EXPECT_THAT(one.events, SizeIs(3));
  adapter.unsubscribe(ticket);
  ASSERT_TRUE(adapter.set_parameters({.uso_v4 = TaskSetting::kOn}));
  EXPECT_THAT(other, SizeIs(3));
  EXPECT_THAT(one.events, SizeIs(4));
}

TEST(Adapter, STATE_27_and_RSS_20_receive_scaling_is_on_while_it_has_parameters) {
  Adapter adapter;
  const Recorder recorder(adapter);
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  EXPECT_EQ(adapter.active().encapsulated.rss.bits(), 0);
  EXPECT_EQ(adapter.receive_scaling(), nullptr);
  ASSERT_TRUE(adapter.set_receive_scaling(RssParameters()));
  EXPECT_EQ(adapter.active().encapsulated.rss.bits(), EncapsulatedMask::kAll);
  EXPECT_EQ(adapter.rss_parameters(), RssParameters());
  EXPECT_NE(adapter.receive_scaling(), nullptr);
  ASSERT_TRUE(adapter.set_receive_scaling(std::nullopt));
  EXPECT_EQ(adapter.active().encapsulated.rss.bits(), 0);
  EXPECT_EQ(adapter.receive_scaling(), nullptr);
  EXPECT_THAT(recorder.events, SizeIs(3));
}

TEST(Adapter, RSS_14_a_table_of_3_entries_is_refused_and_the_old_one_stays) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_receive_scaling(RssParameters()));
  const auto before = adapter.receive_scaling();
  RssParameters three;
  three.indirection_table.assign(3, ProcessorNumber{});
  const auto refused = adapter.set_receive_scaling(three);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("not 3"));
  EXPECT_EQ(adapter.receive_scaling(), before);
  EXPECT_EQ(adapter.rss_parameters(), RssParameters());
}

/// Any change, acceptable or not.
void change_anything(Adapter& adapter, std::mt19937& random) {
  const auto any = [&](unsigned count) { return static_cast<std::uint8_t>(random() % count); };
  const OffloadParameters parameters{.tcp_v4_checksum = static_cast<ChecksumSetting>(any(6)),
                                     .udp_v6_checksum = static_cast<ChecksumSetting>(any(6)),
                                     .lso_v4 = task_setting(any(3)),
                                     .uso_v6 = task_setting(any(4)),
                                     .rsc_v4 = task_setting(any(3)),
                                     .encapsulated = static_cast<SwitchSetting>(any(3)),
                                     .encapsulation_types = any(2)};
  const auto before = adapter.current_configuration();
  const bool is_changed = adapter.set_parameters(parameters).has_value();
  EXPECT_TRUE(is_changed || adapter.current_configuration() == before);
  const OffloadEncapsulation encapsulation{
      .v4 = any(2) == 0 ? VersionEncapsulation::ethernet() : VersionEncapsulation::off(), .v6 = {}};
  ASSERT_TRUE(adapter.set_encapsulation(encapsulation));
}

TEST(Adapter, CAP_20_after_random_changes_active_never_exceeds_enabled_nor_enabled_the_hardware) {
  std::mt19937 random(20'210);
  for (const auto& keywords :
       {Keywords(), keywords_of({{"RssOrVmqPreference", "1"}}),
        keywords_of({{"RssOrVmqPreference", "1"}, {"queue_rss", "0"}}), keywords_of({{"RSS", "0"}})}) {
    Adapter adapter{Capabilities(), keywords};
    adapter.turn_everything_on();
    for (int step = 0; step < 500; ++step) {
      for (const auto& task : adapter.tasks()) {
        EXPECT_EQ(task.active & ~task.enabled, 0) << task.machine_name;
        EXPECT_EQ(task.enabled & ~task.possible, 0) << task.machine_name;
      }
      change_anything(adapter, random);
    }
  }
}

}  // namespace
}  // namespace nvgre::offload
