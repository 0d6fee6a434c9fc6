#include "nvgre/offload/activation.h"

#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

constexpr auto kOn = SwitchSetting::kOn;
constexpr auto kOff = SwitchSetting::kOff;
constexpr auto kNoChange = SwitchSetting::kNoChange;
constexpr PerVersion kBoth{.v4 = true, .v6 = true};
constexpr PerVersion kOnlyV4{.v4 = true, .v6 = false};
constexpr PerVersion kOnlyV6{.v4 = false, .v6 = true};
constexpr std::uint8_t kMaskV4 = EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4;
constexpr std::uint8_t kMaskV6 = EncapsulatedMask::kInnerV6 | EncapsulatedMask::kOuterV6;

/// Everything that can be switched is on.
Activation everything_on() {
  return {.ethernet_v4 = kOn, .ethernet_v6 = kOn, .nvgre = true, .rsc = kBoth, .rss = true};
}

Configuration everything_enabled() {
  return Configuration::from(Keywords());
}

ActiveOffloads active(const Activation& activation, const Configuration& configuration = everything_enabled()) {
  return activate(Capabilities().hardware(), configuration, activation);
}

/// Every task that has a mask, and the flags of its base.
struct EncapsulatedTask {
  const char* name;
  EncapsulatedMask EncapsulatedTasks::* mask;
  void (*disable)(TaskSet&, PerVersion keep);
};
void keep_only(ChecksumTasks& tasks, PerVersion keep) {
  tasks.ip_v4 = tasks.ip_v4 && keep.v4;
  for (auto* flag : {&tasks.tcp, &tasks.udp}) *flag = {.v4 = flag->v4 && keep.v4, .v6 = flag->v6 && keep.v6};
}
const EncapsulatedTask kEncapsulatedTasks[] = {
    {"transmit checksum", &EncapsulatedTasks::transmit_checksum,
     [](TaskSet& tasks, PerVersion keep) { keep_only(tasks.transmit_checksum, keep); }},
    {"receive checksum", &EncapsulatedTasks::receive_checksum,
     [](TaskSet& tasks, PerVersion keep) { keep_only(tasks.receive_checksum, keep); }},
    {"LSO", &EncapsulatedTasks::lso, [](TaskSet& tasks, PerVersion keep) { tasks.lso = keep; }},
    {"USO", &EncapsulatedTasks::uso, [](TaskSet& tasks, PerVersion keep) { tasks.uso = keep; }},
};

TEST(Activation, STATE_3_and_STATE_14_after_initialization_only_plain_transmit_tasks_work) {
  const auto now = active(Activation{});
  EXPECT_EQ(now.transmit_checksum, OffloadSet::software().tasks.transmit_checksum);
  EXPECT_EQ(now.lso.active, kBoth);
  EXPECT_EQ(now.uso.active, kBoth);
  EXPECT_TRUE(now.lso_v1);
  EXPECT_EQ(now.receive_checksum, ChecksumTasks{});
  EXPECT_EQ(now.rsc, PerVersion{}) << "RSC-3";
  EXPECT_FALSE(now.udp_coalescing);
  EXPECT_FALSE(now.nvgre);
  EXPECT_EQ(now.encapsulated, EncapsulatedTasks{});
}

TEST(Activation, STATE_4_with_every_term_NVGRE_offload_is_active) {
  auto expected = ActiveOffloads::all();
  expected.link_mtu = 1'500;
  expected.encapsulated.vmq = {};  // RSS is preferred
  EXPECT_EQ(active(everything_on()), expected);
}

TEST(Activation, STATE_4_each_term_missing_in_turn_leaves_NVGRE_offload_inactive) {
  auto disabled = everything_enabled();
  disabled.nvgre = false;
  EXPECT_EQ(active(everything_on(), disabled).encapsulated, EncapsulatedTasks{});

  auto not_turned_on = everything_on();
  not_turned_on.nvgre = false;
  EXPECT_EQ(active(not_turned_on).encapsulated, EncapsulatedTasks{});
  EXPECT_FALSE(active(not_turned_on).nvgre);

  auto base_off = everything_on();
  base_off.ethernet_v4 = base_off.ethernet_v6 = kOff;
  const auto now = active(base_off).encapsulated;
  EXPECT_EQ(now.lso.bits() | now.uso.bits() | now.transmit_checksum.bits() | now.receive_checksum.bits(), 0);
}

