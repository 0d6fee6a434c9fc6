/// Receive segment coalescing: consecutive segments of one TCP connection become one unit (RSC-1 to RSC-30), and the
/// same for UDP datagrams (RSC-31), the counterpart of USO. Nothing is held beyond a batch (RSC-4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
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
  std::uint32_t label = 0;         ///< The caller's own mark, handed back: of a unit, its last frame's.
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
  std::uint32_t label = 0;
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
  friend constexpr bool operator==(const CoalescingStatistics&, const CoalescingStatistics&) noexcept = default;
};

/// How much one batch may hold; beyond it units are delivered early, and nothing is lost.
struct CoalescingLimits {
  std::size_t flows = 64;              ///< Flows that can have a unit at the same time.
  std::size_t segments = 256;          ///< TCP segments of one unit.
  std::size_t max_ip_length = 65'535;  ///< IPv4 total length or IPv6 payload length of a unit, bytes (RSC-16).
};

/// Joins what one batch of received frames allows to join. Whatever cannot join goes alone, in the order of its flow
/// (RSC-22), so all frames of a consumer pass through here, also while RSC is off.
/// @note  One caller at a time, one coalescer a worker. Allocates in its constructor only.
class Coalescer {
 public:
  explicit Coalescer(UnitChecksums form, const CoalescingLimits& limits = {});
  Coalescer(Coalescer&&) noexcept;
  Coalescer& operator=(Coalescer&&) noexcept;
  ~Coalescer();

  /// Takes one frame; may deliver it, and units that it ends.
  /// @param frame     Its bytes stay where they are until finish().
  /// @param offloads  The same for the whole batch; a change takes effect after finish() (RSC-27).
  void add(const ReceivedFrame& frame, const ActiveOffloads& offloads, UnitSink& sink);
  /// Ends the batch: delivers all that is held (RSC-4).
  void finish(UnitSink& sink);

  /// Since construction: TCP, which OID_TCP_RSC_STATISTICS is about, and UDP.
  /// @note  Any thread; the numbers may be a moment old.
  [[nodiscard]] CoalescingStatistics statistics() const noexcept;
  [[nodiscard]] CoalescingStatistics udp_statistics() const noexcept;

 private:
  class Batch;
  std::unique_ptr<Batch> batch_;
};

}  // namespace nvgre::offload
