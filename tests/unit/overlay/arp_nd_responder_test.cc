#include "nvgre/overlay/arp_nd_responder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/wire/neighbor_discovery.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::IsEmpty;
using testing::SizeIs;

constexpr wire::IpAddress kUnspecifiedV6(std::array<std::uint8_t, 16>{});
constexpr wire::IpAddress kAllNodes(std::array<std::uint8_t, 16>{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});

wire::ByteVector arp_request(wire::IpAddress sender, wire::IpAddress target,
                             wire::MacAddress to = wire::MacAddress::broadcast()) {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), to)
      .arp({.sender_hardware_address = mac(1, 1), .sender_protocol_address = sender, .target_protocol_address = target})
      .build();
}
wire::ByteVector solicitation(wire::IpAddress source, wire::IpAddress target, wire::MacAddress to,
                              wire::IpAddress destination) {
  wire::NeighborFields fields{.target_address = target};
  if (!source.is_unspecified()) fields.link_layer_address = mac(1, 1);
  return wire::FrameBuilder().ethernet(mac(1, 1), to).ip(source, destination).hop_limit(255).neighbor(fields).build();
}
wire::ByteVector multicast_solicitation(wire::IpAddress source, wire::IpAddress target) {
  const auto group = wire::solicited_node_address(target);
  return solicitation(source, target, group.multicast_mac(), group);
}

TEST(ArpNdResponder, answers_arp_for_a_record) {
  for (const auto to : {wire::MacAddress::broadcast(), mac(1, 2)}) {  // a unicast request confirms a neighbour
    Host host;
    host.transmit("blue1", arp_request(customer_v4(1).ip(), customer_v4(2).ip(), to));
    EXPECT_THAT(host.wire.packets, IsEmpty());
    ASSERT_THAT(host.ports.units, SizeIs(1));
    EXPECT_EQ(host.ports.units[0].port, host.port("blue1"));
    EXPECT_EQ(host.ports.units[0].bytes, wire::FrameBuilder()
                                             .ethernet(mac(1, 2), mac(1, 1))
                                             .arp({.operation = wire::ArpOperation::kReply,
                                                   .sender_hardware_address = mac(1, 2),
                                                   .sender_protocol_address = customer_v4(2).ip(),
                                                   .target_hardware_address = mac(1, 1),
                                                   .target_protocol_address = customer_v4(1).ip()})
                                             .build());
    EXPECT_EQ(host.counts().arp_answered, 1U);
    EXPECT_EQ(host.counts().frames_answered, 1U);
  }
}

TEST(ArpNdResponder, answers_solicitations_for_a_record) {
  const auto target = customer_v6(2).ip();
  for (const auto& request : {multicast_solicitation(customer_v6(1).ip(), target),
                              solicitation(customer_v6(1).ip(), target, mac(1, 2), target)}) {
    Host host;
    host.transmit("blue1", request);
    EXPECT_THAT(host.wire.packets, IsEmpty());
    ASSERT_THAT(host.ports.units, SizeIs(1));
    EXPECT_EQ(host.ports.units[0].bytes, wire::FrameBuilder()
                                             .ethernet(mac(1, 2), mac(1, 1))
                                             .ip(target, customer_v6(1).ip())
                                             .hop_limit(255)
                                             .neighbor({.type = wire::IcmpV6::kNeighborAdvertisement,
                                                        .target_address = target,
                                                        .solicited = true,
                                                        .override_entry = true,
                                                        .link_layer_address = mac(1, 2)})
                                             .build());
    EXPECT_EQ(host.counts().nd_answered, 1U);
  }
}

TEST(ArpNdResponder, says_that_a_router_is_one) {
  const auto is_router_in_answer = [](const PolicyDescription& description, std::uint8_t asked) {
    Host host(description);
    host.transmit("blue1", multicast_solicitation(customer_v6(1).ip(), customer_v6(asked).ip()));
    const auto frame = wire::locate(host.ports.units.at(0).bytes);
    return wire::NeighborView::parse(wire::Bytes(host.ports.units[0].bytes).subspan(frame.inner_ip.end()))->is_router();
  };
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  EXPECT_FALSE(is_router_in_answer(description, 2));
  EXPECT_FALSE(is_router_in_answer(description, 9));
  for (auto& record : description.records) record.router = true;
  EXPECT_TRUE(is_router_in_answer(description, 2));
  EXPECT_FALSE(is_router_in_answer(description, 9));
  description.ports.back().router = true;
  EXPECT_TRUE(is_router_in_answer(description, 9));
}

