/// locate(): maps outer and inner headers of any frame in one pass, without allocation (LOC-1 to LOC-20).
#pragma once

#include <cstddef>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::wire {

inline constexpr std::size_t kDefaultMaxHeaderSize = 256;  ///< MaxHeaderSizeSupported (CAP-5), bytes.

struct LocateOptions {
  /// Bytes of the whole frame, where `head` is only its start (a gather list, a snapped capture); 0: head.size().
  std::size_t frame_size = 0;
  /// Longest outer Ethernet to end of the TCP or UDP header that is accepted (LOC-12).
  std::size_t max_header_size = kDefaultMaxHeaderSize;
  /// Whether GRE is followed: on receive by what the bytes say; on send by IsEncapsulatedPacket (LOC-1, LOC-2).
  bool follow_gre = true;
  /// Segmentation requests: every IP and UDP length field is ignored, the frame's end bounds all (D-4).
  bool ignore_lengths = false;
  /// To show a frame: captured bytes decide, and headers behind the end of the outer packet are mapped too. To everyone
  /// else such bytes are padding (WIRE-14).
  bool past_packet_end = false;
};

/// Finds the headers of one frame; at most one encapsulation is followed (LOC-18).
/// @param head     The frame, or its first bytes; any bytes at all.
/// @return         What was found. Never reads outside `head`, never loops, never fails: `problem` names what is wrong.
/// @note           Any thread; allocates nothing.
[[nodiscard]] HeaderMap locate(Bytes head, const LocateOptions& options = {}) noexcept;

}  // namespace nvgre::wire
