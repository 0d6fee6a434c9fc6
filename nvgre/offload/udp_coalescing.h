/// The rules by which UDP datagrams become one unit (RSC-31): what USO would cut again into the same datagrams.
#pragma once

#include <cstddef>

#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/tcp_coalescing.h"
#include "nvgre/offload/unit_in_progress.h"

namespace nvgre::offload {

/// Datagrams of one unit at most; also what Linux takes of a UDP super-frame (UDP_MAX_SEGMENTS).
inline constexpr std::size_t kMaxUnitDatagrams = 64;

/// Whether a datagram may be part of a unit, judged by itself: payload, a checksum that is present and good, no IP
/// options or extension headers. @pre The frame has a whole UDP header.
[[nodiscard]] bool is_udp_candidate(const ReceivedFrame& frame) noexcept;

/// Judges a datagram against the unit in front of it: equal header fields and size, a shorter one as the last, up to
/// kMaxUnitDatagrams. @pre unit.is_open, same flow, is_udp_candidate(frame)
[[nodiscard]] JoinVerdict judge_udp(const UnitInProgress& unit, const ReceivedFrame& frame, wire::Bytes payload,
                                    std::size_t max_ip_length) noexcept;

}  // namespace nvgre::offload