TEST(Activation, STATE_21_turning_NVGRE_off_does_not_touch_plain_offloads) {
  auto without = everything_on();
  without.nvgre = false;
  auto expected = active(everything_on());
  expected.nvgre = false;
  expected.encapsulated = {};
  EXPECT_EQ(active(without), expected);
}

TEST(Activation, STATE_27_transmit_tasks_and_RSC_stop_when_their_version_is_switched_off) {
  auto v4_off = everything_on();
  v4_off.ethernet_v4 = kOff;
  const auto now = active(v4_off);
  EXPECT_EQ(any_of(now.transmit_checksum), kOnlyV6);
  EXPECT_EQ(now.lso.active, kOnlyV6);
  EXPECT_EQ(now.uso.active, kOnlyV6);
  EXPECT_EQ(now.rsc, kOnlyV6);
  EXPECT_FALSE(now.lso_v1);
  auto v6_off = everything_on();
  v6_off.ethernet_v6 = kOff;
  EXPECT_EQ(active(v6_off).lso.active, kOnlyV4);
  EXPECT_TRUE(active(v6_off).lso_v1);
}

TEST(Activation, STATE_27_receive_checksums_wait_until_their_version_is_switched_on) {
  for (const auto v4 : {kNoChange, kOn, kOff}) {
    for (const auto v6 : {kNoChange, kOn, kOff}) {
      auto activation = everything_on();
      activation.ethernet_v4 = v4;
      activation.ethernet_v6 = v6;
      const PerVersion expected{.v4 = v4 == kOn, .v6 = v6 == kOn};
      EXPECT_EQ(any_of(active(activation).receive_checksum), expected);
    }
  }
}

TEST(Activation, STATE_27_RSC_needs_its_keyword_and_an_explicit_word_for_each_version) {
  auto only_v4 = everything_on();
  only_v4.rsc = kOnlyV4;
  EXPECT_EQ(active(only_v4).rsc, kOnlyV4) << "RSC-29";
  EXPECT_TRUE(active(only_v4).udp_coalescing);
  auto disabled = everything_enabled();
  disabled.tasks.rsc = {};
  EXPECT_EQ(active(everything_on(), disabled).rsc, PerVersion{});
  EXPECT_FALSE(active(everything_on(), disabled).udp_coalescing);
}

TEST(Activation, STATE_27_an_encapsulated_task_needs_its_base_for_the_versions_of_both_headers) {
  for (const auto& task : kEncapsulatedTasks) {
    for (const auto keep : {kBoth, kOnlyV4, kOnlyV6, PerVersion{}}) {
      auto configuration = everything_enabled();
      task.disable(configuration.tasks, keep);
      const auto mask = active(everything_on(), configuration).encapsulated.*task.mask;
      for (const auto inner : {wire::IpVersion::kV4, wire::IpVersion::kV6})
        for (const auto outer : {wire::IpVersion::kV4, wire::IpVersion::kV6})
          EXPECT_EQ(mask.covers(inner, outer), keep.of(inner) && keep.of(outer)) << task.name;
    }
  }
}

TEST(Activation, STATE_27_a_version_that_is_switched_off_takes_its_bits_out_of_every_mask) {
  for (const auto& task : kEncapsulatedTasks) {
    auto v4_off = everything_on();
    v4_off.ethernet_v4 = kOff;
    EXPECT_EQ((active(v4_off).encapsulated.*task.mask).bits(), kMaskV6) << task.name;
    auto v6_off = everything_on();
    v6_off.ethernet_v6 = kOff;
    EXPECT_EQ((active(v6_off).encapsulated.*task.mask).bits(), kMaskV4) << task.name;
  }
}

TEST(Activation, STATE_27_RSS_by_inner_headers_needs_its_parameters) {
  auto without = everything_on();
  without.rss = false;
  EXPECT_EQ(active(without).encapsulated.rss.bits(), 0);
  EXPECT_EQ(active(everything_on()).encapsulated.rss.bits(), EncapsulatedMask::kAll);
  EXPECT_EQ(active(everything_on()).encapsulated.vmq.bits(), 0) << "D-32: not both";
}

