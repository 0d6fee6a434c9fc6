#include "nvgre/overlay/transmit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/gre.h"
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

wire::MacAddress outer_destination(const wire::ByteVector& packet) {
  return wire::MacAddress::load(packet);
}
wire::MacAddress outer_source(const wire::ByteVector& packet) {
  return wire::MacAddress::load(wire::Bytes(packet).subspan(6));
}
wire::IpAddress outer_ip_destination(const wire::ByteVector& packet) {
  return wire::destination_address(packet, wire::locate(packet).outer_ip);
}
wire::IpAddress outer_ip_source(const wire::ByteVector& packet) {
  return wire::source_address(packet, wire::locate(packet).outer_ip);
}

/// Every checksum of the packet is right, whoever looks.
void expect_right_checksums(const wire::ByteVector& packet) {
  const auto verdicts = offload::judge_checksums(packet, wire::locate(packet));
  EXPECT_NE(verdicts.outer_ip, offload::ChecksumVerdict::kBad);
  EXPECT_NE(verdicts.inner_ip, offload::ChecksumVerdict::kBad);
  EXPECT_EQ(verdicts.transport, offload::ChecksumVerdict::kGood);
}

// --- Encapsulation ---------------------------------------------------------------------------------------------------

TEST(Transmit, WIRE_3_6_and_OVL_8_encapsulate_the_frame_as_it_is_in_all_versions) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const auto frame = blue_udp(100, versions.inner);
    host.transmit("blue1", frame);
    ASSERT_THAT(host.wire.packets, SizeIs(1));
    const auto& packet = host.wire.packets[0];
    EXPECT_EQ(packet.size(), frame.size() + (versions.outer == IpVersion::kV4 ? 42 : 62));
    EXPECT_EQ(inner_frame(packet), frame);
    const auto map = wire::locate(packet);
    EXPECT_EQ(map.encapsulation, wire::Encapsulation::kNvgre);
    EXPECT_EQ(map.problem, std::nullopt);
    EXPECT_EQ(map.gre.vsid(), kBlue);
    EXPECT_EQ(map.gre.flow_id(), wire::FlowId{0});
    EXPECT_EQ(map.outer_ip.payload_end, packet.size());
    EXPECT_EQ(outer_ip_source(packet), provider(versions.outer, 1).ip());
    EXPECT_EQ(outer_ip_destination(packet), provider(versions.outer, 2).ip());
    expect_right_checksums(packet);
  }
}

TEST(Transmit, OVL_1_sends_to_the_next_hop_from_the_endpoint_s_mac) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs = {next_hop_mac(99)};  // a gateway
  host.transmit("blue1", blue_udp(100));
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(outer_destination(host.wire.packets[0]), next_hop_mac(99));
  EXPECT_EQ(outer_source(host.wire.packets[0]), kUnderlayMac);
}

TEST(Transmit, OVL_2_sends_from_the_subnet_s_own_address) {
  auto description = two_tenants();
  description.provider.addresses.push_back(provider_v4(11));
  description.subnets[0].source = provider_v4(11);
  Host host(description);
  host.transmit("blue1", blue_udp(100));
  EXPECT_EQ(outer_ip_source(host.wire.packets.at(0)), provider_v4(11).ip());
}

TEST(Transmit, OVL_3_sends_one_mac_of_two_subnets_to_two_places) {
  auto description = two_tenants();
  description.ports[1].mac = mac(1, 1);
  description.records[1] = {.vsid = kRed, .mac = mac(1, 2), .provider = provider_v4(3)};
  Host host(description);
  host.transmit("blue1", blue_udp(100));
  host.transmit("red1", blue_udp(100));
  ASSERT_THAT(host.wire.packets, SizeIs(2));
  EXPECT_EQ(outer_ip_destination(host.wire.packets[0]), provider_v4(2).ip());
  EXPECT_EQ(outer_ip_destination(host.wire.packets[1]), provider_v4(3).ip());
  EXPECT_EQ(wire::locate(host.wire.packets[1]).gre.vsid(), kRed);
}

