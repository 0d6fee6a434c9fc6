#include "cli/conformance/conformance_report.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace nvgre::cli {
namespace {

struct RuleText {
  std::string_view rule, text;
};
constexpr std::array kFewWords = {
    RuleText{"LSO-5", "segments of exactly MSS bytes, one shorter at the end"},
    RuleText{"LSO-7", "all headers repeated"},
    RuleText{"LSO-8", "sequence number advances by MSS"},
    RuleText{"LSO-9", "FIN and PSH in the last segment only, CWR in the first"},
    RuleText{"LSO-10", "other TCP fields and flags copied"},
    RuleText{"LSO-12", "options, extension headers copied as they are"},
    RuleText{"LSO-13", "inner IPv4 length and ID of each segment"},
    RuleText{"LSO-15", "outer IPv4 length, ID and checksum of each segment"},
    RuleText{"LSO-16", "IPv6 payload length of each segment"},
    RuleText{"LSO-17", "TCP checksum of each segment"},
    RuleText{"LSO-18", "inner IPv4 checksum of each segment"},
    RuleText{"USO-2", "datagrams of exactly MSS bytes, one shorter at the end"},
    RuleText{"USO-5", "UDP and IP lengths of each datagram"},
    RuleText{"USO-6", "inner IPv4 ID of each datagram"},
    RuleText{"USO-7", "outer IPv4 length and ID of each datagram"},
    RuleText{"USO-8", "UDP checksum of each datagram"},
    RuleText{"USO-10", "IPv4 checksums of each datagram"},
    RuleText{"USO-11", "options, extension headers copied as they are"},
    RuleText{"USO-12", "all headers repeated"},
    RuleText{"TXC-5", "TCP or UDP checksum"},
    RuleText{"TXC-8", "IPv4 checksums"},
    RuleText{"TXC-9", "nothing else is touched"},
    RuleText{"TXC-11", "options, extension headers are no obstacle"},
    RuleText{"WIRE-10", "VSID and FlowID of every segment"},
};

/// "LSO-5" before "LSO-13": by the group, then by the number.
bool comes_before(std::string_view a, std::string_view b) {
  const auto group = [](std::string_view rule) { return rule.substr(0, rule.find('-')); };
  if (group(a) != group(b)) return group(a) < group(b);
  return std::pair(a.size(), a) < std::pair(b.size(), b);
}

std::vector<std::pair<std::string_view, RuleOutcome>> in_order(const std::map<std::string_view, RuleOutcome>& rules) {
  std::vector<std::pair<std::string_view, RuleOutcome>> sorted(rules.begin(), rules.end());
  std::ranges::sort(sorted, [](const auto& a, const auto& b) { return comes_before(a.first, b.first); });
  return sorted;
}

std::string_view result_of(const CaseOutcome& outcome) {
  return outcome.why_not_asked.empty() ? name_of(worst_of(outcome.findings)) : "not asked";
}

void append_device(std::string& out, const DeviceDescription& device) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "device {} (driver {}), captured at {}\n", device.device, device.driver, device.peer);
  if (!device.done_by_device.empty())
    fmt::format_to(to, "  done by the device: {}\n", fmt::join(device.done_by_device, ", "));
  if (!device.done_by_kernel.empty())
    fmt::format_to(to, "  done by the kernel for it: {}\n", fmt::join(device.done_by_kernel, ", "));
  if (!device.turned_off.empty()) fmt::format_to(to, "  {}\n", device.turned_off);
}

void append_cases(std::string& out, const std::vector<CaseOutcome>& cases) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "\n{:<9} {:<13} {:<42} {:>7} {:>7}  {}\n", "task", "headers", "case", "packets", "arrived",
                 "result");
  for (const auto& outcome : cases) {
    fmt::format_to(to, "{:<9} {:<13} {:<42} {:>7} {:>7}  {}\n", name_of(outcome.task), outcome.pairing, outcome.name,
                   outcome.expected_count, outcome.captured_count, result_of(outcome));
    if (!outcome.why_not_asked.empty()) fmt::format_to(to, "          {}\n", outcome.why_not_asked);
    for (const auto& [rule, finding] : outcome.findings)
      if (finding.verdict != RuleVerdict::kHeld) fmt::format_to(to, "          {}: {}\n", rule, finding.text);
  }
}

void append_rules(std::string& out, const std::map<std::string_view, RuleOutcome>& rules) {
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "\n{:<8} {:<56} {:>5}  {}\n", "rule", "in a few words", "cases", "result");
  for (const auto& [rule, outcome] : in_order(rules)) {
    fmt::format_to(to, "{:<8} {:<56} {:>5}  {}", rule, in_few_words(rule), outcome.cases, name_of(outcome.verdict()));
    if (outcome.failures != 0) fmt::format_to(to, " in {}", outcome.failures);
    if (outcome.failures == 0 && outcome.deviations != 0) fmt::format_to(to, " in {}", outcome.deviations);
    out += '\n';
  }
}

}  // namespace

