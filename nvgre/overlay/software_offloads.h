/// What the endpoint's own software does where no active offload covers a request (OVL-33): everything.
#pragma once

#include <cstdint>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/send.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::overlay {

/// The same engine with no limits but those of the formats.
[[nodiscard]] constexpr offload::ActiveOffloads software_offloads() noexcept {
  constexpr std::size_t kMaxHeaderSize = 1024;
  auto offloads = offload::ActiveOffloads::all();
  offloads.lso.max_offload_size = offloads.uso.max_offload_size = UINT32_MAX;
  offloads.max_header_size = kMaxHeaderSize;
  return offloads;
}

/// Whether a request failed because of what is active, and not because of what it is.
[[nodiscard]] constexpr bool is_uncovered(wire::DropReason reason) noexcept {
  using wire::DropReason;
  return reason == DropReason::kOffloadInactive || reason == DropReason::kHeaderTooLong ||
         reason == DropReason::kPayloadTooLarge || reason == DropReason::kSubMss;
}

/// How a request was done.
struct CompletedSend {
  offload::SendCompletion completion;
  bool in_software = false;  ///< No active offload covered it.
};

/// Sends with the active offloads, or, where they do not cover the request, with the endpoint's software. The adapter
/// itself judges what is covered, so that the two never disagree; a request that it refuses has emitted nothing.
inline CompletedSend send_covered(const offload::SendRequest& request, const offload::ActiveOffloads& active,
                                  offload::PacketSink& sink) noexcept {
  static constexpr offload::ActiveOffloads kSoftware = software_offloads();
  const auto completion = offload::send(request, active, sink);
  if (completion.succeeded() || !is_uncovered(*completion.failure)) return {completion, false};
  return {offload::send(request, kSoftware, sink), true};
}

}  // namespace nvgre::overlay
