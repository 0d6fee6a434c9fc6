// VMQ: the life of queues and filters. Which queue gets a frame is in vmq_filter_test.cc, what every call does in every
// state of a queue in vmq_state_test.cc.
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/receive_queue.h"
#include "tests/support/adapter_support.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/filters.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests

constexpr ClientId kAlice{1};
constexpr ClientId kBob{2};
constexpr auto kInvalid = ReceiveError::kInvalidParameter;

/// An adapter with few queues and filters.
class Vmq : public testing::Test {
 protected:
  ReceiveQueues queues{{.max_queues = 3, .max_filters = 4}};

  QueueId allocated(ClientId client = kAlice) { return *queues.allocate(client, {}); }
  QueueId paused(ClientId client = kAlice) {
    const QueueId queue = allocated(client);
    EXPECT_TRUE(queues.complete_allocation(client, queue));
    return queue;
  }
  FilterId with_filter(QueueId queue, std::uint8_t number, ClientId client = kAlice) {
    const auto filter = queues.set_filter(client, queue, to(station(number)));
    EXPECT_TRUE(filter);
    return *filter;
  }
  QueueState state(QueueId queue) { return queues.info(queue)->state; }
  QueueId queue_for(std::uint8_t number) {
    FrameBuilder builder;
    const auto frame = builder.ethernet(kSender, station(number)).arp({}).build();
    return queues.table()->find(frame, wire::locate(frame), ActiveOffloads::all()).queue;
  }
};

TEST_F(Vmq, VMQ_1_the_default_queue_is_always_there_and_nobodys) {
  EXPECT_EQ(state(kDefaultQueue), QueueState::kRunning);
  EXPECT_EQ(queues.free(kAlice, kDefaultQueue).error(), kInvalid);
  EXPECT_EQ(queues.complete_allocation(kAlice, kDefaultQueue).error(), kInvalid);
  EXPECT_TRUE(queues.queues().empty());
  EXPECT_EQ(queue_for(1), kDefaultQueue);
}

TEST_F(Vmq, VMQ_2_ids_are_unique_while_in_use) {
  EXPECT_EQ(allocated(), QueueId{1});
  EXPECT_EQ(allocated(), QueueId{2});
  EXPECT_EQ(allocated(), QueueId{3});
  EXPECT_EQ(queues.allocate(kAlice, {}).error(), ReceiveError::kResources);
  ASSERT_TRUE(queues.free(kAlice, QueueId{2}));
  EXPECT_EQ(queues.allocate(kAlice, {}).error(), ReceiveError::kResources);  // it is not gone yet
  ASSERT_TRUE(queues.dma_stopped(QueueId{2}));
  ASSERT_TRUE(queues.indications_returned(QueueId{2}));
  EXPECT_EQ(allocated(), QueueId{2});

  EXPECT_EQ(with_filter(QueueId{1}, 1), FilterId{1});
  EXPECT_EQ(with_filter(QueueId{2}, 2), FilterId{2});
  ASSERT_TRUE(queues.clear_filter(kAlice, QueueId{1}, FilterId{1}));
  EXPECT_EQ(with_filter(QueueId{1}, 1), FilterId{3});  // an old id never names a new filter
}

TEST_F(Vmq, VMQ_3_and_5_the_first_filter_after_completion_makes_a_queue_run) {
  const QueueId queue = paused();
  EXPECT_EQ(state(queue), QueueState::kPaused);
  with_filter(queue, 1);
  EXPECT_EQ(state(queue), QueueState::kRunning);
  EXPECT_EQ(queue_for(1), queue);
}

TEST_F(Vmq, VMQ_3_filters_set_before_completion_come_into_force_with_it) {
  const QueueId queue = allocated();
  with_filter(queue, 1);
  EXPECT_EQ(state(queue), QueueState::kSet);
  EXPECT_EQ(queue_for(1), kDefaultQueue);
  ASSERT_TRUE(queues.complete_allocation(kAlice, queue));
  EXPECT_EQ(state(queue), QueueState::kRunning);
  EXPECT_EQ(queue_for(1), queue);
  EXPECT_EQ(queues.complete_allocation(kAlice, queue).error(), kInvalid);  // twice
}

