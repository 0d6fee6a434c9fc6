#include "cli/conformance/device_judge.h"

#include <algorithm>
#include <functional>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "cli/conformance/golden_model.h"

namespace nvgre::cli {
namespace {

using wire::IpVersion;

const DeviceCase& the_case(DeviceTask task, std::string_view name, std::optional<IpVersion> outer, IpVersion inner) {
  static const auto cases = device_cases();
  const auto found = std::ranges::find_if(cases, [&](const DeviceCase& one) {
    return one.task == task && one.name == name && one.outer == outer && one.inner == inner;
  });
  if (found == cases.end()) throw std::logic_error("there is no case \"" + std::string(name) + "\"");
  return *found;
}

std::vector<CapturedPacket> captured(const std::vector<wire::ByteVector>& packets) {
  std::vector<CapturedPacket> all;
  for (const auto& packet : packets) all.push_back({.bytes = packet});
  return all;
}

/// What the judge says about a device that does everything right but for what `spoil` does to the packets.
CaseFindings judge_spoilt(const DeviceCase& one, const std::function<void(std::vector<CapturedPacket>&)>& spoil) {
  const auto golden = golden_packets(one);
  auto packets = captured(golden);
  spoil(packets);
  return judge_case(one, golden, packets);
}

const DeviceCase& tcp_in_ipv4() {
  return the_case(DeviceTask::kLso, "3001 bytes, MSS 1000", IpVersion::kV4, IpVersion::kV4);
}

// Offsets in a TCP segment with IPv4 inside and outside: 14 Ethernet, 20 IPv4, 8 GRE, 14 Ethernet, 20 IPv4, 20 TCP.
struct Spoilt {
  std::string_view rule;
  std::size_t offset;
};

class DeviceJudgeFields : public testing::TestWithParam<Spoilt> {};

TEST_P(DeviceJudgeFields, names_the_rule_that_a_changed_byte_breaks) {
  const auto findings = judge_spoilt(tcp_in_ipv4(), [](auto& packets) { packets[1].bytes[GetParam().offset] ^= 0x40; });
  const auto found = findings.find(GetParam().rule);
  ASSERT_NE(found, findings.end());
  EXPECT_EQ(found->second.verdict, RuleVerdict::kBroken);
  EXPECT_NE(found->second.text.find("packet 2"), std::string::npos) << found->second.text;
}

INSTANTIATE_TEST_SUITE_P(EveryRule, DeviceJudgeFields,
                         testing::Values(Spoilt{"LSO-7", 0}, Spoilt{"LSO-15", 16}, Spoilt{"LSO-15", 18},
                                         Spoilt{"LSO-15", 24}, Spoilt{"LSO-7", 22}, Spoilt{"WIRE-10", 38},
                                         Spoilt{"WIRE-10", 41}, Spoilt{"LSO-7", 42}, Spoilt{"LSO-13", 58},
                                         Spoilt{"LSO-13", 60}, Spoilt{"LSO-18", 66}, Spoilt{"LSO-7", 76},
                                         Spoilt{"LSO-8", 80}, Spoilt{"LSO-10", 84}, Spoilt{"LSO-10", 89},
                                         Spoilt{"LSO-10", 90}, Spoilt{"LSO-17", 92}, Spoilt{"LSO-10", 94},
                                         Spoilt{"LSO-5", 96}, Spoilt{"LSO-5", 1095}),
                         [](const auto& spoilt) { return "byte_" + std::to_string(spoilt.param.offset); });

TEST(DeviceJudge, holds_every_case_that_the_golden_model_itself_made) {
  for (const auto& one : device_cases()) {
    const auto golden = golden_packets(one);
    const auto findings = judge_case(one, golden, captured(golden));
    EXPECT_EQ(worst_of(findings), RuleVerdict::kHeld) << one.pairing() << ", " << one.name;
    EXPECT_GE(findings.size(), 2U) << one.pairing() << ", " << one.name;
  }
}

TEST(DeviceJudge, LSO_9_push_in_every_segment_breaks_the_rule_about_it) {
  const auto& one = the_case(DeviceTask::kLso, "FIN, PSH, CWR and ECE", std::nullopt, IpVersion::kV4);
  constexpr std::size_t kFlags = 14 + 20 + 13;
  const auto findings = judge_spoilt(one, [](auto& packets) { packets[0].bytes[kFlags] |= 0x08; });
  EXPECT_EQ(findings.at("LSO-9").verdict, RuleVerdict::kBroken);
  EXPECT_EQ(findings.at("LSO-10").verdict, RuleVerdict::kHeld);
}

TEST(DeviceJudge, LSO_13_an_inner_id_that_counts_on_is_a_deviation_alone) {
  const auto& one =
      the_case(DeviceTask::kLso, "inner IDs from 0x7FFE, outer from 0xFFFF", std::nullopt, IpVersion::kV4);
  constexpr std::size_t kId = 14 + 4;
  const auto findings = judge_spoilt(one, [](auto& packets) {
    ASSERT_EQ(packets[2].bytes[kId], 0x00);
    packets[2].bytes[kId] = 0x80;
  });
  EXPECT_EQ(findings.at("LSO-13").verdict, RuleVerdict::kDeviation) << findings.at("LSO-13").text;
}

TEST(DeviceJudge, LSO_13_an_inner_id_that_stands_still_is_no_deviation) {
  const auto findings = judge_spoilt(tcp_in_ipv4(), [](auto& packets) {
    packets[1].bytes[60] = packets[0].bytes[60];
    packets[1].bytes[61] = packets[0].bytes[61];
  });
  EXPECT_EQ(findings.at("LSO-13").verdict, RuleVerdict::kBroken);
}

TEST(DeviceJudge, LSO_5_a_super_frame_that_passes_whole_is_noticed) {
  const auto& one = tcp_in_ipv4();
  const auto golden = golden_packets(one);
  const std::vector<CapturedPacket> whole{{.bytes = one.request, .is_unfinished = true}};
  const auto findings = judge_case(one, golden, whole);
  EXPECT_EQ(findings.at("LSO-5").verdict, RuleVerdict::kBroken);
  EXPECT_EQ(findings.at("LSO-5").text, "1 packets arrived, not 4");
}

TEST(DeviceJudge, TXC_5_a_checksum_that_was_left_unfinished_is_noticed) {
  const auto& one = the_case(DeviceTask::kChecksum, "TCP, even payload", std::nullopt, IpVersion::kV6);
  const auto findings = judge_spoilt(one, [](auto& packets) { packets[0].is_unfinished = true; });
  EXPECT_EQ(findings.at("TXC-5").verdict, RuleVerdict::kBroken);
  EXPECT_EQ(findings.at("TXC-9").verdict, RuleVerdict::kHeld);
}

TEST(DeviceJudge, USO_8_a_checksum_of_zero_is_no_checksum) {
  const auto& one = the_case(DeviceTask::kChecksum, "UDP, computed as 0x0000", std::nullopt, IpVersion::kV4);
  constexpr std::size_t kChecksum = 14 + 20 + 6;
  ASSERT_EQ(golden_packets(one)[0][kChecksum], 0xFF);
  ASSERT_EQ(golden_packets(one)[0][kChecksum + 1], 0xFF);
  const auto findings =
      judge_spoilt(one, [](auto& packets) { packets[0].bytes[kChecksum] = packets[0].bytes[kChecksum + 1] = 0; });
  EXPECT_EQ(findings.at("TXC-5").verdict, RuleVerdict::kBroken);
}

TEST(DeviceJudge, nothing_that_arrives_breaks_the_rule_about_the_number) {
  const auto& one = tcp_in_ipv4();
  EXPECT_EQ(judge_case(one, golden_packets(one), {}).at("LSO-5").text, "0 packets arrived, not 4");
}

}  // namespace
}  // namespace nvgre::cli
