/// What accompanies a frame between a tenant's port and the engine: a virtio-net header, in host order.
/// Reading and writing the header's bytes is the data plane's business.
#pragma once

#include <cstdint>

namespace nvgre::offload {

enum class SegmentationKind : std::uint8_t { kNone, kTcpV4, kTcpV6, kUdp };

struct FrameMetadata {
  bool needs_checksum =
      false;  ///< Transport checksum is unfinished: the field holds the pseudo-header sum with length.
  bool checksum_valid = false;        ///< Transport checksum was validated on the way.
  std::uint16_t checksum_start = 0;   ///< Transport header, bytes from the frame's start (needs_checksum).
  std::uint16_t checksum_offset = 0;  ///< Checksum field, bytes from checksum_start.
  SegmentationKind segmentation = SegmentationKind::kNone;
  bool has_ecn = false;            ///< TCP super-frame whose CWR belongs to the first segment only.
  std::uint16_t segment_size = 0;  ///< Payload bytes of one segment: the MSS.
  std::uint16_t header_size = 0;   ///< Bytes of all headers; a hint.
  [[nodiscard]] bool is_super_frame() const noexcept { return segmentation != SegmentationKind::kNone; }
  friend constexpr bool operator==(const FrameMetadata&, const FrameMetadata&) noexcept = default;
};

}  // namespace nvgre::offload
