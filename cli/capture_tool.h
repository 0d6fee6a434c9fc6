/// What encap, decap, segment, coalesce and checksum share: they read a capture, do something to each frame, write
/// another capture, which appears whole or not at all, and sum up.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>

#include "nvgre/capture/captured_frame.h"
#include "nvgre/capture/writer.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::cli {

/// The capture that a tool writes.
class FrameOutput {
 public:
  explicit FrameOutput(capture::Writer writer) : writer_(std::move(writer)) {}

  /// A frame in pieces. @param size  Of the whole frame, of which a snapped capture has only the start.
  void write(capture::CaptureTime time, std::size_t size, std::span<const wire::Bytes> pieces) {
    writer_.write(time, size, pieces);
    ++frame_count_;
  }
  /// A frame as it was read.
  void pass(const capture::CapturedFrame& frame) {
    writer_.write(frame);
    ++frame_count_;
  }
  [[nodiscard]] capture::Writer& writer() noexcept { return writer_; }
  [[nodiscard]] std::uint64_t frame_count() const noexcept { return frame_count_; }

 private:
  capture::Writer writer_;
  std::uint64_t frame_count_ = 0;
};

/// Takes the engine's packets into the output, with the time of the frame that they came from.
class OutputSink final : public offload::PacketSink {
 public:
  OutputSink(FrameOutput& output, capture::CaptureTime time) : output_(output), time_(time) {}
  bool emit(const offload::OutgoingPacket& packet) override;

 private:
  FrameOutput& output_;
  capture::CaptureTime time_;
};

/// What one tool does.
class CaptureTool {
 public:
  CaptureTool() = default;
  CaptureTool(const CaptureTool&) = delete;
  CaptureTool& operator=(const CaptureTool&) = delete;
  virtual ~CaptureTool() = default;

  /// @param frame  Its bytes are valid only during the call.
  virtual void take(const capture::CapturedFrame& frame, FrameOutput& output) = 0;
  /// There are no more frames.
  virtual void finish(FrameOutput& /*output*/) {}
  /// What the summary line says behind "N frames read, M written; ".
  [[nodiscard]] virtual std::string summary() const = 0;
};

/// A tool's captures.
struct CapturePaths {
  std::string input;
  std::string output;
};

/// Adds IN and OUT.
void add_capture_paths(CLI::App& command, CapturePaths& paths);

/// What every tool's --help says about its captures and exit statuses, in front of its examples.
inline constexpr const char* kCaptureHelp =
    R"(IN is a pcap or pcapng capture of Ethernet, OUT is written in the same format, - is standard input or output. Times are
kept to the nanosecond. The interfaces of a pcapng file have to be alike in link type and snap length, its sections in
byte order; OUT has one interface. OUT appears whole, by rename, or not at all; to standard output, a pipe or a device
frames go as they come. A summary goes to standard error.

Exit status: 0 done; 2 wrong usage; 3 IN can't be read to its end (what could be read is in OUT), or OUT can't be written.
)";

/// Reads, lets the tool work, writes, reports on standard error. @param name  The subcommand's. @return The exit
/// status.
[[nodiscard]] int run_capture_tool(std::string_view name, const CapturePaths& paths, CaptureTool& tool);

}  // namespace nvgre::cli
