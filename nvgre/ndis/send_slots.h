/// Sending with NDIS's out-of-band data: the slots of a NET_BUFFER_LIST become a request to the adapter, and how it
/// ended is written into them. Offsets are held against the packet's headers by the engine before anything trusts them
/// (LOC-13 to LOC-16); here they are only taken out of their bits.
#pragma once

#include <span>

#include "nvgre/ndis/miniport.h"
#include "nvgre/ndis/packet_slots.h"
#include "nvgre/ndis/types.h"
#include "nvgre/ndis/version.h"
#include "nvgre/offload/adapter.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::ndis {

/// What the slots ask for. @param packets  One for each NET_BUFFER; not owned.
[[nodiscard]] offload::SendRequest read_send_slots(const PacketSlots& slots,
                                                   std::span<const offload::GatherList> packets) noexcept;

/// The slots that ask for it: what a protocol driver writes. Offsets of an encapsulated packet that their bits can't
/// hold are left out, and EncapsulatedPacketOffsetsValid with them.
/// @return Why the slots can't say it: an MSS of 0 or of more than 20 bits, a header offset of more than 10 bits.
[[nodiscard]] wire::Checked<PacketSlots> write_send_slots(const offload::SendRequest& request) noexcept;

/// What completion leaves in the slots (LSO-24, D-39): LSOv2 its type alone, LSOv1 the payload bytes that were sent.
void complete_send_slots(PacketSlots& slots, const offload::SendCompletion& completion) noexcept;

/// What is left of active offloads for a sender that speaks this NDIS: what its revision of NDIS_OFFLOAD does not
/// announce can't be asked for (CAP-9, USO-22).
[[nodiscard]] offload::ActiveOffloads announced_at(offload::ActiveOffloads active, NdisVersion version) noexcept;

/// The miniport's send handler for one client.
/// @note The adapter's control thread.
class SendBinding {
 public:
  /// @param adapter   The one that `miniport` speaks for.
  /// @param miniport  Tells whether the client may ask for offloads (STATE-15, KEY-32), and of which its NDIS knows.
  SendBinding(offload::Adapter& adapter, const Miniport& miniport, ClientId client) noexcept
      : adapter_(adapter), miniport_(miniport), client_(client) {}

  /// Sends one NET_BUFFER_LIST and completes its slots.
  /// @return NDIS_STATUS_SUCCESS, or NDIS_STATUS_FAILURE; completion() says why.
  NDIS_STATUS send(PacketSlots& slots, std::span<const offload::GatherList> packets,
                   offload::PacketSink& sink) noexcept;
  /// How the last one ended.
  [[nodiscard]] const offload::SendCompletion& completion() const noexcept { return completion_; }

 private:
  offload::Adapter& adapter_;
  const Miniport& miniport_;
  ClientId client_;
  offload::SendCompletion completion_;
};

}  // namespace nvgre::ndis
