/// Large send offload and UDP segmentation offload: one super-frame becomes many segments (LSO-*, USO-*), plain or
/// encapsulated. The headers are completed once as a template and patched for each segment; the payload is read once.
/// What this leaves to others: whether the request may be made at all (Adapter), and the tunnel headers' contents.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send_request.h"

namespace nvgre::offload {

/// Segments that `payload_bytes` make; 0 if either number is 0.
[[nodiscard]] constexpr std::size_t segment_count(std::size_t payload_bytes, std::size_t mss) noexcept {
  return mss == 0 ? 0 : (payload_bytes + mss - 1) / mss;
}

/// Cuts one TCP super-frame into segments of at most `mss` payload bytes and emits them in sequence order.
/// @param request  Exactly one packet, `large_send` set; the packet is not changed (LSO-30).
/// @param sink     Receives the segments; given slices of the packet, or copies where it offers room.
/// @return         What was sent; on failure the reason, and nothing was emitted unless it is kEmitFailed.
/// @note           Any thread; allocates nothing.
/// @see            "Supporting NVGRE in Large Send Offload (LSO)", Microsoft; RFC 9293, section 3.1
SendCompletion segment_tcp(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept;

/// Cuts one UDP super-frame into datagrams of `mss` payload bytes, the last one possibly shorter.
/// @see  "UDP Segmentation Offload (USO)", "NVGRE support with UDP segmentation offload", Microsoft
SendCompletion segment_udp(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept;

}  // namespace nvgre::offload
