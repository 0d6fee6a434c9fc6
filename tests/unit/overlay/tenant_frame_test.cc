#include "nvgre/overlay/tenant_frame.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using wire::DropReason;

TEST(TenantFrame, OVL_5_looks_behind_the_tags) {
  const auto bytes = wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 2))
                         .vlan(7, wire::EtherType::kProviderVlan)
                         .vlan(8)
                         .ip(customer_v4(1).ip(), customer_v4(2).ip())
                         .traffic_class(0xB9)
                         .udp(1, 2)
                         .counting_payload(10)
                         .build();
  const auto frame = TenantFrame::parse(bytes, {});
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->source(), mac(1, 1));
  EXPECT_EQ(frame->destination(), mac(1, 2));
  EXPECT_EQ(frame->ether_type(), wire::EtherType::kIpv4);
  EXPECT_EQ(frame->tags_size(), 8U);
  EXPECT_EQ(frame->size(), bytes.size() - 8);
  EXPECT_EQ(frame->payload().data(), bytes.data() + 22);
  EXPECT_EQ(frame->packet().data(), bytes.data() + 22);
  EXPECT_EQ(frame->traffic_class(), 0xB9);
  wire::ByteVector link(14);
  frame->write_link(link);
  EXPECT_EQ(link, (wire::ByteVector{0x02, 0, 0, 0, 1, 2, 0x02, 0, 0, 0, 1, 1, 0x08, 0x00}));
}

TEST(TenantFrame, refuses_what_has_no_whole_ethernet_header) {
  const wire::ByteVector bytes = {2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 1, 1, 0x81, 0x00, 0x00, 0x05, 0x08};
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    EXPECT_EQ(TenantFrame::parse(wire::Bytes(bytes).first(size), {}).error(), DropReason::kTruncatedEthernet) << size;
}

TEST(TenantFrame, takes_a_frame_whose_ip_header_is_broken_as_one_without_ip) {
  auto bytes = blue_udp(10);
  bytes[14] = 0x65;
  const auto frame = TenantFrame::parse(bytes, {});
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->packet().empty());
  EXPECT_EQ(frame->traffic_class(), 0);
}

TEST(TenantFrame, OVL_22_reads_the_traffic_class_in_front_of_a_long_extension_chain) {
  const auto bytes = blue_packet(wire::IpVersion::kV6)
                         .traffic_class(0xB9)
                         .padding_extension(wire::IpProtocol::kDestinationOptions, 600)
                         .udp(1, 2)
                         .build();
  EXPECT_EQ(TenantFrame::parse(bytes, {})->traffic_class(), 0xB9);
}

TEST(TenantFrame, knows_which_checksum_the_adapter_can_finish) {
  for (const auto version : {wire::IpVersion::kV4, wire::IpVersion::kV6}) {
    const auto bytes = blue_udp(10, version);
    auto metadata = unfinished(bytes);
    EXPECT_TRUE(TenantFrame::parse(bytes, metadata)->needs_transport_checksum());
    EXPECT_FALSE(TenantFrame::parse(bytes, {})->needs_transport_checksum());
    metadata.checksum_offset = 4;
    EXPECT_FALSE(TenantFrame::parse(bytes, metadata)->needs_transport_checksum());
  }
}

TEST(TenantFrame, refuses_metadata_that_contradicts_the_bytes) {
  const auto bytes = blue_packet().tcp(1, 2).counting_payload(3000).build();
  const auto good = super_frame(bytes, 1000);
  EXPECT_TRUE(TenantFrame::parse(bytes, good));
  const auto refused = [&](auto change) {
    auto metadata = good;
    change(metadata);
    const auto frame = TenantFrame::parse(bytes, metadata);
    return !frame && frame.error() == DropReason::kMalformedVnetHeader;
  };
  using Kind = offload::SegmentationKind;
  EXPECT_TRUE(refused([](auto& it) { it.segmentation = Kind::kTcpV6; }));
  EXPECT_TRUE(refused([](auto& it) { it.segmentation = Kind::kUdp; }));
  EXPECT_TRUE(refused([](auto& it) { it.needs_checksum = false; }));
  EXPECT_TRUE(refused([](auto& it) { it.checksum_start = 20; }));
  EXPECT_TRUE(refused([](auto& it) { it.checksum_offset = 6; }));
  EXPECT_TRUE(refused([](auto& it) {
    it.segmentation = Kind::kNone;
    it.checksum_start = 0xFFFF;
    it.checksum_offset = 0xFFFF;
  }));
}

TEST(TenantFrame, OVL_5_refuses_a_checksum_that_starts_in_the_ethernet_header_or_its_tags) {
  const auto bytes = wire::FrameBuilder()
                         .ethernet(mac(1, 1), mac(1, 2))
                         .vlan(7)
                         .ip(customer_v4(1).ip(), customer_v4(2).ip())
                         .udp(1, 2)
                         .counting_payload(40)
                         .build();
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_offset = 6;
  for (metadata.checksum_start = 0; metadata.checksum_start < 18; ++metadata.checksum_start) {
    const auto frame = TenantFrame::parse(bytes, metadata);
    ASSERT_FALSE(frame) << metadata.checksum_start;
    EXPECT_EQ(frame.error(), DropReason::kMalformedVnetHeader);
  }
  EXPECT_TRUE(TenantFrame::parse(bytes, metadata)) << "the first byte behind the tag";
}

TEST(TenantFrame, D_4_takes_a_super_frame_s_lengths_from_its_bytes) {
  const auto bytes = blue_packet().ip_length(0).tcp(1, 2).counting_payload(3000).build();
  const auto frame = TenantFrame::parse(bytes, super_frame(bytes, 1000));
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->map().transport.payload_end, bytes.size());
}

}  // namespace
}  // namespace nvgre::overlay