TEST(Transmit, WIRE_5_counts_the_outer_id_up_for_each_destination_and_forbids_fragments) {
  Host host;
  for (int i = 0; i < 3; ++i) host.transmit("blue1", blue_udp(100));
  std::vector<std::uint16_t> ids;
  for (const auto& packet : host.wire.packets) {
    const auto ip = wire::Ipv4View::parse(wire::Bytes(packet).subspan(14));
    ids.push_back(ip->identification());
    EXPECT_TRUE(ip->dont_fragment());
    EXPECT_EQ(ip->time_to_live(), 64);
  }
  EXPECT_EQ(static_cast<std::uint16_t>(ids.at(1) - ids.at(0)), 1);
  EXPECT_EQ(static_cast<std::uint16_t>(ids.at(2) - ids.at(1)), 1);
}

TEST(Transmit, OVL_5_and_6_leave_every_tag_out) {
  const auto untagged = blue_udp(100);
  for (const int tags : {1, 2}) {
    Host host;
    auto builder = wire::FrameBuilder();
    builder.ethernet(mac(1, 1), mac(1, 2));
    if (tags == 2) builder.vlan(7, wire::EtherType::kProviderVlan);
    builder.vlan(100).ip(customer_v4(1).ip(), customer_v4(2).ip()).dont_fragment();
    host.transmit("blue1", builder.udp(4000, 5000).counting_payload(100).build());
    ASSERT_THAT(host.wire.packets, SizeIs(1));
    EXPECT_EQ(inner_frame(host.wire.packets[0]), untagged) << tags;
  }
}

TEST(Transmit, OVL_22_copies_ecn_and_dscp_and_zero_for_frames_without_ip) {
  for (const auto& versions : kAllVersions)
    for (unsigned ecn = 0; ecn < 4; ++ecn) {
      Host host(two_tenants(versions.outer));
      const auto traffic_class = static_cast<std::uint8_t>((0x2E << 2) | ecn);
      host.transmit("blue1", blue_packet(versions.inner).traffic_class(traffic_class).udp(1, 2).build());
      const auto& packet = host.wire.packets.at(0);
      EXPECT_EQ(wire::IpView::parse(wire::Bytes(packet).subspan(14))->traffic_class(), traffic_class);
    }
  Host host;
  host.transmit("blue1", wire::FrameBuilder()
                             .ethernet(mac(1, 1), mac(1, 2))
                             .ether_type(wire::EtherType{0x88B5})
                             .counting_payload(46)
                             .build());
  EXPECT_EQ(wire::IpView::parse(wire::Bytes(host.wire.packets.at(0)).subspan(14))->traffic_class(), 0);
}

