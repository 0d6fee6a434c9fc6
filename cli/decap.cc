// `nvgre decap`: takes the tunnel headers off each NVGRE packet of a capture.
#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/capture_tool.h"
#include "cli/commands.h"
#include "cli/option_values.h"
#include "cli/reason_counts.h"
#include "nvgre/overlay/captured_packet.h"

namespace nvgre::cli {
namespace {

constexpr const char* kAbout =
    R"(Packets that an NVGRE endpoint would accept, whoever they are addressed to, leave as their inner frames; a congestion
mark of the outer header is carried inside (RFC 6040). All others are left out and counted by the reason for which an
endpoint drops them, as `nvgre status` counts them.

)";

constexpr const char* kExamples = R"(
Examples:
  nvgre decap underlay.pcapng tenants.pcapng
  tcpdump -i eth0 -U -w - proto gre | nvgre decap - - --vsid 5001 | tcpdump -r -)";

struct DecapOptions {
  CapturePaths paths;
  std::uint32_t vsid = 0;  ///< 0: all.
};

class DecapTool final : public CaptureTool {
 public:
  explicit DecapTool(std::uint32_t vsid) : vsid_(vsid) {}

  void take(const capture::CapturedFrame& frame, FrameOutput& output) override {
    packet_.assign(frame.bytes.begin(), frame.bytes.end());
    const auto inner = overlay::unwrap(packet_, frame.original_length);
    if (!inner) return left_out_.add(inner.error());
    if (vsid_ != 0 && inner->vsid.value() != vsid_) return left_out_.add(wire::DropReason::kUnknownVsid);
    output.write(frame.time, inner->size, std::array<wire::Bytes, 1>{inner->bytes});
  }
  std::string summary() const override { return left_out_.text("left out"); }

 private:
  std::uint32_t vsid_;
  std::vector<std::uint8_t> packet_;  ///< The capture's own bytes can't be changed.
  ReasonCounts left_out_;
};

}  // namespace

void add_decap_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("decap", "Take the tunnel headers off each NVGRE packet of a capture");
  const auto options = std::make_shared<DecapOptions>();
  add_capture_paths(*command, options->paths);
  add_vsid(*command, options->vsid, "Only frames of this virtual subnet; the rest counts as unknown_vsid");
  command->footer(std::string(kAbout) + kCaptureHelp + kExamples);
  command->callback([options, &status] {
    DecapTool tool(options->vsid);
    status = run_capture_tool("decap", options->paths, tool);
  });
}

}  // namespace nvgre::cli
