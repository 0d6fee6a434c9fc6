#include "nvgre/overlay/ecn.h"

#include <array>

#include <gtest/gtest.h>

#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/ip.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

constexpr std::size_t kLink = 14;  // the packet starts behind the Ethernet header

wire::ByteVector packet(wire::IpVersion version, std::uint8_t traffic_class) {
  const bool is_v4 = version == wire::IpVersion::kV4;
  const auto source = is_v4 ? customer_v4(1).ip() : customer_v6(1).ip();
  const auto destination = is_v4 ? customer_v4(2).ip() : customer_v6(2).ip();
  auto frame = wire::FrameBuilder()
                   .ethernet(mac(1, 1), mac(1, 2))
                   .ip(source, destination)
                   .traffic_class(traffic_class)
                   .hop_limit(1)
                   .udp(1, 2)
                   .build();
  frame.erase(frame.begin(), frame.begin() + kLink);
  return frame;
}

// RFC 6040, section 4.2, figure 4, by the two ECN bits; -1: drop.
constexpr int kCombined[4][4] = {
    //  outer: 00  01  10  11
    {0b00, 0b00, 0b00, -1},     // inner 00
    {0b01, 0b01, 0b01, 0b11},   // inner 01
    {0b10, 0b01, 0b10, 0b11},   // inner 10
    {0b11, 0b11, 0b11, 0b11}};  // inner 11

TEST(Ecn, OVL_23_combines_all_sixteen_pairs) {
  for (unsigned inner = 0; inner < 4; ++inner)
    for (unsigned outer = 0; outer < 4; ++outer) {
      const auto combined = combined_ecn(static_cast<Ecn>(inner), static_cast<Ecn>(outer));
      const int expected = kCombined[inner][outer];
      ASSERT_EQ(combined.has_value(), expected >= 0) << inner << outer;
      if (expected < 0) continue;
      EXPECT_EQ(static_cast<int>(*combined), expected) << inner << outer;
    }
}

TEST(Ecn, OVL_24_keeps_the_ipv4_checksum_right_and_everything_else_as_it_was) {
  constexpr std::uint8_t kDscp = 0x2E << 2;
  for (const auto version : {wire::IpVersion::kV4, wire::IpVersion::kV6})
    for (unsigned inner = 0; inner < 4; ++inner)
      for (unsigned outer = 0; outer < 4; ++outer) {
        auto bytes = packet(version, static_cast<std::uint8_t>(kDscp | inner));
        const auto result = combine_ecn(bytes, version, static_cast<Ecn>(outer));
        const int expected = kCombined[inner][outer];
        if (expected < 0) {
          EXPECT_EQ(result.error(), wire::DropReason::kOuterEcn);
          continue;
        }
        EXPECT_EQ(*result, static_cast<unsigned>(expected) != inner);
        EXPECT_EQ(bytes, packet(version, static_cast<std::uint8_t>(kDscp | expected))) << inner << outer;
      }
}

TEST(Ecn, OVL_24_leaves_a_wrong_checksum_wrong) {
  auto bytes = packet(wire::IpVersion::kV4, 0b10);
  bytes[10] ^= 0x40;
  ASSERT_TRUE(combine_ecn(bytes, wire::IpVersion::kV4, Ecn::kCongestionExperienced));
  EXPECT_FALSE(wire::Ipv4View::parse(bytes)->has_valid_checksum());
}

TEST(Ecn, OVL_22_copies_the_mark_and_the_dscp_unless_that_is_fixed) {
  EXPECT_EQ(outer_traffic_class(0b101110'10, std::nullopt), 0b101110'10);
  EXPECT_EQ(outer_traffic_class(0b101110'10, std::uint8_t{0}), 0b000000'10);
  EXPECT_EQ(outer_traffic_class(0b101110'11, std::uint8_t{63}), 0b111111'11);
}

}  // namespace
}  // namespace nvgre::overlay
