// Every cell of the state machine of receive queues that a request can meet, through OIDs.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/adapter_snapshot.h"
#include "tests/support/queue_bench.h"

namespace nvgre::ndis {
namespace {

using offload::QueueEvent;
using offload::QueueId;
using offload::QueueState;
using test::allocation_complete;
using test::Buffer;
using test::buffer_of;
using test::clear_filter;
using test::filter_query;
using test::filter_request;
using test::filters_of;
using test::free_queue;
using test::mac_field;
using test::queue_parameters;
using test::QueueBench;
using test::snapshot_of;
using test::structure_at;

constexpr ULONG kRunning = NdisReceiveQueueOperationalStateRunning;
constexpr ULONG kPaused = NdisReceiveQueueOperationalStatePaused;
constexpr ULONG kDmaStopped = NdisReceiveQueueOperationalStateDmaStopped;

/// A queue in `state`; its id is always 1. Some states hold for an instant only and cannot be met from outside.
bool bring_into(QueueBench& bench, QueueState state) {
  if (state == QueueState::kUndefined) return true;
  if (state == QueueState::kDmaStopped) return false;  // lasts while the status is indicated
  bench.allocate();
  if (state == QueueState::kAllocated) return true;
  if (state == QueueState::kSet) {
    bench.set_filter(1, 1);
    return true;
  }
  bench.complete(1);
  if (state == QueueState::kRunning) bench.set_filter(1, 1);
  if (state == QueueState::kFreeing) {
    bench.adapter.receive_queues()->indicated(QueueId{1}, 1);
    EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(1)).status, NDIS_STATUS_PENDING);
  }
  return true;
}

NDIS_STATUS send(QueueBench& bench, QueueEvent event) {
  Buffer buffer;
  switch (event) {
    case QueueEvent::kParameters:
      buffer = buffer_of(queue_parameters(0, 1));
      return bench.method(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer).status;
    case QueueEvent::kSetFilter:
      buffer = filter_request(1, {mac_field(99)});
      return bench.method(OID_RECEIVE_FILTER_SET_FILTER, buffer).status;
    case QueueEvent::kEnumerateFilters:
      buffer = filters_of(1);
      return bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer).status;
    case QueueEvent::kAllocationComplete: {
      buffer = allocation_complete({1});
      EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE, buffer).status, NDIS_STATUS_SUCCESS);
      return structure_at<NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS>(buffer, 20).CompletionStatus;
    }
    case QueueEvent::kFree:
      return bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(1)).status;
    case QueueEvent::kFilterParameters:
      buffer = filter_query(1);
      return bench.method(OID_RECEIVE_FILTER_PARAMETERS, buffer).status;
    case QueueEvent::kClearLastFilter:
      return bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(1, 1)).status;
    default:
      return NDIS_STATUS_FAILURE;
  }
}

/// VMQ-3's table as the requirements have it: which events a state allows. Rows of events about one filter are left to
/// states that have a filter: without one there is no id to name.
const std::map<QueueEvent, std::vector<QueueState>>& allowed() {
  using enum QueueState;
  static const std::map<QueueEvent, std::vector<QueueState>> kAllowed = {
      {QueueEvent::kParameters, {kAllocated, kSet, kRunning, kPaused}},
      {QueueEvent::kSetFilter, {kAllocated, kSet, kRunning, kPaused}},
      {QueueEvent::kEnumerateFilters, {kAllocated, kSet, kRunning, kPaused}},
      {QueueEvent::kFilterParameters, {kSet, kRunning}},
      {QueueEvent::kClearLastFilter, {kSet, kRunning}},
      {QueueEvent::kAllocationComplete, {kAllocated, kSet}},
      {QueueEvent::kFree, {kAllocated, kPaused}}};
  return kAllowed;
}

TEST(QueueStates, VMQ_3_each_state_allows_its_requests_and_refuses_the_others_without_a_trace) {
  using enum QueueState;
  for (const auto& [event, states] : allowed())
    for (const auto state : {kUndefined, kAllocated, kSet, kRunning, kPaused, kFreeing}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(event)) + " in " + std::to_string(static_cast<int>(state)));
      QueueBench bench;
      ASSERT_TRUE(bring_into(bench, state));
      const auto before = snapshot_of(bench.adapter);
      const bool is_allowed = std::ranges::find(states, state) != states.end();
      const auto status = send(bench, event);
      if (is_allowed) {
        EXPECT_EQ(status, NDIS_STATUS_SUCCESS);
      } else {
        const auto refusal =
            event == QueueEvent::kClearLastFilter ? NDIS_STATUS_FILE_NOT_FOUND : NDIS_STATUS_INVALID_PARAMETER;
        EXPECT_EQ(status, refusal);
        EXPECT_EQ(snapshot_of(bench.adapter), before);
      }
    }
}

TEST(QueueStates, VMQ_3_D_26_the_states_that_follow_are_reported) {
  QueueBench bench;
  const auto queue = bench.allocate();
  EXPECT_EQ(bench.state_of(queue), kPaused) << "Allocated reads Paused";
  const auto filter = bench.set_filter(queue, 1);
  EXPECT_EQ(bench.state_of(queue), kPaused) << "Set reads Paused";
  bench.complete(queue);
  EXPECT_EQ(bench.state_of(queue), kRunning);
  bench.set_filter(queue, 2);
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(queue, filter));
  EXPECT_EQ(bench.state_of(queue), kRunning) << "one is left";
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(queue, filter + 1));
  EXPECT_EQ(bench.state_of(queue), kPaused);
  bench.adapter.receive_queues()->indicated(QueueId{queue}, 1);
  bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue));
  EXPECT_EQ(bench.state_of(queue), kDmaStopped) << "Freeing reads DMA stopped";
}

}  // namespace
}  // namespace nvgre::ndis
