#include "nvgre/control/rss_settings.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;
using offload::ProcessorNumber;
using offload::RssHashType;
using offload::RssParameters;

std::string refusal(const json& values) {
  const auto settings = rss_settings_of(values);
  if (!settings) return settings.error().message;
  const auto parameters = settings->applied_to(RssParameters(), 4);
  return parameters ? "" : parameters.error().message;
}

TEST(RssSettings, take_over_what_is_said_and_leave_the_rest) {
  const auto settings = rss_settings_of(
      {{"table", {0, 1, 2, 3}}, {"entries", {{"1", 3}}}, {"hash_types", {"udp_ipv4"}}, {"default_worker", 2}});
  ASSERT_TRUE(settings);
  const auto parameters = settings->applied_to(RssParameters(), 4);
  ASSERT_TRUE(parameters);
  EXPECT_EQ(parameters->key, offload::kMicrosoftVerificationKey);
  EXPECT_EQ(parameters->indirection_table, (std::vector{ProcessorNumber::of_cpu(0), ProcessorNumber::of_cpu(3),
                                                        ProcessorNumber::of_cpu(2), ProcessorNumber::of_cpu(3)}));
  EXPECT_EQ(parameters->hash_types, offload::RssHashTypes().enable(RssHashType::kUdpIpv4));
  EXPECT_EQ(parameters->default_processor, ProcessorNumber::of_cpu(2));
}

TEST(RssSettings, RSS_23_refuse_what_is_not_there_and_say_what_is) {
  EXPECT_EQ(refusal({{"table", {4}}}), "there is no worker 4; there are 0 to 3");
  EXPECT_EQ(refusal({{"default_worker", 4}}), "there is no worker 4; there are 0 to 3");
  EXPECT_EQ(refusal({{"entries", {{"1", 0}}}}), "there is no entry 1 in a table of 1");
  EXPECT_EQ(refusal({{"key", "00"}}), "key: given \"00\", accepted are 40 bytes: 80 hexadecimal digits");
  EXPECT_EQ(refusal({{"hash_types", {"ipv6_ex"}}}),
            "hash_types: given \"ipv6_ex\", accepted are ipv4, tcp_ipv4, udp_ipv4, ipv6, tcp_ipv6, udp_ipv6");
  for (const auto& values : {json(), json::object(), json{{"colour", 1}}, json{{"table", 1}}, json{{"table", {-1}}},
                             json{{"table", {"0"}}}, json{{"hash_types", json::array()}}, json{{"entries", {{"x", 0}}}},
                             json{{"entries", {{"0", "x"}}}}, json{{"key", 1}}, json{{"default_worker", "0"}}})
    EXPECT_NE(refusal(values), "") << values;
}

TEST(RssSettings, RSS_14_D_46_the_adapter_refuses_a_table_of_another_size_whole) {
  offload::Adapter adapter(offload::Capabilities(), offload::Keywords({.prefers_vmq = true}));
  const auto before = *default_scaling(adapter, workers_of_one_node(4));
  ASSERT_TRUE(set_scaling(adapter, before));
  auto wrong = before;
  wrong.key = {};
  for (const std::size_t size : {0, 3, 129, 256}) {
    wrong.indirection_table.assign(size, {});
    EXPECT_FALSE(set_scaling(adapter, wrong)) << size;
    EXPECT_EQ(scaling_of(adapter), before);
  }
}

TEST(RssSettings, D_32_hashing_inside_queues_is_refused_under_RSS_preference_and_the_other_way_round) {
  offload::Adapter vmq(offload::Capabilities(), offload::Keywords({.prefers_vmq = true})), rss;
  EXPECT_TRUE(vmq.set_queue_scaling(RssParameters()));
  EXPECT_FALSE(vmq.set_receive_scaling(RssParameters()));
  EXPECT_FALSE(rss.set_queue_scaling(RssParameters()));
  EXPECT_TRUE(rss.set_receive_scaling(RssParameters()));
  EXPECT_TRUE(vmq.set_queue_scaling(std::nullopt));
  EXPECT_FALSE(vmq.queue_scaling());
}

}  // namespace
}  // namespace nvgre::control
