#include "nvgre/overlay/receive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

// --- What is delivered -----------------------------------------------------------------------------------------------

TEST(Receive, WIRE_6_and_OVL_8_deliver_the_inner_frame_as_it_was_in_all_versions) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    host.offloads = offload::ActiveOffloads();
    const auto packet = received_udp(versions);
    host.receive(packet);
    ASSERT_THAT(host.ports.units, SizeIs(1));
    EXPECT_EQ(host.ports.units[0].port, host.port("blue1"));
    EXPECT_EQ(host.ports.units[0].bytes, inner_frame(packet));
    EXPECT_FALSE(host.ports.units[0].metadata.needs_checksum) << "byte for byte with no flag";
    EXPECT_EQ(host.counts().packets_decapsulated, 1U);
    EXPECT_EQ(host.policy->subnet(kBlue)->counts().packets_received, 1U);
    EXPECT_EQ(host.policy->subnet(kBlue)->counts().bytes_received, packet.size());
    EXPECT_EQ(host.policy->port("blue1")->counts().frames_to_tenant, 1U);
  }
}

TEST(Receive, RXC_20_hands_a_validated_frame_on_with_an_unfinished_checksum) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const auto packet = received_udp(versions);
    host.receive(packet);
    ASSERT_THAT(host.ports.units, SizeIs(1));
    const auto& unit = host.ports.units[0];
    EXPECT_TRUE(unit.checksum.udp_succeeded);
    EXPECT_EQ(unit.checksum.ip_succeeded, versions.inner == IpVersion::kV4) << "of the inner header only";
    EXPECT_TRUE(unit.metadata.needs_checksum);
    EXPECT_EQ(unit.metadata.checksum_start, versions.inner == IpVersion::kV4 ? 34 : 54);
    EXPECT_EQ(unit.metadata.checksum_offset, 6);
    EXPECT_EQ(host.counts().receive_checksum_good, 1U);
  }
}

TEST(Receive, OVL_28_delivers_a_frame_with_a_wrong_inner_checksum_byte_for_byte) {
  for (const auto& versions : kAllVersions) {
    Host host(two_tenants(versions.outer));
    auto packet = received_packet(versions).tcp(1, 2).counting_payload(100).build();
    packet.back() ^= 1;
    host.receive(packet);
    ASSERT_THAT(host.ports.units, SizeIs(1));
    EXPECT_TRUE(host.ports.units[0].checksum.tcp_failed);
    EXPECT_FALSE(host.ports.units[0].metadata.needs_checksum);
    EXPECT_EQ(host.ports.units[0].bytes, inner_frame(packet));
    EXPECT_EQ(host.counts().receive_checksum_bad, 1U);
  }
}

TEST(Receive, WIRE_4_carries_frames_that_are_not_ip) {
  Host host;
  const auto packet = tunnel_from_host_2()
                          .ethernet(mac(1, 2), wire::MacAddress::broadcast())
                          .arp({.sender_hardware_address = mac(1, 2),
                                .sender_protocol_address = customer_v4(2).ip(),
                                .target_protocol_address = customer_v4(9).ip()})
                          .build();
  host.receive(packet);
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].bytes, inner_frame(packet));
}

TEST(Receive, WIRE_14_lets_the_outer_length_bound_the_inner_frame) {
  Host host;
  host.offloads = offload::ActiveOffloads();
  const auto short_inner = tunnel_from_host_2().ethernet(mac(1, 2), mac(1, 1)).ether_type(wire::EtherType{0x88B5});
  const auto exact = wire::FrameBuilder(short_inner).counting_payload(1).build();
  const auto padded = wire::FrameBuilder(short_inner).counting_payload(1).padded_to(90).build();
  ASSERT_EQ(padded.size(), 90U);
  host.receive(padded);
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].bytes, inner_frame(exact));
}

