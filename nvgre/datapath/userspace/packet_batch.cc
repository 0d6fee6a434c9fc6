#include "nvgre/datapath/userspace/packet_batch.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <poll.h>

#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

// A full socket or queue empties within microseconds on a working device. After these waits its packets are dropped:
// TCP slows down by itself, and every other port of this worker goes on.
constexpr int kWaitMilliseconds = 1;
constexpr int kWaits = 4;

void wait_for_room(int socket) noexcept {
  pollfd waiting{.fd = socket, .events = POLLOUT, .revents = 0};
  ::poll(&waiting, 1, kWaitMilliseconds);
}

/// One packet that was refused, counted by what the kernel said.
void count_loss(int error, SendLosses& losses) noexcept {
  switch (error) {
    case EMSGSIZE:
      ++losses.too_big;
      break;
    case EINVAL:
      ++losses.refused;
      break;
    case ENETDOWN:
    case ENXIO:
    case ENODEV:
      ++losses.down;
      break;
    default:  // ENOBUFS: the queue below threw the packet away; sending it again would overtake nothing, but costs time
      ++losses.full;
      break;
  }
}

}  // namespace

PacketBatch::PacketBatch(VnetHeaders vnet_headers)
    : vnet_header_size_(vnet_headers == VnetHeaders::kWith ? kVnetHeaderSize : 0),
      headers_(std::make_unique<std::array<std::uint8_t, kHeaderBytes>>()) {}

bool PacketBatch::add(const offload::FrameMetadata& metadata, wire::Bytes headers,
                      std::span<const wire::Bytes> payload) noexcept {
  const bool is_copied = headers.size() <= kCopyLimit;
  const std::size_t copied = vnet_header_size_ + (is_copied ? headers.size() : 0);
  const std::size_t pieces = payload.size() + (is_copied ? 1 : 2);
  if (must_flush() || header_bytes_ + copied > kHeaderBytes || piece_count_ + pieces > kMaxPieces) return false;

  std::uint8_t* const start = headers_->data() + header_bytes_;
  if (vnet_header_size_ != 0) write_vnet_header(metadata, {start, kVnetHeaderSize});
  if (is_copied) std::memcpy(start + vnet_header_size_, headers.data(), headers.size());
  header_bytes_ += copied;

  auto& message = messages_[count_++].msg_hdr;
  message = {};
  message.msg_iov = &pieces_[piece_count_];
  const auto add_piece = [this](const std::uint8_t* bytes, std::size_t size) {
    // sendmmsg() only reads, though its structure has room for a reader's pointer.
    pieces_[piece_count_++] = {.iov_base = const_cast<std::uint8_t*>(bytes), .iov_len = size};
  };
  if (copied != 0) add_piece(start, copied);
  if (!is_copied) add_piece(headers.data(), headers.size());
  for (const auto slice : payload) add_piece(slice.data(), slice.size());
  message.msg_iovlen = static_cast<std::size_t>(&pieces_[piece_count_] - message.msg_iov);
  must_flush_ = !is_copied;
  return true;
}

SendLosses PacketBatch::flush(int socket) noexcept {
  SendLosses losses;
  int waits = 0;
  for (std::size_t next = 0; next < count_;) {
    const int sent = ::sendmmsg(socket, &messages_[next], static_cast<unsigned>(count_ - next), MSG_DONTWAIT);
    if (sent > 0) {
      next += static_cast<std::size_t>(sent);
      continue;
    }
    const int error = errno;
    if (error == EINTR) continue;
    if (error == EAGAIN && waits < kWaits) {
      ++waits;
      wait_for_room(socket);
      continue;
    }
    count_loss(error, losses);
    ++next;
  }
  count_ = piece_count_ = header_bytes_ = 0;
  must_flush_ = false;
  return losses;
}

}  // namespace nvgre::datapath::userspace
