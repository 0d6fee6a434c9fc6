#include "nvgre/overlay/flow_hash.h"

#include <random>
#include <set>

#include <gtest/gtest.h>

#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/locate.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

FlowHash hash_of(const wire::ByteVector& frame) {
  return {frame, wire::locate(frame, {.follow_gre = false})};
}

wire::ByteVector udp(std::uint16_t source_port, std::size_t payload = 10) {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), mac(1, 2))
      .ip(customer_v4(1).ip(), customer_v4(2).ip())
      .udp(source_port, 53)
      .counting_payload(payload)
      .build();
}

TEST(FlowHash, WIRE_9_is_the_same_for_all_packets_of_a_flow) {
  EXPECT_EQ(hash_of(udp(4000)).flow_id(), hash_of(udp(4000, 1000)).flow_id());
  EXPECT_EQ(hash_of(udp(4000)).flow_label(), hash_of(udp(4000, 1000)).flow_label());
  EXPECT_EQ(hash_of(udp(4000)).pick(7), hash_of(udp(4000, 1000)).pick(7));
}

TEST(FlowHash, WIRE_9_spreads_ten_thousand_flows_over_200_flow_ids) {
  std::mt19937 random(1);  // NOLINT: the same flows in every run
  std::set<wire::FlowId> seen;
  std::set<std::size_t> hops;
  for (int i = 0; i < 10'000; ++i) {
    const auto host = static_cast<std::uint8_t>(random());
    const auto frame = wire::FrameBuilder()
                           .ethernet(mac(1, 1), mac(1, 2))
                           .ip(customer_v6(host).ip(), customer_v6(2).ip())
                           .tcp(static_cast<std::uint16_t>(random()), static_cast<std::uint16_t>(random()))
                           .build();
    seen.insert(hash_of(frame).flow_id());
    hops.insert(hash_of(frame).pick(3));
  }
  EXPECT_GE(seen.size(), 200U);
  EXPECT_EQ(hops.size(), 3U);
}

TEST(FlowHash, OVL_20_depends_on_addresses_protocol_and_ports) {
  std::set<std::uint32_t> labels;
  for (std::uint16_t port = 1; port <= 64; ++port) labels.insert(hash_of(udp(port)).flow_label());
  EXPECT_GE(labels.size(), 60U) << "the source port counts";
  const auto tcp = wire::FrameBuilder()
                       .ethernet(mac(1, 1), mac(1, 2))
                       .ip(customer_v4(1).ip(), customer_v4(2).ip())
                       .tcp(4000, 53)
                       .build();
  EXPECT_NE(hash_of(tcp).flow_label(), hash_of(udp(4000)).flow_label()) << "the protocol counts";
}

TEST(FlowHash, OVL_20_takes_addresses_alone_without_ports) {
  const auto echo = [](std::uint32_t sequence) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), mac(1, 2))
        .ip(customer_v4(1).ip(), customer_v4(2).ip())
        .icmp(8, 0, sequence)
        .build();
  };
  EXPECT_EQ(hash_of(echo(1)).flow_label(), hash_of(echo(2)).flow_label());
  const auto fragment = [](std::uint16_t offset) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), mac(1, 2))
        .ip(customer_v4(1).ip(), customer_v4(2).ip())
        .fragment(true, offset)
        .udp(4000, 53)
        .counting_payload(64)
        .build();
  };
  EXPECT_EQ(hash_of(fragment(0)).flow_label(), hash_of(fragment(9)).flow_label()) << "fragments stay together";
}

TEST(FlowHash, OVL_20_takes_mac_addresses_and_ethertype_without_ip) {
  const auto arp = [](std::uint8_t asked, std::uint8_t to) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), mac(1, to))
        .arp({.sender_protocol_address = customer_v4(1).ip(), .target_protocol_address = customer_v4(asked).ip()})
        .build();
  };
  EXPECT_EQ(hash_of(arp(2, 2)).flow_label(), hash_of(arp(3, 2)).flow_label());
  EXPECT_NE(hash_of(arp(2, 2)).flow_label(), hash_of(arp(2, 3)).flow_label());
}

TEST(FlowHash, OVL_21_never_labels_a_flow_0) {
  EXPECT_NE(FlowHash().flow_label(), 0U);
  for (std::uint16_t port = 1; port < 2000; ++port) {
    const auto label = hash_of(udp(port)).flow_label();
    ASSERT_GT(label, 0U);
    ASSERT_LE(label, 0x000F'FFFFU);
  }
}

}  // namespace
}  // namespace nvgre::overlay
