#include "nvgre/control/vm_queues.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "nvgre/control/rss_settings.h"

namespace nvgre::control {
namespace {

using datapath::Steering;
using datapath::SteeringQueue;
using offload::Adapter;
using offload::Keyword;
using offload::Keywords;
using overlay::PortDescription;

constexpr unsigned kWorkers = 4;

PortDescription port(const std::string& device, unsigned vsid, unsigned last, std::vector<unsigned> workers = {}) {
  return {.device = device,
          .vsid = *wire::Vsid::from(vsid),
          .mac = *wire::MacAddress::parse("02:00:00:00:00:0" + std::to_string(last)),
          .workers = std::move(workers)};
}

Keywords keywords(std::initializer_list<std::pair<Keyword, unsigned>> settings = {}) {
  Keywords keywords({.prefers_vmq = true});
  for (const auto& [keyword, value] : settings) EXPECT_TRUE(keywords.set(keyword, value));
  return keywords;
}

/// An adapter as a running endpoint has it, and its queues.
struct Endpoint {
  explicit Endpoint(const Keywords& keywords = control::keywords())
      : adapter(offload::Capabilities(), keywords), queues(adapter, offload::ClientId{7}, kWorkers) {
    adapter.turn_everything_on();
    if (const auto spread = default_scaling(adapter, workers_of_one_node(kWorkers))) {
      EXPECT_TRUE(set_scaling(adapter, *spread));
    }
  }
  SteeringQueue queue_of(const std::string& device) const { return queues.steering().queue_of(device); }

