#include "nvgre/offload/packet_emitter.h"

#include <algorithm>
#include <cassert>

namespace nvgre::offload {

void PacketEmitter::begin(std::size_t header_size, std::size_t payload_size) noexcept {
  const auto size = header_size + payload_size;
  const auto room = sink_.room(size);
  // A sink whose room is too small is as good as one without: it is given slices.
  packet_ = room.size() >= size ? room.first(size) : bounce_.first(bounce_.empty() ? 0 : size);
  filled_ = header_size;
  slice_count_ = 0;
}

template <typename Copy, typename Read>
void PacketEmitter::append_runs(GatherCursor& payload, std::size_t size, Copy copy, Read read) noexcept {
  while (size > 0) {
    const auto run = payload.take(size);
    assert(!run.empty());
    size -= run.size();
    if (!packet_.empty()) {
      copy(packet_.subspan(filled_, run.size()), run);
      filled_ += run.size();
    } else {
      read(run);
      slices_[slice_count_++] = run;
    }
  }
}

void PacketEmitter::append(GatherCursor& payload, std::size_t size, wire::InternetSum& sum) noexcept {
  append_runs(
      payload, size, [&sum](wire::MutableBytes to, wire::Bytes from) { sum.add_copy(to, from); },
      [&sum](wire::Bytes from) { sum.add(from); });
}

void PacketEmitter::append(GatherCursor& payload, std::size_t size) noexcept {
  append_runs(
      payload, size, [](wire::MutableBytes to, wire::Bytes from) { std::copy(from.begin(), from.end(), to.begin()); },
      [](wire::Bytes) {});
}

bool PacketEmitter::finish(wire::Bytes headers) noexcept {
  if (packet_.empty()) return sink_.emit({.headers = headers, .payload = std::span(slices_).first(slice_count_)});
  std::copy(headers.begin(), headers.end(), packet_.begin());  // g++ 12 copies byte by byte in std::ranges::copy()
  return sink_.emit({.headers = packet_, .payload = {}});
}

}  // namespace nvgre::offload
