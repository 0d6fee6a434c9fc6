/// Memory for the frames of one burst: a fixed number of slots, each with room for the largest super-frame and its
/// virtio-net header. Made once for each worker; a frame stays where it was received until its burst ends.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/datapath/userspace/vnet_header.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"

namespace nvgre::datapath::userspace {

class FrameBuffers {
 public:
  static constexpr std::size_t kCount = 64;
  /// The largest IP packet there is, with an Ethernet header and two tags.
  static constexpr std::size_t kMaxFrameSize =
      wire::EthernetView::kSize + 2 * wire::EthernetView::kTagSize + wire::kMaxIpPacketSize;
  static constexpr std::size_t kSlotSize = kVnetHeaderSize + kMaxFrameSize;

  FrameBuffers();
  ~FrameBuffers();
  FrameBuffers(const FrameBuffers&) = delete;
  FrameBuffers& operator=(const FrameBuffers&) = delete;

  /// Room for a virtio-net header and the frame behind it: kSlotSize bytes. @pre index < kCount
  [[nodiscard]] wire::MutableBytes slot(std::size_t index) const noexcept {
    return {memory_ + index * kStride + kLead, kSlotSize};
  }

 private:
  // An odd number of cache lines from slot to slot: at a distance of a power of two the heads of all slots, which is
  // all there is of small frames, would compete for the same few lines of the caches.
  static constexpr std::size_t kCacheLine = 64;
  static constexpr std::size_t kStride = ((kSlotSize / kCacheLine + 2) | 1) * kCacheLine;
  // Puts the frame behind the virtio-net header at a multiple of 16, less 14: its IP header is aligned.
  static constexpr std::size_t kLead = 8;
  static constexpr std::size_t kMemorySize = kCount * kStride;

  std::uint8_t* memory_;
};

}  // namespace nvgre::datapath::userspace
