#include "nvgre/datapath/userspace/tap_reader.h"

#include <cerrno>
#include <span>

#include <unistd.h>

#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {

Burst TapReader::receive(int queue) noexcept {
  Burst burst;
  burst.is_exhausted = false;
  std::size_t count = 0, bytes = 0;
  for (std::size_t i = 0; i < FrameBuffers::kCount && bytes < kMaxBurstBytes; ++i) {
    const auto slot = buffers_.slot(i);
    const auto size = ::read(queue, slot.data(), slot.size());
    if (size < 0 && errno == EINVAL) {  // one frame that has no virtio-net form; those behind it have
      ++burst.malformed;
      continue;
    }
    if (size < 0) {
      burst.is_exhausted = true;
      if (errno != EAGAIN && errno != EINTR) burst.error = errno;
      break;
    }
    const auto taken = static_cast<std::size_t>(size);
    bytes += taken;
    if (taken < kVnetHeaderSize) {
      ++burst.malformed;
      continue;
    }
    const auto frame = slot.first(taken).subspan(kVnetHeaderSize);
    const auto metadata = read_vnet_header(slot, frame.size());
    if (!metadata) {
      ++burst.malformed;
      continue;
    }
    frames_[count++] = {.bytes = frame, .tag_control = std::nullopt, .metadata = *metadata};
  }
  burst.frames = std::span(frames_).first(count);
  return burst;
}

}  // namespace nvgre::datapath::userspace
