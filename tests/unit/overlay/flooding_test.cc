#include "nvgre/overlay/flooding.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using wire::DropReason;
using Kind = Outcome::Kind;

TEST(Flooding, OVL_15_goes_to_every_other_host_or_to_the_group_alone) {
  auto description = two_tenants();
  description.records.push_back(record(kBlue, 1, 3, provider_v6(3)));
  const auto bytes = blue_udp(10);
  const auto frame = TenantFrame::parse(bytes, {});
  const Policy replicating(description, 1);
  EXPECT_THAT(flood_destinations(*replicating.subnet(kBlue), *frame), ElementsAre(provider_v4(2), provider_v6(3)));
  const wire::ProviderAddress group(ipv4(239, 1, 1, 1));
  description.subnets[0].flood = FloodMode::kGroup;
  description.subnets[0].flood_group = group;
  const Policy grouped(description, 1);
  EXPECT_THAT(flood_destinations(*grouped.subnet(kBlue), *frame), ElementsAre(group));
}

Outcome of(const std::vector<Outcome>& copies, EndpointCounters& counters) {
  FloodOutcome outcome;
  for (const auto& copy : copies) outcome.add(copy);
  outcome.count(counters);
  return outcome.result();
}

TEST(FloodOutcome, counts_a_frame_as_carried_if_any_copy_was) {
  EndpointCounters counters;
  const Outcome sent{.kind = Kind::kEncapsulated}, local{.kind = Kind::kLocal}, held{.kind = Kind::kHeld};
  const auto lost = Outcome::refused(DropReason::kNoNextHop);
  EXPECT_EQ(of({lost, local, held, sent, sent}, counters).kind, Kind::kEncapsulated);
  EXPECT_EQ(counters.flood_copies, 2U);
  EXPECT_EQ(counters.flood_copies_lost, 1U);
  EXPECT_EQ(of({local, held}, counters).kind, Kind::kHeld);
  EXPECT_EQ(of({lost, local}, counters).kind, Kind::kLocal);
  EXPECT_EQ(counters.flood_copies_lost, 2U);
}

TEST(FloodOutcome, counts_a_frame_as_refused_for_its_first_copy_s_reason_only_if_none_was_carried) {
  EndpointCounters counters;
  const auto first = of({Outcome::too_big(1458), Outcome::refused(DropReason::kNoNextHop)}, counters);
  EXPECT_EQ(first.kind, Kind::kRefused);
  EXPECT_EQ(first.reason, DropReason::kTooBig);
  EXPECT_EQ(first.inner_mtu, 1458U);
  EXPECT_EQ(counters.flood_copies_lost, 0U) << "the frame itself is counted";
  EXPECT_EQ(of({}, counters).reason, DropReason::kNoFloodPeer);
}

}  // namespace
}  // namespace nvgre::overlay