RuleVerdict RuleOutcome::verdict() const noexcept {
  if (failures != 0) return RuleVerdict::kBroken;
  return deviations != 0 ? RuleVerdict::kDeviation : RuleVerdict::kHeld;
}

std::map<std::string_view, RuleOutcome> ConformanceReport::rules() const {
  std::map<std::string_view, RuleOutcome> rules;
  for (const auto& outcome : cases)
    for (const auto& [rule, finding] : outcome.findings) {
      auto& sum = rules[rule];
      const auto before = sum.verdict();
      ++sum.cases;
      if (finding.verdict == RuleVerdict::kDeviation) ++sum.deviations;
      if (finding.verdict == RuleVerdict::kBroken) ++sum.failures;
      if (finding.verdict > before)
        sum.example = fmt::format("{}, {}: {}", outcome.pairing, outcome.name, finding.text);
    }
  return rules;
}

bool ConformanceReport::has_failure() const {
  return std::ranges::any_of(cases, [](const CaseOutcome& outcome) {
    return !outcome.findings.empty() && worst_of(outcome.findings) == RuleVerdict::kBroken;
  });
}

bool ConformanceReport::has_result() const {
  return std::ranges::any_of(cases, [](const CaseOutcome& outcome) { return !outcome.findings.empty(); });
}

const std::vector<UnaskableRules>& unaskable_rules() {
  static const std::vector<UnaskableRules> kRules = {
      {"LSO-11, LSO-19 to LSO-21, USO-3, USO-13 to USO-16, TXC-13",
       "a packet socket has no answer that says a device refused"},
      {"LSO-3, LSO-23, LOC-13 to LOC-16, USO-21", "a virtio-net header has no LSOv1 and no supplemental offsets"},
      {"TXC-2, TXC-3", "Linux fills in IPv4 header checksums itself, before a device sees the frame"},
      {"USO-9", "Linux asks no device for UDP segments without a checksum"},
      {"LSO-25, USO-17, TXC-15", "a device that is turned off is replaced by the kernel's software"},
      {"LSO-27", "a tag in out-of-band data takes another way in Linux than a packet socket's"},
      {"RXC, RSC, RSS, VMQ", "this command drives the transmit side"},
  };
  return kRules;
}

std::string_view in_few_words(std::string_view rule) noexcept {
  const auto* const found = std::ranges::find(kFewWords, rule, &RuleText::rule);
  return found == kFewWords.end() ? std::string_view() : found->text;
}

std::string report_text(const ConformanceReport& report) {
  std::string out;
  append_device(out, report.device);
  append_cases(out, report.cases);
  append_rules(out, report.rules());
  out += "\nNo Linux device can be asked about:\n";
  for (const auto& [rules, why] : unaskable_rules()) fmt::format_to(std::back_inserter(out), "  {}: {}\n", rules, why);
  return out;
}

std::string report_json(const ConformanceReport& report) {
  using Json = nlohmann::ordered_json;
  Json cases = Json::array(), rules = Json::array(), unaskable = Json::array();
  for (const auto& outcome : report.cases) {
    Json findings = Json::object();
    for (const auto& [rule, finding] : outcome.findings)
      if (finding.verdict != RuleVerdict::kHeld) findings[std::string(rule)] = finding.text;
    cases.push_back({{"task", name_of(outcome.task)},
                     {"headers", outcome.pairing},
                     {"case", outcome.name},
                     {"packets", outcome.expected_count},
                     {"arrived", outcome.captured_count},
                     {"result", result_of(outcome)},
                     {"findings", std::move(findings)},
                     {"why_not_asked", outcome.why_not_asked.empty() ? Json() : Json(outcome.why_not_asked)}});
  }
  for (const auto& [rule, outcome] : in_order(report.rules()))
    rules.push_back({{"rule", rule},
                     {"in_few_words", in_few_words(rule)},
                     {"cases", outcome.cases},
                     {"deviations", outcome.deviations},
                     {"failures", outcome.failures},
                     {"result", name_of(outcome.verdict())},
                     {"example", outcome.example.empty() ? Json() : Json(outcome.example)}});
  for (const auto& [names, why] : unaskable_rules()) unaskable.push_back({{"rules", names}, {"why", why}});
  const auto& device = report.device;
  const Json whole = {{"device",
                       {{"name", device.device},
                        {"driver", device.driver},
                        {"peer", device.peer},
                        {"done_by_device", device.done_by_device},
                        {"done_by_kernel", device.done_by_kernel}}},
                      {"cases", std::move(cases)},
                      {"rules", std::move(rules)},
                      {"cannot_be_asked", std::move(unaskable)}};
  return whole.dump(2) + "\n";
}

}  // namespace nvgre::cli
