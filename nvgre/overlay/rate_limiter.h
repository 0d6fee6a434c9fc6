/// Bounds how often something is done for each of many: token buckets, so that one tenant can't use up another's.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace nvgre::overlay {

/// The buckets of one worker, written and read by it alone. Keys that are equal modulo kSlots share a bucket.
class RateLimiter {
 public:
  /// @param interval  Time in which a bucket gains one token.
  /// @param burst     Tokens a bucket holds at most; it starts full.
  RateLimiter(std::chrono::nanoseconds interval, unsigned burst) noexcept
      : interval_(interval), capacity_(interval * burst) {
    filled_.fill(capacity_);
  }

  /// Takes a token of the key's bucket. @return false if it is empty.
  /// @param now  Time since any fixed moment; a step back counts as none.
  [[nodiscard]] bool allow(std::uint32_t key, std::chrono::nanoseconds now) noexcept {
    auto& filled = filled_[key % kSlots];
    auto& seen = seen_[key % kSlots];
    filled = std::min(capacity_, filled + std::max(now - seen, std::chrono::nanoseconds::zero()));
    seen = now;
    if (filled < interval_) return false;
    filled -= interval_;
    return true;
  }

 private:
  static constexpr std::size_t kSlots = 256;

  std::chrono::nanoseconds interval_;
  std::chrono::nanoseconds capacity_;
  std::array<std::chrono::nanoseconds, kSlots> filled_{};  ///< Tokens, as the time that makes them.
  std::array<std::chrono::nanoseconds, kSlots> seen_{};    ///< When `filled_` was right.
};

}  // namespace nvgre::overlay
