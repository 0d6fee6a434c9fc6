#include "nvgre/overlay/decapsulation.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using wire::DropReason;

wire::Checked<TunnelPacket> opened(wire::ByteVector& bytes, const Policy& policy) {
  const UnderlayFrame frame{.bytes = bytes, .tag_control = {}, .metadata = {}};
  return open_tunnel(frame, wire::locate(bytes), policy);
}

TEST(OpenTunnel, finds_source_vsid_and_inner_frame_in_all_versions) {
  for (const auto& versions : kAllVersions) {
    const Policy policy(two_tenants(versions.outer), 1);
    auto bytes = received_packet(versions).udp(1, 2).counting_payload(10).padded_to(300).build();
    const auto packet = opened(bytes, policy);
    ASSERT_TRUE(packet);
    EXPECT_EQ(packet->source, provider(versions.outer, 2));
    EXPECT_EQ(packet->vsid, kBlue);
    EXPECT_EQ(packet->inner.data(), bytes.data() + (versions.outer == wire::IpVersion::kV4 ? 42 : 62));
    EXPECT_EQ(packet->inner.size(), 14U + (versions.inner == wire::IpVersion::kV4 ? 20 : 40) + 8 + 10);
  }
}

TEST(OpenTunnel, D_34_is_strict_where_the_locator_is_not) {
  const Policy policy(two_tenants(), 1);
  for (const bool has_checksum : {true, false}) {
    wire::GreFields gre{.protocol = wire::EtherType::kTransparentEthernetBridging};
    gre.key = kBlue.key(wire::FlowId{0});
    if (has_checksum)
      gre.checksum = 0;
    else
      gre.sequence = 1;
    auto bytes = wire::FrameBuilder()
                     .ethernet(next_hop_mac(2), kUnderlayMac)
                     .ip(provider_v4(2).ip(), provider_v4(1).ip())
                     .gre(gre)
                     .ethernet(mac(1, 2), mac(1, 1))
                     .ip(customer_v4(2).ip(), customer_v4(1).ip())
                     .udp(1, 2)
                     .build();
    EXPECT_TRUE(wire::locate(bytes).inner_ip) << "LOC-5";
    EXPECT_EQ(opened(bytes, policy).error(), DropReason::kGreFlags);
  }
}

TEST(OpenTunnel, refuses_an_outer_length_that_contradicts_the_header) {
  const Policy policy(two_tenants(), 1);
  for (const std::uint16_t length : {0, 19}) {
    auto bytes = received_packet().udp(1, 2).build();
    wire::Ipv4Writer(wire::MutableBytes(bytes).subspan(14)).set_total_length(length).update_checksum();
    EXPECT_EQ(opened(bytes, policy).error(), DropReason::kMalformedIp) << length;
  }
}

TEST(OpenTunnel, takes_a_length_of_0_of_what_the_kernel_merged) {
  const Policy policy(two_tenants(), 1);
  auto bytes = received_packet().tcp(1, 2).counting_payload(3000).build();
  wire::Ipv4Writer(wire::MutableBytes(bytes).subspan(14)).set_total_length(0).update_checksum();
  UnderlayFrame frame{.bytes = bytes, .tag_control = {}, .metadata = {}};
  frame.metadata.segmentation = offload::SegmentationKind::kTcpV4;
  EXPECT_TRUE(open_tunnel(frame, wire::locate(bytes), policy));
}

TEST(Admit, OVL_4_7_26_and_29_ask_for_vsid_then_source_then_tags) {
  const Policy policy(two_tenants(), 1);
  wire::ByteVector inner(60, 0);
  inner[12] = 0x81;
  const auto error = [&](wire::Vsid in, const wire::ProviderAddress& from) {
    return admit({.source = from, .vsid = in, .inner = inner}, policy).error();
  };
  EXPECT_EQ(error(vsid(0xFFFFFF), provider_v4(2)), DropReason::kReservedVsid);
  EXPECT_EQ(error(vsid(7777), provider_v4(3)), DropReason::kUnknownVsid);
  EXPECT_EQ(error(kBlue, provider_v4(3)), DropReason::kUnknownProvider);
  EXPECT_EQ(error(kBlue, provider_v4(2)), DropReason::kInnerVlan);
  inner[12] = 0x08;
  EXPECT_EQ((*admit({.source = provider_v4(2), .vsid = kBlue, .inner = inner}, policy))->vsid(), kBlue);
}

}  // namespace
}  // namespace nvgre::overlay
