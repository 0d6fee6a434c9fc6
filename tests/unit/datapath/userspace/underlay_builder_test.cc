#include "nvgre/datapath/userspace/underlay_builder.h"

#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

wire::IpAddress ip(std::string_view text) {
  return *wire::IpAddress::parse(text);
}
wire::ProviderAddress provider(std::string_view text) {
  return wire::ProviderAddress(ip(text));
}
wire::MacAddress mac(std::string_view text) {
  return *wire::MacAddress::parse(text);
}

const auto kNear = provider("198.18.0.2"), kFar = provider("198.18.7.2");
const auto kOwn = provider("198.18.1.1");  // a further own address
const auto kGatewayA = ip("198.18.0.253"), kGatewayB = ip("198.18.0.254");

UnderlayFacts facts() {
  UnderlayFacts facts;
  facts.link = Link{.index = 7, .name = "eth0", .is_up = true, .mac = mac("02:00:00:00:00:01"), .mtu = 1500};
  facts.routes[kNear] = {.next_hops = {kNear.ip()}};
  facts.routes[kFar] = {.next_hops = {kGatewayA, kGatewayB}};
  return facts;
}

TEST(UnderlayBuilder, takes_over_the_interface) {
  const auto underlay = build_underlay(facts());
  EXPECT_TRUE(underlay.is_up);
  EXPECT_EQ(underlay.mac, mac("02:00:00:00:00:01"));
  EXPECT_EQ(underlay.mtu, 1500U);
}

TEST(UnderlayBuilder, is_down_without_an_interface) {
  auto gone = facts();
  gone.link.reset();
  const auto underlay = build_underlay(gone);
  EXPECT_FALSE(underlay.is_up);
  EXPECT_THAT(underlay.next_hops, IsEmpty());
}

TEST(UnderlayBuilder, OVL_1_takes_a_neighbours_own_address_on_link_and_the_gateways_off_link) {
  auto resolved = facts();
  resolved.macs[kNear.ip()] = mac("02:00:00:00:00:02");
  resolved.macs[kGatewayB] = mac("02:00:00:00:00:FE");
  const auto underlay = build_underlay(resolved);
  EXPECT_THAT(underlay.find(kNear)->macs, ElementsAre(mac("02:00:00:00:00:02")));
  EXPECT_THAT(underlay.find(kFar)->macs, ElementsAre(mac("02:00:00:00:00:FE")));
}

TEST(UnderlayBuilder, OVL_2_takes_the_route_of_each_own_address) {
  auto resolved = facts();
  resolved.routes[kFar] = {.next_hops = {kGatewayA}};
  resolved.routes_by_source[{kOwn, kFar}] = {.next_hops = {kGatewayB}, .mtu = 1400};
  resolved.macs[kGatewayA] = mac("02:00:00:00:00:FD");
  resolved.macs[kGatewayB] = mac("02:00:00:00:00:FE");
  const auto underlay = build_underlay(resolved);
  EXPECT_THAT(underlay.find(kOwn, kFar)->macs, ElementsAre(mac("02:00:00:00:00:FE")));
  EXPECT_EQ(underlay.find(kOwn, kFar)->path_mtu, 1400U);
  EXPECT_THAT(underlay.find(provider("198.18.0.1"), kFar)->macs, ElementsAre(mac("02:00:00:00:00:FD")));
  EXPECT_EQ(underlay.find(kOwn, provider("198.18.9.9")), nullptr);
}

TEST(UnderlayBuilder, OVL_19_keeps_all_equal_cost_gateways_in_the_routes_order) {
  auto resolved = facts();
  resolved.macs[kGatewayB] = mac("02:00:00:00:00:FE");
  resolved.macs[kGatewayA] = mac("02:00:00:00:00:FD");
  EXPECT_THAT(build_underlay(resolved).find(kFar)->macs,
              ElementsAre(mac("02:00:00:00:00:FD"), mac("02:00:00:00:00:FE")));
}

TEST(UnderlayBuilder, tells_unresolved_from_unreachable) {
  auto mixed = facts();
  mixed.routes[kFar] = {};
  const auto underlay = build_underlay(mixed);
  EXPECT_TRUE(underlay.find(kNear)->has_route);
  EXPECT_THAT(underlay.find(kNear)->macs, IsEmpty());
  EXPECT_FALSE(underlay.find(kFar)->has_route);
}

TEST(UnderlayBuilder, OVL_13_takes_the_least_mtu_and_never_raises_the_interfaces) {
  auto limited = facts();
  limited.routes[kNear].mtu = 9000;
  limited.routes[kFar].mtu = 1450;
  auto underlay = build_underlay(limited);
  EXPECT_EQ(underlay.find(kNear)->path_mtu, 1500U);
  EXPECT_EQ(underlay.find(kFar)->path_mtu, 1450U);
  limited.path_mtus = {{kNear, 1400}, {kFar, 1480}};
  underlay = build_underlay(limited);
  EXPECT_EQ(underlay.find(kNear)->path_mtu, 1400U);
  EXPECT_EQ(underlay.find(kFar)->path_mtu, 1450U);
}

TEST(UnderlayBuilder, OVL_17_derives_a_groups_ethernet_address) {
  auto grouped = facts();
  grouped.routes[provider("239.1.2.3")] = {};
  grouped.routes[provider("ff05::1:3")] = {};
  const auto underlay = build_underlay(grouped);
  EXPECT_TRUE(underlay.find(provider("239.1.2.3"))->has_route);
  EXPECT_THAT(underlay.find(provider("239.1.2.3"))->macs, ElementsAre(mac("01:00:5e:01:02:03")));
  EXPECT_THAT(underlay.find(provider("ff05::1:3"))->macs, ElementsAre(mac("33:33:00:01:00:03")));
}

TEST(UnderlayBuilder, notices_each_difference) {
  const auto base = build_underlay(facts());
  EXPECT_TRUE(is_same(base, build_underlay(facts())));
  const auto differs = [&base](auto change) {
    auto changed = facts();
    change(changed);
    return !is_same(base, build_underlay(changed));
  };
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.link->is_up = false; }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.link->mtu = 1400; }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.link->mac = mac("02:00:00:00:00:09"); }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.macs[kNear.ip()] = mac("02:00:00:00:00:02"); }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.routes[kNear] = {}; }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.routes.erase(kNear); }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.path_mtus[kNear] = 1300; }));
  EXPECT_TRUE(differs([](UnderlayFacts& f) { f.routes_by_source[{kOwn, kFar}] = {}; }));
}

}  // namespace
}  // namespace nvgre::datapath::userspace
