// `nvgre inspect`: reads a capture frame by frame, says what each frame is, and sums up.
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include <fmt/format.h>

#include "cli/capture_input.h"
#include "cli/commands.h"
#include "cli/inspection.h"
#include "cli/progress.h"
#include "nvgre/offload/rss.h"

namespace nvgre::cli {
namespace {

constexpr std::size_t kOutputBlock = 65'536;  ///< Bytes that are collected before they are written.

constexpr const char* kFooter =
    R"(One line a frame: time, outer addresses, VSID and FlowID, inner addresses, payload bytes, what the checksums are, and
the RSS hash that a card with NVGRE task offload reports. --json prints one object a frame instead; offsets in it count
from the frame's start, and what is absent is null.

Exit status: 0 done; 1 with --check, if a checksum or a format is wrong; 2 wrong usage; 3 the capture can't be read to
its end (what could be read is printed).

Examples:
  nvgre inspect capture.pcapng
  tcpdump -i eth0 -U -w - proto gre | nvgre inspect -
  nvgre inspect --json capture.pcap | jq 'select(.problem)'
  nvgre inspect --check capture.pcap > /dev/null && echo all right)";

struct InspectOptions {
  std::string file;
  bool json = false;
  bool check = false;
  std::string rss_key;
};

std::string judge_key(const std::string& text) {
  if (offload::parse_toeplitz_key(text)) return "";
  return "\"" + text + "\" is no RSS key; accepted is one of 40 bytes: 80 hexadecimal digits";
}

struct Summary {
  std::array<std::uint64_t, 4> by_encapsulation{};
  std::uint64_t frames = 0;
  std::uint64_t bad_checksum = 0;
  std::uint64_t wrong_format = 0;
  std::uint64_t wrong = 0;

  void add(const Inspection& inspection) {
    ++frames;
    ++by_encapsulation.at(static_cast<std::size_t>(inspection.map.encapsulation));
    bad_checksum += inspection.has_bad_checksum() ? 1 : 0;
    wrong_format += inspection.has_wrong_format() ? 1 : 0;
    wrong += inspection.is_wrong() ? 1 : 0;
  }
  [[nodiscard]] std::string text() const {
    return fmt::format(
        "{} frames: {} nvgre, {} other gre, {} unsupported, {} not encapsulated; {} with a bad checksum, "
        "{} with a wrong format",
        frames, by_encapsulation[1], by_encapsulation[2], by_encapsulation[3], by_encapsulation[0], bad_checksum,
        wrong_format);
  }
};

/// Prints every frame. @return false if standard output takes no more.
bool print_frames(capture::Reader& reader, const InspectOptions& options, const offload::ReceiveScaling& scaling,
                  Summary& summary) {
  ProgressBar progress(reader.size());
  std::string block;
  const auto write_block = [&] {
    progress.hide();
    const bool is_written =
        std::fwrite(block.data(), 1, block.size(), stdout) == block.size() && std::fflush(stdout) == 0;
    block.clear();
    return is_written;
  };
  while (const auto frame = reader.next()) {
    const Inspection inspection = inspect(*frame, scaling);
    summary.add(inspection);
    (options.json ? append_json : append_text)(block, summary.frames, *frame, inspection);
    if (block.size() < kOutputBlock && reader.size()) continue;  // from a pipe, each frame is shown when it comes
    if (!write_block()) return false;
    progress.show(reader.position());
  }
  return write_block();
}

int inspect_command(const InspectOptions& options) {
  auto reader = open_input(options.file);
  if (!reader) {
    fmt::print(stderr, "nvgre inspect: {}\n", reader.error().message);
    return kUnreadable;
  }
  offload::RssParameters parameters;
  if (const auto key = offload::parse_toeplitz_key(options.rss_key)) parameters.key = *key;
  const auto scaling = offload::ReceiveScaling::make(parameters, 1);

  Summary summary;
  const bool is_written = print_frames(*reader, options, *scaling, summary);
  if (!is_written) fmt::print(stderr, "nvgre inspect: standard output: {}\n", std::strerror(errno));
  if (reader->error()) fmt::print(stderr, "nvgre inspect: {}\n", reader->error()->message);
  fmt::print(stderr, "nvgre inspect: {}\n", summary.text());
  if (!is_written || reader->error()) return kUnreadable;
  return options.check && summary.wrong > 0 ? kFailed : kDone;
}

}  // namespace

void add_inspect_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("inspect", "Say what each frame of a capture carries and whether it is right");
  const auto options = std::make_shared<InspectOptions>();
  add_capture_name(*command, "FILE", options->file, "A pcap or pcapng capture of Ethernet, or - for standard input");
  command->add_flag("--json", options->json, "Print JSON Lines: one object a frame");
  command->add_flag("--check", options->check, "End with status 1 if any checksum or format is wrong");
  command
      ->add_option("--rss-key", options->rss_key,
                   "The RSS key, 80 hexadecimal digits; default: Microsoft's verification key")
      ->check(judge_key)
      ->type_name("HEX");
  command->footer(kFooter);
  command->callback([options, &status] { status = inspect_command(*options); });
}

}  // namespace nvgre::cli
