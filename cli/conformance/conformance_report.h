/// What `nvgre conformance` found: case by case, then rule by rule, as text or as JSON.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "cli/conformance/device_case.h"
#include "cli/conformance/device_judge.h"

namespace nvgre::cli {

/// One case as it ended.
struct CaseOutcome {
  DeviceTask task{};
  std::string name;
  std::string pairing;
  std::size_t expected_count = 0;
  std::size_t captured_count = 0;
  CaseFindings findings;
  std::string why_not_asked;  ///< Not empty: the device can't be asked for it here, and there are no findings.
};

/// What is known about one rule after all cases.
struct RuleOutcome {
  std::size_t cases = 0;  ///< In which it was judged.
  std::size_t deviations = 0;
  std::size_t failures = 0;
  std::string example;  ///< The first of the worst, with its case.
  [[nodiscard]] RuleVerdict verdict() const noexcept;
};

/// A device and its cable.
struct DeviceDescription {
  std::string device;
  std::string driver;
  std::string peer;
  std::vector<std::string> done_by_device;  ///< Features that are on while the cases run.
  std::vector<std::string> done_by_kernel;  ///< Features that are off: the kernel does the work in software.
  std::string turned_off;                   ///< Why features were turned off for the run; empty: none were.
};

struct ConformanceReport {
  DeviceDescription device;
  std::vector<CaseOutcome> cases;

  [[nodiscard]] std::map<std::string_view, RuleOutcome> rules() const;
  [[nodiscard]] bool has_failure() const;
  /// Whether any case was run at all.
  [[nodiscard]] bool has_result() const;
};

/// Rules that no Linux device can be asked about, and why.
struct UnaskableRules {
  std::string_view rules;
  std::string_view why;
};
[[nodiscard]] const std::vector<UnaskableRules>& unaskable_rules();
/// The rule in a few words; empty: unknown.
[[nodiscard]] std::string_view in_few_words(std::string_view rule) noexcept;

[[nodiscard]] std::string report_text(const ConformanceReport& report);
[[nodiscard]] std::string report_json(const ConformanceReport& report);

}  // namespace nvgre::cli
