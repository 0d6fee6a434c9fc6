// `nvgre checksum`: fills in the checksums of a capture's frames.
#include <memory>
#include <string>

#include "cli/capture_tool.h"
#include "cli/commands.h"
#include "cli/treated_frames.h"
#include "nvgre/offload/finished_frame.h"

namespace nvgre::cli {
namespace {

constexpr const char* kAbout =
    R"(Fills in the IPv4 header checksums, outer and inner, and the TCP or UDP checksum, as transmit checksum offload does: of
plain frames and of NVGRE packets; of other GRE, and of fragments, the IPv4 checksum alone. What the fields hold before
is of no matter, unless --seeded says that the TCP or UDP field holds the sum of the pseudo-header, as a sender leaves it
for a card: then that sum is trusted. Frames that can't be done whole pass unchanged, and the summary says why.

)";

constexpr const char* kExamples = R"(
Examples:
  nvgre checksum edited.pcap right.pcap
  nvgre checksum --seeded handed-down.pcap wire.pcap)";

struct ChecksumOptions {
  CapturePaths paths;
  bool seeded = false;
};

}  // namespace

void add_checksum_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("checksum", "Fill in the checksums of a capture's frames");
  const auto options = std::make_shared<ChecksumOptions>();
  add_capture_paths(*command, options->paths);
  command->add_flag("--seeded", options->seeded, "The TCP or UDP checksum field holds the pseudo-header sum");
  command->footer(std::string(kAbout) + kCaptureHelp + kExamples);
  command->callback([options, &status] {
    const auto field = options->seeded ? offload::ChecksumField::kSeed : offload::ChecksumField::kAnything;
    TreatingTool tool(
        {.done = "filled in", .nothing_to_do = "without checksums", .fits = {}},
        [field](wire::Bytes frame, offload::PacketSink& sink) { return offload::fill_checksums(frame, field, sink); });
    status = run_capture_tool("checksum", options->paths, tool);
  });
}

}  // namespace nvgre::cli