TEST_F(Vmq, VMQ_3_clearing_filters_steps_back) {
  const QueueId set = allocated();
  const FilterId one = with_filter(set, 1);
  const FilterId two = with_filter(set, 2);
  ASSERT_TRUE(queues.clear_filter(kAlice, set, one));
  EXPECT_EQ(state(set), QueueState::kSet);
  ASSERT_TRUE(queues.clear_filter(kAlice, set, two));
  EXPECT_EQ(state(set), QueueState::kAllocated);
}

TEST_F(Vmq, VMQ_4_a_queue_without_filters_gets_nothing) {
  const QueueId queue = paused();
  const FilterId one = with_filter(queue, 1);
  const FilterId two = with_filter(queue, 2);
  const auto before = queues.table();
  ASSERT_TRUE(queues.clear_filter(kAlice, queue, one));
  EXPECT_EQ(state(queue), QueueState::kRunning);
  EXPECT_EQ(queue_for(1), kDefaultQueue);
  EXPECT_EQ(queue_for(2), queue);
  ASSERT_TRUE(queues.clear_filter(kAlice, queue, two));
  EXPECT_EQ(state(queue), QueueState::kPaused);
  EXPECT_EQ(queue_for(2), kDefaultQueue);
  // Whoever still holds the old table sees it unchanged.
  const auto frame = FrameBuilder().ethernet(kSender, station(1)).arp({}).build();
  EXPECT_EQ(before->find(frame, wire::locate(frame), ActiveOffloads::all()).queue, queue);
}

TEST_F(Vmq, VMQ_6_each_completion_is_judged_by_itself) {
  const QueueId good = allocated();
  EXPECT_TRUE(queues.complete_allocation(kAlice, good));
  EXPECT_EQ(queues.complete_allocation(kAlice, QueueId{2}).error(), kInvalid);
  EXPECT_EQ(queues.complete_allocation(kAlice, QueueId{99}).error(), kInvalid);
}

TEST_F(Vmq, VMQ_7_freeing_waits_for_every_indicated_packet) {
  const QueueId queue = paused();
  const FilterId filter = with_filter(queue, 1);
  queues.indicated(queue, 3);
  EXPECT_EQ(queues.free(kAlice, queue).error(), kInvalid);  // filters are set
  ASSERT_TRUE(queues.clear_filter(kAlice, queue, filter));
  EXPECT_EQ(queues.dma_stopped(queue).error(), kInvalid);
  ASSERT_TRUE(queues.free(kAlice, queue));
  EXPECT_EQ(queues.free(kAlice, queue).error(), kInvalid);
  EXPECT_EQ(queues.set_filter(kAlice, queue, to(station(9))).error(), kInvalid);
  EXPECT_EQ(queues.indications_returned(queue).error(), kInvalid);
  ASSERT_TRUE(queues.dma_stopped(queue));
  EXPECT_FALSE(queues.returned(queue, 2));
  EXPECT_EQ(queues.indications_returned(queue).error(), kInvalid);
  EXPECT_TRUE(queues.returned(queue, 1));
  EXPECT_TRUE(queues.indications_returned(queue));
  EXPECT_EQ(queues.info(queue).error(), kInvalid);
}

TEST_F(Vmq, VMQ_10_refuses_tests_that_are_not_offered) {
  const QueueId queue = paused();
  FieldTest source = FieldTest::destination_mac(kSender);
  source.field = FilterField::kSourceMac;
  FieldTest masked = FieldTest::destination_mac(kSender);
  masked.operation = FilterOperation::kMaskEqual;
  FieldTest other = FieldTest::destination_mac(kSender);
  other.operation = FilterOperation::kNotEqual;
  for (const FieldTest& test : {source, masked, other})
    EXPECT_EQ(queues.set_filter(kAlice, queue, {.tests = {test}}).error(), kInvalid);
  EXPECT_EQ(queues.set_filter(kAlice, queue, {}).error(), kInvalid);

  ReceiveQueues generous(
      {.vlan_tests = false, .mask_equal_tests = true, .not_equal_tests = true, .other_fields = true});
  for (const FieldTest& test : {source, masked, other})
    EXPECT_TRUE(generous.set_filter(kAlice, kDefaultQueue, {.tests = {test}}));
  const ReceiveFilter vlan{.tests = {FieldTest::destination_mac(kSender), FieldTest::vlan_id(5)}};
  EXPECT_EQ(generous.set_filter(kAlice, kDefaultQueue, vlan).error(), kInvalid);  // KEY-27
  EXPECT_TRUE(queues.set_filter(kAlice, queue, vlan));
}