TEST(Receive, WIRE_15_steps_over_options_and_extension_headers) {
  const std::uint8_t router_alert[] = {0x94, 0x04, 0x00, 0x00};
  Host host;
  host.receive(wire::FrameBuilder()
                   .ethernet(next_hop_mac(2), kUnderlayMac)
                   .ip(provider_v4(2).ip(), provider_v4(1).ip())
                   .ip_options(router_alert)
                   .nvgre(kBlue)
                   .ethernet(mac(1, 2), mac(1, 1))
                   .ip(customer_v4(2).ip(), customer_v4(1).ip())
                   .udp(1, 2)
                   .build());
  EXPECT_THAT(host.ports.units, SizeIs(1));
  Host v6(two_tenants(IpVersion::kV6));
  v6.receive(wire::FrameBuilder()
                 .ethernet(next_hop_mac(2), kUnderlayMac)
                 .ip(provider_v6(2).ip(), provider_v6(1).ip())
                 .padding_extension(wire::IpProtocol::kDestinationOptions, 16)
                 .nvgre(kBlue)
                 .ethernet(mac(1, 2), mac(1, 1))
                 .ip(customer_v4(2).ip(), customer_v4(1).ip())
                 .udp(1, 2)
                 .build());
  EXPECT_THAT(v6.ports.units, SizeIs(1));
}

TEST(Receive, WIRE_16_accepts_the_configured_vlan_tagged_once_or_twice_in_the_bytes_or_beside_them) {
  auto description = two_tenants();
  description.provider.vlan = 100;
  const auto tunnel = [](auto tag) {
    wire::FrameBuilder builder;
    builder.ethernet(next_hop_mac(2), kUnderlayMac);
    tag(builder);
    return builder.ip(provider_v4(2).ip(), provider_v4(1).ip())
        .nvgre(kBlue)
        .ethernet(mac(1, 2), mac(1, 1))
        .ip(customer_v4(2).ip(), customer_v4(1).ip())
        .udp(1, 2)
        .build();
  };
  const auto untagged = tunnel([](auto&) {});
  Host host(description);
  host.receive(tunnel([](auto& builder) { builder.vlan(100); }));
  host.receive(tunnel([](auto& builder) { builder.vlan(100, wire::EtherType::kProviderVlan).vlan(7); }));
  host.receive(untagged, {}, std::uint16_t{0x6000 | 100});
  EXPECT_THAT(host.ports.units, SizeIs(3));
  EXPECT_EQ(refused(untagged, description), DropReason::kOuterVlan);
  EXPECT_EQ(refused(tunnel([](auto& builder) { builder.vlan(101); }), description), DropReason::kOuterVlan);

  Host plain;
  plain.receive(untagged);
  plain.receive(untagged, {}, std::uint16_t{0x6000});
  EXPECT_THAT(plain.ports.units, SizeIs(2)) << "a priority tag names no VLAN";
  plain.receive(untagged, {}, std::uint16_t{100});
  EXPECT_EQ(plain.drops(DropReason::kOuterVlan), 1U);
}

TEST(Receive, accepts_any_flow_id) {
  Host host;
  for (const unsigned flow_id : {0U, 1U, 0x7AU, 0xFFU})
    host.receive(wire::FrameBuilder()
                     .ethernet(next_hop_mac(2), kUnderlayMac)
                     .ip(provider_v4(2).ip(), provider_v4(1).ip())
                     .nvgre(kBlue, static_cast<wire::FlowId>(flow_id))
                     .ethernet(mac(1, 2), mac(1, 1))
                     .ip(customer_v4(2).ip(), customer_v4(1).ip())
                     .udp(1, 2)
                     .build());
  EXPECT_THAT(host.ports.units, SizeIs(4));
}

TEST(Receive, OVL_15_delivers_groups_to_every_port_of_the_subnet_and_of_no_other) {
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  Host host(description);
  host.receive(tunnel_from_host_2()
                   .ethernet(mac(1, 2), wire::MacAddress::broadcast())
                   .ip(customer_v4(2).ip(), ipv4(255, 255, 255, 255))
                   .udp(1, 2)
                   .build());
  ASSERT_THAT(host.ports.units, SizeIs(2));
  EXPECT_EQ(host.ports.units[0].port, host.port("blue1"));
  EXPECT_EQ(host.ports.units[1].port, host.port("blue9"));
  EXPECT_EQ(host.counts().packets_decapsulated, 1U);
}

TEST(Receive, OVL_16_separates_subnets_that_share_a_provider_group_by_their_vsid) {
  auto description = two_tenants();
  const wire::ProviderAddress group(ipv4(239, 1, 1, 1));
  for (auto& subnet : description.subnets) {
    subnet.flood = FloodMode::kGroup;
    subnet.flood_group = group;
  }
  const auto to_group = [&](wire::Vsid in) {
    return wire::FrameBuilder()
        .ethernet(next_hop_mac(2), group.ip().multicast_mac())
        .ip(provider_v4(2).ip(), group.ip())
        .nvgre(in)
        .ethernet(mac(in == kRed ? 2 : 1, 2), wire::MacAddress::broadcast())
        .ip(customer_v4(2).ip(), ipv4(255, 255, 255, 255))
        .udp(1, 2)
        .build();
  };
  Host host(description);
  host.receive(to_group(kRed));
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].port, host.port("red1"));
  EXPECT_EQ(refused(to_group(kRed)), DropReason::kNotOurAddress) << "a group that no subnet uses";
}

