/// Receive segment coalescing: consecutive segments of one TCP connection become one unit (RSC-1 to RSC-30), and the
/// same for UDP datagrams (RSC-31), the counterpart of USO. Nothing is held beyond a batch (RSC-4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/frame_metadata.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::offload {

/// A received frame that is not (or no longer) encapsulated.
struct ReceivedFrame {
  wire::Bytes bytes;               ///< Ethernet header to the end of the IP packet; must stay until the batch ends.
  wire::HeaderMap map;             ///< Of `bytes`: only the inner_* half is filled.
  std::optional<wire::Vsid> vsid;  ///< Part of the flow key (RSC-2).
  std::uint32_t consumer = 0;      ///< Whoever gets it, for example a port; part of the flow key, handed back.
  bool accepts_units = true;       ///< The consumer takes TCP units (RSC-26).
  bool accepts_udp_units = true;   ///< The consumer takes UDP units (RSC-31).
  ReceiveChecksum checksum;
  FrameMetadata metadata;  ///< Of a frame that arrives as a super-frame already; such a frame stays alone.
};

/// One frame, or several segments joined.
struct ReceivedUnit {
  wire::Bytes headers;                   ///< Of one frame alone: all of it. Valid only during the call.
  std::span<const wire::Bytes> payload;  ///< Array valid only during the call; bytes are those of the frames.
  std::optional<wire::Vsid> vsid;
  std::uint32_t consumer = 0;
  wire::HeaderMap map;  ///< Of the unit's headers.
  ReceiveChecksum checksum;
  /// A joined unit, or a frame whose transport checksum was validated: NEEDS_CSUM and the pseudo-header sum (RSC-24),
  /// if the coalescer was asked for that form; else the checksums are complete.
  FrameMetadata metadata;
  std::uint16_t coalesced_segment_count = 0;  ///< Data segments if 2 or more, else 0 (RSC-20).
  std::uint16_t duplicate_ack_count = 0;      ///< Always 0 (RSC-21).
  std::uint32_t timestamp_delta = 0;          ///< RscTcpTimestampDelta (RSC-19).
};

/// Takes units in the order in which they may be delivered. One caller at a time.
class UnitSink {
 public:
  virtual ~UnitSink() = default;
  virtual void deliver(const ReceivedUnit& unit) = 0;
};

/// How a unit's checksums leave: complete, or as a device would hand them on (RSC-23, RSC-24).
enum class UnitChecksums : std::uint8_t { kComplete, kPartial };

/// OID_TCP_RSC_STATISTICS (RSC-28).
struct CoalescingStatistics {
  std::uint64_t coalesced_packets = 0;
  std::uint64_t coalesced_octets = 0;
  std::uint64_t coalesce_events = 0;
  std::uint64_t aborts = 0;
};

}  // namespace nvgre::offload
