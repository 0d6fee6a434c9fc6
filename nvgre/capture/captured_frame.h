/// A frame of a capture file, as the reader gives it and the writer takes it.
#pragma once

#include <chrono>
#include <cstddef>

#include "nvgre/wire/bytes.h"

namespace nvgre::capture {

/// Time since 1970-01-01 00:00:00 UTC, as captures have it.
using CaptureTime = std::chrono::nanoseconds;

struct CapturedFrame {
  wire::Bytes bytes;                ///< What was captured; from a reader: valid until its next next().
  std::size_t original_length = 0;  ///< Bytes that crossed the wire; more than bytes.size() in a snapped capture.
  CaptureTime time{};
};

}  // namespace nvgre::capture