TEST_F(Vmq, VMQ_21_a_vsid_test_needs_the_flag_and_a_tenants_vsid) {
  EXPECT_TRUE(queues.set_filter(kAlice, kDefaultQueue, to_inner(kReceiver, kBlue)));
  EXPECT_TRUE(queues.set_filter(kAlice, kDefaultQueue, to_inner(kReceiver, Vsid::from(0x001000))));
  EXPECT_TRUE(queues.set_filter(kAlice, kDefaultQueue, to_inner(kReceiver, Vsid::from(0xFFFFFE))));
  for (const std::uint32_t vsid : {0U, 0xFFFU, 0xFFFFFFU})
    EXPECT_EQ(queues.set_filter(kAlice, kDefaultQueue, to_inner(kReceiver, Vsid::from(vsid))).error(), kInvalid);
  ReceiveFilter unflagged = to_inner(kSender, kBlue);
  unflagged.encapsulated = false;
  EXPECT_EQ(queues.set_filter(kAlice, kDefaultQueue, unflagged).error(), kInvalid);
}

TEST_F(Vmq, VMQ_23_refuses_the_same_tests_a_second_time) {
  const QueueId one = paused();
  const QueueId two = paused();
  const FieldTest mac = FieldTest::destination_mac(kReceiver);
  const FieldTest vlan = FieldTest::vlan_id(5);
  ASSERT_TRUE(queues.set_filter(kAlice, one, {.tests = {mac, vlan}}));
  EXPECT_EQ(queues.set_filter(kAlice, two, {.tests = {vlan, mac}}).error(), kInvalid);  // in another order
  EXPECT_TRUE(queues.set_filter(kAlice, two, {.tests = {mac}}));
  EXPECT_TRUE(queues.set_filter(kAlice, two, {.tests = {mac}, .encapsulated = true}));
  EXPECT_TRUE(queues.set_filter(kAlice, two, to_inner(kReceiver, kBlue)));
}

TEST_F(Vmq, VMQ_24_anyone_sets_filters_on_the_default_queue_only_the_owner_on_others) {
  const QueueId queue = paused(kAlice);
  EXPECT_EQ(queues.set_filter(kBob, queue, to(station(1))).error(), kInvalid);
  EXPECT_TRUE(queues.set_filter(kBob, kDefaultQueue, to(station(1))));
  EXPECT_TRUE(queues.set_filter(kAlice, kDefaultQueue, to(station(2))));
}

TEST_F(Vmq, VMQ_25_the_number_of_filters_is_limited) {
  for (std::uint8_t i = 1; i <= 4; ++i) with_filter(kDefaultQueue, i);
  EXPECT_EQ(queues.set_filter(kAlice, kDefaultQueue, to(station(5))).error(), ReceiveError::kResources);
  ASSERT_TRUE(queues.clear_filter(kAlice, kDefaultQueue, FilterId{1}));
  with_filter(kDefaultQueue, 5);
}

TEST_F(Vmq, VMQ_26_only_the_setter_clears_a_filter) {
  const QueueId queue = paused();
  const FilterId filter = with_filter(queue, 1);
  EXPECT_EQ(queues.clear_filter(kAlice, queue, FilterId{99}).error(), ReceiveError::kFileNotFound);
  EXPECT_EQ(queues.clear_filter(kAlice, queue, kNoFilter).error(), ReceiveError::kFileNotFound);
  EXPECT_EQ(queues.clear_filter(kAlice, kDefaultQueue, filter).error(), ReceiveError::kFileNotFound);
  EXPECT_EQ(queues.clear_filter(kBob, queue, filter).error(), ReceiveError::kNotAccepted);
  EXPECT_TRUE(queues.clear_filter(kAlice, queue, filter));
  EXPECT_EQ(queues.clear_filter(kAlice, queue, filter).error(), ReceiveError::kFileNotFound);
}

TEST_F(Vmq, VMQ_29_sends_on_a_queue_that_is_gone_use_the_default_one) {
  const QueueId queue = paused();
  EXPECT_EQ(queues.transmit_queue(queue), queue);
  EXPECT_EQ(queues.transmit_queue(QueueId{2}), kDefaultQueue);
  EXPECT_EQ(queues.transmit_queue(QueueId{77}), kDefaultQueue);
  ASSERT_TRUE(queues.free(kAlice, queue));
  EXPECT_EQ(queues.transmit_queue(queue), kDefaultQueue);
}