TEST(Transmit, D_37_takes_a_fixed_dscp_and_leaves_the_inner_ttl_alone) {
  auto description = two_tenants();
  description.provider.dscp = 10;
  description.provider.time_to_live = 9;
  Host host(description);
  const auto frame = blue_packet().traffic_class(0b101110'01).hop_limit(1).udp(1, 2).build();
  host.transmit("blue1", frame);
  const auto outer = wire::IpView::parse(wire::Bytes(host.wire.packets.at(0)).subspan(14));
  EXPECT_EQ(outer->traffic_class(), 0b001010'01);
  EXPECT_EQ(outer->hop_limit(), 9);
  EXPECT_EQ(inner_frame(host.wire.packets[0]), frame) << "OVL-25: TTL 1 stays TTL 1";
}

TEST(Transmit, WIRE_9_and_OVL_21_label_flows_where_the_policy_says_so) {
  auto description = two_tenants(IpVersion::kV6);
  description.subnets[0].flow_id = FlowIdMode::kHash;
  Host host(description);
  host.transmit("blue1", blue_udp(100));
  host.transmit("blue1", blue_udp(200));
  host.transmit("blue1", blue_packet().udp(4001, 5000).build());
  const auto key = [&](std::size_t i) { return wire::locate(host.wire.packets.at(i)).gre.key; };
  const auto label = [&](std::size_t i) {
    return wire::Ipv6View::parse(wire::Bytes(host.wire.packets.at(i)).subspan(14))->flow_label();
  };
  EXPECT_EQ(key(0), key(1));
  EXPECT_NE(key(0), key(2));
  EXPECT_EQ(label(0), label(1));
  EXPECT_NE(label(0), label(2));
  EXPECT_NE(label(0), 0U);
  description.provider.flow_label = false;
  Host unlabelled(description);
  unlabelled.transmit("blue1", blue_udp(100));
  EXPECT_EQ(wire::Ipv6View::parse(wire::Bytes(unlabelled.wire.packets.at(0)).subspan(14))->flow_label(), 0U);
}

TEST(Transmit, OVL_19_keeps_a_flow_on_one_of_several_next_hops) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs = {next_hop_mac(7), next_hop_mac(8)};
  for (std::uint16_t port = 0; port < 32; ++port)
    for (int repeat = 0; repeat < 2; ++repeat) host.transmit("blue1", blue_packet().udp(port, 5000).build());
  std::size_t over_7 = 0;
  for (std::size_t i = 0; i < host.wire.packets.size(); i += 2) {
    EXPECT_EQ(outer_destination(host.wire.packets[i]), outer_destination(host.wire.packets[i + 1]));
    over_7 += outer_destination(host.wire.packets[i]) == next_hop_mac(7) ? 1 : 0;
  }
  EXPECT_GT(over_7, 4U);
  EXPECT_LT(over_7, 28U);
}

TEST(Transmit, WIRE_3_adds_the_provider_s_tag) {
  auto description = two_tenants();
  description.provider.vlan = 100;
  Host host(description);
  const auto frame = blue_udp(100);
  host.transmit("blue1", frame);
  const auto map = wire::locate(host.wire.packets.at(0));
  EXPECT_EQ(map.outer_link.vlan_id(), 100);
  EXPECT_EQ(host.wire.packets[0].size(), frame.size() + 46);
}

// --- Offloads --------------------------------------------------------------------------------------------------------

/// A TCP super-frame as Linux hands it over: pseudo-header sum with the whole length in the checksum field.
wire::ByteVector tcp_super_frame(const Versions& versions, std::size_t payload) {
  return blue_packet(versions.inner)
      .identification(0x7FFE)
      .tcp(40000, 5201)
      .sequence_number(1000)
      .counting_payload(payload)
      .transport_checksum(wire::TransportChecksum::kSeed)
      .build();
}
wire::ByteVector udp_super_frame(const Versions& versions, std::size_t payload) {
  return blue_packet(versions.inner)
      .udp(40000, 5201)
      .counting_payload(payload)
      .transport_checksum(wire::TransportChecksum::kSeed)
      .build();
}

TEST(Transmit, OVL_32_lowers_the_mss_so_that_the_outer_packet_has_exactly_1500_bytes) {
  const std::size_t expected[] = {1418, 1398, 1398, 1378};
  for (std::size_t i = 0; i < kAllVersions.size(); ++i) {
    const auto& versions = kAllVersions[i];
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const auto frame = tcp_super_frame(versions, 10'000);
    host.transmit("blue1", frame, super_frame(frame, 1460));
    ASSERT_FALSE(host.wire.packets.empty());
    wire::ByteVector joined;
    for (const auto& packet : host.wire.packets) {
      const auto map = wire::locate(packet);
      expect_right_checksums(packet);
      joined.insert(joined.end(), packet.begin() + map.transport.end(), packet.end());
    }
    EXPECT_EQ(host.wire.packets[0].size() - 14, 1500U);
    EXPECT_EQ(host.wire.packets[0].size() - wire::locate(host.wire.packets[0]).transport.end(), expected[i]);
    EXPECT_EQ(joined, wire::ByteVector(frame.end() - 10'000, frame.end()));
    EXPECT_EQ(host.counts().lso_super_frames, 1U);
    EXPECT_EQ(host.counts().lso_segments, host.wire.packets.size());
    EXPECT_EQ(host.counts().mss_reduced, 1U);
    EXPECT_EQ(host.counts().software_segmented, 0U);
  }
}

TEST(Transmit, OVL_32_keeps_a_smaller_mss_of_the_tenant) {
  Host host;
  const auto frame = tcp_super_frame(kAllVersions[0], 3001);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  EXPECT_THAT(host.wire.packets, SizeIs(4));
  EXPECT_EQ(host.counts().mss_reduced, 0U);
}

TEST(Transmit, WIRE_5_gives_segments_consecutive_ids_and_goes_on_behind_them) {
  Host host;
  const auto frame = tcp_super_frame(kAllVersions[0], 3001);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  host.transmit("blue1", blue_udp(10));
  ASSERT_THAT(host.wire.packets, SizeIs(5));
  const auto id = [&](std::size_t i) {
    return wire::Ipv4View::parse(wire::Bytes(host.wire.packets[i]).subspan(14))->identification();
  };
  for (std::size_t i = 1; i < 5; ++i) EXPECT_EQ(id(i), static_cast<std::uint16_t>(id(0) + i));
}

TEST(Transmit, cuts_udp_super_frames_in_all_versions) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const auto frame = udp_super_frame(versions, 3001);
    host.transmit("blue1", frame, super_frame(frame, 1000));
    ASSERT_THAT(host.wire.packets, SizeIs(4));
    for (const auto& packet : host.wire.packets) expect_right_checksums(packet);
    EXPECT_EQ(host.counts().uso_super_frames, 1U);
    EXPECT_EQ(host.counts().uso_segments, 4U);
  }
}

TEST(Transmit, drops_a_udp_super_frame_whose_datagrams_do_not_fit_and_tells_its_sender) {
  Host host;
  const auto frame = udp_super_frame(kAllVersions[0], 6000);
  host.transmit("blue1", frame, super_frame(frame, 1431));  // 28 + 1431 = 1459
  EXPECT_THAT(host.wire.packets, IsEmpty());
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
  EXPECT_EQ(host.counts().too_big_sent, 1U);
  host.transmit("blue1", frame, super_frame(frame, 1430));
  EXPECT_THAT(host.wire.packets, SizeIs(5));
}

TEST(Transmit, finishes_an_unfinished_checksum_in_all_versions) {
  for (const auto& versions : kAllVersions)
    for (const bool is_tcp : {true, false}) {
      SCOPED_TRACE(describe(versions));
      Host host(two_tenants(versions.outer));
      auto builder = blue_packet(versions.inner);
      if (is_tcp)
        builder.tcp(1, 2);
      else
        builder.udp(1, 2);
      const auto finished = wire::FrameBuilder(builder).counting_payload(333).build();
      const auto frame = builder.counting_payload(333).transport_checksum(wire::TransportChecksum::kSeed).build();
      host.transmit("blue1", frame, unfinished(frame));
      EXPECT_EQ(inner_frame(host.wire.packets.at(0)), finished);
      EXPECT_EQ(host.counts().software_checksummed, 0U);
    }
}

TEST(Transmit, OVL_33_completes_in_software_what_no_active_offload_covers) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host active(two_tenants(versions.outer)), inactive(two_tenants(versions.outer));
    inactive.offloads = offload::ActiveOffloads();
    for (Host* host : {&active, &inactive}) {
      const auto tcp = tcp_super_frame(versions, 9000);
      host->transmit("blue1", tcp, super_frame(tcp, 1400));
      const auto udp = udp_super_frame(versions, 9000);
      host->transmit("blue1", udp, super_frame(udp, 1300));
      const auto plain =
          blue_packet(versions.inner).udp(1, 2).transport_checksum(wire::TransportChecksum::kSeed).build();
      host->transmit("blue1", plain, unfinished(plain));
    }
    EXPECT_EQ(active.wire.packets, inactive.wire.packets);
    EXPECT_EQ(active.counts().software_segmented, 0U);
    EXPECT_EQ(inactive.counts().software_segmented, 2U);
    EXPECT_EQ(inactive.counts().software_checksummed, 1U);
    EXPECT_EQ(inactive.all_drops(), 0U);
  }
}

