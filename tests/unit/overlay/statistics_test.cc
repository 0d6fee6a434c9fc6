#include "nvgre/overlay/statistics.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace nvgre::overlay {
namespace {

TEST(Statistics, adds_up_what_workers_counted) {
  PortStatistics statistics(2);
  statistics.of(0).frames_from_tenant += 2;
  statistics.of(1).frames_from_tenant += 3;
  ++statistics.of(1).drops[wire::DropReason::kSpoofedMac];
  const PortCounts counts = statistics.total();
  EXPECT_EQ(counts.frames_from_tenant, 5U);
  EXPECT_EQ(counts.drops[wire::DropReason::kSpoofedMac], 1U);
  EXPECT_EQ(total(counts.drops), 1U);
}

TEST(Statistics, adds_plain_numbers) {
  EndpointCounts sum, added;
  added.lso_segments = 44;
  added.drops[wire::DropReason::kTooBig] = 2;
  sum += added;
  sum += added;
  EXPECT_EQ(sum.lso_segments, 88U);
  EXPECT_EQ(sum.drops[wire::DropReason::kTooBig], 4U);
}

TEST(Statistics, lists_each_count_by_its_name) {
  SubnetCounts counts;
  counts.bytes_received = 9;
  std::vector<std::string> names;
  std::uint64_t bytes_received = 0;
  for_each_count(counts, [&](std::string_view name, std::string_view text, std::uint64_t value) {
    EXPECT_FALSE(text.empty());
    names.emplace_back(name);
    if (name == "bytes_received") bytes_received = value;
  });
  EXPECT_EQ(names, (std::vector<std::string>{"packets_sent", "bytes_sent", "packets_received", "bytes_received",
                                             "local_deliveries"}));
  EXPECT_EQ(bytes_received, 9U);
}

}  // namespace
}  // namespace nvgre::overlay
