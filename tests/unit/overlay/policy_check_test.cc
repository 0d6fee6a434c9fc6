#include <functional>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/overlay/policy_description.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using Table = PolicyProblem::Table;

/// What check() says after one change to a sound description.
std::vector<PolicyProblem> problems_after(const std::function<void(PolicyDescription&)>& change) {
  auto description = two_tenants();
  change(description);
  return check(description);
}

auto problem(Table table, std::size_t index, const std::string& key, const std::string& part) {
  return AllOf(Field(&PolicyProblem::table, table), Field(&PolicyProblem::index, index),
               Field(&PolicyProblem::key, key), Field(&PolicyProblem::message, HasSubstr(part)));
}

TEST(PolicyCheck, accepts_a_sound_description) {
  EXPECT_THAT(check(two_tenants(wire::IpVersion::kV4)), IsEmpty());
  EXPECT_THAT(check(two_tenants(wire::IpVersion::kV6)), IsEmpty());
}

TEST(PolicyCheck, WIRE_7_and_8_refuse_reserved_vsids) {
  for (const std::uint32_t value : {0x000000U, 0x000FFFU, 0xFFFFFFU})
    EXPECT_THAT(problems_after([&](auto& it) { it.subnets.push_back({.vsid = vsid(value)}); }),
                ElementsAre(problem(Table::kSubnet, 2, "vsid", "0x001000 to 0xFFFFFE")))
        << value;
  for (const std::uint32_t value : {0x001000U, 0xFFFFFEU})
    EXPECT_THAT(problems_after([&](auto& it) { it.subnets.push_back({.vsid = vsid(value)}); }), IsEmpty()) << value;
}

TEST(PolicyCheck, refuses_two_subnets_of_one_vsid) {
  EXPECT_THAT(problems_after([](auto& it) { it.subnets.push_back({.vsid = kBlue}); }),
              ElementsAre(problem(Table::kSubnet, 2, "vsid", "5001 (0x001389) has a subnet already")));
}

TEST(PolicyCheck, refuses_ports_and_records_of_an_unknown_subnet) {
  EXPECT_THAT(problems_after([](auto& it) { it.ports[1].vsid = vsid(7777); }),
              ElementsAre(problem(Table::kPort, 1, "vsid", "7777 (0x001E61) has no [[subnet]]")));
  EXPECT_THAT(problems_after([](auto& it) { it.records[0].vsid = vsid(7777); }),
              ElementsAre(problem(Table::kRecord, 0, "vsid", "has no [[subnet]]")));
}

TEST(PolicyCheck, refuses_a_mac_that_stands_twice_in_a_subnet) {
  EXPECT_THAT(problems_after([](auto& it) { it.records[0].mac = mac(1, 1); }),
              ElementsAre(problem(Table::kRecord, 0, "mac", "02:00:00:00:01:01 stands twice")));
  EXPECT_THAT(problems_after([](auto& it) { it.ports.push_back({.device = "x", .vsid = kBlue, .mac = mac(1, 1)}); }),
              ElementsAre(problem(Table::kPort, 2, "mac", "stands twice")));
  EXPECT_THAT(problems_after([](auto& it) { it.ports[1].mac = mac(1, 1); }), IsEmpty()) << "another subnet may";
}

TEST(PolicyCheck, accepts_a_record_that_repeats_a_port_of_this_host) {
  EXPECT_THAT(problems_after([](auto& it) { it.records.push_back(record(kBlue, 1, 1, provider_v4(1))); }), IsEmpty());
  EXPECT_THAT(problems_after([](auto& it) { it.records.push_back(record(kBlue, 1, 1, provider_v4(3))); }),
              ElementsAre(problem(Table::kRecord, 2, "mac", "stands twice")))
      << "it can't be here and elsewhere";
}

TEST(PolicyCheck, refuses_mac_addresses_that_no_device_has) {
  EXPECT_THAT(problems_after([](auto& it) { it.ports[0].mac = wire::MacAddress(); }),
              ElementsAre(problem(Table::kPort, 0, "mac", "unicast")));
  EXPECT_THAT(problems_after([](auto& it) { it.records[1].mac = wire::MacAddress::broadcast(); }),
              ElementsAre(problem(Table::kRecord, 1, "mac", "ff:ff:ff:ff:ff:ff")));
}

TEST(PolicyCheck, refuses_a_customer_address_of_two_owners) {
  EXPECT_THAT(problems_after([](auto& it) { it.records[0].addresses = {customer_v4(1)}; }),
              ElementsAre(problem(Table::kRecord, 0, "addresses", "192.0.2.1 belongs to 02:00:00:00:01:01")));
  EXPECT_THAT(problems_after([](auto& it) { it.ports[0].addresses = {wire::CustomerAddress(ipv4(224, 0, 0, 1))}; }),
              ElementsAre(problem(Table::kPort, 0, "addresses", "multicast")));
}

TEST(PolicyCheck, refuses_a_customer_address_that_stands_twice_in_one_list) {
  const auto twice = [](auto& addresses) { addresses.push_back(addresses.front()); };
  EXPECT_THAT(problems_after([&](auto& it) { twice(it.ports[0].addresses); }),
              ElementsAre(problem(Table::kPort, 0, "addresses", "192.0.2.1 stands twice")));
  EXPECT_THAT(problems_after([&](auto& it) { twice(it.records[0].addresses); }),
              ElementsAre(problem(Table::kRecord, 0, "addresses", "192.0.2.2 stands twice")));
}