TEST(Transmit, OVL_33_completes_in_software_what_exceeds_a_limit) {
  Host host;
  host.offloads.lso.max_offload_size = 4000;
  const auto frame = tcp_super_frame(kAllVersions[0], 9000);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  EXPECT_THAT(host.wire.packets, SizeIs(9));
  EXPECT_EQ(host.counts().software_segmented, 1U);
}

TEST(Transmit, finishes_checksums_that_no_offload_is_made_for) {
  Host host;
  // A tenant's own tunnel: the unfinished checksum is that of UDP inside UDP.
  const auto inside = wire::FrameBuilder()
                          .ethernet(mac(1, 8), mac(1, 9))
                          .ip(ipv4(192, 0, 2, 77), ipv4(192, 0, 2, 78))
                          .udp(7, 8)
                          .counting_payload(55)
                          .transport_checksum(wire::TransportChecksum::kSeed)
                          .build();
  const auto finished = wire::FrameBuilder()
                            .ethernet(mac(1, 8), mac(1, 9))
                            .ip(ipv4(192, 0, 2, 77), ipv4(192, 0, 2, 78))
                            .udp(7, 8)
                            .counting_payload(55)
                            .build();
  const auto frame = blue_packet().udp(4789, 4789).transport_checksum(0).payload(inside).build();
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(14 + 20 + 8 + 14 + 20);
  metadata.checksum_offset = 6;
  host.transmit("blue1", frame, metadata);
  EXPECT_EQ(inner_frame(host.wire.packets.at(0)),
            blue_packet().udp(4789, 4789).transport_checksum(0).payload(finished).build());
  EXPECT_EQ(host.counts().software_checksummed, 1U);
}

