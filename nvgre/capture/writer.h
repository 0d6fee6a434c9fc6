/// Writes Ethernet frames to a pcap file with nanosecond timestamps. The file appears whole, by rename, or not at all.
#pragma once

#include <memory>
#include <string>

#include "nvgre/capture/captured_frame.h"
#include "nvgre/wire/result.h"

struct pcap;
struct pcap_dumper;

namespace nvgre::capture {

/// A capture in the making. One thread at a time; movable. Without finish() nothing remains of it, unless it goes to
/// standard output.
class Writer {
 public:
  /// @param path  A file, which is replaced only by finish(), or "-": standard output.
  [[nodiscard]] static Result<Writer> create(const std::string& path);
  Writer(Writer&& other) noexcept;
  Writer& operator=(Writer&& other) = delete;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  /// Appends one frame. A failure (a full disk) is remembered and reported by finish().
  void write(const CapturedFrame& frame);
  /// Writes out what is buffered and gives the file its name; call once, last.
  [[nodiscard]] Result<void> finish();

 private:
  struct Close {
    void operator()(struct pcap* handle) const noexcept;
    void operator()(struct pcap_dumper* dumper) const noexcept;
  };
  Writer(std::string path, std::string temporary_path) noexcept;
  [[nodiscard]] bool is_standard_output() const noexcept { return path_ == "-"; }
  [[nodiscard]] Result<void> start(int descriptor);
  [[nodiscard]] std::unexpected<Error> cannot_write(int error_number) const;

  std::string path_;
  std::string temporary_path_;  ///< Beside path_, so that rename() stays on one file system; empty: nothing to remove.
  int error_number_ = 0;        ///< Of the first write() that failed.
  std::unique_ptr<struct pcap, Close> handle_;
  std::unique_ptr<struct pcap_dumper, Close> dumper_;
};

}  // namespace nvgre::capture
