// `nvgre segment`: does LSO and USO to the super-frames of a capture.
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/capture_tool.h"
#include "cli/commands.h"
#include "cli/option_values.h"
#include "cli/treated_frames.h"
#include "nvgre/offload/finished_frame.h"

namespace nvgre::cli {
namespace {

constexpr std::uint32_t kMaxMss = 0xF'FFFF;  // 20 bits (LSO-19)

constexpr const char* kAbout =
    R"(TCP frames with more payload than the MSS are cut as large send offload cuts them, UDP frames as UDP segmentation
offload; NVGRE packets in the same way, with their outer headers. Lengths, IDs, sequence numbers, flags and checksums of
each segment are complete; its time is the super-frame's. The IP length of a super-frame may be right or 0; its checksum
field may hold anything, but a UDP checksum of 0 stays 0. All other frames pass unchanged, and the summary says why.

)";

constexpr const char* kExamples = R"(
Examples:
  nvgre segment super.pcap wire.pcap --mss 1418
  nvgre segment super.pcap - --mss 1418 | nvgre inspect --check -)";

struct SegmentOptions {
  CapturePaths paths;
  std::uint32_t mss = 0;
  bool all = false;
};

}  // namespace

void add_segment_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("segment", "Cut the TCP and UDP super-frames of a capture");
  const auto options = std::make_shared<SegmentOptions>();
  add_capture_paths(*command, options->paths);
  add_number(*command, "--mss", options->mss, {.low = 1, .high = kMaxMss},
             "Payload bytes of one segment, without any header")
      ->required();
  command->add_flag("--all", options->all,
                    "Treat TCP and UDP frames that fit as requests, too: they get new checksums");
  command->footer(std::string(kAbout) + kCaptureHelp + kExamples);
  command->callback([options, &status] {
    TreatingTool tool({.done = "cut into {} segments", .nothing_to_do = "not TCP or UDP", .fits = "fit the MSS"},
                      [options](wire::Bytes frame, offload::PacketSink& sink) {
                        return offload::segment_frame(frame, {.mss = options->mss, .with_fitting_frames = options->all},
                                                      sink);
                      });
    status = run_capture_tool("segment", options->paths, tool);
  });
}

}  // namespace nvgre::cli