TEST(Activation, D_46_under_VMQ_preference_queues_spread_by_the_inner_hash_unless_told_otherwise) {
  auto configuration = everything_enabled();
  configuration.steering = ReceiveSteering::kVmq;
  auto activation = everything_on();
  activation.rss = false;
  EXPECT_EQ(active(activation, configuration).encapsulated.vmq.bits(), EncapsulatedMask::kAll);
  EXPECT_EQ(active(activation, configuration).encapsulated.rss.bits(), EncapsulatedMask::kAll);
  configuration.queue_rss = false;
  EXPECT_EQ(active(activation, configuration).encapsulated.rss.bits(), 0);
  configuration.steering = ReceiveSteering::kNone;
  EXPECT_EQ(active(activation, configuration).encapsulated.vmq.bits(), 0);
}

TEST(Activation, KEY_32_DisableTaskOffload_leaves_nothing_active) {
  auto configuration = everything_enabled();
  configuration.disable_task_offload = true;
  const auto now = active(everything_on(), configuration);
  EXPECT_EQ(now.transmit_checksum, ChecksumTasks{});
  EXPECT_EQ(now.receive_checksum, ChecksumTasks{});
  EXPECT_EQ(now.lso.active, PerVersion{});
  EXPECT_EQ(now.uso.active, PerVersion{});
  EXPECT_EQ(now.rsc, PerVersion{});
  EXPECT_FALSE(now.lso_v1 || now.udp_coalescing || now.nvgre);
  EXPECT_EQ(now.encapsulated, EncapsulatedTasks{});
}

TEST(Activation, KEY_30_tag_bits_reach_the_frame_path) {
  auto configuration = everything_enabled();
  configuration.insert_priority = false;
  EXPECT_FALSE(active(everything_on(), configuration).insert_priority);
  EXPECT_TRUE(active(everything_on(), configuration).insert_vlan_id);
}

TEST(Activation, KEY_31_the_link_MTU_is_the_keyword_less_14_and_never_more_than_the_device_takes) {
  Keywords jumbo;
  ASSERT_TRUE(jumbo.set(Keyword::kJumboPacket, 9'014));
  const auto given = Configuration::from(jumbo);
  auto activation = everything_on();
  EXPECT_EQ(active(activation).link_mtu, 1'500U);
  EXPECT_EQ(active(activation, given).link_mtu, 9'000U);
  activation.device_mtu = 1'400;
  EXPECT_EQ(active(activation).link_mtu, 1'400U);
  EXPECT_EQ(active(activation, given).link_mtu, 1'400U);
  activation.device_mtu = 65'535;
  EXPECT_EQ(active(activation).link_mtu, 65'535U) << "nobody wrote a limit down";
  EXPECT_EQ(active(activation, given).link_mtu, 9'000U);
}

TEST(Activation, limits_of_the_hardware_reach_the_frame_path) {
  auto backend = OffloadSet::software();
  backend.lso_limits.max_offload_size = 100'000;
  backend.uso_limits = {.max_offload_size = 50'000, .extension_headers = false, .sub_mss_final = false};
  backend.lso_v1_limits.max_offload_size = 30'000;
  backend.max_header_size = 512;
  const auto now = activate(Capabilities(backend).hardware(), everything_enabled(), everything_on());
  EXPECT_EQ(now.lso.max_offload_size, 100'000U);
  EXPECT_EQ(now.uso.max_offload_size, 50'000U);
  EXPECT_FALSE(now.uso.sub_mss_final);
  EXPECT_EQ(now.uso.options.extension_header_bytes, 0U);
  EXPECT_EQ(now.lso_v1_max_offload_size, 30'000U);
  EXPECT_EQ(now.max_header_size, 512U);
}

TEST(Activation, STATE_12_no_change_keeps_what_was_set) {
  Activation activation;
  activation.apply(OffloadEncapsulation{.v4 = VersionEncapsulation::ethernet(), .v6 = {}});
  EXPECT_EQ(activation.ethernet_v4, kOn);
  EXPECT_EQ(activation.ethernet_v6, kNoChange);
  activation.apply(OffloadEncapsulation{.v4 = {}, .v6 = VersionEncapsulation::off()});
  EXPECT_EQ(activation.ethernet_v4, kOn);
  EXPECT_EQ(activation.ethernet_v6, kOff);
}

}  // namespace
}  // namespace nvgre::offload