TEST(Transmit, refuses_metadata_that_contradicts_the_frame) {
  Host host;
  const auto frame = tcp_super_frame(kAllVersions[0], 3000);
  auto metadata = super_frame(frame, 1000);
  metadata.segmentation = offload::SegmentationKind::kTcpV6;
  host.transmit("blue1", frame, metadata);
  metadata = super_frame(frame, 1000);
  metadata.checksum_start += 2;
  host.transmit("blue1", frame, metadata);
  metadata = unfinished(frame);
  metadata.checksum_start = static_cast<std::uint16_t>(frame.size() - 17);
  host.transmit("blue1", frame, metadata);
  EXPECT_EQ(host.drops(DropReason::kMalformedVnetHeader), 3U);
  EXPECT_THAT(host.wire.packets, IsEmpty());
}

TEST(Transmit, passes_the_adapter_s_refusal_on) {
  Host host;
  const auto syn = blue_packet()
                       .tcp(1, 2)
                       .flags(wire::TcpFlags::kSyn)
                       .counting_payload(3000)
                       .transport_checksum(wire::TransportChecksum::kSeed)
                       .build();
  host.transmit("blue1", syn, super_frame(syn, 1000));
  EXPECT_EQ(host.drops(DropReason::kTcpFlags), 1U);
  host.wire.capacity = 2;
  const auto frame = tcp_super_frame(kAllVersions[0], 5000);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  EXPECT_EQ(host.drops(DropReason::kEmitFailed), 1U);
  EXPECT_EQ(host.counts().packets_to_underlay, 2U) << "what was sent is counted";
}

// --- Destinations ----------------------------------------------------------------------------------------------------

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

TEST(Transmit, delivers_to_a_port_of_this_host_directly_super_frames_whole) {
  auto description = two_tenants();
  description.ports.push_back(port("blue2", kBlue, 1, 2));
  description.records.clear();
  Host host(description);
  const auto frame = tcp_super_frame(kAllVersions[0], 30'000);
  const auto metadata = super_frame(frame, 1400);
  host.transmit("blue1", frame, metadata);
  EXPECT_THAT(host.wire.packets, IsEmpty());
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].port, host.port("blue2"));
  EXPECT_EQ(host.ports.units[0].bytes, frame);
  EXPECT_EQ(host.ports.units[0].metadata, metadata);
  EXPECT_EQ(host.counts().frames_local, 1U);
}

TEST(Transmit, delivers_locally_without_tags_and_with_offsets_to_match) {
  auto description = two_tenants();
  description.ports.push_back(port("blue2", kBlue, 1, 2));
  description.records.clear();
  Host host(description);
  const auto frame = wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 2))
                         .vlan(5)
                         .ip(customer_v4(1).ip(), customer_v4(2).ip())
                         .dont_fragment()
                         .udp(4000, 5000)
                         .counting_payload(100)
                         .build();
  host.transmit("blue1", frame, unfinished(frame));
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].bytes, blue_udp(100));
  EXPECT_EQ(host.ports.units[0].metadata.checksum_start, 34);
}

