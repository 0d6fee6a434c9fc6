#include "nvgre/overlay/neighbor_message.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/wire/neighbor_discovery.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::Optional;
using wire::DropReason;

constexpr wire::IpAddress kUnspecifiedV6(std::array<std::uint8_t, 16>{});

wire::Checked<std::optional<NeighborMessage>> read(const wire::ByteVector& bytes) {
  const auto frame = TenantFrame::parse(bytes, {});
  return read_neighbor_message(*frame);
}

wire::FrameBuilder from_port() {
  return wire::FrameBuilder().ethernet(mac(1, 1), wire::MacAddress::broadcast());
}

wire::ByteVector arp(wire::ArpOperation operation, wire::MacAddress sender_mac, wire::IpAddress sender,
                     wire::IpAddress target) {
  return from_port()
      .arp({.operation = operation,
            .sender_hardware_address = sender_mac,
            .sender_protocol_address = sender,
            .target_protocol_address = target})
      .build();
}
wire::ByteVector arp_request(wire::IpAddress sender, wire::IpAddress target) {
  return arp(wire::ArpOperation::kRequest, mac(1, 1), sender, target);
}

wire::ByteVector solicitation(wire::IpAddress source, wire::IpAddress target, std::optional<wire::MacAddress> link) {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), wire::solicited_node_address(target).multicast_mac())
      .ip(source, wire::solicited_node_address(target))
      .hop_limit(255)
      .neighbor({.target_address = target, .link_layer_address = link})
      .build();
}
wire::ByteVector advertisement(wire::IpAddress target, std::optional<wire::MacAddress> link) {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), mac(1, 2))
      .ip(customer_v6(1).ip(), customer_v6(2).ip())
      .hop_limit(255)
      .neighbor({.type = wire::IcmpV6::kNeighborAdvertisement, .target_address = target, .link_layer_address = link})
      .build();
}

TEST(NeighborMessage, reads_an_arp_request) {
  const auto message = read(arp_request(customer_v4(1).ip(), customer_v4(2).ip()));
  ASSERT_TRUE(message && *message);
  EXPECT_THAT((*message)->claimed, Optional(customer_v4(1)));
  EXPECT_THAT((*message)->claimed_mac, Optional(mac(1, 1)));
  EXPECT_THAT((*message)->asked, Optional(customer_v4(2)));
  EXPECT_FALSE((*message)->is_probe);
}

TEST(NeighborMessage, sees_that_a_probe_claims_nothing_and_an_announcement_asks_nothing) {
  const auto probe = read(arp_request(ipv4(0, 0, 0, 0), customer_v4(1).ip()));
  EXPECT_TRUE((*probe)->is_probe);
  EXPECT_FALSE((*probe)->claimed);
  EXPECT_THAT((*probe)->asked, Optional(customer_v4(1)));
  const auto announcement = read(arp_request(customer_v4(1).ip(), customer_v4(1).ip()));
  EXPECT_FALSE((*announcement)->asked);
  EXPECT_THAT((*announcement)->claimed, Optional(customer_v4(1)));
  const auto reply = read(arp(wire::ArpOperation::kReply, mac(1, 1), customer_v4(1).ip(), customer_v4(2).ip()));
  EXPECT_FALSE((*reply)->asked);
  EXPECT_THAT((*reply)->claimed, Optional(customer_v4(1)));
}

TEST(NeighborMessage, reads_solicitations_and_advertisements) {
  const auto question = read(solicitation(customer_v6(1).ip(), customer_v6(2).ip(), mac(1, 1)));
  ASSERT_TRUE(question && *question);
  EXPECT_THAT((*question)->claimed, Optional(customer_v6(1)));
  EXPECT_THAT((*question)->claimed_mac, Optional(mac(1, 1)));
  EXPECT_THAT((*question)->asked, Optional(customer_v6(2)));
  const auto detection = read(solicitation(kUnspecifiedV6, customer_v6(1).ip(), std::nullopt));
  ASSERT_TRUE(detection && *detection);
  EXPECT_TRUE((*detection)->is_probe);
  EXPECT_FALSE((*detection)->claimed);
  const auto answer = read(advertisement(customer_v6(1).ip(), mac(1, 1)));
  ASSERT_TRUE(answer && *answer);
  EXPECT_FALSE((*answer)->asked);
  EXPECT_THAT((*answer)->claimed, Optional(customer_v6(1)));
  EXPECT_THAT((*answer)->claimed_mac, Optional(mac(1, 1)));
}

TEST(NeighborMessage, finds_none_in_other_frames) {
  EXPECT_FALSE(*read(blue_udp(10)));
  EXPECT_FALSE(*read(wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 2))
                         .ip(customer_v6(1).ip(), customer_v6(2).ip())
                         .icmp(wire::IcmpV6::kEchoRequest)
                         .build()));
}