TEST(ArpNdResponder, answers_a_probe_for_another_s_address_so_that_the_conflict_is_seen) {
  Host host;
  host.transmit("blue1", arp_request(ipv4(0, 0, 0, 0), customer_v4(2).ip()));
  EXPECT_EQ(host.counts().arp_answered, 1U);
  const auto target = customer_v6(2).ip();
  host.transmit("blue1", multicast_solicitation(kUnspecifiedV6, target));
  ASSERT_THAT(host.ports.units, SizeIs(2));
  EXPECT_EQ(host.ports.units[1].bytes, wire::FrameBuilder()
                                           .ethernet(mac(1, 2), kAllNodes.multicast_mac())
                                           .ip(target, kAllNodes)
                                           .hop_limit(255)
                                           .neighbor({.type = wire::IcmpV6::kNeighborAdvertisement,
                                                      .target_address = target,
                                                      .solicited = false,
                                                      .override_entry = true,
                                                      .link_layer_address = mac(1, 2)})
                                           .build());
}

TEST(ArpNdResponder, never_answers_for_the_port_s_own_address) {
  Host host;
  const auto own_v4 = customer_v4(1).ip(), own_v6 = customer_v6(1).ip();
  host.transmit("blue1", arp_request(ipv4(0, 0, 0, 0), own_v4));           // a probe
  host.transmit("blue1", arp_request(own_v4, own_v4));                     // a gratuitous request
  host.transmit("blue1", multicast_solicitation(kUnspecifiedV6, own_v6));  // duplicate address detection
  EXPECT_THAT(host.ports.units, IsEmpty()) << "the tenant would see a duplicate";
  EXPECT_THAT(host.wire.packets, SizeIs(3)) << "the others of the subnet learn of it";
  EXPECT_EQ(host.counts().frames_answered, 0U);
}

TEST(ArpNdResponder, never_answers_a_gratuitous_request_for_another_s_address) {
  auto description = two_tenants();
  description.ports[0].spoof_check = false;
  Host host(description);
  host.transmit("blue1", arp_request(customer_v4(2).ip(), customer_v4(2).ip()));
  EXPECT_THAT(host.ports.units, IsEmpty());
}

TEST(ArpNdResponder, floods_requests_for_unknown_addresses) {
  Host host;
  host.transmit("blue1", arp_request(customer_v4(1).ip(), customer_v4(77).ip()));
  EXPECT_THAT(host.ports.units, IsEmpty());
  EXPECT_THAT(host.wire.packets, SizeIs(1));
}

TEST(ArpNdResponder, answers_for_ports_of_this_host_and_for_the_own_subnet_only) {
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  description.ports.push_back(port("red7", kRed, 2, 7));
  Host host(description);
  host.transmit("blue1", arp_request(customer_v4(1).ip(), customer_v4(9).ip()));
  EXPECT_EQ(host.counts().arp_answered, 1U);
  EXPECT_EQ(wire::MacAddress::load(wire::Bytes(host.ports.units.at(0).bytes).subspan(6)), mac(1, 9));
  host.transmit("blue1", arp_request(customer_v4(1).ip(), customer_v4(7).ip()));
  EXPECT_EQ(host.counts().arp_answered, 1U) << "red's address is nobody's in blue";
}

TEST(ArpNdResponder, refuses_spoofed_requests_instead_of_answering) {
  Host host;
  host.transmit("blue1", arp_request(customer_v4(2).ip(), customer_v4(9).ip()));
  EXPECT_EQ(host.drops(wire::DropReason::kSpoofedAddress), 1U);
  EXPECT_EQ(host.policy->port("blue1")->counts().drops[wire::DropReason::kSpoofedAddress], 1U);
  EXPECT_THAT(host.ports.units, IsEmpty());
  EXPECT_THAT(host.wire.packets, IsEmpty());
}

}  // namespace
}  // namespace nvgre::overlay
