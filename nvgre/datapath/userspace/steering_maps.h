/// The maps of the steering program, kept as the adapter says while the program runs.
///
/// A frame is steered by one state or by the next one, never by a mixture: hash settings are written into the copy that
/// is not in use, and then it is chosen; a queue's workers are single bytes; a filter is one entry. When a call
/// returns, every frame is steered by the new state.
#pragma once

#include <cstdint>
#include <map>

#include "nvgre/datapath/steering.h"
#include "nvgre/datapath/userspace/bpf_system.h"
#include "nvgre/datapath/userspace/steering_layout.h"
#include "nvgre/datapath/userspace/steering_program.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @note  One thread at a time.
class SteeringMaps {
 public:
  /// Everything goes to worker 0 at first.
  [[nodiscard]] static Result<SteeringMaps> make();

  [[nodiscard]] Result<void> apply(const Steering& steering);
  [[nodiscard]] Result<void> apply(const offload::ActiveOffloads& offloads);

  [[nodiscard]] SteeringMapNumbers numbers() const noexcept {
    return {.selector = selector_.number(),
            .hash = hash_.number(),
            .queues = queues_.number(),
            .filters = filters_.number()};
  }

 private:
  using FilterQueues = std::map<FilterKey, std::uint32_t>;
  SteeringMaps(BpfMap selector, BpfMap hash, BpfMap queues, BpfMap filters)
      : selector_(std::move(selector)),
        hash_(std::move(hash)),
        queues_(std::move(queues)),
        filters_(std::move(filters)) {}

  [[nodiscard]] Result<void> write_hash(const Steering& steering, const offload::ActiveOffloads& offloads);
  [[nodiscard]] Result<void> write_queues(const Steering& steering);
  [[nodiscard]] Result<void> write_filters(const FilterQueues& wanted);

  BpfMap selector_, hash_, queues_, filters_;
  std::uint32_t copy_in_use_ = 0;
  Steering steering_;
  offload::ActiveOffloads offloads_;
  FilterQueues filter_queues_;
};

}  // namespace nvgre::datapath::userspace