TEST(NeighborMessage, refuses_what_nobody_would_accept) {
  auto cut = arp_request(customer_v4(1).ip(), customer_v4(2).ip());
  cut.resize(14 + 27);
  EXPECT_EQ(read(cut).error(), DropReason::kMalformedMessage);
  auto corrupt = solicitation(customer_v6(1).ip(), customer_v6(2).ip(), mac(1, 1));
  corrupt.back() ^= 1;
  EXPECT_EQ(read(corrupt).error(), DropReason::kMalformedMessage) << "a wrong checksum";
  auto routed = solicitation(customer_v6(1).ip(), customer_v6(2).ip(), mac(1, 1));
  routed[14 + 7] = 64;
  EXPECT_EQ(read(routed).error(), DropReason::kMalformedMessage) << "it has crossed a router";
}

// --- Whose is it? ----------------------------------------------------------------------------------------------------

std::optional<DropReason> judged(const wire::ByteVector& bytes, bool spoof_check = true) {
  auto description = two_tenants();
  description.ports[0].spoof_check = spoof_check;
  const Policy policy(description, 1);
  const auto frame = TenantFrame::parse(bytes, {});
  return judge_source(*policy.port("blue1"), *frame, *read_neighbor_message(*frame));
}

TEST(JudgeSource, refuses_another_source_mac) {
  const auto foreign = wire::FrameBuilder()
                           .ethernet(mac(1, 3), mac(1, 2))
                           .ip(customer_v4(1).ip(), customer_v4(2).ip())
                           .udp(1, 2)
                           .build();
  EXPECT_EQ(judged(foreign), DropReason::kSpoofedMac);
  EXPECT_EQ(judged(foreign, false), std::nullopt) << "a switch per port";
  EXPECT_EQ(judged(blue_udp(1)), std::nullopt);
}

TEST(JudgeSource, refuses_claims_to_what_belongs_to_others) {
  EXPECT_EQ(judged(arp_request(customer_v4(2).ip(), customer_v4(9).ip())), DropReason::kSpoofedAddress);
  EXPECT_EQ(judged(arp_request(customer_v4(2).ip(), customer_v4(2).ip())), DropReason::kSpoofedAddress)
      << "a gratuitous one";
  EXPECT_EQ(judged(arp(wire::ArpOperation::kReply, mac(1, 1), customer_v4(2).ip(), customer_v4(9).ip())),
            DropReason::kSpoofedAddress);
  EXPECT_EQ(judged(solicitation(customer_v6(2).ip(), customer_v6(9).ip(), mac(1, 1))), DropReason::kSpoofedAddress);
  EXPECT_EQ(judged(advertisement(customer_v6(2).ip(), mac(1, 1))), DropReason::kSpoofedAddress);
  EXPECT_EQ(judged(advertisement(customer_v6(2).ip(), mac(1, 1)), false), std::nullopt);
}

TEST(JudgeSource, refuses_claims_that_name_another_mac) {
  EXPECT_EQ(judged(arp(wire::ArpOperation::kRequest, mac(1, 9), customer_v4(1).ip(), customer_v4(2).ip())),
            DropReason::kSpoofedMac);
  EXPECT_EQ(judged(advertisement(customer_v6(1).ip(), mac(1, 9))), DropReason::kSpoofedMac);
  EXPECT_EQ(judged(solicitation(customer_v6(1).ip(), customer_v6(2).ip(), mac(1, 9))), DropReason::kSpoofedMac);
}

TEST(JudgeSource, sees_a_claim_behind_extension_headers_of_any_length) {
  for (const std::size_t size : {8U, 240U, 600U, 1200U}) {
    const auto behind = [size](wire::IpAddress target) {
      return wire::FrameBuilder()
          .ethernet(mac(1, 1), mac(1, 2))
          .ip(customer_v6(1).ip(), customer_v6(2).ip())
          .hop_limit(255)
          .padding_extension(wire::IpProtocol::kDestinationOptions, size)
          .neighbor(
              {.type = wire::IcmpV6::kNeighborAdvertisement, .target_address = target, .link_layer_address = mac(1, 1)})
          .build();
    };
    EXPECT_EQ(judged(behind(customer_v6(2).ip())), DropReason::kSpoofedAddress) << size;
    EXPECT_EQ(judged(behind(customer_v6(1).ip())), std::nullopt) << size;
  }
}

TEST(JudgeSource, lets_a_port_speak_for_its_own_and_for_unknown_addresses_and_probe_all) {
  EXPECT_EQ(judged(arp_request(customer_v4(1).ip(), customer_v4(1).ip())), std::nullopt);
  EXPECT_EQ(judged(arp_request(customer_v4(77).ip(), customer_v4(2).ip())), std::nullopt);
  EXPECT_EQ(judged(arp_request(ipv4(0, 0, 0, 0), customer_v4(2).ip())), std::nullopt);
  EXPECT_EQ(judged(solicitation(kUnspecifiedV6, customer_v6(2).ip(), std::nullopt)), std::nullopt);
  EXPECT_EQ(judged(advertisement(customer_v6(1).ip(), mac(1, 1))), std::nullopt);
}

}  // namespace
}  // namespace nvgre::overlay