TEST(PolicyCheck, refuses_provider_addresses_of_no_use) {
  EXPECT_THAT(problems_after([](auto& it) { it.provider.addresses.push_back(wire::ProviderAddress()); }),
              ElementsAre(problem(Table::kProvider, 0, "addresses", "unspecified")));
  EXPECT_THAT(problems_after([](auto& it) { it.provider.addresses.push_back(provider_v4(1)); }),
              ElementsAre(problem(Table::kProvider, 0, "addresses", "198.18.0.1 stands twice")));
  EXPECT_THAT(problems_after([](auto& it) { it.records[0].provider = wire::ProviderAddress(ipv4(127, 0, 0, 1)); }),
              ElementsAre(problem(Table::kRecord, 0, "provider", "loopback")));
  EXPECT_THAT(problems_after([](auto& it) { it.records[0].provider = wire::ProviderAddress(ipv4(239, 0, 0, 1)); }),
              ElementsAre(problem(Table::kRecord, 0, "provider", "multicast")));
  EXPECT_THAT(problems_after([](auto& it) {
                it.provider.addresses = {provider_v4(1)};
                it.records[0].provider = provider_v6(2);
              }),
              ElementsAre(problem(Table::kRecord, 0, "provider", "no IPv6 address to send from")));
}

TEST(PolicyCheck, refuses_a_provider_without_addresses_or_with_numbers_out_of_range) {
  EXPECT_THAT(problems_after([](auto& it) {
                it.provider.addresses.clear();
                it.records.clear();
              }),
              ElementsAre(problem(Table::kProvider, 0, "addresses", "at least one")));
  EXPECT_THAT(problems_after([](auto& it) { it.provider.dscp = 64; }),
              ElementsAre(problem(Table::kProvider, 0, "dscp", "0 to 63")));
  EXPECT_THAT(problems_after([](auto& it) { it.provider.time_to_live = 0; }),
              ElementsAre(problem(Table::kProvider, 0, "ttl", "1 to 255")));
  for (const std::uint16_t vlan : {0, 4095})
    EXPECT_THAT(problems_after([&](auto& it) { it.provider.vlan = vlan; }),
                ElementsAre(problem(Table::kProvider, 0, "vlan", "1 to 4094")));
}

TEST(PolicyCheck, refuses_groups_that_are_none_and_a_foreign_source) {
  EXPECT_THAT(problems_after([](auto& it) { it.subnets[0].source = provider_v4(9); }),
              ElementsAre(problem(Table::kSubnet, 0, "source", "198.18.0.9 is not one of [provider] addresses")));
  EXPECT_THAT(problems_after([](auto& it) { it.subnets[1].flood = FloodMode::kGroup; }),
              ElementsAre(problem(Table::kSubnet, 1, "flood", "no multicast group")));
  EXPECT_THAT(problems_after([](auto& it) {
                it.subnets[1].flood = FloodMode::kGroup;
                it.subnets[1].flood_group = provider_v4(7);
              }),
              ElementsAre(problem(Table::kSubnet, 1, "flood", "198.18.0.7 is no multicast group")));
  EXPECT_THAT(problems_after([](auto& it) { it.subnets[0].groups = {{customer_v4(5), provider_v4(5)}}; }),
              ElementsAre(problem(Table::kSubnet, 0, "groups", "192.0.2.5"),
                          problem(Table::kSubnet, 0, "groups", "198.18.0.5")));
}

TEST(PolicyCheck, refuses_names_that_no_device_can_have_and_a_device_used_twice) {
  for (const auto* name : {"", ".", "..", "a/b", "a b", "sixteen-letters-"})
    EXPECT_THAT(problems_after([&](auto& it) { it.ports[0].device = name; }),
                ElementsAre(problem(Table::kPort, 0, "device", "1 to 15 characters")))
        << name;
  EXPECT_THAT(problems_after([](auto& it) { it.ports[1].device = "blue1"; }),
              ElementsAre(problem(Table::kPort, 1, "device", "\"blue1\" has a port already")));
  EXPECT_THAT(problems_after([](auto& it) { it.ports[1].device = "eth0"; }),
              ElementsAre(problem(Table::kPort, 1, "device", "provider's interface")));
  EXPECT_THAT(problems_after([](auto& it) { it.provider.interface = ""; }),
              ElementsAre(problem(Table::kProvider, 0, "interface", "device name")));
}

TEST(PolicyCheck, refuses_names_that_the_kernel_or_nftables_would_take_for_others) {
  for (const auto* name : {"q\"x", "tap%d", "100%", "eth*"}) {
    EXPECT_THAT(problems_after([&](auto& it) { it.ports[0].device = name; }),
                ElementsAre(problem(Table::kPort, 0, "device", "is no device name")))
        << name;
    EXPECT_THAT(problems_after([&](auto& it) { it.provider.interface = name; }),
                ElementsAre(problem(Table::kProvider, 0, "interface", "is no device name")))
        << name;
  }
  for (const auto* name : {"a\\b", "a'b", "a;b", "a$b", "a{b", "a@b", "eth0.5", "br-lan"})
    EXPECT_THAT(problems_after([&](auto& it) { it.ports[0].device = name; }), IsEmpty()) << name;
}

TEST(PolicyCheck, names_every_problem_at_once) {
  EXPECT_THAT(problems_after([](auto& it) {
                it.ports[0].mac = wire::MacAddress();
                it.records[1].vsid = vsid(9999);
              }),
              testing::SizeIs(2));
}

}  // namespace
}  // namespace nvgre::overlay
