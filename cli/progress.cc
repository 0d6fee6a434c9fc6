#include "cli/progress.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>
#include <unistd.h>

namespace nvgre::cli {
namespace {

constexpr std::size_t kWidth = 40;
constexpr auto kSilence = std::chrono::milliseconds(500);
constexpr auto kInterval = std::chrono::milliseconds(100);

}  // namespace

ProgressBar::ProgressBar(std::optional<std::uint64_t> total)
    : total_(total.value_or(0)), is_wanted_(total_ > 0 && isatty(STDERR_FILENO) == 1), next_(Clock::now() + kSilence) {}

void ProgressBar::show(std::uint64_t position) {
  if (!is_wanted_ || Clock::now() < next_) return;
  next_ = Clock::now() + kInterval;
  const auto percent = std::min<std::uint64_t>(100, position * 100 / total_);
  const auto filled = static_cast<std::size_t>(percent) * kWidth / 100;
  fmt::print(stderr, "\r[{}{}] {:3} %", std::string(filled, '#'), std::string(kWidth - filled, ' '), percent);
  std::fflush(stderr);
  is_visible_ = true;
}

void ProgressBar::hide() {
  if (!is_visible_) return;
  fmt::print(stderr, "\r\033[K");
  std::fflush(stderr);
  is_visible_ = false;
}

}  // namespace nvgre::cli
