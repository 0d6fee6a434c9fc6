#include "nvgre/overlay/transmit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv4.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;
using wire::DropReason;
using wire::IpVersion;

TEST(Transmit, OVL_18_treats_an_unknown_destination_as_the_policy_says) {
  const auto frame = wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 77))
                         .ip(customer_v4(1).ip(), customer_v4(77).ip())
                         .udp(1, 2)
                         .build();
  auto description = two_tenants();
  Host drop(description);
  drop.transmit("blue1", frame);
  EXPECT_EQ(drop.drops(DropReason::kUnknownDestination), 1U);
  EXPECT_THAT(drop.wire.packets, IsEmpty());

  description.subnets[0].unknown = UnknownMode::kReport;
  Host report(description);
  report.transmit("blue1", frame);
  EXPECT_EQ(report.drops(DropReason::kReportedMiss), 1U);
  EXPECT_THAT(report.events.misses, ElementsAre(Pair(kBlue, mac(1, 77))));

  description.subnets[0].unknown = UnknownMode::kFlood;
  Host flood(description);
  flood.transmit("blue1", frame);
  EXPECT_THAT(flood.wire.packets, SizeIs(1));
  EXPECT_EQ(flood.all_drops(), 0U);
}

wire::ByteVector broadcast() {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), wire::MacAddress::broadcast())
      .ip(customer_v4(1).ip(), ipv4(255, 255, 255, 255))
      .udp(68, 67)
      .counting_payload(50)
      .build();
}

TEST(Transmit, OVL_15_replicates_to_each_other_host_and_to_local_ports_never_to_the_sender) {
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  description.records = {record(kBlue, 1, 2, provider_v4(2)), record(kBlue, 1, 3, provider_v4(3)),
                         record(kBlue, 1, 4, provider_v4(4)), record(kBlue, 1, 5, provider_v4(1)),
                         record(kRed, 2, 2, provider_v4(2))};
  Host host(description);
  const auto frame = broadcast();
  host.transmit("blue1", frame);
  ASSERT_THAT(host.wire.packets, SizeIs(3));
  std::vector<wire::IpAddress> destinations;
  for (const auto& packet : host.wire.packets) {
    destinations.push_back(outer_ip_destination(packet));
    EXPECT_EQ(inner_frame(packet), frame);
  }
  EXPECT_THAT(destinations, ElementsAre(provider_v4(2).ip(), provider_v4(3).ip(), provider_v4(4).ip()));
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].port, host.port("blue9"));
  EXPECT_EQ(host.ports.units[0].bytes, frame);
  EXPECT_EQ(host.counts().flood_copies, 3U);
  EXPECT_EQ(host.counts().frames_encapsulated, 1U);
  EXPECT_EQ(host.counts().local_deliveries, 1U);
}

TEST(Transmit, OVL_15_and_17_send_one_packet_to_the_group_and_its_ethernet_address) {
  auto description = two_tenants();
  description.subnets[0].flood = FloodMode::kGroup;
  description.subnets[0].flood_group = wire::ProviderAddress(ipv4(239, 1, 2, 3));
  Host host(description);
  host.transmit("blue1", broadcast());
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(outer_destination(host.wire.packets[0]), wire::MacAddress({0x01, 0x00, 0x5E, 0x01, 0x02, 0x03}));
  EXPECT_EQ(outer_ip_destination(host.wire.packets[0]), ipv4(239, 1, 2, 3));
}

TEST(Transmit, OVL_16_sends_an_inner_group_to_its_own_provider_group) {
  auto description = two_tenants();
  description.subnets[0].groups = {
      {wire::CustomerAddress(ipv4(239, 9, 9, 9)), wire::ProviderAddress(ipv4(239, 2, 2, 2))}};
  Host host(description);
  host.transmit("blue1", wire::FrameBuilder()
                             .ethernet(mac(1, 1), ipv4(239, 9, 9, 9).multicast_mac())
                             .ip(customer_v4(1).ip(), ipv4(239, 9, 9, 9))
                             .udp(1, 2)
                             .build());
  host.transmit("blue1", wire::FrameBuilder()
                             .ethernet(mac(1, 1), ipv4(239, 8, 8, 8).multicast_mac())
                             .ip(customer_v4(1).ip(), ipv4(239, 8, 8, 8))
                             .udp(1, 2)
                             .build());
  ASSERT_THAT(host.wire.packets, SizeIs(2));
  EXPECT_EQ(outer_ip_destination(host.wire.packets[0]), ipv4(239, 2, 2, 2));
  EXPECT_EQ(outer_ip_destination(host.wire.packets[1]), provider_v4(2).ip());
}

TEST(Transmit, names_the_reason_why_nobody_gets_a_flooded_frame) {
  auto description = two_tenants();
  description.subnets[0].flood = FloodMode::kDrop;
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  Host disabled(description);
  disabled.transmit("blue1", broadcast());
  EXPECT_EQ(disabled.drops(DropReason::kFloodDisabled), 1U);
  EXPECT_THAT(disabled.ports.units, IsEmpty());

  description = two_tenants();
  description.records.clear();
  Host lonely(description);
  lonely.transmit("blue1", broadcast());
  EXPECT_EQ(lonely.drops(DropReason::kNoFloodPeer), 1U);
}

