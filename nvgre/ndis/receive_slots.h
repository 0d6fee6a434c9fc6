/// Receiving with NDIS's out-of-band data: what the engine found out about a frame or unit becomes the slots of the
/// NET_BUFFER_LIST that indicates it.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/ndis/packet_slots.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/offload/receive_filter.h"
#include "nvgre/offload/rss.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::ndis {

/// What a received frame or unit is indicated with.
struct Indication {
  offload::ReceiveChecksum checksum = {};
  offload::RssHash hash = {};
  offload::QueueId queue = offload::kDefaultQueue;
  std::optional<std::uint16_t> tag_control = std::nullopt;  ///< The 802.1Q tag that was taken out of the frame.
  std::optional<wire::Vsid> vsid = std::nullopt;            ///< The virtual subnet that it came from.
  std::uint16_t coalesced_segment_count = 0;                ///< Data segments if 2 or more, else 0 (RSC-20).
  std::uint16_t duplicate_ack_count = 0;
  std::uint32_t timestamp_delta = 0;  ///< Only with a count (RSC-19).
  friend bool operator==(const Indication&, const Indication&) = default;

  /// Of a frame or unit as the coalescer delivers it.
  [[nodiscard]] static Indication of(const offload::ReceivedUnit& unit, const offload::RssHash& hash,
                                     const offload::FilterMatch& match) noexcept;
};

/// Fills the slots of a received packet. What task offload has no word in stays, as does the Loopback bit (RXC-17).
/// @param offloads  Decide which bits of a tag are handed up (KEY-30).
void write_receive_slots(const Indication& indication, const offload::ActiveOffloads& offloads,
                         PacketSlots& slots) noexcept;

/// The other end of it: what a protocol driver reads.
[[nodiscard]] Indication read_receive_slots(const PacketSlots& slots) noexcept;

/// Makes the slots of a received packet fit to send it on: those that mean something else on send are cleared (RSC-30);
/// tag, hash and virtual subnet stay.
void reuse_for_sending(PacketSlots& slots) noexcept;

}  // namespace nvgre::ndis
