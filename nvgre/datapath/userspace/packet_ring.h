/// A receive ring that a packet socket shares with the kernel (TPACKET_V2): the kernel puts frames into slots, and they
/// are read and rewritten there, with no system call and no copy of ours.
///
///     slot: [tpacket2_hdr][...][virtio-net header][frame ...
///
/// Version 2, because version 3 hands over blocks of frames, and a block waits for its end or for at least a
/// millisecond. A slot has room for a packet of the interface's MTU; what is larger, super-frames that the kernel
/// merged, is announced in a slot and read from the socket (PACKET_COPY_THRESH), whole.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <linux/if_packet.h>

#include "nvgre/datapath/userspace/burst.h"
#include "nvgre/datapath/userspace/frame_buffers.h"
#include "nvgre/datapath/userspace/packet_receiver.h"

namespace nvgre::datapath::userspace {

/// @note  Made by the control side, then one worker's own.
class PacketRing {
 public:
  /// Gives a socket a ring. The socket has virtio-net headers already and is not bound yet.
  /// @param packet_size  IP packets of this size fit a slot, bytes.
  /// @return             Null if the kernel has no room for a ring: then the socket is read by recvmmsg().
  [[nodiscard]] static std::unique_ptr<PacketRing> map(int socket, std::size_t packet_size);
  ~PacketRing();
  PacketRing(const PacketRing&) = delete;
  PacketRing& operator=(const PacketRing&) = delete;

  /// Frames that wait to be taken, counted up to `limit`.
  [[nodiscard]] std::size_t waiting_count(std::size_t limit) noexcept;
  /// Takes what waits, at most a burst; the frames stay where they are until release().
  /// @param large  Reads super-frames from the socket.
  [[nodiscard]] Burst receive(PacketReceiver& large) noexcept;
  /// Gives the slots of the last burst back to the kernel.
  void release() noexcept;

 private:
  PacketRing(int socket, std::uint8_t* memory, const tpacket_req& layout);
  [[nodiscard]] tpacket2_hdr& slot(std::size_t index) const noexcept;
  [[nodiscard]] bool is_filled(std::size_t index) const noexcept;
  void take(tpacket2_hdr& header, std::size_t index, PacketReceiver& large, Burst& burst) noexcept;

  int socket_;
  std::uint8_t* memory_;
  std::size_t memory_size_, block_size_, slot_size_, slots_per_block_, slot_count_;
  std::size_t next_ = 0;     ///< Slot that is taken next.
  std::size_t waiting_ = 0;  ///< Slots from `next_` on that are known to be filled.
  std::size_t taken_ = 0;    ///< Slots before `next_` that were not released yet.
  std::array<RawFrame, FrameBuffers::kCount> frames_{};
  std::size_t frame_count_ = 0;
};

}  // namespace nvgre::datapath::userspace
