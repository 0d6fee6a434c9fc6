/// Hands frames and units to tenants' ports: each as one frame behind its virtio-net header, gathered by the kernel. A
/// TAP takes one a system call; for existing devices they are collected.
#pragma once

#include <utility>

#include "nvgre/datapath/userspace/burst_pacing.h"
#include "nvgre/datapath/userspace/packet_batch.h"
#include "nvgre/datapath/userspace/worker_view.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/overlay/endpoint.h"

namespace nvgre::datapath::userspace {

/// @note  One worker's own.
class PortSink final : public offload::UnitSink {
 public:
  /// @param endpoint  Counts what a port does not take.
  PortSink(unsigned worker, overlay::Endpoint& endpoint) : worker_(worker), endpoint_(endpoint) {}

  /// Delivers by this view from now on; it has to stay until finish().
  void use(const WorkerView& view) noexcept { view_ = &view; }

  void deliver(const offload::ReceivedUnit& unit) override;

  /// What was delivered of bulk data since the last call.
  [[nodiscard]] BulkData take_bulk() noexcept { return std::exchange(bulk_, {}); }

  /// Sends what is left of the burst.
  void finish() noexcept;

 private:
  void write_to_tap(const offload::ReceivedUnit& unit, const offload::FrameMetadata& metadata, int queue) noexcept;
  void add_to_batch(const offload::ReceivedUnit& unit, const offload::FrameMetadata& metadata, int socket) noexcept;
  void flush() noexcept;
  void refuse(wire::DropReason reason, overlay::PortIndex port) noexcept;

  unsigned worker_;
  overlay::Endpoint& endpoint_;
  const WorkerView* view_ = nullptr;
  PacketBatch batch_{PacketBatch::VnetHeaders::kWith};
  overlay::PortIndex batch_port_ = 0;  ///< Whose frames are in the batch, if it is not empty.
  int batch_socket_ = -1;
  BulkData bulk_;
};

}  // namespace nvgre::datapath::userspace
