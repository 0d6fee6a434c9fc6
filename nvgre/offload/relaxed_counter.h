/// A counter that one thread writes and others read: no lock, no bus-locked instruction.
#pragma once

#include <atomic>
#include <cstdint>

namespace nvgre::offload {

/// Counts up from 0. Copies and sums read the present value, so a struct of counters adds up like a struct of numbers.
/// @note  One writer at a time; any number of readers, who may see a value that is a moment old. Counters that were
///        written together may be read apart.
class RelaxedCounter {
 public:
  constexpr RelaxedCounter() noexcept = default;
  explicit constexpr RelaxedCounter(std::uint64_t value) noexcept : value_(value) {}
  RelaxedCounter(const RelaxedCounter& other) noexcept : value_(other.value()) {}
  RelaxedCounter& operator=(const RelaxedCounter& other) noexcept {
    value_.store(other.value(), std::memory_order_relaxed);
    return *this;
  }

  /// A load and a store, because nobody else writes.
  RelaxedCounter& operator+=(std::uint64_t amount) noexcept {
    value_.store(value() + amount, std::memory_order_relaxed);
    return *this;
  }
  RelaxedCounter& operator+=(const RelaxedCounter& other) noexcept { return *this += other.value(); }
  RelaxedCounter& operator++() noexcept { return *this += 1; }

  [[nodiscard]] std::uint64_t value() const noexcept { return value_.load(std::memory_order_relaxed); }
  friend bool operator==(const RelaxedCounter& counter, std::uint64_t value) noexcept {
    return counter.value() == value;
  }

 private:
  std::atomic<std::uint64_t> value_ = 0;
};

}  // namespace nvgre::offload
