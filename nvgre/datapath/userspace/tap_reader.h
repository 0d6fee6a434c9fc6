/// Takes bursts of frames from TAP queues: one read() a frame or super-frame.
#pragma once

#include <array>
#include <cstddef>

#include "nvgre/datapath/userspace/burst.h"
#include "nvgre/datapath/userspace/frame_buffers.h"

namespace nvgre::datapath::userspace {

/// @note  One worker's own; its queues take turns.
class TapReader {
 public:
  explicit TapReader(const FrameBuffers& buffers) : buffers_(buffers) {}

  /// Takes what waits on a queue, at most a burst, without waiting.
  [[nodiscard]] Burst receive(int queue) noexcept;

 private:
  // A burst of super-frames ends here: what was read is to be segmented while it is still in the cache.
  static constexpr std::size_t kMaxBurstBytes = std::size_t{256} * 1024;

  const FrameBuffers& buffers_;
  std::array<RawFrame, FrameBuffers::kCount> frames_{};
};

}  // namespace nvgre::datapath::userspace
