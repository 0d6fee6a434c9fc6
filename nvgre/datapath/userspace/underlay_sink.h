/// Takes finished packets from the engine and sends them in batches through the worker's own underlay socket.
#pragma once

#include "nvgre/datapath/userspace/packet_batch.h"
#include "nvgre/offload/packet_sink.h"

namespace nvgre::datapath::userspace {

/// @note  One worker's own.
class UnderlaySink final : public offload::PacketSink {
 public:
  /// Sends through this socket from now on; negative: the interface is gone, everything is lost.
  void use(int socket) noexcept { socket_ = socket; }

  /// The kernel gathers slices: no room is offered, so the payload is copied once, by sendmmsg().
  bool emit(const offload::OutgoingPacket& packet) override;

  /// Sends what is left of the burst. The payload of what was emitted has to stay until here.
  /// @return  What was lost since the last time.
  SendLosses finish() noexcept;

 private:
  void flush() noexcept;

  PacketBatch batch_{PacketBatch::VnetHeaders::kWithout};
  SendLosses losses_;
  int socket_ = -1;
};

}  // namespace nvgre::datapath::userspace
