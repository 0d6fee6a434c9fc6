#include "nvgre/overlay/policy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::Field;
using testing::IsEmpty;
using testing::Pointee;
using testing::VariantWith;

constexpr auto kV4 = wire::IpVersion::kV4;
constexpr auto kV6 = wire::IpVersion::kV6;

TEST(Policy, OVL_3_finds_one_mac_address_in_two_subnets_at_two_places) {
  auto description = two_tenants();
  description.records[1] = {.vsid = kRed, .addresses = {}, .mac = mac(1, 2), .provider = provider_v4(3)};
  const Policy policy(description, 1);
  EXPECT_THAT(policy.subnet(kBlue)->find(mac(1, 2)), Pointee(VariantWith<wire::ProviderAddress>(provider_v4(2))));
  EXPECT_THAT(policy.subnet(kRed)->find(mac(1, 2)), Pointee(VariantWith<wire::ProviderAddress>(provider_v4(3))));
  EXPECT_EQ(policy.subnet(kRed)->find(mac(9, 9)), nullptr);
  EXPECT_EQ(policy.subnet(vsid(5003)), nullptr);
}

TEST(Policy, finds_local_ports_and_owners_of_addresses) {
  const Policy policy(two_tenants(), 1);
  const VirtualSubnet& red = *policy.subnet(kRed);
  EXPECT_THAT(red.find(mac(2, 1)), Pointee(VariantWith<PortIndex>(policy.port("red1")->index())));
  EXPECT_THAT(red.owner(customer_v4(1)), Pointee(Field(&Owner::mac, mac(2, 1))));
  EXPECT_THAT(red.owner(customer_v6(2)), Pointee(Field(&Owner::mac, mac(2, 2))));
  EXPECT_EQ(red.owner(customer_v4(77)), nullptr);
  EXPECT_THAT(red.local_ports(), ElementsAre(policy.port("red1")->index()));
}

TEST(Policy, OVL_15_replicates_once_to_each_other_host_and_never_to_our_own_addresses) {
  auto description = two_tenants();
  description.records = {record(kBlue, 1, 2, provider_v4(3)), record(kBlue, 1, 3, provider_v4(2)),
                         record(kBlue, 1, 4, provider_v4(3)), record(kBlue, 1, 5, provider_v4(1))};
  const Policy policy(description, 1);
  EXPECT_THAT(policy.subnet(kBlue)->flood_peers(), ElementsAre(provider_v4(2), provider_v4(3)));
  EXPECT_THAT(policy.subnet(kRed)->flood_peers(), IsEmpty());
  EXPECT_THAT(policy.peers(), ElementsAre(provider_v4(2), provider_v4(3)));
  EXPECT_EQ(policy.subnet(kBlue)->find(mac(1, 5)), nullptr) << "a record of ours without a port leads nowhere";
  EXPECT_TRUE(policy.is_own(provider_v6(1)));
  EXPECT_FALSE(policy.is_own(provider_v4(2)));
}

TEST(Policy, OVL_16_prefers_the_inner_group_s_own_provider_group) {
  auto description = two_tenants();
  const wire::ProviderAddress shared(ipv4(239, 1, 1, 1)), own(ipv4(239, 2, 2, 2));
  const wire::CustomerAddress inner(ipv4(239, 9, 9, 9)), other(ipv4(239, 8, 8, 8));
  for (auto& subnet : description.subnets) {
    subnet.flood = FloodMode::kGroup;
    subnet.flood_group = shared;
  }
  description.subnets[0].groups = {{inner, own}};
  const Policy policy(description, 1);
  EXPECT_THAT(policy.subnet(kBlue)->flood_group(inner), Pointee(own));
  EXPECT_THAT(policy.subnet(kBlue)->flood_group(other), Pointee(shared));
  EXPECT_THAT(policy.subnet(kRed)->flood_group(inner), Pointee(shared));
  EXPECT_THAT(policy.subnet(kRed)->flood_group(std::nullopt), Pointee(shared));
  EXPECT_THAT(policy.groups(), ElementsAre(shared, own));
  EXPECT_TRUE(policy.is_joined(own));
  EXPECT_FALSE(policy.is_joined(wire::ProviderAddress(ipv4(239, 9, 9, 9))));
}

