#include "cli/capture_tool.h"

#include <vector>

#include <fmt/format.h>

#include "cli/capture_input.h"
#include "cli/commands.h"
#include "cli/progress.h"

namespace nvgre::cli {
namespace {

int refuse(std::string_view name, const Error& error) {
  fmt::print(stderr, "nvgre {}: {}\n", name, error.message);
  return kUnreadable;
}

/// @return How many frames were read.
std::uint64_t work(capture::Reader& reader, CaptureTool& tool, FrameOutput& output) {
  ProgressBar progress(reader.size());
  std::uint64_t count = 0;
  while (!output.writer().has_failed()) {
    const auto frame = reader.next();
    if (!frame) break;
    ++count;
    tool.take(*frame, output);
    if (!reader.size()) output.writer().flush();  // from a pipe, each frame goes on when it comes
    progress.show(reader.position());
  }
  tool.finish(output);
  return count;
}

}  // namespace

bool OutputSink::emit(const offload::OutgoingPacket& packet) {
  std::vector<wire::Bytes> pieces{packet.headers};
  pieces.insert(pieces.end(), packet.payload.begin(), packet.payload.end());
  output_.write(time_, packet.size(), pieces);
  return true;
}

void add_capture_paths(CLI::App& command, CapturePaths& paths) {
  add_capture_name(command, "IN", paths.input, "A pcap or pcapng capture of Ethernet, or - for standard input");
  add_capture_name(command, "OUT", paths.output, "The capture to write, or - for standard output");
}

int run_capture_tool(std::string_view name, const CapturePaths& paths, CaptureTool& tool) {
  auto reader = open_input(paths.input);
  if (!reader) return refuse(name, reader.error());
  auto writer = capture::Writer::create(paths.output, reader->format());
  if (!writer) return refuse(name, writer.error());
  FrameOutput output(std::move(*writer));
  const auto count = work(*reader, tool, output);
  if (const auto written = output.writer().finish(); !written) return refuse(name, written.error());
  if (reader->error()) fmt::print(stderr, "nvgre {}: {}\n", name, reader->error()->message);
  fmt::print(stderr, "nvgre {}: {} frames read, {} written; {}\n", name, count, output.frame_count(), tool.summary());
  return reader->error() ? kUnreadable : kDone;
}

}  // namespace nvgre::cli
