/// The tools that hand each frame to the adapter's transmit side and pass on unchanged what it refuses.
#pragma once

#include <functional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "cli/capture_tool.h"
#include "cli/reason_counts.h"
#include "nvgre/offload/finished_frame.h"

namespace nvgre::cli {

class TreatingTool final : public CaptureTool {
 public:
  /// How the summary calls what happened.
  struct Words {
    std::string_view done;  ///< A format; {} is how many packets they became.
    std::string_view nothing_to_do;
    std::string_view fits;
  };
  using Treat = std::function<offload::FrameTreatment(wire::Bytes frame, offload::PacketSink& sink)>;

  TreatingTool(const Words& words, Treat treat) : words_(words), treat_(std::move(treat)) {}

  void take(const capture::CapturedFrame& frame, FrameOutput& output) override {
    using Outcome = offload::FrameTreatment::Outcome;
    if (frame.is_snapped()) return pass(frame, "snapped", output);
    OutputSink sink(output, frame.time);
    const auto treatment = treat_(frame.bytes, sink);
    switch (treatment.outcome) {
      case Outcome::kDone:
        ++done_count_;
        packet_count_ += treatment.packet_count;
        return;
      case Outcome::kFits:
        return pass(frame, words_.fits, output);
      case Outcome::kNothingToDo:
        return pass(frame, words_.nothing_to_do, output);
      case Outcome::kRefused:
        return pass(frame, wire::machine_name(*treatment.reason), output);
    }
  }
  std::string summary() const override {
    return fmt::format("{} {}, {}", done_count_, fmt::format(fmt::runtime(words_.done), packet_count_),
                       unchanged_.text("unchanged"));
  }

 private:
  void pass(const capture::CapturedFrame& frame, std::string_view reason, FrameOutput& output) {
    unchanged_.add(reason);
    output.pass(frame);
  }

  Words words_;
  Treat treat_;
  std::uint64_t done_count_ = 0;
  std::uint64_t packet_count_ = 0;
  ReasonCounts unchanged_;
};

}  // namespace nvgre::cli
