/// Puts one packet together for a sink: copies and sums the payload in one pass where the sink offers room, else sums
/// it in place and hands over slices. Either way the payload is read once, and before the headers are finished, because
/// the transport checksum in the headers covers it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/offload/gather.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send_packet.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ip.h"

namespace nvgre::offload {

/// Slices that one packet is given in at most; one in more pieces is copied together.
inline constexpr std::size_t kMaxSlices = 32;

/// The largest packet that can be copied together without room from the sink, bytes.
inline constexpr std::size_t kMaxCopiedSize = kTagSize + kMaxHeaderCapacity + wire::kMaxIpPacketSize;

/// For each packet: begin(), append() until the payload is whole, finish(). Allocates nothing.
class PacketEmitter {
 public:
  /// @param bounce  Room for one packet, used when the sink offers none; empty: slices (with_emitter() chooses).
  explicit PacketEmitter(PacketSink& sink, wire::MutableBytes bounce = {}) noexcept : sink_(sink), bounce_(bounce) {}

  /// Starts a packet of so many bytes.
  void begin(std::size_t header_size, std::size_t payload_size) noexcept;
  /// Takes the next `size` payload bytes and adds them to `sum`.
  void append(GatherCursor& payload, std::size_t size, wire::InternetSum& sum) noexcept;
  /// Takes the next `size` payload bytes that no checksum covers.
  void append(GatherCursor& payload, std::size_t size) noexcept;
  /// Hands the packet over. @param headers  As many bytes as begin() was told; not needed afterwards.
  /// @return  false if the sink refused it.
  [[nodiscard]] bool finish(wire::Bytes headers) noexcept;

 private:
  template <typename Copy, typename Read>
  void append_runs(GatherCursor& payload, std::size_t size, Copy copy, Read read) noexcept;

  PacketSink& sink_;
  wire::MutableBytes bounce_;
  wire::MutableBytes packet_;  ///< Where the packet is copied together; empty: slices.
  std::size_t filled_ = 0;     ///< Bytes of packet_ up to the payload's end so far.
  std::size_t slice_count_ = 0;
  std::array<wire::Bytes, kMaxSlices> slices_;
};

/// Calls `work` with an emitter that copies packets together on the stack: apart, to keep that room off the usual way.
template <typename Work>
[[gnu::noinline]] auto with_copying_emitter(PacketSink& sink, Work& work) noexcept {
  std::array<std::uint8_t, kMaxCopiedSize> bounce;  // written before it is read
  PacketEmitter emitter(sink, bounce);
  return work(emitter);
}

/// Calls `work` with an emitter for packets that are made of `pieces`, none larger than kMaxCopiedSize if there are
/// more than kMaxSlices of them. @return What `work` returns.
template <typename Work>
auto with_emitter(PacketSink& sink, GatherList pieces, Work work) noexcept {
  if (pieces.size() > kMaxSlices) return with_copying_emitter(sink, work);
  PacketEmitter emitter(sink);
  return work(emitter);
}

}  // namespace nvgre::offload
