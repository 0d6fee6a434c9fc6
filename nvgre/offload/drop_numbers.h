/// How many frames were refused and requests failed, by reason: as plain numbers, which are copied, added up and shown,
/// or as counters, which one worker writes while anyone reads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/offload/relaxed_counter.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::offload {

/// One number for each reason.
/// @tparam Number  std::uint64_t or RelaxedCounter.
template <typename Number>
class DropNumbers {
 public:
  [[nodiscard]] Number& operator[](wire::DropReason reason) noexcept {
    return numbers_[static_cast<std::size_t>(reason)];
  }
  [[nodiscard]] const Number& operator[](wire::DropReason reason) const noexcept {
    return numbers_[static_cast<std::size_t>(reason)];
  }
  /// Calls `take(reason, number)` for every reason.
  template <typename Take>
  void for_each(Take take) const {
    for (std::size_t i = 0; i < numbers_.size(); ++i) take(static_cast<wire::DropReason>(i), numbers_[i]);
  }

 private:
  std::array<Number, wire::kDropReasonCount> numbers_{};
};

[[nodiscard]] constexpr std::uint64_t number(std::uint64_t value) noexcept {
  return value;
}
[[nodiscard]] inline std::uint64_t number(const RelaxedCounter& counter) noexcept {
  return counter.value();
}

template <typename Number>
DropNumbers<std::uint64_t>& operator+=(DropNumbers<std::uint64_t>& sum, const DropNumbers<Number>& added) noexcept {
  added.for_each([&sum](wire::DropReason reason, const Number& value) { sum[reason] += number(value); });
  return sum;
}

/// All reasons together.
template <typename Number>
[[nodiscard]] std::uint64_t total(const DropNumbers<Number>& drops) noexcept {
  std::uint64_t sum = 0;
  drops.for_each([&sum](wire::DropReason, const Number& value) { sum += number(value); });
  return sum;
}

}  // namespace nvgre::offload
