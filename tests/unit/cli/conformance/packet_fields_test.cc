#include "cli/conformance/packet_fields.h"

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

}  // namespace
}  // namespace nvgre::cli