TEST_F(Vmq, VMQ_30_changes_only_what_the_change_names) {
  ReceiveQueueParameters parameters;
  parameters.suggested_receive_buffers = 64;
  parameters.port = 7;
  parameters.vm_name = "blue1";
  const QueueId queue = *queues.allocate(kAlice, parameters);
  ASSERT_TRUE(queues.change(kAlice, queue, {.per_queue_indication = true, .queue_name = "fast"}));
  parameters.per_queue_indication = true;
  parameters.queue_name = "fast";
  EXPECT_EQ(queues.info(queue)->parameters, parameters);
  ASSERT_TRUE(queues.change(kAlice, queue, {.affinity = ProcessorAffinity{6, 0}, .suggested_receive_buffers = 1}));
  EXPECT_EQ(queues.info(queue)->parameters.affinity.mask, 6U);
  EXPECT_EQ(queues.info(queue)->parameters.suggested_receive_buffers, 1U);
  EXPECT_EQ(queues.change(kBob, queue, {.queue_name = "mine"}).error(), kInvalid);
  ASSERT_TRUE(queues.free(kAlice, queue));
  EXPECT_EQ(queues.change(kAlice, queue, {.queue_name = "late"}).error(), kInvalid);
}

TEST_F(Vmq, VMQ_31_an_affinity_of_no_processor_is_refused) {
  EXPECT_EQ(queues.allocate(kAlice, {.affinity = {0, 0}}).error(), kInvalid);
  const QueueId queue = allocated();
  EXPECT_EQ(queues.change(kAlice, queue, {.affinity = ProcessorAffinity{0, 0}}).error(), kInvalid);
}

TEST_F(Vmq, VMQ_32_and_33_lists_queues_by_owner_and_filters_by_queue) {
  const QueueId one = paused(kAlice);
  const QueueId two = paused(kBob);
  with_filter(one, 1);
  const FilterId second = with_filter(one, 2);
  with_filter(one, 3);
  ASSERT_TRUE(queues.clear_filter(kAlice, one, second));
  ASSERT_EQ(queues.queues().size(), 2U);
  ASSERT_EQ(queues.queues(kBob).size(), 1U);
  EXPECT_EQ(queues.queues(kBob)[0].id, two);
  EXPECT_EQ(queues.queues(kAlice)[0].filter_count, 2U);
  const auto filters = queues.filters(one);
  ASSERT_EQ(filters->size(), 2U);
  EXPECT_EQ((*filters)[0].id, FilterId{1});
  EXPECT_EQ((*filters)[1].id, FilterId{3});
  EXPECT_TRUE(queues.filters(two)->empty());
  EXPECT_EQ(queues.filters(QueueId{3}).error(), kInvalid);
  EXPECT_EQ(queues.filter(FilterId{3})->filter, to(station(3)));
  EXPECT_EQ(queues.filter(FilterId{3})->queue, one);
  EXPECT_EQ(queues.filter(second).error(), kInvalid);
  EXPECT_EQ(queues.filter(kNoFilter).error(), kInvalid);
}

TEST_F(Vmq, VMQ_36_a_client_that_goes_leaves_nothing_behind) {
  const QueueId one = paused(kAlice);
  const QueueId two = allocated(kAlice);
  const QueueId bobs = paused(kBob);
  with_filter(one, 1);
  with_filter(two, 2);
  with_filter(kDefaultQueue, 3);
  const FilterId bobs_filter = with_filter(bobs, 4, kBob);
  const auto leftovers = queues.close(kAlice);
  EXPECT_EQ(leftovers.filters, (std::vector<FilterId>{FilterId{1}, FilterId{2}, FilterId{3}}));
  EXPECT_EQ(leftovers.queues, (std::vector<QueueId>{one, two}));
  for (const QueueId queue : leftovers.queues) {
    EXPECT_TRUE(queues.dma_stopped(queue));
    EXPECT_TRUE(queues.indications_returned(queue));
  }
  ASSERT_EQ(queues.queues().size(), 1U);
  EXPECT_EQ(queues.filter(bobs_filter)->owner, kBob);
  EXPECT_EQ(queue_for(1), kDefaultQueue);
  EXPECT_EQ(queue_for(4), bobs);
}
TEST_F(Vmq, VMQ_8_a_queue_that_stops_for_lack_of_filters_is_paused_and_its_dma_goes_on) {
  const QueueId queue = paused();
  const FilterId filter = with_filter(queue, 1);
  ASSERT_TRUE(queues.clear_filter(kAlice, queue, filter));
  EXPECT_EQ(reported(state(queue)), ReportedQueueState::kPaused);
  EXPECT_EQ(queues.dma_stopped(queue).error(), kInvalid) << "there is nothing to tell of";
  with_filter(queue, 2);
  EXPECT_EQ(state(queue), QueueState::kRunning);
}