TEST(Transmit, counts_a_flooded_frame_once_though_a_copy_is_lost) {
  auto description = two_tenants();
  description.records.push_back(record(kBlue, 1, 3, provider_v4(3)));
  Host host(description);
  host.underlay.next_hops.erase(provider_v4(3));
  host.transmit("blue1", broadcast());
  EXPECT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(host.counts().flood_copies_lost, 1U);
  EXPECT_EQ(host.counts().frames_encapsulated, 1U);
  EXPECT_EQ(host.all_drops(), 0U);
  host.underlay.next_hops.clear();
  host.transmit("blue1", broadcast());
  EXPECT_EQ(host.drops(DropReason::kNoNextHop), 1U);
  EXPECT_EQ(host.counts().flood_copies_lost, 1U);
}

TEST(Transmit, OVL_11_tells_of_a_flooded_copy_that_was_too_big_though_others_went) {
  auto description = two_tenants();
  description.subnets[0].unknown = UnknownMode::kFlood;
  description.records.push_back(record(kBlue, 1, 3, provider_v4(3)));
  Host host(description);
  host.underlay.next_hops[provider_v4(3)].path_mtu = 1000;
  host.transmit("blue1", wire::FrameBuilder()
                             .ethernet(mac(1, 1), mac(1, 77))
                             .ip(customer_v4(1).ip(), customer_v4(77).ip())
                             .dont_fragment()
                             .udp(1, 2)
                             .counting_payload(1200)
                             .build());
  EXPECT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(host.counts().frames_encapsulated, 1U);
  ASSERT_THAT(host.ports.units, SizeIs(1));
  const auto told = wire::IcmpView::parse(wire::IpVersion::kV4, wire::Bytes(host.ports.units[0].bytes).subspan(34));
  ASSERT_TRUE(told);
  EXPECT_EQ(told->too_big_mtu(), 1000U - 42);
}

TEST(Transmit, never_sends_a_frame_back_to_its_sender) {
  Host host;
  host.transmit("blue1", wire::FrameBuilder()
                             .ethernet(mac(1, 1), mac(1, 1))
                             .ip(customer_v4(1).ip(), customer_v4(1).ip())
                             .udp(1, 2)
                             .build());
  EXPECT_EQ(host.drops(DropReason::kUnknownDestination), 1U);
  EXPECT_THAT(host.ports.units, IsEmpty());
}

TEST(Transmit, carries_arp_that_nobody_can_read_where_sources_are_not_judged) {
  auto frame = wire::FrameBuilder()
                   .ethernet(mac(1, 1), mac(1, 2))
                   .arp({.sender_hardware_address = mac(1, 1),
                         .sender_protocol_address = customer_v4(1).ip(),
                         .target_protocol_address = customer_v4(2).ip()})
                   .build();
  frame[14 + 1] = 6;  // hardware type: IEEE 802
  Host judging;
  judging.transmit("blue1", frame);
  EXPECT_EQ(judging.drops(DropReason::kMalformedMessage), 1U);
  auto description = two_tenants();
  description.ports[0].spoof_check = false;
  Host carrying(description);
  carrying.transmit("blue1", frame);
  EXPECT_EQ(carrying.all_drops(), 0U);
  ASSERT_THAT(carrying.wire.packets, SizeIs(1));
  EXPECT_EQ(inner_frame(carrying.wire.packets[0]), frame);
}

/// A held frame's fate when the policy is `description` by the time its next hop is known.
std::optional<DropReason> resumed_under(const PolicyDescription& description) {
  Host host(description);
  const auto frame = blue_udp(10);
  const PortFrame held{.port = host.port("blue1"), .bytes = frame, .tag_control = {}, .metadata = {}, .held_in = kBlue};
  host.endpoint.transmit_to(provider_v4(2), host.snapshot(), host.now, held, host.output());
  if (host.wire.packets.empty()) return only_drop(host);
  EXPECT_EQ(wire::locate(host.wire.packets[0]).gre.vsid(), kBlue);
  return std::nullopt;
}

TEST(Transmit, OVL_4_never_lets_a_held_frame_out_into_another_subnet_or_to_a_host_that_left_it) {
  EXPECT_EQ(resumed_under(two_tenants()), std::nullopt);
  auto moved = two_tenants();
  moved.ports[0].vsid = kRed;
  moved.ports[0].addresses.clear();
  EXPECT_EQ(resumed_under(moved), DropReason::kPortDown);
  auto gone = two_tenants();
  gone.records[0].provider = provider_v4(3);
  EXPECT_EQ(resumed_under(gone), DropReason::kUnknownDestination);
}

TEST(Transmit, OVL_4_never_reaches_a_port_of_another_subnet) {
  auto description = two_tenants();
  description.ports[1].mac = mac(1, 2);  // red's port has the address that blue sends to
  Host host(description);
  host.transmit("blue1", blue_udp(10));
  host.transmit("blue1", broadcast());
  EXPECT_THAT(host.ports.units, IsEmpty());
}

}  // namespace
}  // namespace nvgre::overlay
