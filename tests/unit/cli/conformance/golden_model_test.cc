#include "cli/conformance/golden_model.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "tests/support/slow_packet.h"

namespace nvgre::cli {
namespace {

TEST(GoldenModel, every_packet_of_every_case_is_right_by_a_slow_judge) {
  for (const auto& one : device_cases())
    for (const auto& packet : golden_packets(one))
      EXPECT_EQ(test::SlowPacket(packet, one.outer.has_value()).problems(), "") << one.pairing() << ", " << one.name;
}

TEST(GoldenModel, LSO_32_the_worked_example_has_the_lengths_and_ids_of_the_rule) {
  for (const auto& one : device_cases()) {
    if (one.name != "inner IDs from 0x7FFE, outer from 0xFFFF" || one.pairing() != "IPv4 in IPv4") continue;
    const auto packets = golden_packets(one);
    ASSERT_EQ(packets.size(), 4U);
    const std::size_t lengths[] = {1082, 1082, 1082, 83};
    const std::uint16_t inner_ids[] = {0x7FFE, 0x7FFF, 0x0000, 0x0001};
    const std::uint16_t outer_ids[] = {0xFFFF, 0x0000, 0x0001, 0x0002};
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const test::SlowPacket packet(packets[i], true);
      EXPECT_EQ(packet.ip_length(packet.outer_ip), lengths[i]);
      EXPECT_EQ(packet.identification(packet.inner_ip), inner_ids[i]);
      EXPECT_EQ(packet.identification(packet.outer_ip), outer_ids[i]);
    }
    return;
  }
  FAIL() << "the worked example is no case";
}

TEST(DeviceCases, WIRE_6_all_pairings_have_every_task) {
  std::set<std::string> seen;
  for (const auto& one : device_cases()) seen.insert(std::string(name_of(one.task)) + " " + one.pairing());
  EXPECT_EQ(seen.size(), 3U * 6U);
}

TEST(DeviceCases, no_packet_is_longer_than_a_usual_cable_carries) {
  for (const auto& one : device_cases())
    for (const auto& packet : golden_packets(one)) EXPECT_LE(packet.size(), 1514U) << one.pairing() << one.name;
}

}  // namespace
}  // namespace nvgre::cli
