#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/adapter_support.h"

namespace nvgre::offload {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Kind = AdapterEvent::Kind;

constexpr ClientId kClient{1};
constexpr ClientId kOther{2};

class AdapterQueues : public ::testing::Test {
 protected:
  AdapterQueues() : adapter(Capabilities(), test::keywords_of({{"RssOrVmqPreference", "1"}})) {
    adapter.subscribe([this](const AdapterEvent& event) { events.emplace_back(event.kind, event.queue); });
  }
  QueueId paused_queue() {
    const auto queue = adapter.receive_queues()->allocate(kClient, {});
    EXPECT_TRUE(queue && adapter.receive_queues()->complete_allocation(kClient, *queue));
    return *queue;
  }
  FilterId set_filter(QueueId queue, std::uint8_t last) {
    const wire::MacAddress mac({0x02, 0, 0, 0, 0, last});
    const auto filter =
        adapter.receive_queues()->set_filter(kClient, queue, {.tests = {FieldTest::destination_mac(mac)}});
    EXPECT_TRUE(filter);
    return *filter;
  }

  Adapter adapter;
  std::vector<std::pair<Kind, QueueId>> events;
};

TEST_F(AdapterQueues, VMQ_7_a_queue_without_packets_out_is_stopped_announced_and_released_at_once) {
  const auto queue = paused_queue();
  EXPECT_EQ(adapter.free_queue(kClient, queue), true);
  EXPECT_THAT(events, ElementsAre(std::pair(Kind::kQueueStopped, queue), std::pair(Kind::kQueueReleased, queue)));
  EXPECT_THAT(adapter.receive_queues()->queues(), IsEmpty());
}

TEST_F(AdapterQueues, VMQ_7_a_queue_with_a_packet_out_is_released_when_it_comes_back) {
  const auto queue = paused_queue();
  adapter.receive_queues()->indicated(queue, 1);
  EXPECT_EQ(adapter.free_queue(kClient, queue), false);
  EXPECT_THAT(events, ElementsAre(std::pair(Kind::kQueueStopped, queue)));
  EXPECT_FALSE(adapter.release_queue(queue)) << "the packet is still out";
  EXPECT_TRUE(adapter.receive_queues()->returned(queue, 1));
  EXPECT_TRUE(adapter.release_queue(queue));
  EXPECT_EQ(events.back(), std::pair(Kind::kQueueReleased, queue));
}

TEST_F(AdapterQueues, VMQ_7_a_refused_free_announces_nothing) {
  const auto queue = paused_queue();
  EXPECT_EQ(adapter.free_queue(kOther, queue), std::unexpected(ReceiveError::kNotAccepted));
  set_filter(queue, 1);
  EXPECT_EQ(adapter.free_queue(kClient, queue), std::unexpected(ReceiveError::kInvalidParameter));
  EXPECT_EQ(adapter.free_queue(kClient, kDefaultQueue), std::unexpected(ReceiveError::kInvalidParameter));
  EXPECT_THAT(events, IsEmpty());
}

TEST_F(AdapterQueues, VMQ_36_a_client_that_goes_leaves_no_queue_and_no_filter) {
  const auto queue = paused_queue();
  const auto filter = set_filter(queue, 1);
  set_filter(kDefaultQueue, 2);
  const auto leftovers = adapter.close(kClient);
  EXPECT_THAT(leftovers.queues, ElementsAre(queue));
  EXPECT_EQ(leftovers.filters.front(), filter);
  EXPECT_EQ(leftovers.filters.size(), 2U);
  EXPECT_THAT(events, ElementsAre(std::pair(Kind::kQueueStopped, queue), std::pair(Kind::kQueueReleased, queue)));
  EXPECT_THAT(adapter.receive_queues()->queues(), IsEmpty());
}

TEST(Adapter, VMQ_7_without_VMQ_there_is_no_queue_to_free) {
  Adapter adapter;
  EXPECT_EQ(adapter.free_queue(kClient, QueueId{1}), std::unexpected(ReceiveError::kInvalidParameter));
  EXPECT_EQ(adapter.release_queue(QueueId{1}), std::unexpected(ReceiveError::kInvalidParameter));
  EXPECT_THAT(adapter.close(kClient).queues, IsEmpty());
}

}  // namespace
}  // namespace nvgre::offload
