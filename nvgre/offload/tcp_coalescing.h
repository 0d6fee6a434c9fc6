/// The rules by which TCP segments become one unit (RSC-5 to RSC-18).
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/unit_in_progress.h"

namespace nvgre::offload {

/// What is to be done with a frame of a flow.
enum class JoinVerdict : std::uint8_t {
  kJoin,     ///< It joins the unit.
  kRestart,  ///< The unit ends, and a new one begins with this frame; an exception (RSC-7, RSC-9, RSC-13, RSC-18).
  kRestartBySize,  ///< The same, but no exception (RSC-16, RSC-28).
  kAlone,          ///< The unit ends, and the frame goes alone; an exception (RSC-6).
};

/// Reads a segment that may be part of a unit, judged by itself.
/// @return  Nothing on an exception: a bad checksum, another flag, another option, IP options or extension headers
///          (RSC-5). @pre The frame has a whole TCP header.
[[nodiscard]] std::optional<TcpSegment> read_tcp_segment(const ReceivedFrame& frame) noexcept;

/// Judges a segment with payload against the unit in front of it. @pre unit.is_open, same flow
[[nodiscard]] JoinVerdict judge_tcp_data(const UnitInProgress& unit, const ReceivedFrame& frame,
                                         const TcpSegment& segment, wire::Bytes payload,
                                         std::size_t max_ip_length) noexcept;

/// Whether a segment without payload only changes the window (RSC-11). @pre unit.is_open, same flow
[[nodiscard]] bool is_window_update(const UnitInProgress& unit, const ReceivedFrame& frame,
                                    const TcpSegment& segment) noexcept;

/// Takes over what the latest segment says (RSC-10, RSC-11, RSC-17, RSC-18). @pre The verdict allowed it
void merge_tcp_header(UnitInProgress& unit, const TcpSegment& segment) noexcept;

}  // namespace nvgre::offload