TEST(Transmit, cuts_a_super_frame_for_a_local_port_that_does_not_take_it) {
  auto description = two_tenants();
  description.ports.push_back(port("blue2", kBlue, 1, 2));
  description.records.clear();
  Host host(description);
  host.abilities.assign(3, PortAbilities{.accepts_units = false, .accepts_udp_units = false});
  const auto frame = udp_super_frame(kAllVersions[1], 3001);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  ASSERT_THAT(host.ports.units, SizeIs(4));
  for (const auto& unit : host.ports.units) {
    const auto map = wire::locate(unit.bytes, {.follow_gre = false});
    EXPECT_EQ(offload::judge_checksums(unit.bytes, map).transport, offload::ChecksumVerdict::kGood);
    EXPECT_FALSE(unit.metadata.needs_checksum);
  }
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

TEST(Transmit, OVL_4_never_reaches_a_port_of_another_subnet) {
  auto description = two_tenants();
  description.ports[1].mac = mac(1, 2);  // red's port has the address that blue sends to
  Host host(description);
  host.transmit("blue1", blue_udp(10));
  host.transmit("blue1", broadcast());
  EXPECT_THAT(host.ports.units, IsEmpty());
}

// --- Next hops -------------------------------------------------------------------------------------------------------

TEST(Transmit, has_a_frame_held_until_its_next_hop_is_known) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs.clear();
  const auto frame = blue_udp(100);
  host.transmit("blue1", frame);
  EXPECT_THAT(host.wire.packets, IsEmpty());
  ASSERT_THAT(host.events.held, ElementsAre(Pair(provider_v4(2), frame)));
  EXPECT_EQ(host.counts().frames_held, 1U);

  host.underlay = resolved_underlay();
  const PortFrame given{.port = host.port("blue1"), .bytes = frame, .tag_control = {}, .metadata = {}};
  host.endpoint.transmit_to(provider_v4(2), host.snapshot(), host.now, given, host.output());
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(inner_frame(host.wire.packets[0]), frame);
  EXPECT_EQ(host.counts().frames_resumed, 1U);
}

TEST(Transmit, names_the_reason_why_there_is_no_way) {
  const auto refused = [](auto change) {
    Host host;
    change(host);
    host.transmit("blue1", blue_udp(100));
    EXPECT_THAT(host.wire.packets, IsEmpty());
    EXPECT_EQ(host.all_drops(), 1U);
    std::optional<DropReason> reason;
    host.counts().drops.for_each([&](DropReason candidate, std::uint64_t count) {
      if (count > 0) reason = candidate;
    });
    return reason;
  };
  EXPECT_EQ(refused([](Host& host) { host.underlay.is_up = false; }), DropReason::kUnderlayDown);
  EXPECT_EQ(refused([](Host& host) { host.underlay.next_hops.clear(); }), DropReason::kNoNextHop);
  EXPECT_EQ(refused([](Host& host) { host.underlay.next_hops[provider_v4(2)].has_route = false; }),
            DropReason::kNoNextHop);
  EXPECT_EQ(refused([](Host& host) {
              host.underlay.next_hops[provider_v4(2)].macs.clear();
              host.events.has_room = false;
            }),
            DropReason::kNextHopQueueFull);
  auto description = two_tenants(IpVersion::kV6);
  description.provider.addresses = {provider_v4(1)};
  Host host(description);
  host.transmit("blue1", blue_udp(100));
  EXPECT_EQ(host.drops(DropReason::kNoSourceAddress), 1U);
}

// --- MTU -------------------------------------------------------------------------------------------------------------

TEST(Transmit, OVL_9_and_11_drop_what_does_not_fit_and_tell_the_tenant_from_the_inner_destination) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const std::size_t mtu = versions.outer == IpVersion::kV4 ? 1458 : 1438;
    const std::size_t headers = (versions.inner == IpVersion::kV4 ? 20 : 40) + 8;
    host.transmit("blue1", blue_udp(mtu - headers, versions.inner));
    EXPECT_THAT(host.wire.packets, SizeIs(1)) << "exactly fitting";
    EXPECT_EQ(host.wire.packets[0].size() - 14, 1500U);
    const auto frame = blue_udp(mtu - headers + 1, versions.inner);
    host.transmit("blue1", frame);
    EXPECT_THAT(host.wire.packets, SizeIs(1)) << "OVL-9: nothing is emitted";
    EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
    ASSERT_THAT(host.ports.units, SizeIs(1));

    const auto& told = host.ports.units[0];
    EXPECT_EQ(told.port, host.port("blue1"));
    EXPECT_EQ(wire::MacAddress::load(told.bytes), mac(1, 1));
    const auto ip = wire::IpView::parse(wire::Bytes(told.bytes).subspan(14));
    ASSERT_TRUE(ip);
    EXPECT_EQ(ip->source(), customer(versions.inner, 2)) << "from the inner packet's destination";
    EXPECT_EQ(ip->destination(), customer(versions.inner, 1));
    const auto icmp = wire::IcmpView::parse(versions.inner, ip->payload());
    ASSERT_TRUE(icmp);
    EXPECT_EQ(icmp->too_big_mtu(), mtu);
    EXPECT_TRUE(icmp->has_valid_checksum(ip->source(), ip->destination()));
    EXPECT_TRUE(std::equal(icmp->body().begin(), icmp->body().end(), frame.begin() + 14));
  }
}

