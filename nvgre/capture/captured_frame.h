/// A frame of a capture file, as the reader gives it and the writer takes it.
#pragma once

#include <chrono>
#include <cstddef>

#include "nvgre/wire/bytes.h"

namespace nvgre::capture {

/// Time since 1970-01-01 00:00:00 UTC, as captures have it.
using CaptureTime = std::chrono::nanoseconds;

/// The largest frame that readers of captures accept, bytes: libpcap's limit for Ethernet, and Wireshark's.
inline constexpr std::size_t kMaxFrameSize = 262'144;

struct CapturedFrame {
  wire::Bytes bytes;                ///< What was captured; from a reader: valid until its next next().
  std::size_t original_length = 0;  ///< Bytes that crossed the wire; more than bytes.size() in a snapped capture.
  CaptureTime time{};

  /// Whether only the start of the frame was captured.
  [[nodiscard]] constexpr bool is_snapped() const noexcept { return bytes.size() < original_length; }
};

}  // namespace nvgre::capture