TEST(Receive, OVL_18_floods_unknown_addresses_to_local_ports_where_the_subnet_floods_them) {
  auto description = two_tenants();
  const auto packet = tunnel_from_host_2()
                          .ethernet(mac(1, 2), mac(1, 77))
                          .ip(customer_v4(2).ip(), customer_v4(77).ip())
                          .udp(1, 2)
                          .build();
  EXPECT_EQ(refused(packet), DropReason::kUnknownPort);
  description.subnets[0].unknown = UnknownMode::kFlood;
  Host host(description);
  host.receive(packet);
  EXPECT_THAT(host.ports.units, SizeIs(1));
  const auto moved = tunnel_from_host_2()
                         .ethernet(mac(1, 9), mac(1, 2))
                         .ip(customer_v4(9).ip(), customer_v4(2).ip())
                         .udp(1, 2)
                         .build();
  EXPECT_EQ(refused(moved, description), DropReason::kUnknownPort) << "what lives elsewhere is not delivered here";
}

// --- ECN -------------------------------------------------------------------------------------------------------------

TEST(Receive, OVL_23_combines_congestion_marks_in_all_versions) {
  // The table of RFC 6040, section 4.2, by [inner][outer]; -1: drop.
  constexpr int kCombined[4][4] = {{0, 0, 0, -1}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};
  for (const auto& versions : kAllVersions)
    for (std::uint8_t inner = 0; inner < 4; ++inner)
      for (std::uint8_t outer = 0; outer < 4; ++outer) {
        SCOPED_TRACE(describe(versions));
        Host host(two_tenants(versions.outer));
        host.receive(wire::FrameBuilder()
                         .ethernet(next_hop_mac(2), kUnderlayMac)
                         .ip(provider(versions.outer, 2).ip(), provider(versions.outer, 1).ip())
                         .traffic_class(outer)
                         .nvgre(kBlue)
                         .ethernet(mac(1, 2), mac(1, 1))
                         .ip(customer(versions.inner, 2), customer(versions.inner, 1))
                         .traffic_class(inner)
                         .hop_limit(1)
                         .udp(1, 2)
                         .build());
        const int expected = kCombined[inner][outer];
        if (expected < 0) {
          EXPECT_EQ(only_drop(host), DropReason::kOuterEcn);
          continue;
        }
        ASSERT_THAT(host.ports.units, SizeIs(1));
        const auto ip = wire::IpView::parse(wire::Bytes(host.ports.units[0].bytes).subspan(14));
        EXPECT_EQ(ip->traffic_class(), expected);
        EXPECT_EQ(ip->hop_limit(), 1) << "OVL-25";
        if (ip->is_v4()) {
          EXPECT_TRUE(wire::Ipv4View::parse(ip->packet())->has_valid_checksum());
        }
        EXPECT_EQ(host.counts().ecn_marked, expected != inner ? 1U : 0U);
      }
}

// --- Offloads --------------------------------------------------------------------------------------------------------

std::vector<wire::ByteVector> tcp_segments(const Versions& versions, int count) {
  std::vector<wire::ByteVector> packets;
  for (int i = 0; i < count; ++i)
    packets.push_back(received_packet(versions)
                          .identification(static_cast<std::uint16_t>(i))
                          .dont_fragment()
                          .tcp(5201, 40000)
                          .sequence_number(1000 + 1000 * static_cast<std::uint32_t>(i))
                          .counting_payload(1000, 1000 * static_cast<std::size_t>(i))
                          .build());
  return packets;
}

TEST(Receive, joins_consecutive_segments_of_a_burst_in_all_versions) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    host.receive_burst(tcp_segments(versions, 10));
    ASSERT_THAT(host.ports.units, SizeIs(1));
    const auto& unit = host.ports.units[0];
    EXPECT_EQ(unit.segments, 10);
    EXPECT_EQ(unit.metadata.segment_size, 1000);
    EXPECT_TRUE(unit.metadata.needs_checksum);
    EXPECT_EQ(host.counts().rsc_units, 1U);
    EXPECT_EQ(host.counts().rsc_segments, 10U);
    EXPECT_EQ(host.counts().packets_decapsulated, 10U);
    EXPECT_EQ(host.counts().frames_to_ports, 1U);
  }
}