TEST(Transmit, OVL_13_holds_frames_against_the_path_s_mtu_but_never_above_the_interface_s) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].path_mtu = 1400;
  host.transmit("blue1", blue_udp(1358 - 28 + 1));
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(wire::IcmpView::parse(IpVersion::kV4, wire::Bytes(host.ports.units[0].bytes).subspan(34))->too_big_mtu(),
            1358U);
  host.underlay.next_hops[provider_v4(2)].path_mtu = 9000;
  host.transmit("blue1", blue_udp(1458 - 28 + 1));
  ASSERT_THAT(host.ports.units, SizeIs(2));
  EXPECT_EQ(wire::IcmpView::parse(IpVersion::kV4, wire::Bytes(host.ports.units[1].bytes).subspan(34))->too_big_mtu(),
            1458U);
}

TEST(Transmit, OVL_11_is_rate_limited_for_each_port) {
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  Host host(description);
  for (int i = 0; i < 1000; ++i) host.transmit("blue1", blue_udp(1500));
  EXPECT_EQ(host.counts().too_big_sent, 32U);
  EXPECT_EQ(host.counts().too_big_suppressed, 968U);
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1000U);
  const auto other = wire::FrameBuilder()
                         .ethernet(mac(1, 9), mac(1, 2))
                         .ip(customer_v4(9).ip(), customer_v4(2).ip())
                         .dont_fragment()
                         .udp(1, 2)
                         .counting_payload(1500)
                         .build();
  host.transmit("blue9", other);
  EXPECT_EQ(host.counts().too_big_sent, 33U) << "another port's messages are not used up";
  host.now += std::chrono::seconds(1);
  host.transmit("blue1", blue_udp(1500));
  EXPECT_EQ(host.counts().too_big_sent, 34U);
}

TEST(Transmit, OVL_12_fragments_inside_only_where_the_policy_allows_it) {
  const auto frame = wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 2))
                         .ip(customer_v4(1).ip(), customer_v4(2).ip())
                         .identification(77)
                         .udp(1, 2)
                         .counting_payload(3000)
                         .build();
  Host forbidden;
  forbidden.transmit("blue1", frame);
  EXPECT_THAT(forbidden.wire.packets, IsEmpty());
  EXPECT_EQ(forbidden.drops(DropReason::kTooBig), 1U);
  EXPECT_THAT(forbidden.ports.units, IsEmpty()) << "with DF clear nobody is told";

  auto description = two_tenants();
  description.subnets[0].fragment = true;
  Host allowed(description);
  allowed.transmit("blue1", frame);
  ASSERT_THAT(allowed.wire.packets, SizeIs(3));
  wire::ByteVector joined;
  for (const auto& packet : allowed.wire.packets) {
    EXPECT_LE(packet.size() - 14, 1500U);
    const auto ip = wire::Ipv4View::parse(wire::Bytes(packet).subspan(56));
    ASSERT_TRUE(ip && ip->has_valid_checksum());
    EXPECT_EQ(std::size_t{ip->fragment_offset()} * 8, joined.size());
    EXPECT_EQ(ip->identification(), 77);
    joined.insert(joined.end(), ip->payload().begin(), ip->payload().end());
  }
  EXPECT_EQ(joined, wire::ByteVector(frame.begin() + 34, frame.end()));
  EXPECT_EQ(allowed.counts().inner_fragments, 3U);
  EXPECT_EQ(allowed.counts().frames_encapsulated, 1U);
  allowed.transmit("blue1", blue_udp(3000));
  EXPECT_EQ(allowed.drops(DropReason::kTooBig), 1U) << "DF is set";
}

}  // namespace
}  // namespace nvgre::overlay
