/// Writes Ethernet frames to a capture file. The file appears whole, by rename, or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "nvgre/capture/captured_frame.h"
#include "nvgre/capture/file_format.h"
#include "nvgre/capture/output_file.h"
#include "nvgre/wire/result.h"

namespace nvgre::capture {

/// A capture in the making. One thread at a time; movable. If it is destroyed without finish(), nothing remains of it,
/// unless it is a stream; of a killed process see OutputFile.
class Writer {
 public:
  /// @param path  A file, which is replaced only by finish(); "-", standard output, and devices and pipes are streams.
  [[nodiscard]] static Result<Writer> create(const std::string& path, FileFormat format = FileFormat::kPcapNanoseconds);

  /// Appends one frame. A failure (a full disk) is remembered and reported by finish().
  /// @pre frame.bytes.size() <= kMaxFrameSize
  void write(const CapturedFrame& frame);
  /// The same for a frame in pieces. @param original_length  At least the size of all pieces.
  void write(CaptureTime time, std::size_t original_length, std::span<const wire::Bytes> pieces);
  /// Hands on what is buffered, so that whoever reads the stream sees it now.
  void flush() { file_.flush(); }
  /// Whether nothing more is written.
  [[nodiscard]] bool has_failed() const noexcept { return file_.has_failed(); }
  /// Writes out what is buffered and gives the file its name; call once, last.
  [[nodiscard]] Result<void> finish() { return file_.finish(); }

 private:
  Writer(OutputFile file, FileFormat format) noexcept : file_(std::move(file)), format_(format) {}
  void write(const std::string& text) { file_.write(text.data(), text.size()); }

  OutputFile file_;
  FileFormat format_;
};

}  // namespace nvgre::capture
