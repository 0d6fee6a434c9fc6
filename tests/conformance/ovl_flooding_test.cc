/// OVL: frames for everyone, for groups, and for nobody who is known.
#include <algorithm>
#include <cstddef>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"

namespace nvgre::test {
namespace {

using overlay::FloodMode;
using overlay::UnknownMode;
using wire::DropReason;

wire::ProviderAddress group(std::uint8_t last) {
  return wire::ProviderAddress(overlay::scenery::ipv4(239, 1, 2, last));
}
wire::ProviderAddress group_v6() {
  return wire::ProviderAddress(*wire::IpAddress::parse("ff0e::1:2:3"));
}

/// The tenant's frame to everyone.
ByteString broadcast() {
  auto frame = finished(inside({.outer = IpVersion::kV4, .protocol = 17}));
  std::fill_n(frame.begin(), 6, 0xFF);
  return frame;
}
/// The tenant's frame to 239.9.9.<last> and its Ethernet address.
ByteString multicast(std::uint8_t last) {
  const SampleFrame frame = inside({.outer = IpVersion::kV4, .protocol = 17});
  auto bytes = write(frame);
  const ByteString mac{0x01, 0x00, 0x5E, 0x09, 0x09, last}, address{239, 9, 9, last};
  std::copy(mac.begin(), mac.end(), bytes.begin());
  std::copy(address.begin(), address.end(), bytes.begin() + 30);
  finish(bytes, frame);
  return bytes;
}
/// The tenant's frame to an address that no record has.
ByteString to_nobody() {
  auto frame = finished(inside({.outer = IpVersion::kV4}));
  frame[5] = 0x77;
  return frame;
}

ByteString slice(const ByteString& bytes, std::size_t begin, std::size_t end) {
  return {bytes.begin() + static_cast<std::ptrdiff_t>(begin), bytes.begin() + static_cast<std::ptrdiff_t>(end)};
}
ByteStrings outer_destinations(const ByteStrings& packets) {
  ByteStrings addresses;
  for (const auto& packet : packets) addresses.push_back(slice(packet, 30, 34));
  return addresses;
}

void know_three_peers(PolicyDescription& policy) {
  for (const std::uint8_t number : {3, 4})
    policy.records.push_back(
        {.vsid = kSampleVsid, .mac = sample_mac(0x10, number), .provider = sample_provider(IpVersion::kV4, number)});
  // Another of host 3's, which gets no second copy, and one that claims our own PA.
  policy.records.push_back(
      {.vsid = kSampleVsid, .mac = sample_mac(0x10, 5), .provider = sample_provider(IpVersion::kV4, 3)});
  policy.records.push_back(
      {.vsid = kSampleVsid, .mac = sample_mac(0x10, 6), .provider = sample_provider(IpVersion::kV4, 1)});
}
void flood_to_group(PolicyDescription& policy) {
  know_three_peers(policy);
  for (auto& subnet : policy.subnets) {
    subnet.flood = FloodMode::kGroup;
    subnet.flood_group = group(3);
  }
}

TEST(Ovl, OVL_15_three_peers_get_one_copy_each_and_the_own_PA_none) {
  SampleHost host(Side::kSender, IpVersion::kV4, know_three_peers);
  const auto packets = host.send(broadcast());
  EXPECT_EQ(outer_destinations(packets), (ByteStrings{{192, 0, 2, 2}, {192, 0, 2, 3}, {192, 0, 2, 4}}));
  for (const auto& packet : packets) EXPECT_EQ(slice(packet, 42, packet.size()), broadcast());
}

TEST(Ovl, OVL_15_a_group_gets_one_packet) {
  SampleHost host(Side::kSender, IpVersion::kV4, flood_to_group);
  const auto packets = host.send(broadcast());
  EXPECT_EQ(outer_destinations(packets), (ByteStrings{{239, 1, 2, 3}}));
  EXPECT_EQ(slice(packets.at(0), 42, packets[0].size()), broadcast());
}

TEST(Ovl, OVL_16_two_vsids_share_a_group_and_the_receiver_tells_them_apart) {
  SampleHost sender(Side::kSender, IpVersion::kV4, flood_to_group);
  sender.transmit("tenant", broadcast());
  sender.transmit("stranger", broadcast());
  const auto packets = sender.wire.packets;
  EXPECT_EQ(outer_destinations(packets), (ByteStrings{{239, 1, 2, 3}, {239, 1, 2, 3}}));
  SampleHost receiver(Side::kReceiver, IpVersion::kV4, flood_to_group);
  for (const auto& packet : packets) receiver.receive(packet);
  ASSERT_EQ(receiver.ports.units.size(), 2U);
  EXPECT_EQ(receiver.ports.units[0].port, receiver.port("tenant"));
  EXPECT_EQ(receiver.ports.units[1].port, receiver.port("stranger"));
}

TEST(Ovl, OVL_16_an_inner_group_s_own_PA_group_wins) {
  for (const auto mode : {FloodMode::kReplicate, FloodMode::kGroup}) {
    SampleHost host(Side::kSender, IpVersion::kV4, [&](PolicyDescription& policy) {
      policy.subnets[0].flood = mode;
      if (mode == FloodMode::kGroup) policy.subnets[0].flood_group = group(3);
      policy.subnets[0].groups = {{wire::CustomerAddress(overlay::scenery::ipv4(239, 9, 9, 9)), group(99)}};
    });
    EXPECT_EQ(outer_destinations(host.send(multicast(9))), (ByteStrings{{239, 1, 2, 99}}));
    const ByteString others = mode == FloodMode::kGroup ? ByteString{239, 1, 2, 3} : ByteString{192, 0, 2, 2};
    EXPECT_EQ(outer_destinations(host.send(multicast(8))), ByteStrings{others});
  }
}

TEST(Ovl, OVL_17_the_Ethernet_address_comes_from_the_group) {
  SampleHost host(Side::kSender, IpVersion::kV4, flood_to_group);
  EXPECT_EQ(slice(host.send(broadcast()).at(0), 0, 6), (ByteString{0x01, 0x00, 0x5E, 0x01, 0x02, 0x03}));
  // Only 23 bits of the group are in it.
  SampleHost high(Side::kSender, IpVersion::kV4, [](PolicyDescription& policy) {
    policy.subnets[0].flood = FloodMode::kGroup;
    policy.subnets[0].flood_group = wire::ProviderAddress(overlay::scenery::ipv4(239, 129, 2, 3));
  });
  EXPECT_EQ(slice(high.send(broadcast()).at(0), 0, 6), (ByteString{0x01, 0x00, 0x5E, 0x01, 0x02, 0x03}));
  SampleHost v6(Side::kSender, IpVersion::kV6, [](PolicyDescription& policy) {
    policy.subnets[0].flood = FloodMode::kGroup;
    policy.subnets[0].flood_group = group_v6();
  });
  const auto packet = v6.send(broadcast()).at(0);
  EXPECT_EQ(slice(packet, 0, 6), (ByteString{0x33, 0x33, 0x00, 0x02, 0x00, 0x03}));
  EXPECT_EQ(slice(packet, 38, 54), (ByteString{0xFF, 0x0E, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 2, 0, 3}));
}

TEST(Ovl, OVL_18_an_unknown_destination_is_dropped_by_default) {
  SampleHost host(Side::kSender, IpVersion::kV4, know_three_peers);
  EXPECT_EQ(host.send(to_nobody()), ByteStrings());
  EXPECT_EQ(host.drops(DropReason::kUnknownDestination), 1U);
  EXPECT_TRUE(host.events.misses.empty());
}

TEST(Ovl, OVL_18_an_unknown_destination_is_flooded_where_the_policy_says_so) {
  SampleHost host(Side::kSender, IpVersion::kV4, [](PolicyDescription& policy) {
    know_three_peers(policy);
    policy.subnets[0].unknown = UnknownMode::kFlood;
  });
  EXPECT_EQ(outer_destinations(host.send(to_nobody())), (ByteStrings{{192, 0, 2, 2}, {192, 0, 2, 3}, {192, 0, 2, 4}}));
  EXPECT_EQ(host.all_drops(), 0U);
}

TEST(Ovl, OVL_18_an_unknown_destination_is_reported_where_the_policy_says_so) {
  SampleHost host(Side::kSender, IpVersion::kV4,
                  [](PolicyDescription& policy) { policy.subnets[0].unknown = UnknownMode::kReport; });
  EXPECT_EQ(host.send(to_nobody()), ByteStrings());
  EXPECT_EQ(host.events.misses,
            (std::vector<std::pair<wire::Vsid, wire::MacAddress>>{{kSampleVsid, sample_mac(0x10, 0x77)}}));
  EXPECT_EQ(host.drops(DropReason::kReportedMiss), 1U);
}

}  // namespace
}  // namespace nvgre::test
