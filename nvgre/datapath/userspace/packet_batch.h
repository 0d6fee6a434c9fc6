/// Collects packets for one packet socket and sends them together: one sendmmsg() for up to 64, each in pieces that the
/// kernel gathers, so that payload is copied once, into the kernel.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include <sys/socket.h>
#include <sys/uio.h>

#include "nvgre/offload/frame_metadata.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::datapath::userspace {

/// Packets that a device did not take, by reason.
struct SendLosses {
  std::size_t full = 0;     ///< The device or its queue had no room for a while.
  std::size_t down = 0;     ///< The device is down or gone.
  std::size_t too_big = 0;  ///< Larger than the device's MTU.
  std::size_t refused = 0;  ///< The kernel did not accept the virtio-net header.
  SendLosses& operator+=(const SendLosses& other) noexcept {
    full += other.full;
    down += other.down;
    too_big += other.too_big;
    refused += other.refused;
    return *this;
  }
};

/// @note  One worker's own.
class PacketBatch {
 public:
  static constexpr std::size_t kMaxPackets = 64;

  enum class VnetHeaders : bool { kWithout, kWith };
  /// @param vnet_headers  What the sockets were opened for: whether a virtio-net header goes before each packet.
  explicit PacketBatch(VnetHeaders vnet_headers);

  /// Adds one packet.
  /// @param metadata Said in the virtio-net header, where there is one.
  /// @param headers  Copied, unless there are many of them: see `is_full`.
  /// @param payload  The array is copied; the bytes have to stay until flush().
  /// @return         false if there is no room: flush() first. An empty batch takes any packet.
  [[nodiscard]] bool add(const offload::FrameMetadata& metadata, wire::Bytes headers,
                         std::span<const wire::Bytes> payload) noexcept;

  /// The batch has to be flushed before the call that brought the last packet returns, because its headers were too
  /// long to copy, or because nothing more fits.
  [[nodiscard]] bool must_flush() const noexcept { return must_flush_ || count_ == kMaxPackets; }

  /// Sends everything and empties the batch. Waits a moment, bounded, where the device has no room.
  SendLosses flush(int socket) noexcept;

  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }

 private:
  static constexpr std::size_t kMaxPieces = 2048;  // a unit of 64 KiB in segments of 536 bytes has about 120
  static constexpr std::size_t kHeaderBytes = std::size_t{64} * 1024;
  static constexpr std::size_t kCopyLimit = 2048;  // longer "headers" are whole frames

  const std::size_t vnet_header_size_;
  std::size_t count_ = 0, piece_count_ = 0, header_bytes_ = 0;
  bool must_flush_ = false;
  std::array<mmsghdr, kMaxPackets> messages_{};
  std::array<iovec, kMaxPieces> pieces_{};
  std::unique_ptr<std::array<std::uint8_t, kHeaderBytes>> headers_;
};

}  // namespace nvgre::datapath::userspace
