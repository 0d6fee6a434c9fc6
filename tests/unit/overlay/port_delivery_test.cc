#include "nvgre/overlay/port_delivery.h"

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

TEST(PortDelivery, delivers_to_a_port_of_this_host_directly_super_frames_whole) {
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

TEST(PortDelivery, delivers_locally_without_tags_and_with_offsets_to_match) {
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

TEST(PortDelivery, cuts_a_super_frame_for_a_local_port_that_does_not_take_it) {
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

TEST(PortDelivery, KEY_31_cuts_for_a_port_of_this_host_whatever_the_underlay_takes) {
  auto description = two_tenants();
  description.ports.push_back(port("blue2", kBlue, 1, 2));
  description.records.clear();
  Host host(description);
  host.offloads.link_mtu = 1500;
  host.abilities.assign(3, PortAbilities{.accepts_units = false, .accepts_udp_units = false});
  const auto merged = tcp_super_frame(kAllVersions[0], 20'000);
  host.transmit("blue1", merged, super_frame(merged, 5000));
  EXPECT_EQ(host.ports.units.size(), 4U);
  EXPECT_EQ(host.all_drops(), 0U);
}

}  // namespace
}  // namespace nvgre::overlay
