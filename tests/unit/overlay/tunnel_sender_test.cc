#include "nvgre/overlay/tunnel_sender.h"

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

// --- Encapsulation ---------------------------------------------------------------------------------------------------

TEST(TunnelSender, WIRE_3_6_and_OVL_8_encapsulate_the_frame_as_it_is_in_all_versions) {
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

TEST(TunnelSender, OVL_1_sends_to_the_next_hop_from_the_endpoint_s_mac) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs = {next_hop_mac(99)};  // a gateway
  host.transmit("blue1", blue_udp(100));
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(outer_destination(host.wire.packets[0]), next_hop_mac(99));
  EXPECT_EQ(outer_source(host.wire.packets[0]), kUnderlayMac);
}

TEST(TunnelSender, OVL_1_OVL_2_takes_the_next_hop_of_the_address_that_it_sends_from) {
  auto description = two_tenants();
  description.provider.addresses.push_back(provider_v4(11));
  description.subnets[0].source = provider_v4(11);
  Host host(description);
  host.underlay.next_hops_by_source[{provider_v4(11), provider_v4(2)}] = {
      .macs = {}, .has_route = true, .path_mtu = 1400};
  host.transmit("blue1", blue_udp(100));
  EXPECT_THAT(host.wire.packets, IsEmpty()) << "held, though the first address has its next hop";
  EXPECT_EQ(host.events.held_from, provider_v4(11));
  host.underlay.next_hops_by_source.begin()->second.macs = {next_hop_mac(99)};
  host.transmit("blue1", blue_udp(100));
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(outer_destination(host.wire.packets[0]), next_hop_mac(99));
  host.transmit("blue1", blue_udp(1400));
  EXPECT_THAT(host.wire.packets, SizeIs(1)) << "its path MTU too";
}

TEST(TunnelSender, OVL_2_sends_from_the_subnet_s_own_address) {
  auto description = two_tenants();
  description.provider.addresses.push_back(provider_v4(11));
  description.subnets[0].source = provider_v4(11);
  Host host(description);
  host.transmit("blue1", blue_udp(100));
  EXPECT_EQ(outer_ip_source(host.wire.packets.at(0)), provider_v4(11).ip());
}

TEST(TunnelSender, OVL_3_sends_one_mac_of_two_subnets_to_two_places) {
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

TEST(TunnelSender, WIRE_5_counts_the_outer_id_up_for_each_destination_and_forbids_fragments) {
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

TEST(TunnelSender, OVL_5_and_6_leave_every_tag_out) {
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

TEST(TunnelSender, OVL_22_copies_ecn_and_dscp_and_zero_for_frames_without_ip) {
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

TEST(TunnelSender, D_37_takes_a_fixed_dscp_and_leaves_the_inner_ttl_alone) {
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

TEST(TunnelSender, WIRE_9_and_OVL_21_label_flows_where_the_policy_says_so) {
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

TEST(TunnelSender, OVL_19_keeps_a_flow_on_one_of_several_next_hops) {
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

TEST(TunnelSender, WIRE_3_adds_the_provider_s_tag) {
  auto description = two_tenants();
  description.provider.vlan = 100;
  Host host(description);
  const auto frame = blue_udp(100);
  host.transmit("blue1", frame);
  const auto map = wire::locate(host.wire.packets.at(0));
  EXPECT_EQ(map.outer_link.vlan_id(), 100);
  EXPECT_EQ(host.wire.packets[0].size(), frame.size() + 46);
}

// --- Next hops -------------------------------------------------------------------------------------------------------

TEST(TunnelSender, has_a_frame_held_until_its_next_hop_is_known) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs.clear();
  const auto frame = blue_udp(100);
  host.transmit("blue1", frame);
  EXPECT_THAT(host.wire.packets, IsEmpty());
  ASSERT_THAT(host.events.held, ElementsAre(Pair(provider_v4(2), frame)));
  EXPECT_EQ(host.counts().frames_held, 1U);

  host.underlay = resolved_underlay();
  EXPECT_EQ(host.events.held_in, kBlue);
  const PortFrame given{
      .port = host.port("blue1"), .bytes = frame, .tag_control = {}, .metadata = {}, .held_in = kBlue};
  host.endpoint.transmit_to(provider_v4(2), host.snapshot(), host.now, given, host.output());
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  EXPECT_EQ(inner_frame(host.wire.packets[0]), frame);
  EXPECT_EQ(host.counts().frames_resumed, 1U);
}

TEST(TunnelSender, names_the_reason_why_there_is_no_way) {
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

TEST(TunnelSender, OVL_9_and_11_drop_what_does_not_fit_and_tell_the_tenant_from_the_inner_destination) {
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

TEST(TunnelSender, OVL_13_holds_frames_against_the_path_s_mtu_but_never_above_the_interface_s) {
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

TEST(TunnelSender, KEY_31_holds_frames_against_the_largest_frame_that_was_asked_for) {
  Host host;
  host.underlay.mtu = 9000;
  host.offloads.link_mtu = 1500;
  host.transmit("blue1", blue_udp(1458 - 28));
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  host.transmit("blue1", blue_udp(1458 - 28 + 1));
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
  const auto merged = tcp_super_frame(kAllVersions[0], 20'000);
  host.transmit("blue1", merged, super_frame(merged, 8000));
  EXPECT_GT(host.wire.packets.size(), 2U);
  for (const auto& packet : host.wire.packets) EXPECT_LE(packet.size() - 14, 1500U);
  host.offloads.link_mtu = 65'535;  // nothing was asked for
  host.transmit("blue1", blue_udp(8000));
  EXPECT_EQ(host.wire.packets.back().size(), 42U + 14 + 28 + 8000);
}

TEST(TunnelSender, OVL_11_is_rate_limited_for_each_port) {
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

TEST(TunnelSender, OVL_12_fragments_inside_only_where_the_policy_allows_it) {
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

TEST(TunnelSender, OVL_12_finishes_a_checksum_before_it_cuts) {
  const auto udp = [](wire::TransportChecksum checksum) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), mac(1, 2))
        .ip(customer_v4(1).ip(), customer_v4(2).ip())
        .udp(1, 2)
        .counting_payload(3000)
        .transport_checksum(checksum)
        .build();
  };
  auto description = two_tenants();
  description.subnets[0].fragment = true;
  Host host(description);
  const auto given = udp(wire::TransportChecksum::kSeed);
  host.transmit("blue1", given, unfinished(given));
  ASSERT_THAT(host.wire.packets, SizeIs(3));
  wire::ByteVector joined;
  for (const auto& packet : host.wire.packets) joined.insert(joined.end(), packet.begin() + 42 + 34, packet.end());
  const auto finished = udp(wire::TransportChecksum::kComplete);
  EXPECT_EQ(joined, wire::ByteVector(finished.begin() + 34, finished.end()));
  EXPECT_EQ(host.all_drops(), 0U);
  EXPECT_EQ(host.counts().software_checksummed, 1U);
}

}  // namespace
}  // namespace nvgre::overlay