TEST(Receive, joins_nothing_for_a_port_that_takes_no_units_or_while_coalescing_is_off) {
  Host no_units;
  no_units.abilities.assign(2, PortAbilities{.accepts_units = false, .accepts_udp_units = false});
  no_units.receive_burst(tcp_segments(kAllVersions[0], 10));
  EXPECT_THAT(no_units.ports.units, SizeIs(10));
  Host off;
  off.offloads.rsc = {};
  off.receive_burst(tcp_segments(kAllVersions[0], 10));
  EXPECT_THAT(off.ports.units, SizeIs(10));
}

TEST(Receive, RSC_2_joins_nothing_across_subnets) {
  Host host;
  std::vector<wire::ByteVector> packets;
  for (const auto in : {kBlue, kRed})
    packets.push_back(received_packet(kAllVersions[0], in).tcp(5201, 40000).counting_payload(1000).build());
  host.receive_burst(packets);
  ASSERT_THAT(host.ports.units, SizeIs(2));
  EXPECT_NE(host.ports.units[0].port, host.ports.units[1].port);
}

/// What GRO on the underlay makes of segments: one outer packet, with the inner TCP checksum unfinished.
TEST(Receive, delivers_what_the_kernel_merged_as_a_super_frame_never_judged_by_the_mtu) {
  for (const auto& versions : kAllVersions) {
    SCOPED_TRACE(describe(versions));
    Host host(two_tenants(versions.outer));
    const auto merged = received_packet(versions)
                            .tcp(5201, 40000)
                            .counting_payload(20'000)
                            .transport_checksum(wire::TransportChecksum::kSeed)
                            .build();
    const auto map = wire::locate(merged);
    offload::FrameMetadata metadata;
    metadata.needs_checksum = true;
    metadata.checksum_start = static_cast<std::uint16_t>(map.transport.offset);
    metadata.checksum_offset = 16;
    metadata.segmentation =
        versions.inner == IpVersion::kV4 ? offload::SegmentationKind::kTcpV4 : offload::SegmentationKind::kTcpV6;
    metadata.segment_size = 1360;
    host.receive(merged, metadata);
    ASSERT_THAT(host.ports.units, SizeIs(1));
    const auto& unit = host.ports.units[0];
    EXPECT_EQ(unit.bytes, inner_frame(merged));
    EXPECT_EQ(unit.metadata.segmentation, metadata.segmentation);
    EXPECT_EQ(unit.metadata.segment_size, 1360);
    EXPECT_TRUE(unit.metadata.needs_checksum);
    EXPECT_EQ(unit.metadata.checksum_start, map.transport.offset - map.gre.end());
    EXPECT_EQ(unit.metadata.header_size, map.transport.end() - map.gre.end());
    EXPECT_TRUE(unit.checksum.tcp_succeeded) << "an unfinished sum counts as validated";
    EXPECT_EQ(host.counts().super_frames_from_underlay, 1U);
  }
}

TEST(Receive, cuts_what_the_kernel_merged_for_a_port_that_takes_no_units_behind_what_came_before) {
  Host host;
  host.abilities.assign(2, PortAbilities{.accepts_units = false, .accepts_udp_units = true});
  const auto merged = received_packet(kAllVersions[0])
                          .tcp(5201, 40000)
                          .sequence_number(1000)
                          .counting_payload(3000)
                          .transport_checksum(wire::TransportChecksum::kSeed)
                          .build();
  const auto map = wire::locate(merged);
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(map.transport.offset);
  metadata.checksum_offset = 16;
  metadata.segmentation = offload::SegmentationKind::kTcpV4;
  metadata.segment_size = 1000;
  host.receive(merged, metadata);
  ASSERT_THAT(host.ports.units, SizeIs(3));
  for (std::uint32_t i = 0; i < 3; ++i) {
    const auto& unit = host.ports.units[i];
    EXPECT_EQ(wire::load_big_endian<std::uint32_t>(unit.bytes, 34 + 4), 1000 + 1000 * i);
    EXPECT_EQ(offload::judge_checksums(unit.bytes, wire::locate(unit.bytes)).transport,
              offload::ChecksumVerdict::kGood);
    EXPECT_FALSE(unit.metadata.needs_checksum);
  }
  EXPECT_EQ(host.counts().packets_decapsulated, 1U);
}

TEST(Receive, OVL_30_counts_what_cannot_be_cut_for_its_only_port_as_refused_alone) {
  Host host;
  host.abilities.assign(2, PortAbilities{.accepts_units = false, .accepts_udp_units = true});
  const auto merged = received_packet(kAllVersions[0]).tcp(5201, 40000).counting_payload(3000).build();
  offload::FrameMetadata metadata;  // no unfinished checksum: a kernel's super-frame always has one
  metadata.segmentation = offload::SegmentationKind::kTcpV4;
  metadata.segment_size = 1000;
  host.receive(merged, metadata);
  EXPECT_EQ(only_drop(host), DropReason::kMalformedVnetHeader);
  EXPECT_EQ(host.counts().packets_decapsulated, 0U);
  EXPECT_EQ(host.policy->subnet(kBlue)->counts().packets_received, 0U);
}

TEST(Receive, keeps_an_unfinished_checksum_unfinished_also_while_offloads_are_off) {
  Host host;
  host.offloads = offload::ActiveOffloads();
  const auto packet = received_packet().udp(1, 2).transport_checksum(wire::TransportChecksum::kSeed).build();
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(wire::locate(packet).transport.offset);
  metadata.checksum_offset = 6;
  host.receive(packet, metadata);
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].bytes, inner_frame(packet));
  EXPECT_TRUE(host.ports.units[0].metadata.needs_checksum);
  EXPECT_EQ(host.ports.units[0].metadata.checksum_start, 34);
}

