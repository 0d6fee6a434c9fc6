#include "nvgre/offload/send.h"

#include "nvgre/offload/segmentation.h"
#include "nvgre/offload/transmit_checksum.h"

namespace nvgre::offload {

SendCompletion send(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept {
  if (request.large_send && request.udp_segmentation) return {.failure = wire::DropReason::kConflictingRequest};
  if (request.large_send) return segment_tcp(request, offloads, sink);
  if (request.udp_segmentation) return segment_udp(request, offloads, sink);
  return send_with_checksums(request, offloads, sink);
}

}  // namespace nvgre::offload