TEST(Policy, OVL_29_knows_a_source_only_in_the_subnet_that_has_a_record_of_it) {
  auto description = two_tenants();
  description.records[1].provider = provider_v4(3);
  const Policy policy(description, 1);
  EXPECT_TRUE(policy.subnet(kBlue)->is_known_source(provider_v4(2)));
  EXPECT_FALSE(policy.subnet(kBlue)->is_known_source(provider_v4(3)));
  EXPECT_FALSE(policy.subnet(kBlue)->is_known_source(provider_v4(1))) << "nobody else sends from our address";
}

TEST(Policy, OVL_2_takes_the_subnet_s_source_or_the_first_address_of_the_version) {
  auto description = two_tenants();
  description.provider.addresses = {provider_v4(1), provider_v4(11), provider_v6(1)};
  description.subnets[0].source = provider_v4(11);
  const Policy policy(description, 1);
  EXPECT_THAT(policy.subnet(kBlue)->source(kV4), Pointee(provider_v4(11)));
  EXPECT_THAT(policy.subnet(kBlue)->source(kV6), Pointee(provider_v6(1)));
  EXPECT_THAT(policy.subnet(kRed)->source(kV4), Pointee(provider_v4(1)));
  description.provider.addresses = {provider_v4(1)};
  description.subnets[0].source = std::nullopt;
  EXPECT_EQ(Policy(description, 1).subnet(kBlue)->source(kV6), nullptr);
}

TEST(Policy, OVL_14_leaves_42_bytes_for_ipv4_and_62_for_ipv6) {
  const Policy v4(two_tenants(kV4), 1), v6(two_tenants(kV6), 1);
  EXPECT_EQ(v4.tenant_mtu(0, 1500), 1458U);
  EXPECT_EQ(v6.tenant_mtu(0, 1500), 1438U);
  auto mixed = two_tenants(kV4);
  mixed.records.push_back(record(kBlue, 1, 3, provider_v6(3)));
  EXPECT_EQ(Policy(mixed, 1).tenant_mtu(0, 1500), 1438U) << "what fits towards every destination";
  EXPECT_EQ(v4.tenant_mtu(0, 40), 0U);
  EXPECT_EQ(v4.tenant_mtu(7, 1500), 0U);
}

TEST(Policy, OVL_14_follows_the_first_own_address_while_a_subnet_has_no_record) {
  auto description = two_tenants();
  description.records.clear();
  EXPECT_EQ(Policy(description, 1).tenant_mtu(0, 1500), 1458U);
  description.provider.addresses = {provider_v6(1), provider_v4(1)};
  EXPECT_EQ(Policy(description, 1).tenant_mtu(0, 1500), 1438U);
}

TEST(Policy, keeps_index_and_counters_of_a_device_over_changes) {
  auto description = two_tenants();
  const Policy first(description, 2);
  const PortIndex red = first.port("red1")->index();
  first.port("red1")->counters(1).frames_from_tenant += 7;
  first.subnet(kRed)->counters(0).packets_sent += 3;
  description.ports.erase(description.ports.begin());
  description.ports.insert(description.ports.begin(), port("red0", kRed, 2, 9));
  const Policy second(description, 2, &first);
  EXPECT_EQ(second.port("red1")->index(), red);
  EXPECT_EQ(second.port("red1")->counts().frames_from_tenant, 7U);
  EXPECT_EQ(second.subnet(kRed)->counts().packets_sent, 3U);
  EXPECT_EQ(second.port("blue1"), nullptr);
}

TEST(Policy, gives_a_new_device_no_index_of_the_policy_before) {
  auto description = two_tenants();
  const Policy first(description, 1);
  description.ports = {port("green", kBlue, 1, 9)};
  const Policy second(description, 1, &first);
  EXPECT_EQ(second.port("green")->index(), 2U);
  EXPECT_EQ(second.port(0), nullptr);
  description.ports = {port("white", kBlue, 1, 8)};
  EXPECT_EQ(Policy(description, 1, &second).port("white")->index(), 0U) << "free in both";
}

}  // namespace
}  // namespace nvgre::overlay
