#include "nvgre/datapath/userspace/miss_limit.h"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

const wire::Vsid kBlue = *wire::Vsid::from(5001);
constexpr MissLimit::Instant kStart = std::chrono::seconds(1);

wire::MacAddress destination(std::uint32_t number) {
  const std::array<std::uint8_t, 6> bytes{0x02,
                                          0,
                                          0,
                                          static_cast<std::uint8_t>(number >> 16),
                                          static_cast<std::uint8_t>(number >> 8),
                                          static_cast<std::uint8_t>(number)};
  return wire::MacAddress::load(bytes);
}

TEST(MissLimit, OVL_18_reports_the_first_miss_at_once) {
  MissLimit limit;
  EXPECT_EQ(limit.miss(kBlue, destination(1), kStart), 0U);
}

TEST(MissLimit, reports_a_destination_once_an_interval_with_what_was_left_out) {
  MissLimit limit;
  ASSERT_TRUE(limit.miss(kBlue, destination(1), kStart));
  for (int i = 0; i < 1000; ++i) EXPECT_FALSE(limit.miss(kBlue, destination(1), kStart + std::chrono::milliseconds(i)));
  EXPECT_EQ(limit.miss(kBlue, destination(1), kStart + MissLimit::kInterval), 1000U);
  EXPECT_FALSE(limit.miss(kBlue, destination(1), kStart + MissLimit::kInterval));
  EXPECT_EQ(limit.miss(kBlue, destination(1), kStart + 2 * MissLimit::kInterval), 1U);
}

TEST(MissLimit, bounds_the_reports_of_ever_new_destinations) {
  MissLimit limit;
  std::size_t reports = 0;
  for (std::uint32_t number = 0; number < 100'000; ++number)
    if (limit.miss(kBlue, destination(number), kStart)) ++reports;
  EXPECT_GT(reports, 1U) << "many are told";
  EXPECT_LE(reports, MissLimit::kSlots);
}

}  // namespace
}  // namespace nvgre::datapath::userspace
