/// Gather lists: one packet in any number of pieces, split at any byte (D-19, LOC-17).
#pragma once

#include <cstddef>
#include <span>

#include "nvgre/wire/bytes.h"

namespace nvgre::offload {

/// The pieces of one packet in order; empty pieces are allowed. The bytes are not owned.
using GatherList = std::span<const wire::Bytes>;

/// Bytes of all pieces together.
[[nodiscard]] std::size_t total_size(GatherList pieces) noexcept;

/// Copies the first bytes of the packet into `out`: how split headers become contiguous.
/// @return  How many bytes were copied: out.size(), or fewer if the packet is shorter.
std::size_t copy_prefix(GatherList pieces, wire::MutableBytes out) noexcept;

/// Walks a gather list from front to back and cuts slices off it, without copying.
class GatherCursor {
 public:
  /// @param offset  Bytes of the packet to step over first.
  explicit GatherCursor(GatherList pieces, std::size_t offset = 0) noexcept;

  /// Bytes that are left.
  [[nodiscard]] std::size_t remaining() const noexcept { return remaining_; }
  /// Takes the next contiguous run of at most `size` bytes; empty at the end.
  [[nodiscard]] wire::Bytes take(std::size_t size) noexcept;

 private:
  GatherList pieces_;
  std::size_t piece_ = 0;
  std::size_t offset_ = 0;
  std::size_t remaining_ = 0;
};

}  // namespace nvgre::offload