// The slot is the façade's, which writes FilterId 0 into it; the queue comes from here.
TEST_F(Vmq, VMQ_27_what_is_indicated_names_its_queue) {
  const QueueId queue = paused();
  with_filter(queue, 2);
  ReceiveFilter inner = to_inner(kReceiver, kBlue);
  ASSERT_TRUE(queues.set_filter(kAlice, queue, inner));
  Batch batch;
  for (std::size_t i = 0; i < 2; ++i) {
    const ByteVector frame = data_segment(IpVersion::kV4, i).build();
    const auto match = queues.table()->find(frame, wire::locate(frame), ActiveOffloads::all());
    batch.add(frame).consumer = static_cast<std::uint32_t>(match.queue);
  }
  ASSERT_EQ(batch.run().size(), 1U);
  EXPECT_EQ(batch.collector.units[0].consumer, static_cast<std::uint32_t>(queue));
}

TEST_F(Vmq, VMQ_28_no_unit_holds_packets_of_two_queues) {
  const QueueId own = *queues.allocate(kAlice, {.per_queue_indication = true});
  EXPECT_TRUE(queues.info(own)->parameters.per_queue_indication);
  Batch batch;
  for (std::size_t i = 0; i < 4; ++i)
    batch.add(data_segment(IpVersion::kV4, i)).consumer = static_cast<std::uint32_t>(i < 2 ? own : kDefaultQueue);
  ASSERT_EQ(batch.run().size(), 2U);
  EXPECT_EQ(batch.collector.units[0].consumer, static_cast<std::uint32_t>(own));
  EXPECT_EQ(batch.collector.units[0].segments, 2U);
  EXPECT_EQ(batch.collector.units[1].consumer, 0U);
}

TEST(VmqOffer, VMQ_34_lookahead_split_changes_nothing) {
  const Adapter without(Capabilities(), keywords_of({{"RssOrVmqPreference", "1"}, {"VMQLookaheadSplit", "0"}}));
  const Adapter with(Capabilities(), keywords_of({{"RssOrVmqPreference", "1"}, {"VMQLookaheadSplit", "1"}}));
  EXPECT_EQ(with.current_configuration(), without.current_configuration());
  EXPECT_EQ(with.active(), without.active());
}

// Buffers, and that they may be too small, are the façade's; what it copies from is always whole.
TEST(VmqOffer, VMQ_35_lists_are_never_cut_short) {
  ReceiveQueues queues({.max_queues = 64, .max_filters = 256});
  for (std::uint32_t i = 1; i <= 64; ++i) ASSERT_EQ(queues.allocate(kAlice, {}), QueueId{i});
  for (std::uint8_t i = 0; i < 255; ++i) ASSERT_TRUE(queues.set_filter(kAlice, QueueId{64}, to(station(i))));
  EXPECT_EQ(queues.queues().size(), 64U);
  EXPECT_EQ(queues.filters(QueueId{64})->size(), 255U);
}

TEST(VmqOffer, VMQ_37_capabilities_are_published_while_vmq_is_enabled) {
  const auto current = [](const char* vmq, const char* vlan) {
    return Adapter(Capabilities(), keywords_of({{"RssOrVmqPreference", "1"}, {"VMQ", vmq}, {"VMQVlanFiltering", vlan}}))
        .current_configuration()
        .vmq;
  };
  const VmqSupport all = current("1", "1");
  EXPECT_TRUE(all.supported);
  EXPECT_TRUE(all.vlan_filtering);
  EXPECT_GT(all.queues, 0U);
  EXPECT_GE(all.filters, all.queues);  // VMQ-25
  EXPECT_TRUE(current("1", "0").supported);
  EXPECT_FALSE(current("1", "0").vlan_filtering);
  EXPECT_FALSE(current("0", "1").supported);
  EXPECT_TRUE(Adapter().hardware_capabilities().vmq.supported);
}

}  // namespace
}  // namespace nvgre::offload
