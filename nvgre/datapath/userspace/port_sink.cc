#include "nvgre/datapath/userspace/port_sink.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>

#include <sys/uio.h>

#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

using wire::DropReason;

/// The kernel puts `header_size` bytes of a large frame into one piece; 0 would ask it for 64 KiB in one piece.
offload::FrameMetadata with_header_size(const offload::ReceivedUnit& unit) noexcept {
  auto metadata = unit.metadata;
  if (metadata.is_super_frame() && metadata.header_size == 0 && !unit.payload.empty())
    metadata.header_size = static_cast<std::uint16_t>(
        std::min<std::size_t>(unit.headers.size(), std::numeric_limits<std::uint16_t>::max()));
  return metadata;
}

DropReason reason_of(int error) noexcept {
  switch (error) {
    case EIO:  // a TAP that its owner has set down
    case EBADFD:
    case ENETDOWN:
      return DropReason::kPortDown;
    case EINVAL:
      return DropReason::kMalformedVnetHeader;
    default:
      return DropReason::kPortFull;
  }
}

}  // namespace

void PortSink::deliver(const offload::ReceivedUnit& unit) {
  bulk_.add(unit);
  const auto* device = view_->device(unit.consumer);
  if (device == nullptr) return refuse(DropReason::kPortDown, unit.consumer);
  const auto metadata = with_header_size(unit);
  const int descriptor = device->write_descriptor(worker_);
  if (device->is_made_by_us())
    write_to_tap(unit, metadata, descriptor);
  else
    add_to_batch(unit, metadata, descriptor);
}

void PortSink::write_to_tap(const offload::ReceivedUnit& unit, const offload::FrameMetadata& metadata,
                            int queue) noexcept {
  constexpr std::size_t kMaxPieces = 1024;  // UIO_MAXIOV
  std::array<std::uint8_t, kVnetHeaderSize> header;
  write_vnet_header(metadata, header);
  std::array<iovec, kMaxPieces> pieces;
  std::size_t count = 0;
  const auto add = [&](const std::uint8_t* bytes, std::size_t size) {
    pieces[count++] = {.iov_base = const_cast<std::uint8_t*>(bytes), .iov_len = size};  // writev() only reads
  };
  add(header.data(), header.size());
  add(unit.headers.data(), unit.headers.size());
  if (unit.payload.size() > kMaxPieces - count) return refuse(DropReason::kPortFull, unit.consumer);
  for (const auto slice : unit.payload) add(slice.data(), slice.size());
  if (::writev(queue, pieces.data(), static_cast<int>(count)) < 0) refuse(reason_of(errno), unit.consumer);
}

void PortSink::add_to_batch(const offload::ReceivedUnit& unit, const offload::FrameMetadata& metadata,
                            int socket) noexcept {
  if (!batch_.is_empty() && batch_port_ != unit.consumer) flush();
  batch_port_ = unit.consumer;
  batch_socket_ = socket;
  if (!batch_.add(metadata, unit.headers, unit.payload)) {
    flush();
    if (!batch_.add(metadata, unit.headers, unit.payload)) return refuse(DropReason::kPortFull, unit.consumer);
  }
  if (batch_.must_flush()) flush();
}

void PortSink::flush() noexcept {
  const auto losses = batch_.flush(batch_socket_);
  for (std::size_t i = 0; i < losses.full; ++i) refuse(DropReason::kPortFull, batch_port_);
  for (std::size_t i = 0; i < losses.down; ++i) refuse(DropReason::kPortDown, batch_port_);
  for (std::size_t i = 0; i < losses.too_big; ++i) refuse(DropReason::kTooBig, batch_port_);
  for (std::size_t i = 0; i < losses.refused; ++i) refuse(DropReason::kMalformedVnetHeader, batch_port_);
}

void PortSink::finish() noexcept {
  if (!batch_.is_empty()) flush();
}

void PortSink::refuse(DropReason reason, overlay::PortIndex port) noexcept {
  endpoint_.count_refused(reason, view_->policy->port(port));
}

}  // namespace nvgre::datapath::userspace
