/// Transmit checksum offload: fills the checksums that a request asks for (TXC-1 to TXC-18).
#pragma once

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send_request.h"

namespace nvgre::offload {

/// Completes the checksums of each packet of the request and emits it; without a checksum request, emits it untouched.
/// @param request  Any number of packets, no segmentation; the packets are not changed.
/// @return         What was sent; on failure the reason, and nothing was emitted unless it is kEmitFailed.
/// @note           Any thread; allocates nothing.
/// @see            "Supporting NVGRE in Checksum Offload", Microsoft
SendCompletion send_with_checksums(const SendRequest& request, const ActiveOffloads& offloads,
                                   PacketSink& sink) noexcept;

}  // namespace nvgre::offload
