/// A hash table for look-ups on a frame's way: open addressing in one array, filled once, then only read.
#pragma once

#include <bit>
#include <cstddef>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace nvgre::overlay {

/// Maps keys to values; a key that is inserted twice keeps its first value.
/// @note  find() from any thread once nobody inserts any more; allocates nothing.
template <typename Key, typename Value>
class FlatTable {
 public:
  /// Inserts unless the key is there already. @return the value that the key has now
  Value& insert(const Key& key, Value value) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    auto& slot = slots_[position(key)];
    if (!slot) {
      slot.emplace(key, std::move(value));
      ++size_;
    }
    return slot->second;
  }

  /// @return The key's value, or nullptr.
  [[nodiscard]] const Value* find(const Key& key) const noexcept {
    if (slots_.empty()) return nullptr;
    const auto& slot = slots_[position(key)];
    return slot ? &slot->second : nullptr;
  }
  [[nodiscard]] Value* find(const Key& key) noexcept {
    return const_cast<Value*>(std::as_const(*this).find(key));  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  static constexpr std::size_t kFirstCapacity = 8;  ///< A power of two, like every capacity.

  /// Where the key is, or would be put. Ends, because at least half of the slots are free.
  [[nodiscard]] std::size_t position(const Key& key) const noexcept {
    const std::size_t mask = slots_.size() - 1;
    std::size_t index = std::hash<Key>{}(key)&mask;
    while (slots_[index] && slots_[index]->first != key) index = (index + 1) & mask;
    return index;
  }

  void grow() {
    auto old = std::exchange(slots_, {});
    slots_.resize(old.empty() ? kFirstCapacity : 2 * old.size());
    for (auto& slot : old)
      if (slot) slots_[position(slot->first)] = std::move(slot);
  }

  std::vector<std::optional<std::pair<Key, Value>>> slots_;
  std::size_t size_ = 0;
};

}  // namespace nvgre::overlay
