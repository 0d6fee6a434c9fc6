#include "cli/conformance/conformance_report.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/conformance/golden_model.h"

namespace nvgre::cli {
namespace {

using testing::HasSubstr;

ConformanceReport a_report() {
  const CaseOutcome held{.task = DeviceTask::kLso,
                         .name = "a",
                         .pairing = "plain IPv4",
                         .expected_count = 4,
                         .captured_count = 4,
                         .findings = {{"LSO-5", {}}, {"LSO-13", {RuleVerdict::kDeviation, "counts on"}}},
                         .why_not_asked = {}};
  CaseOutcome broken = held;
  broken.name = "b";
  broken.findings = {{"LSO-5", {RuleVerdict::kBroken, "3 packets arrived, not 4"}}, {"LSO-13", {}}};
  CaseOutcome not_asked = held;
  not_asked.findings = {};
  not_asked.why_not_asked = "no tcx";
  return {.device = {.device = "eth1",
                     .driver = "ixgbe",
                     .peer = "eth2",
                     .done_by_device = {"tx-tcp-segmentation"},
                     .done_by_kernel = {"tx-gre-segmentation"},
                     .turned_off = {}},
          .cases = {held, broken, not_asked}};
}

TEST(ConformanceReport, adds_the_cases_up_by_rule) {
  const auto rules = a_report().rules();
  EXPECT_EQ(rules.at("LSO-5").cases, 2U);
  EXPECT_EQ(rules.at("LSO-5").failures, 1U);
  EXPECT_EQ(rules.at("LSO-5").verdict(), RuleVerdict::kBroken);
  EXPECT_EQ(rules.at("LSO-5").example, "plain IPv4, b: 3 packets arrived, not 4");
  EXPECT_EQ(rules.at("LSO-13").verdict(), RuleVerdict::kDeviation);
  EXPECT_EQ(rules.at("LSO-13").deviations, 1U);
}

TEST(ConformanceReport, a_broken_rule_is_a_failure_and_a_deviation_is_none) {
  auto report = a_report();
  EXPECT_TRUE(report.has_failure());
  report.cases.erase(report.cases.begin() + 1);
  EXPECT_FALSE(report.has_failure());
  EXPECT_TRUE(report.has_result());
  report.cases.erase(report.cases.begin());
  EXPECT_FALSE(report.has_result());
}

TEST(ConformanceReport, the_text_says_who_does_what_and_what_is_wrong) {
  const auto text = report_text(a_report());
  EXPECT_THAT(text, HasSubstr("device eth1 (driver ixgbe), captured at eth2"));
  EXPECT_THAT(text, HasSubstr("done by the device: tx-tcp-segmentation"));
  EXPECT_THAT(text, HasSubstr("done by the kernel for it: tx-gre-segmentation"));
  EXPECT_THAT(text, HasSubstr("LSO-5: 3 packets arrived, not 4"));
  EXPECT_THAT(text, HasSubstr("FAIL in 1"));
  EXPECT_THAT(text, HasSubstr("no tcx"));
  EXPECT_LT(text.find("LSO-5    "), text.find("LSO-13   "));
}

TEST(ConformanceReport, the_json_holds_the_same) {
  const auto json = nlohmann::json::parse(report_json(a_report()));
  EXPECT_EQ(json["device"]["driver"], "ixgbe");
  EXPECT_EQ(json["cases"][1]["findings"]["LSO-5"], "3 packets arrived, not 4");
  EXPECT_EQ(json["cases"][2]["result"], "not asked");
  EXPECT_EQ(json["rules"][0]["rule"], "LSO-5");
  EXPECT_EQ(json["rules"][0]["result"], "FAIL");
  EXPECT_FALSE(json["cannot_be_asked"].empty());
}

/// The rules that some case is about.
std::set<std::string_view> judged_rules() {
  std::set<std::string_view> rules;
  for (const auto& one : device_cases()) {
    const auto golden = golden_packets(one);
    std::vector<CapturedPacket> captured;
    for (const auto& packet : golden) captured.push_back({.bytes = packet});
    for (const auto& [rule, finding] : judge_case(one, golden, captured)) rules.insert(rule);
  }
  return rules;
}

TEST(ConformanceReport, every_rule_that_is_judged_has_its_few_words_and_no_other) {
  const auto judged = judged_rules();
  for (const auto rule : judged) EXPECT_NE(in_few_words(rule), "") << rule;
  for (const auto* group : {"WIRE-", "LOC-", "LSO-", "USO-", "TXC-"})
    for (int number = 1; number < 100; ++number) {
      const auto rule = group + std::to_string(number);
      EXPECT_EQ(in_few_words(rule) != "", judged.contains(rule)) << rule;
    }
}

}  // namespace
}  // namespace nvgre::cli
