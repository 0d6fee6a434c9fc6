#include "nvgre/offload/gather.h"

#include <algorithm>

namespace nvgre::offload {

std::size_t total_size(GatherList pieces) noexcept {
  std::size_t size = 0;
  for (const auto piece : pieces) size += piece.size();
  return size;
}

std::size_t copy_prefix(GatherList pieces, wire::MutableBytes out) noexcept {
  std::size_t copied = 0;
  for (const auto piece : pieces) {
    const auto size = std::min(piece.size(), out.size() - copied);
    std::copy_n(piece.begin(), size, out.begin() + static_cast<std::ptrdiff_t>(copied));
    copied += size;
  }
  return copied;
}

GatherCursor::GatherCursor(GatherList pieces, std::size_t offset) noexcept
    : pieces_(pieces), remaining_(total_size(pieces)) {
  while (offset > 0 && remaining_ > 0) offset -= take(offset).size();
}

wire::Bytes GatherCursor::take(std::size_t size) noexcept {
  while (piece_ < pieces_.size() && offset_ == pieces_[piece_].size()) {
    ++piece_;
    offset_ = 0;
  }
  if (piece_ == pieces_.size() || size == 0) return {};
  const auto run = pieces_[piece_].subspan(offset_, std::min(size, pieces_[piece_].size() - offset_));
  offset_ += run.size();
  remaining_ -= run.size();
  return run;
}

}  // namespace nvgre::offload
