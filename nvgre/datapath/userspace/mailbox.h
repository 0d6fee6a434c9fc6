/// Notes from one worker to the control side: a ring with one writer and one reader, which never makes the writer wait.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <optional>

namespace nvgre::datapath::userspace {

/// @tparam Note  Small and trivially copyable.
template <typename Note, std::size_t kSize>
class Mailbox {
 public:
  /// The writer's. @return false if the ring is full: the note is lost.
  bool put(const Note& note) noexcept {
    const std::size_t next = written_.load(std::memory_order_relaxed);
    if (next - read_.load(std::memory_order_acquire) == kSize) return false;
    notes_[next % kSize] = note;
    written_.store(next + 1, std::memory_order_release);
    return true;
  }

  /// The reader's. @return The oldest note, or nothing.
  std::optional<Note> take() noexcept {
    const std::size_t next = read_.load(std::memory_order_relaxed);
    if (next == written_.load(std::memory_order_acquire)) return std::nullopt;
    const Note note = notes_[next % kSize];
    read_.store(next + 1, std::memory_order_release);
    return note;
  }

 private:
  std::array<Note, kSize> notes_{};
  std::atomic<std::size_t> written_{0};
  std::atomic<std::size_t> read_{0};
};

}  // namespace nvgre::datapath::userspace
