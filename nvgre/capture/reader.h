/// Reads Ethernet frames from a pcap or pcapng file, one after another, in constant memory.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>

#include "nvgre/capture/captured_frame.h"
#include "nvgre/capture/file_format.h"
#include "nvgre/wire/result.h"

struct pcap;

namespace nvgre::capture {

/// An open capture. One thread at a time; movable.
class Reader {
 public:
  /// @param path  A file, or "-": standard input.
  /// @return      kUnavailable: no such file, or it can't be opened; kInvalid: not a capture, or not one of Ethernet.
  [[nodiscard]] static Result<Reader> open(const std::string& path);

  /// The next frame; nothing at the end of the capture, or where it can't be read further (see error()).
  [[nodiscard]] std::optional<CapturedFrame> next();
  /// Why the capture ended early, for example in the middle of a frame. Everything before was handed out.
  [[nodiscard]] const std::optional<Error>& error() const noexcept { return error_; }

  /// In which a copy of the capture loses nothing of its times.
  [[nodiscard]] FileFormat format() const noexcept { return format_; }
  /// Bytes of the file that were read; for a progress bar.
  [[nodiscard]] std::uint64_t position() const;
  /// Bytes of the file; nothing for a pipe.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return size_; }

 private:
  struct Close {
    void operator()(struct pcap* handle) const noexcept;
  };
  Reader(std::string name, FileFormat format, std::unique_ptr<struct pcap, Close> handle);

  std::string name_;  ///< What messages call it.
  FileFormat format_;
  std::unique_ptr<struct pcap, Close> handle_;
  std::optional<std::uint64_t> size_;
  std::optional<Error> error_;
};

}  // namespace nvgre::capture
