/// What stands around the frames in a capture file, for writing. The formats let a writer use its own byte order, so
/// all numbers are in that of this machine.
/// @see  draft-ietf-opsawg-pcap, draft-ietf-opsawg-pcapng
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/capture/captured_frame.h"

namespace nvgre::capture {

enum class FileFormat : std::uint8_t {
  kPcapMicroseconds,
  kPcapNanoseconds,
  kPcapng,  ///< One section with one interface, whose timestamps have nanoseconds.
};

/// The format that a file with these first four bytes, read in the order of this machine, has; others are taken for
/// kPcapNanoseconds, in which every capture can be written.
[[nodiscard]] FileFormat format_of(std::uint32_t magic) noexcept;

/// What the file begins with.
[[nodiscard]] std::string file_header(FileFormat format);
/// What stands in front of the bytes of a frame. @param captured_size  How many bytes follow.
[[nodiscard]] std::string frame_header(FileFormat format, CaptureTime time, std::size_t captured_size,
                                       std::size_t original_length);
/// What stands behind them.
[[nodiscard]] std::string frame_trailer(FileFormat format, std::size_t captured_size);

}  // namespace nvgre::capture
