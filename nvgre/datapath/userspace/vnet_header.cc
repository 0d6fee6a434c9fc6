#include "nvgre/datapath/userspace/vnet_header.h"

#include <cassert>
#include <cstdint>
#include <cstring>
#include <optional>

namespace nvgre::datapath::userspace {
namespace {

using offload::FrameMetadata;
using offload::SegmentationKind;

constexpr std::size_t kFlags = 0, kSegmentation = 1, kHeaderSize = 2, kSegmentSize = 4, kChecksumStart = 6,
                      kChecksumOffset = 8;

constexpr std::uint8_t kNeedsChecksum = 1, kDataValid = 2;
// The old type 3 (UFO, IP fragments of one datagram) is never offered, so it never comes.
constexpr std::uint8_t kNone = 0, kTcpV4 = 1, kTcpV6 = 4, kUdpL4 = 5, kEcnBit = 0x80;

std::uint16_t load(wire::Bytes header, std::size_t offset) noexcept {
  std::uint16_t value = 0;
  std::memcpy(&value, header.data() + offset, sizeof value);
  return value;
}

void store(wire::MutableBytes header, std::size_t offset, std::uint16_t value) noexcept {
  std::memcpy(header.data() + offset, &value, sizeof value);
}

std::optional<SegmentationKind> kind_of(std::uint8_t type) noexcept {
  switch (type & ~kEcnBit) {
    case kNone:
      return SegmentationKind::kNone;
    case kTcpV4:
      return SegmentationKind::kTcpV4;
    case kTcpV6:
      return SegmentationKind::kTcpV6;
    case kUdpL4:
      return SegmentationKind::kUdp;
    default:
      return std::nullopt;
  }
}

bool is_tcp(SegmentationKind kind) noexcept {
  return kind == SegmentationKind::kTcpV4 || kind == SegmentationKind::kTcpV6;
}

std::uint8_t type_of(const FrameMetadata& metadata) noexcept {
  const std::uint8_t ecn = metadata.has_ecn ? kEcnBit : 0;
  switch (metadata.segmentation) {
    case SegmentationKind::kNone:
      return kNone;
    case SegmentationKind::kTcpV4:
      return kTcpV4 | ecn;
    case SegmentationKind::kTcpV6:
      return kTcpV6 | ecn;
    case SegmentationKind::kUdp:
      return kUdpL4;
  }
  return kNone;
}

/// Whether what the header asks for can be done to a frame of this size at all.
bool fits(const FrameMetadata& metadata, std::size_t frame_size) noexcept {
  constexpr std::size_t kFieldSize = 2;
  const std::size_t field_end = std::size_t{metadata.checksum_start} + metadata.checksum_offset + kFieldSize;
  if (metadata.needs_checksum && field_end > frame_size) return false;
  // NEEDS_CSUM is no must: cards that join segments themselves (LRO) hand on super-frames with finished checksums.
  return !metadata.is_super_frame() || metadata.segment_size != 0;
}

}  // namespace

wire::Checked<FrameMetadata> read_vnet_header(wire::Bytes header, std::size_t frame_size) noexcept {
  assert(header.size() >= kVnetHeaderSize);
  const auto kind = kind_of(header[kSegmentation]);
  if (!kind) return std::unexpected(wire::DropReason::kMalformedVnetHeader);
  FrameMetadata metadata;
  metadata.needs_checksum = (header[kFlags] & kNeedsChecksum) != 0;
  metadata.checksum_valid = (header[kFlags] & kDataValid) != 0;
  metadata.checksum_start = load(header, kChecksumStart);
  metadata.checksum_offset = load(header, kChecksumOffset);
  metadata.segmentation = *kind;
  metadata.has_ecn = is_tcp(*kind) && (header[kSegmentation] & kEcnBit) != 0;
  metadata.segment_size = load(header, kSegmentSize);
  metadata.header_size = load(header, kHeaderSize);
  if (!fits(metadata, frame_size)) return std::unexpected(wire::DropReason::kMalformedVnetHeader);
  return metadata;
}

void write_vnet_header(const FrameMetadata& metadata, wire::MutableBytes out) noexcept {
  assert(out.size() >= kVnetHeaderSize);
  std::memset(out.data(), 0, kVnetHeaderSize);
  // DATA_VALID is the receiver's word alone: a TAP or packet socket refuses it beside NEEDS_CSUM.
  if (metadata.needs_checksum) {
    out[kFlags] = kNeedsChecksum;
    store(out, kChecksumStart, metadata.checksum_start);
    store(out, kChecksumOffset, metadata.checksum_offset);
  }
  if (!metadata.is_super_frame()) return;
  out[kSegmentation] = type_of(metadata);
  store(out, kSegmentSize, metadata.segment_size);
  store(out, kHeaderSize, metadata.header_size);
}

}  // namespace nvgre::datapath::userspace
