#include "nvgre/offload/configuration.h"

#include <initializer_list>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/parameter_table.h"

namespace nvgre::offload {
namespace {

using Given = std::initializer_list<std::pair<const char*, std::uint32_t>>;

Keywords keywords_of(Given given, const KeywordHost& host = {}) {
  Keywords keywords(host);
  for (const auto& [name, value] : given) EXPECT_TRUE(keywords.set(name, std::to_string(value))) << name;
  return keywords;
}

Configuration configured(Given given) {
  return Configuration::from(keywords_of(given));
}

/// What an adapter that can do everything reports.
OffloadSet current(Given given) {
  return current_set(Capabilities().hardware(), configured(given));
}

TEST(Configuration, KEY_35_without_keywords_everything_is_enabled) {
  const auto configuration = configured({});
  EXPECT_EQ(configuration.tasks, OffloadSet::software().tasks);
  EXPECT_TRUE(configuration.nvgre);
  EXPECT_FALSE(configuration.disable_task_offload);
}

TEST(Configuration, KEY_1_NVGRE_offload_is_reported_off_by_masks_of_0) {
  EXPECT_EQ(current({{"EncapsulatedPacketTaskOffload", 0}}).encapsulated, EncapsulatedTasks{});
  const auto on = current({{"EncapsulatedPacketTaskOffload", 1}}).encapsulated;
  EXPECT_EQ(on.lso.bits(), EncapsulatedMask::kAll) << "D-13: the whole mask, not just 1";
}

TEST(Configuration, KEY_2_to_KEY_6_a_checksum_keyword_sets_its_two_directions_and_nothing_else) {
  for (const auto& member : kChecksumMembers) {
    for (std::uint32_t value = 0; value <= 3; ++value) {
      const auto tasks = configured({{std::string(describe(member.keyword).name).c_str(), value}}).tasks;
      auto expected = OffloadSet::software().tasks;
      member.flag(expected.transmit_checksum) = value == 1 || value == 3;
      member.flag(expected.receive_checksum) = value == 2 || value == 3;
      EXPECT_EQ(tasks, expected) << member.name << " = " << value;
    }
  }
}

TEST(Configuration, KEY_7_and_KEY_8_a_grouped_keyword_sets_all_checksums_of_its_version) {
  const ChecksumTasks only_v6{.ip_v4 = false, .tcp = {.v4 = false, .v6 = true}, .udp = {.v4 = false, .v6 = true}};
  const ChecksumTasks only_v4{.ip_v4 = true, .tcp = {.v4 = true, .v6 = false}, .udp = {.v4 = true, .v6 = false}};
  const auto without_v4 = configured({{"TCPUDPChecksumOffloadIPv4", 1}}).tasks;
  EXPECT_EQ(without_v4.receive_checksum, only_v6);
  EXPECT_EQ(without_v4.transmit_checksum, OffloadSet::software().tasks.transmit_checksum);
  EXPECT_EQ(configured({{"TCPUDPChecksumOffloadIPv6", 2}}).tasks.transmit_checksum, only_v4);
}

TEST(Configuration, D_33_a_granular_keyword_wins_over_the_grouped_one_in_any_order) {
  for (const auto& tasks : {configured({{"TCPUDPChecksumOffloadIPv4", 0}, {"TCPChecksumOffloadIPv4", 3}}).tasks,
                            configured({{"TCPChecksumOffloadIPv4", 3}, {"TCPUDPChecksumOffloadIPv4", 0}}).tasks}) {
    EXPECT_TRUE(tasks.transmit_checksum.tcp.v4);
    EXPECT_FALSE(tasks.transmit_checksum.udp.v4);
    EXPECT_FALSE(tasks.transmit_checksum.ip_v4);
  }
}

TEST(Configuration, KEY_9_to_KEY_15_a_switch_sets_its_task_and_nothing_else) {
  for (const auto& member : kTaskMembers) {
    if (member.keyword == Keyword::kLsoV2Ipv4) continue;  // speaks for LSOv1 too, see below
    auto expected = OffloadSet::software().tasks;
    member.flag(expected) = false;
    EXPECT_EQ(configured({{std::string(describe(member.keyword).name).c_str(), 0}}).tasks, expected) << member.name;
  }
}

TEST(Configuration, KEY_9_LsoV1IPv4_is_ignored_where_LsoV2IPv4_is_given) {
  EXPECT_FALSE(configured({{"LsoV1IPv4", 0}}).tasks.lso_v1);
  EXPECT_TRUE(configured({{"LsoV1IPv4", 0}}).tasks.lso.v4);
  EXPECT_TRUE(configured({{"LsoV1IPv4", 0}, {"LsoV2IPv4", 1}}).tasks.lso_v1);
  EXPECT_FALSE(configured({{"LsoV1IPv4", 1}, {"LsoV2IPv4", 0}}).tasks.lso_v1);
  EXPECT_FALSE(configured({{"LsoV2IPv4", 0}}).tasks.lso.v4);
}

TEST(Configuration, KEY_36_and_CAP_16_the_preference_decides_whether_RSS_or_VMQ_is_reported) {
  for (const std::uint32_t other : {0U, 1U}) {
    const auto vmq = current({{"RssOrVmqPreference", 1}, {"VMQ", 1}, {"RSS", other}});
    EXPECT_TRUE(vmq.vmq.supported);
    EXPECT_FALSE(vmq.rss.supported);
    const auto no_vmq = current({{"RssOrVmqPreference", 1}, {"VMQ", 0}, {"RSS", other}});
    EXPECT_FALSE(no_vmq.vmq.supported);
    EXPECT_FALSE(no_vmq.rss.supported);
    const auto rss = current({{"RssOrVmqPreference", 0}, {"VMQ", other}, {"RSS", 1}});
    EXPECT_TRUE(rss.rss.supported);
    EXPECT_FALSE(rss.vmq.supported);
    const auto no_rss = current({{"RssOrVmqPreference", 0}, {"VMQ", other}, {"RSS", 0}});
    EXPECT_FALSE(no_rss.rss.supported);
    EXPECT_FALSE(no_rss.vmq.supported);
  }
  EXPECT_EQ(configured({}).steering, ReceiveSteering::kRss) << "an absent preference is RSS";
  EXPECT_EQ(text(ReceiveSteering::kRss), "rss");
}

TEST(Configuration, KEY_28_keywords_of_the_other_side_are_not_read) {
  const auto vmq = configured({{"RssOrVmqPreference", 1}, {"NumRSSQueues", 3}});
  EXPECT_EQ(vmq.rss, std::nullopt);
  EXPECT_TRUE(vmq.vlan_filtering);
  const auto rss = configured({{"VMQVlanFiltering", 1}, {"NumRSSQueues", 3}});
  EXPECT_FALSE(rss.vlan_filtering);
  ASSERT_TRUE(rss.rss);
  EXPECT_EQ(rss.rss->queues, 3U);
}

TEST(Configuration, KEY_27_VLAN_filtering_is_offered_under_VMQ) {
  EXPECT_TRUE(current({{"RssOrVmqPreference", 1}}).vmq.vlan_filtering);
  EXPECT_FALSE(current({{"RssOrVmqPreference", 1}, {"VMQVlanFiltering", 0}}).vmq.vlan_filtering);
}

TEST(Configuration, KEY_17_profiles_1_to_5_are_kept_and_6_becomes_4) {
  for (std::uint32_t profile = 1; profile <= 5; ++profile)
    EXPECT_EQ(static_cast<std::uint32_t>(configured({{"RSSProfile", profile}}).rss->profile), profile);
  EXPECT_EQ(configured({{"RSSProfile", 6}}).rss->profile, RssProfile::kNumaStatic);
  EXPECT_EQ(configured({}).rss->profile, RssProfile::kNumaStatic);
}

TEST(Configuration, KEY_18_to_KEY_21_base_and_maximum_admit_what_lies_between) {
  const auto keywords =
      keywords_of({{"RssBaseProcGroup", 1}, {"RssBaseProcNumber", 16}, {"RssMaxProcGroup", 3}, {"RssMaxProcNumber", 8}},
                  {.processor_groups = 4, .processors_per_group = 64});
  const auto rss = *Configuration::from(keywords).rss;
  EXPECT_TRUE(rss.admits({.group = 1, .number = 16}));
  EXPECT_TRUE(rss.admits({.group = 2, .number = 0}));
  EXPECT_TRUE(rss.admits({.group = 3, .number = 8}));
  EXPECT_FALSE(rss.admits({.group = 1, .number = 15}));
  EXPECT_FALSE(rss.admits({.group = 3, .number = 9}));
}

TEST(Configuration, KEY_22_and_KEY_23_queues_are_capped_to_processors_and_to_those_present) {
  const auto rss = *configured({{"MaxRssProcessors", 8}, {"NumRSSQueues", 12}}).rss;
  EXPECT_EQ(rss.usable_queues(/*processors=*/64), 8U);
  EXPECT_EQ(rss.usable_queues(/*processors=*/2), 2U);
  EXPECT_EQ(configured({{"NumRSSQueues", 4}}).rss->usable_queues(64), 4U);
  EXPECT_EQ(current({{"NumRSSQueues", 4}}).rss.queues, 4U);
  EXPECT_EQ(current({}).rss.queues, 16U);
}

TEST(Configuration, KEY_24_and_D_43_the_NUMA_node_is_ignored_with_profiles_3_and_4) {
  for (std::uint32_t profile = 1; profile <= 6; ++profile) {
    const auto rss = *configured({{"RSSProfile", profile}, {"NumaNodeId", 1}}).rss;
    const bool ignores = profile == 3 || profile == 4 || profile == 6;
    EXPECT_EQ(rss.numa_node, ignores ? RssProcessors::kAnyNode : 1U) << profile;
  }
}

/// Eight processors: the even ones of node 0, the odd ones of node 1.
std::vector<Processor> two_nodes() {
  std::vector<Processor> processors;
  for (std::uint8_t number = 0; number < 8; ++number)
    processors.push_back({.number = {.number = number}, .node = number % 2U});
  return processors;
}
std::vector<unsigned> chosen(Given given) {
  std::vector<unsigned> numbers;
  for (const auto number : configured(given).rss->choose(two_nodes())) numbers.push_back(number.cpu());
  return numbers;
}

TEST(Configuration, KEY_17_and_KEY_24_the_closest_profiles_begin_with_the_preferred_node) {
  for (const std::uint32_t profile : {1, 2}) {
    EXPECT_EQ(chosen({{"RSSProfile", profile}, {"NumRSSQueues", 6}}), (std::vector<unsigned>{0, 2, 4, 6, 1, 3}));
    EXPECT_EQ(chosen({{"RSSProfile", profile}, {"NumRSSQueues", 6}, {"NumaNodeId", 1}}),
              (std::vector<unsigned>{1, 3, 5, 7, 0, 2}));
    EXPECT_EQ(chosen({{"RSSProfile", profile}, {"RssBaseProcNumber", 3}, {"NumRSSQueues", 4}}),
              (std::vector<unsigned>{3, 5, 7, 4}));
  }
}

TEST(Configuration, KEY_17_the_NUMA_profiles_take_the_nodes_in_turn) {
  const auto sorted = chosen({{"RSSProfile", 3}, {"RssMaxProcNumber", 5}});
  EXPECT_EQ(sorted, (std::vector<unsigned>{0, 1, 2, 3, 4, 5}));
  auto halves = two_nodes();
  for (auto& processor : halves) processor.node = processor.number.number / 4U;
  const auto numbers = configured({{"RSSProfile", 4}, {"NumRSSQueues", 4}}).rss->choose(halves);
  ASSERT_EQ(numbers.size(), 4U);
  EXPECT_EQ(numbers[1].cpu(), 4U);
  EXPECT_EQ(numbers[2].cpu(), 1U);
  EXPECT_EQ(numbers[3].cpu(), 5U);
}

TEST(Configuration, KEY_17_the_conservative_profile_stays_on_the_preferred_node_if_that_has_any) {
  EXPECT_EQ(chosen({{"RSSProfile", 5}, {"NumaNodeId", 1}}), (std::vector<unsigned>{1, 3, 5, 7}));
  EXPECT_EQ(chosen({{"RSSProfile", 5}, {"NumaNodeId", 7}}).size(), 8U);
}

TEST(Configuration, KEY_30_the_tag_keyword_has_one_bit_for_priority_and_one_for_the_VLAN_ID) {
  for (std::uint32_t value = 0; value <= 3; ++value) {
    const auto configuration = configured({{"PriorityVLANTag", value}});
    EXPECT_EQ(configuration.insert_priority, value == 1 || value == 3);
    EXPECT_EQ(configuration.insert_vlan_id, value == 2 || value == 3);
  }
}

TEST(Configuration, KEY_26_29_and_33_unsupported_keywords_change_nothing) {
  const auto usual = configured({});
  for (const auto* name :
       {"VMQLookaheadSplit", "SriovPreferred", "SRIOV", "IPsecOffloadV1IPv4", "IPsecOffloadV2", "IPsecOffloadV2IPv4"})
    for (const std::uint32_t value : {0U, 1U}) EXPECT_EQ(configured({{name, value}}), usual) << name;
}

TEST(Configuration, KEY_34_all_keywords_at_their_smallest_change_the_current_set_only) {
  Keywords keywords;
  for (const auto& description : keyword_table())
    ASSERT_TRUE(keywords.set(description.keyword, description.minimum)) << description.name;
  const Capabilities capabilities;
  const auto set = current_set(capabilities.hardware(), Configuration::from(keywords));
  EXPECT_EQ(set.tasks, TaskSet{});
  EXPECT_EQ(set.encapsulated, EncapsulatedTasks{});
  EXPECT_FALSE(set.rss.supported || set.vmq.supported || set.udp_coalescing);
  EXPECT_EQ(capabilities.hardware(), Capabilities().hardware());
}

TEST(Configuration, CAP_1_what_the_hardware_lacks_is_never_current) {
  auto backend = OffloadSet::software();
  backend.tasks.lso.v6 = false;
  const auto set = current_set(Capabilities(backend).hardware(), configured({{"LsoV2IPv6", 1}}));
  EXPECT_EQ(set.tasks.lso, (PerVersion{.v4 = true, .v6 = false}));
}

TEST(Configuration, CAP_14_and_D_44_the_current_set_is_not_corrected_by_the_combination_rules) {
  const auto set = current({{"TCPChecksumOffloadIPv4", 0}, {"IPChecksumOffloadIPv4", 0}});
  EXPECT_FALSE(set.tasks.transmit_checksum.tcp.v4);
  EXPECT_TRUE(set.tasks.lso.v4) << "large send stays";
  EXPECT_TRUE(set.encapsulated.lso.covers(wire::IpVersion::kV4, wire::IpVersion::kV4));
}

TEST(Configuration, STATE_7_parameters_take_over_what_is_not_no_change) {
  auto configuration = configured({});
  const auto before = configuration;
  configuration.apply(OffloadParameters{});
  EXPECT_EQ(configuration, before);
  configuration.apply({.udp_v6_checksum = ChecksumSetting::kReceive, .uso_v4 = TaskSetting::kOff});
  auto expected = before;
  expected.tasks.transmit_checksum.udp.v6 = false;
  expected.tasks.uso.v4 = false;
  EXPECT_EQ(configuration, expected);
}

TEST(Configuration, STATE_10_written_back_keywords_give_the_changed_configuration_at_the_next_start) {
  for (const auto& member : kChecksumMembers) {
    for (const auto setting : {ChecksumSetting::kOff, ChecksumSetting::kTransmit, ChecksumSetting::kReceive}) {
      OffloadParameters parameters;
      parameters.*member.setting = setting;
      Keywords keywords;
      auto configuration = Configuration::from(keywords);
      configuration.apply(parameters);
      write_back(parameters, keywords);
      EXPECT_EQ(Configuration::from(keywords), configuration) << member.name;
    }
  }
}

TEST(Configuration, STATE_22_version_1_of_large_send_stays_off_beside_version_2) {
  constexpr auto kOff = TaskSetting::kOff, kOn = TaskSetting::kOn;
  const auto written = [](Keywords keywords, const OffloadParameters& parameters) {
    write_back(parameters, keywords);
    const auto tasks = Configuration::from(keywords).tasks;
    return std::pair(tasks.lso_v1, tasks.lso.v4);
  };
  constexpr std::pair kVersion2Alone(false, true);
  for (const auto& keywords : {keywords_of({}), keywords_of({{"LsoV2IPv4", 1}}), keywords_of({{"LsoV2IPv4", 0}})})
    EXPECT_EQ(written(keywords, {.lso_v1 = kOff, .lso_v4 = kOn}), kVersion2Alone);
  EXPECT_EQ(written(keywords_of({{"LsoV2IPv4", 1}}), {.lso_v1 = kOff}), kVersion2Alone);
  EXPECT_EQ(written(keywords_of({{"LsoV1IPv4", 0}}), {.lso_v4 = kOn}), kVersion2Alone);
  EXPECT_EQ(written(keywords_of({{"LsoV2IPv4", 0}}), {.lso_v4 = kOn}), kVersion2Alone) << "version 1 was off";
  EXPECT_EQ(written(keywords_of({{"LsoV1IPv4", 0}, {"LsoV2IPv4", 1}}), {.lso_v4 = kOn}), std::pair(true, true))
      << "version 1 was on";
  EXPECT_EQ(written(keywords_of({}), {.lso_v1 = kOn, .lso_v4 = kOff}), std::pair(false, false)) << "no keywords say it";
}

TEST(Configuration, KEY_1_parameter_and_keyword_count_differently) {
  Keywords keywords;
  write_back({.encapsulated = SwitchSetting::kOff}, keywords);  // parameter 2
  EXPECT_EQ(keywords.given(Keyword::kEncapsulatedPacketTaskOffload), 0U);
  write_back({.encapsulated = SwitchSetting::kOn, .encapsulation_types = kEncapsulationTypeGre}, keywords);
  EXPECT_EQ(keywords.given(Keyword::kEncapsulatedPacketTaskOffload), 1U);
  write_back({.tcp_v4_checksum = ChecksumSetting::kReceive, .lso_v4 = TaskSetting::kOff}, keywords);
  EXPECT_EQ(keywords.given(Keyword::kTcpChecksumOffloadIpv4), 2U) << "KEY-2: parameter 3 is keyword 2";
  EXPECT_EQ(keywords.given(Keyword::kLsoV2Ipv4), 0U);
  EXPECT_EQ(keywords.given(Keyword::kUsoIpv4), std::nullopt) << "what was not changed is not written";
}

}  // namespace
}  // namespace nvgre::offload
