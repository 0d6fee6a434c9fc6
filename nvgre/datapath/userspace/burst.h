/// Frames of one burst as a device handed them over, before anyone has looked into them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "nvgre/datapath/userspace/frame_buffers.h"
#include "nvgre/offload/frame_metadata.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::datapath::userspace {

struct RawFrame {
  wire::MutableBytes bytes;                  ///< From the Ethernet header on.
  std::optional<std::uint16_t> tag_control;  ///< A tag that the device took out of the bytes.
  offload::FrameMetadata metadata;
};

/// What reading a device came to.
struct Burst {
  std::span<const RawFrame> frames;  ///< Valid until the next burst is read.
  std::size_t malformed = 0;         ///< Frames whose virtio-net header contradicts them; not among `frames`.
  std::size_t too_large = 0;         ///< Frames larger than any super-frame may be; not among `frames`.
  bool is_exhausted = true;          ///< Nothing more waits at the moment.
  int error = 0;                     ///< errno if the device failed; frames read before are valid all the same.
};

}  // namespace nvgre::datapath::userspace
