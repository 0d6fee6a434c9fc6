/// Where finished packets go: the seam between the engine and whatever moves frames.
#pragma once

#include <cstddef>
#include <span>

#include "nvgre/wire/bytes.h"

namespace nvgre::offload {

/// One finished packet: header bytes, then payload slices.
struct OutgoingPacket {
  wire::Bytes headers;                   ///< Valid only during the call that hands the packet over.
  std::span<const wire::Bytes> payload;  ///< The array is valid only during the call, the bytes until the burst ends.

  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t size = headers.size();
    for (const auto slice : payload) size += slice.size();
    return size;
  }
};

/// Takes finished packets in order. One caller at a time.
class PacketSink {
 public:
  virtual ~PacketSink() = default;

  /// Room for one whole packet of `size` bytes. A sink that copies anyway returns it: the engine then copies and sums
  /// the payload in one pass into it and emits a packet whose `headers` are that room and whose `payload` is empty.
  /// A sink that can gather, or whose room is smaller, is given slices: at most kMaxSlices (packet_emitter.h) of a
  /// packet that the engine changed, else as many as the sender's pieces.
  [[nodiscard]] virtual wire::MutableBytes room(std::size_t /*size*/) { return {}; }

  /// Takes one packet. @return false if it could not be handed on; the engine then stops (LSO-29).
  virtual bool emit(const OutgoingPacket& packet) = 0;
};

}  // namespace nvgre::offload