TEST(Receive, LOC_12_delivers_headers_longer_than_the_limit_without_offloading_them) {
  Host host(two_tenants());
  const auto packet = tunnel_from_host_2()
                          .ethernet(mac(1, 2), mac(1, 1))
                          .ip(customer_v6(2).ip(), customer_v6(1).ip())
                          .padding_extension(wire::IpProtocol::kDestinationOptions, 160)
                          .udp(1, 2)
                          .build();
  ASSERT_GT(wire::locate(packet, {.max_header_size = 1024}).headers_end(), 256U);
  host.receive(packet);
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].bytes, inner_frame(packet));
  EXPECT_EQ(host.ports.units[0].checksum, offload::ReceiveChecksum());
  const auto longer = tunnel_from_host_2()
                          .ethernet(mac(1, 2), mac(1, 1))
                          .ip(customer_v6(2).ip(), customer_v6(1).ip())
                          .padding_extension(wire::IpProtocol::kDestinationOptions, 1200)
                          .udp(1, 2)
                          .build();
  host.receive(longer);
  ASSERT_THAT(host.ports.units, SizeIs(2));
  EXPECT_EQ(host.ports.units[1].bytes, inner_frame(longer)) << "bridging needs no more than MAC addresses";
}

// --- Path MTU --------------------------------------------------------------------------------------------------------

TEST(Receive, OVL_13_reports_a_believable_too_big_message_and_leaves_it_to_the_host_too) {
  Host host;
  host.transmit("blue1", blue_udp(1400));
  const auto& sent = host.wire.packets.at(0);
  wire::ByteVector message(14 + wire::TooBigFields{.source = ipv4(198, 18, 0, 254),
                                                   .destination = provider_v4(1).ip(),
                                                   .mtu = 1400,
                                                   .quoted = wire::Bytes(sent).subspan(14)}
                                    .size());
  wire::write_ethernet(message, {.destination = kUnderlayMac, .source = next_hop_mac(9), .tags = {}});
  wire::write_too_big(wire::MutableBytes(message).subspan(14), {.source = ipv4(198, 18, 0, 254),
                                                                .destination = provider_v4(1).ip(),
                                                                .mtu = 1400,
                                                                .quoted = wire::Bytes(sent).subspan(14)});
  host.receive(message);
  EXPECT_THAT(host.events.path_mtus, ElementsAre(Pair(provider_v4(2), 1400U)));
  EXPECT_EQ(host.counts().path_mtu_accepted, 1U);
  EXPECT_EQ(host.counts().handed_on, 1U);
  message[30] ^= 1;
  host.receive(message);
  EXPECT_EQ(host.counts().path_mtu_ignored, 1U);
  EXPECT_THAT(host.events.path_mtus, SizeIs(1));
}

}  // namespace
}  // namespace nvgre::overlay
