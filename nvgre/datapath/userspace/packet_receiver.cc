#include "nvgre/datapath/userspace/packet_receiver.h"

#include <cerrno>
#include <cstring>

#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

constexpr std::size_t kHeaderBytes = 128, kCacheLine = 64;

/// The kernel keeps a frame's outer tag beside the frame; without this a tagged frame looks untagged.
std::optional<std::uint16_t> tag_control_of(const msghdr& message) noexcept {
  for (const cmsghdr* control = CMSG_FIRSTHDR(&message); control != nullptr;
       control = CMSG_NXTHDR(const_cast<msghdr*>(&message), const_cast<cmsghdr*>(control))) {
    if (control->cmsg_level != SOL_PACKET || control->cmsg_type != PACKET_AUXDATA) continue;
    tpacket_auxdata data{};
    std::memcpy(&data, CMSG_DATA(control), sizeof data);
    if ((data.tp_status & TP_STATUS_VLAN_VALID) != 0) return data.tp_vlan_tci;
  }
  return std::nullopt;
}

Burst failed_burst(int error) noexcept {
  Burst burst;
  if (error == EINVAL) {  // the kernel threw away one frame that no virtio-net header can describe
    burst.malformed = 1;
    burst.is_exhausted = false;
  } else if (error != EAGAIN && error != EINTR) {
    burst.error = error;
  }
  return burst;
}

/// An error that waits at the socket (the device went down) is told instead of a frame, and the frame stays where it
/// is. EINVAL is told of the frame itself, which is gone then.
ssize_t receive_past_errors(int socket, msghdr& message) noexcept {
  constexpr int kMaxErrors = 8;  // each is told once
  ssize_t size = -1;
  for (int i = 0; i < kMaxErrors && size < 0; ++i) {
    size = ::recvmsg(socket, &message, MSG_DONTWAIT);
    if (size < 0 && (errno == EAGAIN || errno == EINVAL)) break;
  }
  return size;
}

}  // namespace

std::size_t take_overruns(int socket) noexcept {
  tpacket_stats statistics{};  // reading them sets them to 0
  socklen_t size = sizeof statistics;
  if (::getsockopt(socket, SOL_PACKET, PACKET_STATISTICS, &statistics, &size) != 0) return 0;
  return statistics.tp_drops;
}

PacketReceiver::PacketReceiver(const FrameBuffers& buffers) : buffers_(buffers) {
  for (std::size_t i = 0; i < messages_.size(); ++i) {
    const auto slot = buffers_.slot(i);
    pieces_[i] = {.iov_base = slot.data(), .iov_len = slot.size()};
    messages_[i].msg_hdr.msg_iov = &pieces_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    messages_[i].msg_hdr.msg_control = controls_[i].bytes.data();
  }
}

Burst PacketReceiver::receive(int socket) noexcept {
  for (auto& message : messages_) message.msg_hdr.msg_controllen = sizeof(Control);
  const int count = ::recvmmsg(socket, messages_.data(), messages_.size(), MSG_DONTWAIT, nullptr);
  Burst burst;
  if (count < 0) return failed_burst(errno);
  std::size_t taken = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i)
    if (take(i, frames_[taken], burst)) ++taken;
  burst.frames = std::span(frames_).first(taken);
  burst.is_exhausted = static_cast<std::size_t>(count) < messages_.size();
  return burst;
}

bool PacketReceiver::receive_one(int socket, std::size_t index, RawFrame& frame, Burst& burst) noexcept {
  auto& message = messages_[index];
  message.msg_hdr.msg_controllen = sizeof(Control);
  const auto size = receive_past_errors(socket, message.msg_hdr);
  if (size < 0) {
    ++burst.malformed;
    return false;
  }
  message.msg_len = static_cast<unsigned>(size);
  return take(index, frame, burst);
}

bool PacketReceiver::take(std::size_t index, RawFrame& frame, Burst& burst) const noexcept {
  const auto& message = messages_[index];
  if ((message.msg_hdr.msg_flags & MSG_TRUNC) != 0) {
    ++burst.too_large;
    return false;
  }
  if (message.msg_len < kVnetHeaderSize) {
    ++burst.malformed;
    return false;
  }
  const auto slot = buffers_.slot(index).first(message.msg_len);
  const auto bytes = slot.subspan(kVnetHeaderSize);
  // The headers, outer and inner, are read when the whole burst has been taken.
  for (std::size_t at = 0; at < kHeaderBytes; at += kCacheLine) __builtin_prefetch(slot.data() + at);
  const auto metadata = read_vnet_header(slot, bytes.size());
  if (!metadata) {
    ++burst.malformed;
    return false;
  }
  frame = {.bytes = bytes, .tag_control = tag_control_of(message.msg_hdr), .metadata = *metadata};
  return true;
}

}  // namespace nvgre::datapath::userspace
