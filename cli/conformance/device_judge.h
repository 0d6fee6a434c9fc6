/// Holds what a device made of a request against the rules: field by field, each field with the rule that says what has
/// to be in it. Checksums are judged by the packet they stand in, so that one wrong field counts once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/conformance/device_case.h"
#include "nvgre/wire/frame_layer.h"

namespace nvgre::cli {

/// What was found about one rule, in the order of badness.
enum class RuleVerdict : std::uint8_t {
  kHeld,
  kDeviation,  ///< Not as NDIS has it, and harmless: an inner ID that does not wrap at 0x7FFF (LSO-13).
  kBroken,
};
/// "pass", "deviation", "FAIL".
[[nodiscard]] std::string_view name_of(RuleVerdict verdict) noexcept;

/// A packet as the peer captured it.
struct CapturedPacket {
  wire::ByteVector bytes;
  bool is_unfinished = false;  ///< The kernel says that its checksum or segmentation is still to be done.
};

struct RuleFinding {
  RuleVerdict verdict = RuleVerdict::kHeld;
  std::string text;  ///< What is wrong, where, with both values; empty: nothing.
};

/// The findings of one case, by rule.
using CaseFindings = std::map<std::string_view, RuleFinding>;

/// @param golden    What the rules ask for, in order.
/// @param captured  What arrived, in order.
[[nodiscard]] CaseFindings judge_case(const DeviceCase& device_case, std::span<const wire::ByteVector> golden,
                                      std::span<const CapturedPacket> captured);

/// The worst of a case. @pre not empty
[[nodiscard]] RuleVerdict worst_of(const CaseFindings& findings) noexcept;

}  // namespace nvgre::cli
