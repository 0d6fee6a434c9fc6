/// A progress bar on standard error, for work that takes longer than one looks away.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace nvgre::cli {

/// Silent where standard error is no terminal, where the end is not known, and in the first half second.
class ProgressBar {
 public:
  /// @param total  What position will be at the end.
  explicit ProgressBar(std::optional<std::uint64_t> total);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar() { hide(); }

  /// Draws it if a tenth of a second has passed since the last time.
  void show(std::uint64_t position);
  /// Takes it off the terminal, before anything else is written there.
  void hide();

 private:
  using Clock = std::chrono::steady_clock;
  std::uint64_t total_;
  bool is_wanted_;
  bool is_visible_ = false;
  Clock::time_point next_;
};

}  // namespace nvgre::cli
