#include "nvgre/wire/ip_address.h"

#include <string>
#include <unordered_set>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

std::string round_trip(std::string_view text) {
  const auto address = IpAddress::parse(text);
  return address ? address->to_string() : "refused";
}

TEST(IpAddress, reads_and_writes_dotted_decimal) {
  EXPECT_EQ(round_trip("192.0.2.1"), "192.0.2.1");
  EXPECT_EQ(round_trip("0.0.0.0"), "0.0.0.0");
  EXPECT_EQ(round_trip("255.255.255.255"), "255.255.255.255");
  EXPECT_EQ(IpAddress::parse("198.51.100.7"), IpAddress(std::array<std::uint8_t, 4>{198, 51, 100, 7}));
}

TEST(IpAddress, refuses_what_is_not_dotted_decimal) {
  for (const auto* text : {"", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.", ".1.2.3", "1..2.3", "01.2.3.4",
                           "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/24", "1.2.3.-4", "1.2.3.0x4", "1000.2.3.4", "a.b.c.d"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

/// The examples of RFC 5952, sections 4 and 5.
TEST(IpAddress, writes_IPv6_as_RFC_5952_wants) {
  EXPECT_EQ(round_trip("2001:0db8::0001"), "2001:db8::1");
  EXPECT_EQ(round_trip("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1");
  EXPECT_EQ(round_trip("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1");
  EXPECT_EQ(round_trip("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1");
  EXPECT_EQ(round_trip("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1");
  EXPECT_EQ(round_trip("2001:DB8:AAAA::"), "2001:db8:aaaa::");
  EXPECT_EQ(round_trip("::"), "::");
  EXPECT_EQ(round_trip("::1"), "::1");
  EXPECT_EQ(round_trip("0:0:0:0:0:ffff:192.0.2.1"), "::ffff:192.0.2.1");
  EXPECT_EQ(round_trip("1:2:3:4:5:6:7:8"), "1:2:3:4:5:6:7:8");
  EXPECT_EQ(round_trip("1::8"), "1::8");
}

TEST(IpAddress, reads_the_forms_of_RFC_4291) {
  EXPECT_EQ(round_trip("1:2:3:4:5:6:192.0.2.1"), "1:2:3:4:5:6:c000:201");
  EXPECT_EQ(round_trip("::192.0.2.1"), "::c000:201");
  EXPECT_EQ(round_trip("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0");
  EXPECT_EQ(round_trip("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8");
}

TEST(IpAddress, refuses_what_is_not_IPv6) {
  for (const auto* text : {":",
                           ":::",
                           "1::2::3",
                           "1:2:3:4:5:6:7",
                           "1:2:3:4:5:6:7:8:9",
                           "1:2:3:4:5:6:7:8::",
                           "::1:2:3:4:5:6:7:8",
                           "12345::",
                           "g::",
                           "1:",
                           ":1",
                           "1::2:",
                           ":1::2",
                           "fe80::1%eth0",
                           "2001:db8::/32",
                           "192.0.2.1::",
                           "::192.0.2.1:1",
                           "1:2:3:4:5:6:7:192.0.2.1",
                           "::192.0.2",
                           "[::1]",
                           "::-1",
                           "::+1",
                           "1 ::"})
    EXPECT_FALSE(IpAddress::parse(text)) << text;
}

TEST(IpAddress, tells_versions_apart) {
  const auto v4 = *IpAddress::parse("0.0.0.0");
  const auto v6 = *IpAddress::parse("::");
  EXPECT_TRUE(v4.is_v4());
  EXPECT_TRUE(v6.is_v6());
  EXPECT_TRUE(v4.is_unspecified() && v6.is_unspecified());
  EXPECT_NE(v4, v6);
  EXPECT_EQ(v4.size(), 4U);
  EXPECT_EQ(v6.size(), 16U);
}

TEST(IpAddress, OVL_17_maps_groups_to_Ethernet) {
  EXPECT_EQ(IpAddress::parse("239.1.2.3")->multicast_mac().to_string(), "01:00:5e:01:02:03");
  EXPECT_EQ(IpAddress::parse("239.129.2.3")->multicast_mac().to_string(), "01:00:5e:01:02:03");
  EXPECT_EQ(IpAddress::parse("ff02::1:ff00:1")->multicast_mac().to_string(), "33:33:ff:00:00:01");
  EXPECT_TRUE(IpAddress::parse("ff02::1")->is_multicast());
  EXPECT_FALSE(IpAddress::parse("2001:db8::1")->is_multicast());
  EXPECT_FALSE(IpAddress::parse("240.0.0.1")->is_multicast());
}

TEST(IpAddress, loads_what_it_stored) {
  for (const auto* text : {"192.0.2.1", "2001:db8::1"}) {
    const auto address = *IpAddress::parse(text);
    std::array<std::uint8_t, 16> bytes{};
    address.store(bytes);
    EXPECT_EQ(IpAddress::load(address.version(), bytes), address);
  }
}

TEST(RoleAddress, keeps_the_roles_in_sets) {
  const std::unordered_set<ProviderAddress> set = {ProviderAddress(*IpAddress::parse("198.18.0.1")),
                                                   ProviderAddress(*IpAddress::parse("2001:db8:1::1"))};
  EXPECT_TRUE(set.contains(ProviderAddress(*IpAddress::parse("2001:db8:1::1"))));
  EXPECT_FALSE(set.contains(ProviderAddress(*IpAddress::parse("198.18.0.2"))));
}

}  // namespace
}  // namespace nvgre::wire
