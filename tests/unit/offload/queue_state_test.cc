#include "nvgre/offload/queue_state.h"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

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

TEST(QueueState, VMQ_3_every_cell_of_the_table) {
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
TEST(QueueState, VMQ_3_reports_the_states_that_have_a_name_in_ndis) {
  std::vector<int> values;
  for (const QueueState state : kStates) values.push_back(static_cast<int>(reported(state)));
  EXPECT_EQ(values, (std::vector<int>{0, 2, 2, 1, 2, 3, 3}));
}

}  // namespace
}  // namespace nvgre::offload
