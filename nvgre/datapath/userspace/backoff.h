/// When something that failed is tried again: soon at first, then ever more rarely, but never given up.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

namespace nvgre::datapath::userspace {

/// @note  Time is passed in.
class Backoff {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr Clock::duration kShortest = std::chrono::seconds(1);
  static constexpr Clock::duration kLongest = std::chrono::seconds(60);

  /// Something was tried just now. A try that came before its time, because the kernel reported a change, does not put
  /// off the next.
  void tried(Clock::time_point now, bool has_failed) noexcept {
    if (!has_failed) {
      next_.reset();
      wait_ = kShortest;
    } else if (!next_ || now >= *next_) {
      next_ = now + wait_;
      wait_ = std::min(2 * wait_, kLongest);
    }
  }

  /// When to try next; nothing: there is nothing to try.
  [[nodiscard]] std::optional<Clock::time_point> next() const noexcept { return next_; }

 private:
  Clock::duration wait_ = kShortest;
  std::optional<Clock::time_point> next_;
};

}  // namespace nvgre::datapath::userspace
