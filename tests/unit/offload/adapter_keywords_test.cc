// The adapter's state by way of keywords: at start, live, on reload, and as `nvgre offload show` lists it.
#include <string>
#include <tuple>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/adapter_support.h"

namespace nvgre::offload {
namespace {

using test::kEthernetOn;
using test::keywords_of;
using test::Recorder;
using test::set;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(AdapterKeywords, turn_everything_on_makes_active_what_is_possible_and_enabled) {
  Adapter adapter{Capabilities(), keywords_of({{"UsoIPv6", "0"}, {"RscIPv4", "0"}})};
  adapter.turn_everything_on();
  auto expected = ActiveOffloads::all();
  expected.link_mtu = 1'500;
  expected.uso.active.v6 = false;
  expected.rsc.v4 = false;
  expected.encapsulated.uso = EncapsulatedMask(EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4);
  expected.encapsulated.vmq = {};
  EXPECT_EQ(adapter.active(), expected);
  EXPECT_EQ(adapter.keywords(), keywords_of({{"UsoIPv6", "0"}, {"RscIPv4", "0"}})) << "writes no keyword";
}

TEST(AdapterKeywords, D_46_nvgre_run_prefers_VMQ_with_RSS_inside_its_queues) {
  Adapter adapter{Capabilities(), Keywords(KeywordHost{.prefers_vmq = true})};
  adapter.turn_everything_on();
  adapter.set_device_mtu(1'500);
  auto expected = ActiveOffloads::all();
  expected.link_mtu = 1'500;
  EXPECT_EQ(adapter.active(), expected);
  EXPECT_EQ(adapter.configuration().steering, ReceiveSteering::kVmq);
  EXPECT_FALSE(adapter.set_receive_scaling(RssParameters())) << "the façade reports one of them";
  const auto refused = set(adapter, {{"RssOrVmqPreference", "0"}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("takes effect at start"));
}

TEST(AdapterKeywords, KEY_32_DisableTaskOffload_is_obeyed_at_start_and_live) {
  Adapter adapter{Capabilities(), keywords_of({{"DisableTaskOffload", "1"}})};
  adapter.turn_everything_on();
  EXPECT_EQ(adapter.encapsulation(), std::nullopt) << "OID_OFFLOAD_ENCAPSULATION is not issued";
  EXPECT_FALSE(adapter.active().nvgre);
  ASSERT_TRUE(set(adapter, {{"DisableTaskOffload", "0"}}));
  EXPECT_EQ(adapter.encapsulation(), kEthernetOn) << "now it is";
  EXPECT_TRUE(adapter.active().nvgre);
  ASSERT_TRUE(set(adapter, {{"DisableTaskOffload", "1"}}));
  EXPECT_FALSE(adapter.active().nvgre);
  EXPECT_EQ(adapter.active().lso.active, PerVersion{});
}

TEST(AdapterKeywords, KEY_every_live_keyword_can_be_set_to_every_value_and_back) {
  for (const auto& description : keyword_table()) {
    if (description.takes_effect == TakesEffect::kAtStart) continue;
    const std::string name(description.name);
    Adapter adapter;
    adapter.turn_everything_on();
    const auto before = adapter.active();
    for (auto value = description.minimum; value <= description.maximum; ++value) {
      ASSERT_TRUE(set(adapter, {{name, std::to_string(value)}})) << name << " = " << value;
      EXPECT_EQ(adapter.keywords().value(description.keyword), value);
      Keywords fresh;
      ASSERT_TRUE(fresh.set(description.keyword, value));
      EXPECT_EQ(adapter.current_configuration(), Adapter(Capabilities(), fresh).current_configuration())
          << name << " = " << value << ": the same as at start";
    }
    ASSERT_TRUE(set(adapter, {{name, std::to_string(description.default_value)}}));
    EXPECT_EQ(adapter.active(), before) << name;
  }
}

TEST(AdapterKeywords, KEY_a_keyword_that_is_read_at_start_is_refused_live_and_with_it_the_whole_call) {
  for (const auto& description : keyword_table()) {
    if (description.takes_effect != TakesEffect::kAtStart) continue;
    Adapter adapter;
    const Recorder recorder(adapter);
    const auto refused =
        set(adapter, {{"LsoV2IPv4", "0"}, {std::string(description.name), std::to_string(description.minimum)}});
    ASSERT_FALSE(refused) << description.name;
    EXPECT_THAT(refused.error().message,
                AllOf(HasSubstr(std::string(description.name)), HasSubstr("takes effect at start")));
    EXPECT_EQ(adapter.keywords(), Keywords());
    EXPECT_TRUE(adapter.active().lso.active.v4);
    EXPECT_THAT(recorder.events, IsEmpty());
  }
}

TEST(AdapterKeywords, KEY_several_keywords_are_one_change) {
  Adapter adapter;
  adapter.turn_everything_on();
  const Recorder recorder(adapter);
  ASSERT_TRUE(set(adapter, {{"LsoV2IPv4", "false"}, {"TCPUDPChecksumOffloadIPv6", "1"}, {"PriorityVLANTag", "0"}}));
  EXPECT_THAT(recorder.events, SizeIs(1));
  EXPECT_FALSE(adapter.active().lso.active.v4);
  EXPECT_FALSE(adapter.active().receive_checksum.tcp.v6);
  EXPECT_TRUE(adapter.active().transmit_checksum.udp.v6);
  EXPECT_FALSE(adapter.active().insert_vlan_id);
}

TEST(AdapterKeywords, KEY_a_wrong_live_value_changes_nothing) {
  Adapter adapter;
  EXPECT_FALSE(set(adapter, {{"LsoV2IPv4", "0"}, {"UsoIPv4", "2"}}));
  EXPECT_FALSE(set(adapter, {{"LsoV2IPv4", "0"}, {"NoSuchKeyword", "1"}}));
  EXPECT_EQ(adapter.keywords(), Keywords());
}

TEST(AdapterKeywords, STATE_8_a_keyword_cannot_enable_live_what_the_hardware_lacks) {
  auto backend = OffloadSet::software();
  backend.tasks.uso.v4 = false;
  Adapter adapter{Capabilities(backend)};
  EXPECT_FALSE(set(adapter, {{"UsoIPv4", "1"}}));
  EXPECT_TRUE(set(adapter, {{"UsoIPv4", "0"}}));
}

TEST(AdapterKeywords, KEY_1_and_KEY_14_setting_a_keyword_live_is_an_explicit_word) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  ASSERT_TRUE(set(adapter, {{"EncapsulatedPacketTaskOffload", "1"}, {"RscIPv4", "1"}}));
  EXPECT_TRUE(adapter.active().nvgre);
  EXPECT_EQ(adapter.active().rsc, (PerVersion{.v4 = true, .v6 = false}));
}

TEST(AdapterKeywords, KEY_a_reloaded_file_changes_what_differs) {
  Adapter adapter{Capabilities(), keywords_of({{"LsoV2IPv6", "0"}, {"RSSProfile", "4"}})};
  adapter.turn_everything_on();
  ASSERT_TRUE(adapter.replace_keywords(keywords_of({{"UsoIPv4", "0"}})));
  EXPECT_TRUE(adapter.active().lso.active.v6) << "its line is gone, so the default counts";
  EXPECT_FALSE(adapter.active().uso.active.v4);
  EXPECT_EQ(adapter.keywords(), keywords_of({{"UsoIPv4", "0"}}));
  const auto refused = adapter.replace_keywords(keywords_of({{"RSSProfile", "1"}}));
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("RSSProfile takes effect at start"));
  EXPECT_EQ(adapter.keywords(), keywords_of({{"UsoIPv4", "0"}}));
}

TEST(AdapterKeywords, KEY_a_reload_can_be_judged_without_making_it) {
  Adapter adapter;
  const Recorder recorder(adapter);
  EXPECT_TRUE(adapter.judge_keywords(keywords_of({{"UsoIPv4", "0"}})));
  EXPECT_FALSE(adapter.judge_keywords(keywords_of({{"RSSProfile", "1"}})));
  EXPECT_TRUE(adapter.judge_keywords(keywords_of({{"RSSProfile", "4"}}))) << "the default, written down";
  EXPECT_EQ(adapter.keywords(), Keywords());
  EXPECT_TRUE(adapter.active().uso.active.v4);
  EXPECT_THAT(recorder.events, IsEmpty());
}

TEST(AdapterKeywords, KEY_an_import_is_lenient_and_live_and_leaves_alone_what_takes_effect_at_start) {
  Adapter adapter{Capabilities(), keywords_of({{"NumRSSQueues", "8"}})};
  adapter.turn_everything_on();
  const Recorder recorder(adapter);
  const std::vector<KeywordSetting> settings = {
      {"*LsoV2IPv4", "0"}, {"*FlowControl", "3"}, {"*UsoIPv4", "7"}, {"*RSSProfile", "1"}, {"*NumRSSQueues", "8"}};
  const auto notes = adapter.import_keywords(settings);
  ASSERT_TRUE(notes);
  EXPECT_THAT(*notes, ElementsAre(AllOf(HasSubstr("*FlowControl"), HasSubstr("ignored")),
                                  AllOf(HasSubstr("UsoIPv4"), HasSubstr("default 1")),
                                  AllOf(HasSubstr("RSSProfile"), HasSubstr("stays as it is"))));
  EXPECT_EQ(adapter.keywords(), keywords_of({{"LsoV2IPv4", "0"}, {"UsoIPv4", "1"}, {"NumRSSQueues", "8"}}));
  EXPECT_FALSE(adapter.active().lso.active.v4);
  EXPECT_THAT(recorder.events, SizeIs(1)) << "one change";
}

TEST(AdapterKeywords, KEY_9_a_reloaded_file_without_LsoV2IPv4_lets_LsoV1IPv4_speak_again) {
  Adapter adapter{Capabilities(), keywords_of({{"LsoV1IPv4", "0"}, {"LsoV2IPv4", "1"}})};
  EXPECT_TRUE(adapter.active().lso_v1);
  ASSERT_TRUE(adapter.replace_keywords(keywords_of({{"LsoV1IPv4", "0"}})));
  EXPECT_FALSE(adapter.active().lso_v1);
  EXPECT_TRUE(adapter.active().lso.active.v4);
}

TEST(AdapterKeywords, KEY_18_to_KEY_23_the_host_spreads_RSS_over_the_processors_that_the_keywords_admit) {
  Keywords keywords(KeywordHost{.processor_groups = 1, .processors_per_group = 8});
  ASSERT_TRUE(keywords.set("RssBaseProcNumber", "2"));
  ASSERT_TRUE(keywords.set("NumRSSQueues", "3"));
  Adapter adapter{Capabilities(), keywords};
  adapter.turn_everything_on();
  ASSERT_TRUE(adapter.rss_parameters());
  const auto& table = adapter.rss_parameters()->indirection_table;
  ASSERT_THAT(table, SizeIs(128));
  for (std::size_t entry = 0; entry < table.size(); ++entry) EXPECT_EQ(table[entry].cpu(), 2 + entry % 3) << entry;
}

TEST(AdapterKeywords, KEY_25_KEY_28_and_VMQ_25_there_are_queues_only_under_VMQ_and_as_many_as_the_card_has) {
  EXPECT_EQ(Adapter().receive_queues(), nullptr);
  EXPECT_EQ(Adapter(Capabilities(), keywords_of({{"RssOrVmqPreference", "1"}, {"VMQ", "0"}})).receive_queues(),
            nullptr);

  auto backend = OffloadSet::software();
  backend.vmq = {.supported = true, .queues = 1, .filters = 1};
  Adapter adapter{Capabilities(backend), keywords_of({{"RssOrVmqPreference", "1"}})};
  ASSERT_NE(adapter.receive_queues(), nullptr);
  EXPECT_TRUE(adapter.receive_queues()->allocate(ClientId{1}, {}));
  EXPECT_EQ(adapter.receive_queues()->allocate(ClientId{1}, {}).error(), ReceiveError::kResources);
}

TEST(AdapterKeywords, KEY_27_and_VMQ_10_filters_may_test_the_VLAN_only_where_that_is_offered) {
  const wire::MacAddress mac({0x02, 0, 0, 0, 0, 1});
  const ReceiveFilter filter{.tests = {FieldTest::destination_mac(mac), FieldTest::vlan_id(5)}};
  for (const bool offered : {true, false}) {
    Adapter adapter{Capabilities(),
                    keywords_of({{"RssOrVmqPreference", "1"}, {"VMQVlanFiltering", offered ? "1" : "0"}})};
    const auto queue = adapter.receive_queues()->allocate(ClientId{1}, {});
    ASSERT_TRUE(queue);
    EXPECT_EQ(adapter.receive_queues()->set_filter(ClientId{1}, *queue, filter).has_value(), offered);
  }
}

TEST(AdapterKeywords, offload_show_lists_every_task_in_its_three_states) {
  auto backend = OffloadSet::software();
  backend.tasks.uso.v6 = false;
  Adapter adapter{Capabilities(backend), keywords_of({{"LsoV2IPv4", "0"}})};
  const auto find = [&](std::string_view name) {
    for (const auto& task : adapter.tasks())
      if (task.machine_name == name) return task;
    ADD_FAILURE() << name;
    return TaskStatus{};
  };
  EXPECT_THAT(adapter.tasks(), SizeIs(17 + 6));
  EXPECT_EQ(std::tuple(find("lso_v2_ipv4").possible, find("lso_v2_ipv4").enabled, find("lso_v2_ipv4").active),
            std::tuple(1, 0, 0));
  EXPECT_EQ(std::tuple(find("uso_ipv6").possible, find("uso_ipv6").enabled, find("uso_ipv6").active),
            std::tuple(0, 0, 0));
  EXPECT_EQ(std::tuple(find("rsc_ipv4").possible, find("rsc_ipv4").enabled, find("rsc_ipv4").active),
            std::tuple(1, 1, 0));
  EXPECT_EQ(
      std::tuple(find("encapsulated_lso").possible, find("encapsulated_lso").enabled, find("encapsulated_lso").active),
      std::tuple(0xF, 0xC, 0));
  adapter.turn_everything_on();
  EXPECT_EQ(find("encapsulated_lso").active, 0xC);
  EXPECT_TRUE(find("encapsulated_lso").is_mask);
}

TEST(AdapterKeywords, offload_show_lists_every_keyword) {
  const Adapter adapter{Capabilities(), keywords_of({{"JumboPacket", "9014"}})};
  const auto rows = adapter.keyword_statuses();
  ASSERT_THAT(rows, SizeIs(kKeywordCount));
  const auto& jumbo = rows[static_cast<std::size_t>(Keyword::kJumboPacket)];
  EXPECT_EQ(jumbo.value, 9'014U);
  EXPECT_EQ(jumbo.default_value, 1'514U);
  EXPECT_TRUE(jumbo.is_given);
  EXPECT_EQ(jumbo.accepted_values, "1514 to 65549");
  EXPECT_FALSE(rows[0].is_given);
}

}  // namespace
}  // namespace nvgre::offload
