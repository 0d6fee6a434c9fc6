// `nvgre coalesce`: joins the segments of a capture as receive segment coalescing does, a batch of frames at a time.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "cli/capture_tool.h"
#include "cli/commands.h"
#include "cli/option_values.h"
#include "cli/reason_counts.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/overlay/captured_packet.h"
#include "nvgre/wire/locate.h"

namespace nvgre::cli {
namespace {

constexpr auto kOffloads = offload::ActiveOffloads::all();
constexpr std::uint32_t kMaxBatch = 1'024;
constexpr std::uint32_t kMaxIpLength = 65'535;
constexpr std::string_view kEncapsulated = "encapsulated";

constexpr const char* kAbout =
    R"(Consecutive TCP segments of one connection become one unit, and so do UDP datagrams of one flow, if their headers allow
it; a unit has complete checksums and its last frame's time. Nothing is held longer than a batch of frames. NVGRE packets
pass unchanged, or with --decap leave their tunnel headers first: then frames of different virtual subnets never join,
and packets that an endpoint would drop pass unchanged. The summary says why frames stayed alone.

)";

constexpr const char* kExamples = R"(
Examples:
  nvgre coalesce wire.pcap units.pcap
  nvgre coalesce --decap --batch 32 underlay.pcapng units.pcapng)";

struct CoalesceOptions {
  CapturePaths paths;
  bool decap = false;
  std::uint32_t max_size = kMaxIpLength;
  std::uint32_t batch = 64;
};

/// A frame of the batch that is being collected.
struct HeldFrame {
  std::vector<std::uint8_t> storage;
  wire::MutableBytes bytes;  ///< In storage; without tunnel headers if they were removed.
  std::size_t size = 0;      ///< Of the whole frame, if it was snapped.
  capture::CaptureTime time{};
  std::string_view why_alone;  ///< What to count if it joins no other.
};

/// Writes units, whose labels are places in the batch.
class UnitWriter final : public offload::UnitSink {
 public:
  UnitWriter(const std::vector<HeldFrame>& frames, FrameOutput& output, ReasonCounts& alone)
      : frames_(frames), output_(output), alone_(alone) {}

  void deliver(const offload::ReceivedUnit& unit) override {
    const HeldFrame& last = frames_.at(unit.label);
    std::vector<wire::Bytes> pieces{unit.headers};
    pieces.insert(pieces.end(), unit.payload.begin(), unit.payload.end());
    if (unit.payload.empty()) {
      alone_.add(last.why_alone);
      return output_.write(last.time, last.size, pieces);
    }
    std::size_t size = 0;
    for (const auto piece : pieces) size += piece.size();
    output_.write(last.time, size, pieces);
  }

 private:
  const std::vector<HeldFrame>& frames_;
  FrameOutput& output_;
  ReasonCounts& alone_;
};

std::string_view why_alone(const offload::ReceivedFrame& frame, bool is_snapped) {
  const auto& map = frame.map;
  if (is_snapped) return "snapped";
  if (map.outer_ip) return kEncapsulated;
  if (map.problem) return wire::machine_name(*map.problem);
  if (map.inner_ip.is_fragment) return "fragment";
  if (!map.transport) return "not TCP or UDP";
  return frame.checksum.ip_failed || frame.checksum.transport_failed() ? "bad checksum" : "nothing to join";
}

class CoalesceTool final : public CaptureTool {
 public:
  explicit CoalesceTool(const CoalesceOptions& options)
      : decap_(options.decap),
        frames_(options.batch),
        coalescer_(offload::UnitChecksums::kComplete,
                   {.flows = options.batch, .segments = options.batch, .max_ip_length = options.max_size}) {}

  void take(const capture::CapturedFrame& frame, FrameOutput& output) override {
    HeldFrame& held = hold(frame);
    auto received = receive(held, frame.is_snapped());
    received.label = static_cast<std::uint32_t>(held_count_++);
    UnitWriter writer(frames_, output, alone_);
    coalescer_.add(received, kOffloads, writer);
    if (held_count_ == frames_.size()) finish(output);
  }
  void finish(FrameOutput& output) override {
    UnitWriter writer(frames_, output, alone_);
    coalescer_.finish(writer);
    held_count_ = 0;
  }
  std::string summary() const override {
    const std::string stripped = decap_ ? fmt::format("{} stripped, ", stripped_count_) : "";
    return fmt::format("{}{} joined, {}", stripped, frame_count_ - alone_.total(), alone_.text("alone"));
  }

 private:
  /// Copies a frame to the next place of the batch.
  HeldFrame& hold(const capture::CapturedFrame& frame) {
    HeldFrame& held = frames_.at(held_count_);
    held.storage.assign(frame.bytes.begin(), frame.bytes.end());
    held.bytes = held.storage;
    held.size = frame.original_length;
    held.time = frame.time;
    ++frame_count_;
    return held;
  }

  offload::ReceivedFrame receive(HeldFrame& held, bool is_snapped) {
    offload::ReceivedFrame received;
    const auto vsid = decap_ ? strip(held) : std::unexpected(wire::DropReason::kNotGre);
    if (vsid) received.vsid = *vsid;
    received.bytes = held.bytes;
    received.map = wire::locate(held.bytes, {.follow_gre = !received.vsid});
    received.checksum = offload::validate(held.bytes, received.map, kOffloads);
    received.accepts_units = received.accepts_udp_units = !is_snapped;
    held.why_alone = why_alone(received, is_snapped);
    if (decap_ && held.why_alone == kEncapsulated) held.why_alone = wire::machine_name(vsid.error());
    return received;
  }

  /// @return The VSID of an NVGRE packet, which is stripped then; other frames stay as they are.
  wire::Checked<wire::Vsid> strip(HeldFrame& held) {
    const auto inner = overlay::unwrap(held.bytes, held.size);
    if (!inner) return std::unexpected(inner.error());
    held.bytes = inner->bytes;
    held.size = inner->size;
    ++stripped_count_;
    return inner->vsid;
  }

  bool decap_;
  std::vector<HeldFrame> frames_;
  std::size_t held_count_ = 0;
  offload::Coalescer coalescer_;
  ReasonCounts alone_;
  std::uint64_t frame_count_ = 0;
  std::uint64_t stripped_count_ = 0;
};

}  // namespace

void add_coalesce_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("coalesce", "Join the TCP segments and UDP datagrams of a capture");
  const auto options = std::make_shared<CoalesceOptions>();
  add_capture_paths(*command, options->paths);
  command->add_flag("--decap", options->decap, "Take the tunnel headers off NVGRE packets first");
  add_number(*command, "--max-size", options->max_size, {.low = 1, .high = kMaxIpLength},
             "Largest IPv4 total length or IPv6 payload length of a unit, bytes [65535]");
  add_number(*command, "--batch", options->batch, {.low = 1, .high = kMaxBatch},
             "Frames after which all units are ended [64]");
  command->footer(std::string(kAbout) + kCaptureHelp + kExamples);
  command->callback([options, &status] {
    CoalesceTool tool(*options);
    status = run_capture_tool("coalesce", options->paths, tool);
  });
}

}  // namespace nvgre::cli
