/// The life of a receive queue (VMQ-3, D-26, D-27): a table, read by whoever changes a queue.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace nvgre::offload {

enum class QueueState : std::uint8_t { kUndefined, kAllocated, kSet, kRunning, kPaused, kDmaStopped, kFreeing };
inline constexpr std::size_t kQueueStateCount = 7;

enum class QueueEvent : std::uint8_t {
  kAllocate,             ///< OID_RECEIVE_FILTER_ALLOCATE_QUEUE.
  kParameters,           ///< Query or set of the queue's parameters.
  kSetFilter,            ///< A filter is set.
  kClearLastFilter,      ///< The only filter that was left is cleared.
  kClearFilter,          ///< Another one is cleared.
  kEnumerateFilters,     ///< The queue's filters are listed.
  kFilterParameters,     ///< Query of one filter.
  kAllocationComplete,   ///< The allocation is complete; the queue may run.
  kReceive,              ///< A packet is indicated.
  kFree,                 ///< OID_RECEIVE_FILTER_FREE_QUEUE.
  kDmaStopped,           ///< Delivery has stopped and NDIS_STATUS_RECEIVE_QUEUE_STATE was sent.
  kIndicationsReturned,  ///< Every indicated packet has come back.
};
inline constexpr std::size_t kQueueEventCount = 12;

/// What a queue's state is reported as: NDIS_RECEIVE_QUEUE_OPERATIONAL_STATE (D-26).
enum class ReportedQueueState : std::uint8_t { kUndefined, kRunning, kPaused, kDmaStopped };

namespace detail {

/// A row of the table: the state that follows each state, or nothing where the pair is not allowed.
using QueueTransitions = std::array<std::optional<QueueState>, kQueueStateCount>;

consteval std::array<QueueTransitions, kQueueEventCount> queue_transition_table() {
  const std::optional<QueueState> no;
  const auto allocated = QueueState::kAllocated, set = QueueState::kSet, running = QueueState::kRunning,
             paused = QueueState::kPaused, stopped = QueueState::kDmaStopped, freeing = QueueState::kFreeing,
             undefined = QueueState::kUndefined;
  // clang-format off
  return {{
      // Undefined   Allocated  Set        Running   Paused   DMA stopped  Freeing
      {allocated,    no,        no,        no,       no,      no,          no},         // kAllocate
      {no,           allocated, set,       running,  paused,  no,          no},         // kParameters
      {no,           set,       set,       running,  running, no,          no},         // kSetFilter
      {no,           no,        allocated, paused,   no,      no,          no},         // kClearLastFilter
      {no,           no,        set,       running,  no,      no,          no},         // kClearFilter
      {no,           allocated, set,       running,  paused,  no,          no},         // kEnumerateFilters
      {no,           no,        set,       running,  no,      no,          no},         // kFilterParameters
      {no,           paused,    running,   no,       no,      no,          no},         // kAllocationComplete
      {no,           no,        no,        running,  no,      no,          no},         // kReceive
      {no,           stopped,   no,        no,       stopped, no,          no},         // kFree
      {no,           no,        no,        no,       no,      freeing,     no},         // kDmaStopped
      {no,           no,        no,        no,       no,      no,          undefined},  // kIndicationsReturned
  }};
  // clang-format on
}

inline constexpr auto kQueueTransitions = queue_transition_table();

}  // namespace detail

/// @return  The state after `event`, or nothing if the event is not allowed in `state`: the request fails with
///          NDIS_STATUS_INVALID_PARAMETER and the state stays (D-27).
[[nodiscard]] constexpr std::optional<QueueState> next_state(QueueState state, QueueEvent event) noexcept {
  return detail::kQueueTransitions[static_cast<std::size_t>(event)][static_cast<std::size_t>(state)];
}

[[nodiscard]] constexpr ReportedQueueState reported(QueueState state) noexcept {
  switch (state) {
    case QueueState::kUndefined:
      return ReportedQueueState::kUndefined;
    case QueueState::kRunning:
      return ReportedQueueState::kRunning;
    case QueueState::kAllocated:
    case QueueState::kSet:
    case QueueState::kPaused:
      return ReportedQueueState::kPaused;
    case QueueState::kDmaStopped:
    case QueueState::kFreeing:
      return ReportedQueueState::kDmaStopped;
  }
  return ReportedQueueState::kUndefined;
}

}  // namespace nvgre::offload
