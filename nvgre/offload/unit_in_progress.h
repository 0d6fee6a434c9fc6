/// A unit that is being joined, whatever its protocol: its first frame, and what the others added.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "nvgre/offload/coalescing.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::offload {

/// One TCP segment as the rules see it (RSC-9 to RSC-18); of a unit, what its segments amount to so far.
struct TcpSegment {
  std::uint32_t sequence_number = 0;
  std::uint32_t acknowledgment_number = 0;
  std::uint16_t window = 0;
  wire::TcpFlags flags{};
  std::optional<wire::TcpTimestamps> timestamps;
};

struct UnitInProgress {
  bool is_open = false;
  ReceivedFrame first;            ///< Whose headers become the unit's.
  std::uint32_t last_label = 0;   ///< Of the frame that came last, a window update's too.
  std::span<wire::Bytes> slices;  ///< Room for payload slices; slice_count of them are used.
  std::size_t slice_count = 0;    ///< The number of data segments or datagrams.
  std::size_t payload_bytes = 0;
  std::uint16_t segment_size = 0;  ///< Payload bytes of the largest segment.
  std::uint8_t hop_limit = 0;      ///< The smallest time to live or hop limit (RSC-14, RSC-15).
  bool headers_changed = false;    ///< A window update was merged, which is no segment (RSC-11).
  wire::InternetSum payload_sum;   ///< Kept for complete checksums only.
  TcpSegment tcp;                  ///< The sequence number is the first segment's, all else the latest.
  std::uint32_t first_timestamp = 0;

  [[nodiscard]] std::uint32_t next_sequence_number() const noexcept {
    return tcp.sequence_number + static_cast<std::uint32_t>(payload_bytes);
  }
  [[nodiscard]] bool is_single_frame() const noexcept { return slice_count == 1 && !headers_changed; }

  /// Begins a unit with a frame that has payload. @pre !is_open and slices is not empty
  void start(const ReceivedFrame& frame, wire::Bytes payload, UnitChecksums form) noexcept;
  /// Adds the payload of another frame. @pre slice_count < slices.size()
  void append(const ReceivedFrame& frame, wire::Bytes payload, UnitChecksums form) noexcept;
  /// Takes note of a frame's hop limit and label, for a frame with payload or without.
  void meet(const ReceivedFrame& frame) noexcept;

  /// Whether `frame` has the same tags and IP header, apart from lengths, ID, hop limit and checksum: DSCP and ECN, DF,
  /// flow label (RSC-7, RSC-13). @pre Same flow
  [[nodiscard]] bool has_ip_fields_of(const ReceivedFrame& frame) const noexcept;
  /// IPv4 total length, IPv6 payload length if `more` bytes of payload came in (RSC-16).
  [[nodiscard]] std::size_t ip_length_with(std::size_t more) const noexcept;
};

/// What follows the transport header, without link padding. @pre The frame has a transport header and is not truncated
[[nodiscard]] wire::Bytes transport_payload(const ReceivedFrame& frame) noexcept;
/// Whether the IP packet ends where its TCP or UDP payload does.
[[nodiscard]] constexpr bool is_all_payload(const wire::HeaderMap& map) noexcept {
  return map.transport.payload_end == map.inner_ip.payload_end;
}

/// Time to live or hop limit of a frame that has an IP header.
[[nodiscard]] std::uint8_t hop_limit_of(const ReceivedFrame& frame) noexcept;

/// Whether the frame's TCP or UDP checksum is one that others finish: its field holds the pseudo-header sum.
[[nodiscard]] bool has_unfinished_checksum(const ReceivedFrame& frame) noexcept;

/// Whether IPv4 header and transport checksum are good, from what validate() found or, where it was not active, by
/// computing them: a unit must never hide a bad segment (RSC-5).
[[nodiscard]] bool has_valid_checksums(const ReceivedFrame& frame) noexcept;

}  // namespace nvgre::offload
