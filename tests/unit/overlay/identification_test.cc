#include "nvgre/overlay/identification.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

TEST(IdentificationCounters, WIRE_5_count_each_destination_s_packets) {
  IdentificationCounters counters(0);
  const std::uint16_t first = counters.next(provider_v4(2));
  const std::uint16_t other = counters.next(provider_v4(3));
  counters.next(provider_v4(2)) += 44;
  EXPECT_EQ(counters.next(provider_v4(2)), static_cast<std::uint16_t>(first + 44));
  EXPECT_EQ(counters.next(provider_v4(3)), other);
}

TEST(IdentificationCounters, WIRE_5_wrap_at_65536) {
  IdentificationCounters counters(3);
  const std::uint16_t first = counters.next(provider_v4(2));
  for (int i = 0; i < 65'536; ++i) ++counters.next(provider_v4(2));
  EXPECT_EQ(counters.next(provider_v4(2)), first);
}

TEST(IdentificationCounters, start_differently_for_each_worker) {
  EXPECT_NE(IdentificationCounters(0).next(provider_v4(2)), IdentificationCounters(1).next(provider_v4(2)));
}

}  // namespace
}  // namespace nvgre::overlay
