#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/overlay/receive.h"
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

TEST(Receive, OVL_4_delivers_a_subnet_s_frame_to_no_other_and_drops_an_unknown_vsid) {
  Host host;
  host.receive(received_packet(kAllVersions[0], kRed).udp(1, 2).build());
  ASSERT_THAT(host.ports.units, SizeIs(1));
  EXPECT_EQ(host.ports.units[0].port, host.port("red1"));
  EXPECT_EQ(refused(received_packet(kAllVersions[0], vsid(7777)).udp(1, 2).build()), DropReason::kUnknownVsid);
}

TEST(Receive, WIRE_11_accepts_only_the_key_flag_and_ignores_seven_bits) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto packet = received_udp();
    const std::size_t flags = 34;
    const auto mask = static_cast<std::uint16_t>(1U << bit);
    wire::store_big_endian(
        packet, static_cast<std::uint16_t>(wire::load_big_endian<std::uint16_t>(packet, flags) ^ mask), flags);
    Host host;
    host.receive(packet);
    const bool is_ignored = (0x03F8 & mask) != 0;
    EXPECT_EQ(host.ports.units.size(), is_ignored ? 1U : 0U) << bit;
    EXPECT_EQ(host.drops(DropReason::kGreFlags), is_ignored ? 0U : 1U) << bit;
  }
}

TEST(Receive, WIRE_12_hands_other_gre_and_everything_else_on) {
  for (const std::uint16_t type : {0x0800, 0x88BE}) {
    Host host;
    auto packet = received_udp();
    wire::store_big_endian(packet, type, 36);
    host.receive(packet);
    EXPECT_EQ(only_drop(host), DropReason::kNotNvgre);
    EXPECT_EQ(host.counts().handed_on, 1U);
  }
  Host host;
  host.receive(wire::FrameBuilder()
                   .ethernet(next_hop_mac(2), kUnderlayMac)
                   .ip(provider_v4(2).ip(), provider_v4(1).ip())
                   .tcp(1, 2)
                   .build());
  EXPECT_EQ(only_drop(host), DropReason::kNotGre);
  EXPECT_EQ(host.counts().handed_on, 1U);
}

TEST(Receive, hands_on_what_is_not_addressed_to_us) {
  const auto packet = wire::FrameBuilder()
                          .ethernet(next_hop_mac(2), kUnderlayMac)
                          .ip(provider_v4(2).ip(), provider_v4(9).ip())
                          .nvgre(kBlue)
                          .ethernet(mac(1, 2), mac(1, 1))
                          .ip(customer_v4(2).ip(), customer_v4(1).ip())
                          .udp(1, 2)
                          .build();
  EXPECT_EQ(refused(packet), DropReason::kNotOurAddress);
}

TEST(Receive, WIRE_13_drops_a_packet_cut_anywhere) {
  for (const auto& versions : kAllVersions) {
    const auto packet = received_udp(versions);
    for (std::size_t size = 0; size < packet.size(); ++size) {
      Host host(two_tenants(versions.outer));
      host.receive({packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size)});
      ASSERT_THAT(host.ports.units, IsEmpty()) << size;
      ASSERT_EQ(host.all_drops(), 1U) << size;
    }
  }
}

TEST(Receive, WIRE_13_drops_an_outer_packet_too_short_for_an_inner_ethernet_header) {
  for (std::size_t inner = 0; inner < 14; ++inner) {
    const wire::ByteVector bytes(inner, 0);
    EXPECT_EQ(refused(tunnel_from_host_2().payload(bytes).padded_to(60).build()), DropReason::kTruncatedInner) << inner;
  }
}

TEST(Receive, WIRE_15_drops_a_wrong_outer_checksum) {
  auto packet = received_udp();
  packet[14 + 10] ^= 1;
  EXPECT_EQ(refused(packet), DropReason::kOuterIpChecksum);
}

TEST(Receive, OVL_7_drops_an_inner_tag) {
  for (const auto type : {wire::EtherType::kVlan, wire::EtherType::kProviderVlan})
    EXPECT_EQ(refused(tunnel_from_host_2()
                          .ethernet(mac(1, 2), mac(1, 1))
                          .vlan(5, type)
                          .ip(customer_v4(2).ip(), customer_v4(1).ip())
                          .udp(1, 2)
                          .build()),
              DropReason::kInnerVlan);
}

TEST(Receive, OVL_10_drops_outer_fragments) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6})
    for (const std::uint16_t offset : {0, 10}) {
      const auto packet = wire::FrameBuilder()
                              .ethernet(next_hop_mac(2), kUnderlayMac)
                              .ip(provider(outer, 2).ip(), provider(outer, 1).ip())
                              .fragment(offset == 0, offset)
                              .nvgre(kBlue)
                              .ethernet(mac(1, 2), mac(1, 1))
                              .ip(customer_v4(2).ip(), customer_v4(1).ip())
                              .udp(1, 2)
                              .build();
      EXPECT_EQ(refused(packet, two_tenants(outer)), DropReason::kOuterFragment) << offset;
    }
}

TEST(Receive, OVL_26_drops_reserved_vsids_and_gives_vendor_frames_to_their_handler_only) {
  for (const std::uint32_t value : {0x000000U, 0x000FFFU, 0xFFFFFFU})
    EXPECT_EQ(refused(received_packet(kAllVersions[0], vsid(value)).udp(1, 2).build()), DropReason::kReservedVsid);

  struct Handler : VendorHandler {
    void receive(const wire::ProviderAddress& source, wire::Bytes inner) override {
      seen.emplace_back(source, wire::ByteVector(inner.begin(), inner.end()));
    }
    std::vector<std::pair<wire::ProviderAddress, wire::ByteVector>> seen;
  } handler;
  Host host;
  host.endpoint.set_vendor_handler(&handler);
  const auto packet = received_packet(kAllVersions[0], vsid(0xFFFFFF)).udp(1, 2).build();
  host.receive(packet);
  EXPECT_THAT(handler.seen, ElementsAre(Pair(provider_v4(2), inner_frame(packet))));
  EXPECT_EQ(host.counts().vendor_packets, 1U);
  EXPECT_EQ(host.all_drops(), 0U);
  host.receive(received_packet(kAllVersions[0], vsid(0x0FFF)).udp(1, 2).build());
  EXPECT_THAT(handler.seen, SizeIs(1));
  EXPECT_EQ(host.drops(DropReason::kReservedVsid), 1U);
}

TEST(Receive, OVL_29_drops_an_unknown_source_unless_the_check_is_off) {
  auto description = two_tenants();
  const auto packet = wire::FrameBuilder()
                          .ethernet(next_hop_mac(3), kUnderlayMac)
                          .ip(provider_v4(3).ip(), provider_v4(1).ip())
                          .nvgre(kBlue)
                          .ethernet(mac(1, 2), mac(1, 1))
                          .ip(customer_v4(2).ip(), customer_v4(1).ip())
                          .udp(1, 2)
                          .build();
  EXPECT_EQ(refused(packet, description), DropReason::kUnknownProvider);
  description.records.push_back(record(kRed, 2, 3, provider_v4(3)));
  EXPECT_EQ(refused(packet, description), DropReason::kUnknownProvider) << "known in red is not known in blue";
  description.subnets[0].source_check = false;
  Host host(description);
  host.receive(packet);
  EXPECT_THAT(host.ports.units, SizeIs(1));
}

}  // namespace
}  // namespace nvgre::overlay
