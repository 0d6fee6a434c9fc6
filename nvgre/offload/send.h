/// The adapter's transmit side in one call: whatever a request asks for is done and emitted, or refused as a whole.
#pragma once

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send_request.h"

namespace nvgre::offload {

/// Cuts, completes or passes on the packets of one request: large_send selects LSO (LSO-2), udp_segmentation USO
/// (USO-1), checksum alone checksum offload; without any of them the packets leave as they are, even if the request
/// says that they are encapsulated (LOC-19). Checksum flags beside a segmentation are of no effect (D-3, TXC-17).
/// @param offloads  What is active. ActiveOffloads::all() does everything in software whatever an adapter's state
///                  (OVL-33).
/// @return          What was sent; on failure the reason, and nothing was emitted unless it is kEmitFailed.
/// @note            Any thread; allocates nothing.
SendCompletion send(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept;

}  // namespace nvgre::offload
