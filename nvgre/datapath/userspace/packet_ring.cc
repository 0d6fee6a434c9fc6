#include "nvgre/datapath/userspace/packet_ring.h"

#include <atomic>
#include <span>

#include <sys/mman.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

constexpr std::size_t kRingBytes = 8 << 20;
constexpr std::size_t kBlockBytes = 64 << 10;
constexpr std::size_t kCacheLine = 64;
constexpr std::size_t kHeaderBytes = 128;

/// Bytes of a slot: the kernel's header, the sender's address and the alignment between them, then ours.
constexpr std::size_t slot_size_for(std::size_t packet_size) {
  constexpr std::size_t kEthernetAndTags = 14 + 2 * 4;
  const std::size_t size =
      TPACKET2_HDRLEN + std::size_t{2} * TPACKET_ALIGNMENT + kVnetHeaderSize + kEthernetAndTags + packet_size;
  return (size + kCacheLine - 1) / kCacheLine * kCacheLine;
}

tpacket_req layout_for(std::size_t packet_size) {
  tpacket_req layout{};
  layout.tp_block_size = kBlockBytes;
  layout.tp_block_nr = kRingBytes / kBlockBytes;
  layout.tp_frame_size = static_cast<unsigned>(slot_size_for(packet_size));
  layout.tp_frame_nr = layout.tp_block_size / layout.tp_frame_size * layout.tp_block_nr;
  return layout;
}

template <typename Value>
bool set_option(int socket, int name, const Value& value) {
  return ::setsockopt(socket, SOL_PACKET, name, &value, sizeof value) == 0;
}

}  // namespace

std::unique_ptr<PacketRing> PacketRing::map(int socket, std::size_t packet_size) {
  constexpr int kVersion = TPACKET_V2, kCopyLarger = 1;
  if (slot_size_for(packet_size) > kBlockBytes) return nullptr;
  const auto layout = layout_for(packet_size);
  if (!set_option(socket, PACKET_VERSION, kVersion) || !set_option(socket, PACKET_COPY_THRESH, kCopyLarger) ||
      !set_option(socket, PACKET_RX_RING, layout))
    return nullptr;
  void* memory = ::mmap(nullptr, kRingBytes, PROT_READ | PROT_WRITE, MAP_SHARED, socket, 0);
  if (memory != MAP_FAILED)
    return std::unique_ptr<PacketRing>(new PacketRing(socket, static_cast<std::uint8_t*>(memory), layout));
  constexpr tpacket_req kNone{};
  set_option(socket, PACKET_RX_RING, kNone);
  return nullptr;
}

PacketRing::PacketRing(int socket, std::uint8_t* memory, const tpacket_req& layout)
    : socket_(socket),
      memory_(memory),
      memory_size_(kRingBytes),
      block_size_(layout.tp_block_size),
      slot_size_(layout.tp_frame_size),
      slots_per_block_(layout.tp_block_size / layout.tp_frame_size),
      slot_count_(layout.tp_frame_nr) {}

PacketRing::~PacketRing() {
  ::munmap(memory_, memory_size_);
}

tpacket2_hdr& PacketRing::slot(std::size_t index) const noexcept {
  // The kernel's own structure at the place that the kernel fixed: aligned to a cache line.
  void* place = memory_ + index / slots_per_block_ * block_size_ + index % slots_per_block_ * slot_size_;
  return *static_cast<tpacket2_hdr*>(place);
}

bool PacketRing::is_filled(std::size_t index) const noexcept {
  // Acquire: the frame was written before its status.
  return (std::atomic_ref(slot(index).tp_status).load(std::memory_order_acquire) & TP_STATUS_USER) != 0;
}

std::size_t PacketRing::waiting_count(std::size_t limit) noexcept {
  while (waiting_ < limit && is_filled((next_ + waiting_) % slot_count_)) ++waiting_;
  return waiting_;
}

Burst PacketRing::receive(PacketReceiver& large) noexcept {
  Burst burst;
  frame_count_ = 0;
  waiting_ = 0;
  while (taken_ < FrameBuffers::kCount && is_filled(next_)) {
    take(slot(next_), taken_, large, burst);
    next_ = (next_ + 1) % slot_count_;
    ++taken_;
  }
  burst.frames = std::span(frames_).first(frame_count_);
  burst.is_exhausted = taken_ < FrameBuffers::kCount;
  return burst;
}

void PacketRing::take(tpacket2_hdr& header, std::size_t index, PacketReceiver& large, Burst& burst) noexcept {
  if ((header.tp_status & TP_STATUS_COPY) != 0) {
    if (!large.receive_one(socket_, index, frames_[frame_count_], burst)) return;
    ++frame_count_;
    return;
  }
  if (header.tp_snaplen < header.tp_len) {
    ++burst.too_large;  // nor was there room for it on the socket
    return;
  }
  auto* const start = reinterpret_cast<std::uint8_t*>(&header) + header.tp_mac;
  const wire::MutableBytes bytes(start, header.tp_snaplen);
  for (std::size_t at = 0; at < kHeaderBytes; at += kCacheLine) __builtin_prefetch(start + at);
  const auto metadata = read_vnet_header({start - kVnetHeaderSize, kVnetHeaderSize}, bytes.size());
  if (!metadata) {
    ++burst.malformed;
    return;
  }
  frames_[frame_count_] = {.bytes = bytes, .tag_control = std::nullopt, .metadata = *metadata};
  if ((header.tp_status & TP_STATUS_VLAN_VALID) != 0) frames_[frame_count_].tag_control = header.tp_vlan_tci;
  ++frame_count_;
}

void PacketRing::release() noexcept {
  for (; taken_ != 0; --taken_) {
    auto& header = slot((next_ + slot_count_ - taken_) % slot_count_);
    // Release: we are done with the frame before the kernel sees the slot.
    std::atomic_ref(header.tp_status).store(TP_STATUS_KERNEL, std::memory_order_release);
  }
}

}  // namespace nvgre::datapath::userspace
