#include "nvgre/offload/flow_table.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace nvgre::offload {

FlowTable::FlowTable(std::size_t capacity, std::size_t slices)
    : flows_(capacity), slices_(capacity * slices), slots_(std::bit_ceil(2 * capacity), kEmpty) {
  assert(capacity > 0 && slices > 0);
  for (std::size_t i = 0; i < capacity; ++i) flows_[i].unit.slices = std::span(slices_).subspan(i * slices, slices);
}

Flow* FlowTable::find(const FlowKey& key) noexcept {
  if (count_ == 0) return nullptr;
  if (flows_[last_].key == key) return &flows_[last_];
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t slot = key.hash() & mask; slots_[slot] != kEmpty; slot = (slot + 1) & mask) {
    if (flows_[slots_[slot]].key != key) continue;
    last_ = slots_[slot];
    return &flows_[last_];
  }
  return nullptr;
}

Flow& FlowTable::insert(const FlowKey& key) noexcept {
  assert(!is_full());
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = key.hash() & mask;
  while (slots_[slot] != kEmpty) slot = (slot + 1) & mask;
  slots_[slot] = static_cast<std::uint32_t>(count_);
  last_ = count_++;
  flows_[last_].key = key;
  return flows_[last_];
}

void FlowTable::clear() noexcept {
  if (count_ == 0) return;
  std::ranges::fill(slots_, kEmpty);
  count_ = 0;
}

}  // namespace nvgre::offload
