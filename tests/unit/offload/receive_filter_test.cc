#include "nvgre/offload/receive_filter.h"

#include <gtest/gtest.h>

#include "tests/support/filters.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::locate;

TEST(ReceiveFilter, D_31_vlan_tests_look_at_the_outer_tag) {
  const auto frame = [](std::optional<std::uint16_t> vlan) {
    FrameBuilder builder;
    builder.ethernet(kGateway, kHost);
    if (vlan) builder.vlan(*vlan);
    builder.ip(provider(IpVersion::kV4, 1), provider(IpVersion::kV4, 2)).nvgre(kBlue);
    return builder.ethernet(kSender, kReceiver).arp({}).build();
  };
  ReceiveFilter in_vlan = to_vlan(kReceiver, 5);
  in_vlan.encapsulated = true;
  ReceiveFilter untagged = to_untagged(kReceiver);
  untagged.encapsulated = true;
  EXPECT_EQ(found({entry(1, 1, in_vlan)}, frame(5)), (FilterMatch{QueueId{1}, FilterId{1}, true}));
  EXPECT_EQ(queue_of({entry(1, 1, in_vlan)}, frame(6)), 0U);
  EXPECT_EQ(queue_of({entry(1, 1, untagged)}, frame(5)), 0U);
  EXPECT_EQ(queue_of({entry(1, 1, untagged)}, frame(std::nullopt)), 1U);
}

TEST(ReceiveFilter, finds_each_of_many_filters) {
  std::vector<ReceiveFilterTable::Entry> entries;
  const auto far_station = [](std::uint32_t i) {
    return MacAddress({0x02, 0, 0, 1, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i)});
  };
  for (std::uint32_t i = 1; i <= 1000; ++i)
    entries.push_back(entry(i, i, i % 2 == 0 ? to(far_station(i)) : to_inner(far_station(i))));
  const ReceiveFilterTable table(entries);
  for (std::uint32_t i = 1; i <= 1001; ++i) {
    FrameBuilder builder = i % 2 == 0 ? FrameBuilder() : tunnel(IpVersion::kV4);
    const auto frame = builder.ethernet(kSender, far_station(i)).arp({}).build();
    const auto match = table.find(frame, locate(frame), ActiveOffloads::all());
    EXPECT_EQ(static_cast<std::uint32_t>(match.queue), i == 1001 ? 0 : i);
  }
}

}  // namespace
}  // namespace nvgre::offload
