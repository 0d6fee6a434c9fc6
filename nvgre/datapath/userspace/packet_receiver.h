/// Takes bursts of frames from packet sockets: one recvmmsg() a burst.
#pragma once

#include <array>
#include <cstddef>

#include <linux/if_packet.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "nvgre/datapath/userspace/burst.h"
#include "nvgre/datapath/userspace/frame_buffers.h"

namespace nvgre::datapath::userspace {

/// Frames that the kernel dropped since the last call, because the socket's buffer or ring was full.
[[nodiscard]] std::size_t take_overruns(int socket) noexcept;

/// @note  One worker's own; its sockets take turns.
class PacketReceiver {
 public:
  explicit PacketReceiver(const FrameBuffers& buffers);

  /// Takes what waits on a socket, at most a burst, without waiting.
  [[nodiscard]] Burst receive(int socket) noexcept;

  /// Takes one frame, the first that waits, into the slot `index`; an error that waits at the socket is taken away.
  /// @return  false if there was none to hand on; then `burst` counts why.
  bool receive_one(int socket, std::size_t index, RawFrame& frame, Burst& burst) noexcept;

 private:
  struct alignas(cmsghdr) Control {
    std::array<std::byte, CMSG_SPACE(sizeof(tpacket_auxdata))> bytes;
  };
  bool take(std::size_t index, RawFrame& frame, Burst& burst) const noexcept;

  const FrameBuffers& buffers_;
  std::array<mmsghdr, FrameBuffers::kCount> messages_{};
  std::array<iovec, FrameBuffers::kCount> pieces_{};
  std::array<Control, FrameBuffers::kCount> controls_{};
  std::array<RawFrame, FrameBuffers::kCount> frames_{};
};

}  // namespace nvgre::datapath::userspace
