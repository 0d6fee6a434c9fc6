#include "cli/conformance/packet_fields.h"

#include <map>
#include <set>
#include <string_view>

#include <gtest/gtest.h>

#include "cli/conformance/golden_model.h"
#include "nvgre/wire/locate.h"

namespace nvgre::cli {
namespace {

TEST(PacketFields, every_byte_of_every_packet_is_in_one_field_with_a_rule) {
  for (const auto& one : device_cases())
    for (const auto& packet : golden_packets(one)) {
      std::uint32_t end = 0;
      for (const auto& field : fields_of(one.task, wire::locate(packet), packet.size())) {
        ASSERT_EQ(field.begin, end) << field.name << " of " << one.pairing() << ", " << one.name;
        ASSERT_GT(field.end, field.begin) << field.name;
        ASSERT_FALSE(field.rule.empty()) << field.name;
        ASSERT_FALSE(field.name.empty());
        end = field.end;
      }
      ASSERT_EQ(end, packet.size()) << one.pairing() << ", " << one.name;
    }
}

TEST(PacketFields, LSO_12_and_USO_11_and_TXC_11_options_of_every_kind_are_sent) {
  std::map<DeviceTask, std::set<std::string_view>> sent;
  for (const auto& one : device_cases())
    for (const auto& packet : golden_packets(one))
      for (const auto& field : fields_of(one.task, wire::locate(packet), packet.size()))
        if (field.rule == "LSO-12" || field.rule == "USO-11" || field.rule == "TXC-11")
          sent[one.task].insert(field.name);
  const std::set<std::string_view> of_udp{"inner IPv4 options", "inner IPv6 extension headers"};
  auto of_tcp = of_udp;
  of_tcp.insert("TCP options");
  EXPECT_EQ(sent[DeviceTask::kLso], of_tcp);
  EXPECT_EQ(sent[DeviceTask::kUso], of_udp);
  EXPECT_EQ(sent[DeviceTask::kChecksum], of_tcp);
}

}  // namespace
}  // namespace nvgre::cli
