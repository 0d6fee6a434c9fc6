// VMQ-3: what every call does in every state of a queue, by the table of "Queue States and Operations".
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/queue_state.h"
#include "nvgre/offload/receive_queue.h"
#include "tests/support/filters.h"

namespace nvgre::offload {
namespace {

using test::station;
using test::to;

constexpr ClientId kAlice{1};
constexpr QueueId kQueue{1};

constexpr QueueState kStates[] = {QueueState::kUndefined, QueueState::kAllocated, QueueState::kSet,
                                  QueueState::kRunning,   QueueState::kPaused,    QueueState::kDmaStopped,
                                  QueueState::kFreeing};

/// A row of "Queue States and Operations": U, A, S, R, P, D, F for the states, '.' for a blank cell.
struct Row {
  QueueEvent event;
  std::string_view next;
};

char letter(std::optional<QueueState> state) {
  constexpr std::string_view kLetters = "UASRPDF";
  return state ? kLetters[static_cast<std::size_t>(*state)] : '.';
}

TEST(VmqState, VMQ_3_every_cell_of_the_table) {
  const std::vector<Row> rows = {
      // from:                         UASRPDF
      {QueueEvent::kAllocate, "A......"},         {QueueEvent::kParameters, ".ASRP.."},
      {QueueEvent::kSetFilter, ".SSRR.."},        {QueueEvent::kClearLastFilter, "..AP..."},
      {QueueEvent::kClearFilter, "..SR..."},      {QueueEvent::kEnumerateFilters, ".ASRP.."},
      {QueueEvent::kFilterParameters, "..SR..."}, {QueueEvent::kAllocationComplete, ".PR...."},
      {QueueEvent::kReceive, "...R..."},          {QueueEvent::kFree, ".D..D.."},
      {QueueEvent::kDmaStopped, ".....F."},       {QueueEvent::kIndicationsReturned, "......U"},
  };
  ASSERT_EQ(rows.size(), kQueueEventCount);
  for (const Row& row : rows) {
    std::string next;
    for (const QueueState state : kStates) next += letter(next_state(state, row.event));
    EXPECT_EQ(next, row.next) << static_cast<int>(row.event);
  }
}

// D-26: NdisReceiveQueueOperationalStateUndefined 0, Running 1, Paused 2, DmaStopped 3.
TEST(VmqState, VMQ_3_reports_the_states_that_have_a_name_in_ndis) {
  std::vector<int> values;
  for (const QueueState state : kStates) values.push_back(static_cast<int>(reported(state)));
  EXPECT_EQ(values, (std::vector<int>{0, 2, 2, 1, 2, 3, 3}));
}
/// Queue 1 in one of the states, with as many filters as are asked for and the state allows.
struct Stage {
  ReceiveQueues queues{ReceiveFilterCapabilities()};
  std::vector<FilterId> filters;

  Stage(QueueState state, std::size_t filter_count) {
    if (state == QueueState::kUndefined) return;
    EXPECT_EQ(queues.allocate(kAlice, {}), kQueue);
    if (state == QueueState::kPaused || state == QueueState::kRunning) {
      EXPECT_TRUE(queues.complete_allocation(kAlice, kQueue));
    }
    if (state == QueueState::kSet || state == QueueState::kRunning)
      for (std::size_t i = 0; i < filter_count; ++i) add_filter(static_cast<std::uint8_t>(i));
    if (state != QueueState::kDmaStopped && state != QueueState::kFreeing) return;
    EXPECT_TRUE(queues.free(kAlice, kQueue));
    if (state == QueueState::kFreeing) {
      EXPECT_TRUE(queues.dma_stopped(kQueue));
    }
  }
  bool add_filter(std::uint8_t number) {
    const auto filter = queues.set_filter(kAlice, kQueue, to(station(number)));
    if (filter) filters.push_back(*filter);
    return filter.has_value();
  }
  bool clear_one() { return !filters.empty() && queues.clear_filter(kAlice, kQueue, filters.back()).has_value(); }
  [[nodiscard]] std::optional<QueueState> state() const {
    for (const auto& info : queues.queues())
      if (info.id == kQueue) return info.state;
    return QueueState::kUndefined;
  }
  [[nodiscard]] bool is_steered_to() const {
    wire::FrameBuilder builder;
    const auto frame = builder.ethernet(test::kSender, station(0)).arp({}).build();
    return queues.table()->find(frame, wire::locate(frame), ActiveOffloads::all()).queue == kQueue;
  }
};

/// A call, and the row that it has to follow. Allocation has no row here: it always gives a queue that is Undefined.
struct Call {
  const char* name;
  std::size_t filters_before;
  std::function<bool(Stage&)> run;
  std::string_view next;
};

TEST(VmqState, VMQ_3_every_call_in_every_state) {
  const std::vector<Call> calls = {
      // from:                                                                                         UASRPDF
      {"change", 1, [](Stage& s) { return s.queues.change(kAlice, kQueue, {}).has_value(); }, ".ASRP.."},
      {"set filter", 1, [](Stage& s) { return s.add_filter(9); }, ".SSRR.."},
      {"clear the last filter", 1, [](Stage& s) { return s.clear_one(); }, "..AP..."},
      {"clear another filter", 2, [](Stage& s) { return s.clear_one(); }, "..SR..."},
      {"list filters", 1, [](Stage& s) { return s.queues.filters(kQueue).has_value(); }, ".ASRP.."},
      {"complete", 1, [](Stage& s) { return s.queues.complete_allocation(kAlice, kQueue).has_value(); }, ".PR...."},
      {"receive", 1, [](Stage& s) { return s.is_steered_to(); }, "...R..."},
      {"free", 0, [](Stage& s) { return s.queues.free(kAlice, kQueue).has_value(); }, ".D..D.."},
      {"DMA stopped", 1, [](Stage& s) { return s.queues.dma_stopped(kQueue).has_value(); }, ".....F."},
      {"all returned", 1, [](Stage& s) { return s.queues.indications_returned(kQueue).has_value(); }, "......U"},
  };
  for (const Call& call : calls) {
    std::string next;
    for (const QueueState state : kStates) {
      const bool needs_filter = state == QueueState::kSet || state == QueueState::kRunning;
      if (needs_filter && call.filters_before == 0) {  // freeing with filters set is refused (VMQ-7)
        Stage with_filter(state, 1);
        EXPECT_FALSE(call.run(with_filter)) << call.name;
        next += '.';
        continue;
      }
      Stage stage(state, call.filters_before);
      ASSERT_EQ(stage.state(), state) << call.name;
      const bool is_done = call.run(stage);
      next += letter(is_done ? stage.state() : std::nullopt);
      if (!is_done) {
        EXPECT_EQ(stage.state(), state) << call.name << ": refused, but changed";
      }
    }
    EXPECT_EQ(next, call.next) << call.name;
  }
}

}  // namespace
}  // namespace nvgre::offload