  Adapter adapter;
  VmQueues queues;
};

TEST(VmQueues, VMQ_21_gives_each_port_a_running_queue_with_its_address_and_subnet) {
  Endpoint endpoint;
  endpoint.queues.follow(std::vector{port("blue1", 5001, 1), port("red1", 6002, 1)});
  ASSERT_EQ(endpoint.queues.steering().queues.size(), 3U);
  const auto blue = endpoint.queue_of("blue1"), red = endpoint.queue_of("red1");
  EXPECT_NE(blue.id, red.id);
  ASSERT_EQ(blue.filters.size(), 1U);
  EXPECT_TRUE(blue.filters[0].encapsulated);
  EXPECT_EQ(blue.filters[0].vsid, wire::Vsid::from(5001));
  EXPECT_EQ(red.filters[0].vsid, wire::Vsid::from(6002));
  EXPECT_EQ(endpoint.adapter.receive_queues()->info(blue.id)->state, offload::QueueState::kRunning);
  EXPECT_EQ(endpoint.queues.device_of(red.id), "red1");
}

TEST(VmQueues, VMQ_7_frees_the_queue_of_a_port_that_is_gone) {
  Endpoint endpoint;
  endpoint.queues.follow(std::vector{port("blue1", 5001, 1), port("red1", 6002, 1)});
  const auto red = endpoint.queue_of("red1");
  endpoint.queues.follow(std::vector{port("red1", 6002, 1)});
  EXPECT_EQ(endpoint.queues.steering().queues.size(), 2U);
  EXPECT_EQ(endpoint.queue_of("red1"), red);
  EXPECT_EQ(endpoint.queue_of("blue1").id, offload::kDefaultQueue);
}

TEST(VmQueues, VMQ_23_ports_may_exchange_their_addresses) {
  Endpoint endpoint;
  endpoint.queues.follow(std::vector{port("one", 5001, 1), port("two", 5001, 2)});
  const auto one = endpoint.queue_of("one").filters, two = endpoint.queue_of("two").filters;
  endpoint.queues.follow(std::vector{port("one", 5001, 2), port("two", 5001, 1)});
  EXPECT_EQ(endpoint.queue_of("one").filters, two);
  EXPECT_EQ(endpoint.queue_of("two").filters, one);
}

TEST(VmQueues, ports_beyond_the_last_queue_share_the_default_queue_until_one_is_free) {
  Endpoint endpoint;
  std::vector<PortDescription> ports;
  for (unsigned i = 0; i < 65; ++i) ports.push_back(port("port" + std::to_string(i), 5001 + i, 1));
  endpoint.queues.follow(ports);
  EXPECT_EQ(endpoint.queue_of("port64").id, offload::kDefaultQueue);
  ports.erase(ports.begin());
  endpoint.queues.follow(ports);
  EXPECT_NE(endpoint.queue_of("port64").id, offload::kDefaultQueue);
}

TEST(VmQueues, D_46_a_queue_takes_of_the_table_what_its_workers_allow) {
  Endpoint endpoint;
  endpoint.queues.follow(std::vector{port("all", 5001, 1), port("some", 5001, 2, {1, 3})});
  const auto steering = endpoint.queues.steering();
  const auto& whole = steering.queues.front().table;
  ASSERT_EQ(whole.size(), 128U);
  EXPECT_EQ(std::set(whole.begin(), whole.end()), (std::set<unsigned>{0, 1, 2, 3}));
  EXPECT_EQ(steering.queue_of("all").table, whole);
  const auto some = steering.queue_of("some").table;
  for (std::size_t entry = 0; entry < whole.size(); ++entry)
    EXPECT_EQ(some[entry], whole[entry] % 2 == 1 ? whole[entry] : (entry % 2 == 0 ? 1U : 3U)) << entry;
}

TEST(VmQueues, VMQ_30_other_workers_of_a_port_take_over_at_once) {
  Endpoint endpoint;
  endpoint.queues.follow(std::vector{port("blue1", 5001, 1, {0})});
  const auto before = endpoint.queue_of("blue1");
  endpoint.queues.follow(std::vector{port("blue1", 5001, 1, {2})});
  EXPECT_EQ(endpoint.queue_of("blue1").id, before.id);
  EXPECT_EQ(endpoint.queue_of("blue1").table, std::vector<unsigned>(128, 2));
}

TEST(VmQueues, VMQ_31_without_queue_rss_each_queue_has_a_worker_of_its_own) {
  Endpoint endpoint(keywords({{Keyword::kQueueRss, 0}}));
  endpoint.queues.follow(std::vector{port("one", 5001, 1), port("two", 5001, 2)});
  EXPECT_EQ(endpoint.queue_of("one").table, std::vector<unsigned>{0});
  EXPECT_EQ(endpoint.queue_of("two").table, std::vector<unsigned>{1});
  EXPECT_TRUE(endpoint.queues.steering().hash_types.empty());
}

TEST(VmQueues, KEY_28_under_RSS_preference_there_is_queue_0_alone_and_it_spreads) {
  Endpoint endpoint(keywords({{Keyword::kRssOrVmqPreference, 0}}));
  endpoint.queues.follow(std::vector{port("blue1", 5001, 1)});
  const auto steering = endpoint.queues.steering();
  ASSERT_EQ(steering.queues.size(), 1U);
  EXPECT_EQ(steering.queues.front().table.size(), 128U);
  EXPECT_FALSE(steering.hash_types.empty());
}

TEST(VmQueues, RSS_7_an_Ex_type_alone_hashes_the_plain_addresses) {
  Endpoint endpoint;
  auto parameters = *endpoint.adapter.queue_scaling();
  parameters.hash_types = offload::RssHashTypes().enable(offload::RssHashType::kUdpIpv6Ex);
  ASSERT_TRUE(set_scaling(endpoint.adapter, parameters));
  EXPECT_EQ(endpoint.queues.steering().hash_types, offload::RssHashTypes().enable(offload::RssHashType::kUdpIpv6));
}

TEST(VmQueues, KEY_16_KEY_25_what_is_switched_off_leaves_one_worker) {
  for (const auto& off :
       {keywords({{Keyword::kVmq, 0}}), keywords({{Keyword::kRssOrVmqPreference, 0}, {Keyword::kRss, 0}})}) {
    Endpoint endpoint(off);
    endpoint.queues.follow(std::vector{port("blue1", 5001, 1)});
    EXPECT_EQ(endpoint.queues.steering(), Steering());
  }
}

TEST(VmQueues, KEY_23_as_many_workers_as_NumRSSQueues_are_spread_over) {
  Endpoint endpoint(keywords({{Keyword::kRssOrVmqPreference, 0}, {Keyword::kNumRssQueues, 2}}));
  const auto table = endpoint.queues.steering().queues.front().table;
  EXPECT_EQ(std::set(table.begin(), table.end()), (std::set<unsigned>{0, 1}));
}

}  // namespace
}  // namespace nvgre::control
