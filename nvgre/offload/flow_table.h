/// The flows of one batch, each with its unit: a small open-addressed table that is emptied as a whole.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "nvgre/offload/flow_key.h"
#include "nvgre/offload/unit_in_progress.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::offload {

/// A flow stays in the table until the batch ends; its unit may end and begin again.
struct Flow {
  FlowKey key;
  UnitInProgress unit;
};

class FlowTable {
 public:
  /// @param capacity  Flows at most, 1 or more.
  /// @param slices    Payload slices of each flow's unit.
  FlowTable(std::size_t capacity, std::size_t slices);

  /// @return  The flow, or nullptr. Fast if it is the one found last.
  [[nodiscard]] Flow* find(const FlowKey& key) noexcept;
  /// A new flow without a unit. @pre !is_full() and the key is not in the table
  [[nodiscard]] Flow& insert(const FlowKey& key) noexcept;
  [[nodiscard]] bool is_full() const noexcept { return count_ == flows_.size(); }
  /// In the order in which they were inserted.
  [[nodiscard]] std::span<Flow> flows() noexcept { return std::span(flows_).first(count_); }
  void clear() noexcept;

 private:
  static constexpr std::uint32_t kEmpty = ~std::uint32_t{0};

  std::vector<Flow> flows_;           ///< The first count_ are in use.
  std::vector<wire::Bytes> slices_;   ///< Room of all flows.
  std::vector<std::uint32_t> slots_;  ///< Index into flows_; at least twice as many, a power of two.
  std::size_t count_ = 0;
  std::size_t last_ = 0;  ///< Found or inserted last.
};

}  // namespace nvgre::offload
