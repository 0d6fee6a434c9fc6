#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/overlay/tunnel_sender.h"
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
TEST(TunnelSender, OVL_32_lowers_the_mss_so_that_the_outer_packet_has_exactly_1500_bytes) {
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

TEST(TunnelSender, OVL_32_keeps_a_smaller_mss_of_the_tenant) {
  Host host;
  const auto frame = tcp_super_frame(kAllVersions[0], 3001);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  EXPECT_THAT(host.wire.packets, SizeIs(4));
  EXPECT_EQ(host.counts().mss_reduced, 0U);
}

TEST(TunnelSender, OVL_30_counts_every_segment_of_a_super_frame_for_its_subnet) {
  Host host;
  const auto frame = tcp_super_frame(kAllVersions[0], 3001);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  std::size_t bytes = 0;
  for (const auto& packet : host.wire.packets) bytes += packet.size();
  const auto counts = host.policy->subnet(kBlue)->counts();
  EXPECT_EQ(counts.packets_sent, 4U);
  EXPECT_EQ(counts.bytes_sent, bytes);
}

TEST(TunnelSender, WIRE_5_gives_segments_consecutive_ids_and_goes_on_behind_them) {
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

TEST(TunnelSender, cuts_udp_super_frames_in_all_versions) {
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

TEST(TunnelSender, drops_a_udp_super_frame_whose_datagrams_do_not_fit_and_tells_its_sender) {
  Host host;
  const auto frame = udp_super_frame(kAllVersions[0], 6000);
  host.transmit("blue1", frame, super_frame(frame, 1431));  // 28 + 1431 = 1459
  EXPECT_THAT(host.wire.packets, IsEmpty());
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
  EXPECT_EQ(host.counts().too_big_sent, 1U);
  host.transmit("blue1", frame, super_frame(frame, 1430));
  EXPECT_THAT(host.wire.packets, SizeIs(5));
}

TEST(TunnelSender, finishes_an_unfinished_checksum_in_all_versions) {
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

TEST(TunnelSender, OVL_33_completes_in_software_what_no_active_offload_covers) {
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

TEST(TunnelSender, OVL_33_completes_in_software_what_exceeds_a_limit) {
  Host host;
  host.offloads.lso.max_offload_size = 4000;
  const auto frame = tcp_super_frame(kAllVersions[0], 9000);
  host.transmit("blue1", frame, super_frame(frame, 1000));
  EXPECT_THAT(host.wire.packets, SizeIs(9));
  EXPECT_EQ(host.counts().software_segmented, 1U);
}

TEST(TunnelSender, finishes_checksums_that_no_offload_is_made_for) {
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

/// A sink that gathers: it keeps payload slices, as it may, until the burst ends.
struct KeepingUnderlay : offload::PacketSink {
  bool emit(const offload::OutgoingPacket& packet) override {
    headers.emplace_back(packet.headers.begin(), packet.headers.end());
    slices.emplace_back(packet.payload.begin(), packet.payload.end());
    return true;
  }
  [[nodiscard]] wire::ByteVector packet(std::size_t i) const {
    wire::ByteVector bytes = headers[i];
    for (const auto& slice : slices[i]) bytes.insert(bytes.end(), slice.begin(), slice.end());
    return bytes;
  }
  std::vector<wire::ByteVector> headers;
  std::vector<std::vector<wire::Bytes>> slices;
};

TEST(TunnelSender, hands_over_no_payload_that_changes_before_the_burst_ends) {
  auto description = two_tenants();
  description.subnets[0].fragment = true;
  Host host(description);
  const auto udp = [](std::size_t payload) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), mac(1, 2))
        .ip(customer_v4(1).ip(), customer_v4(2).ip())
        .udp(1, 2)
        .counting_payload(payload);
  };
  const auto fragmented = udp(3000).build();
  // Unfinished, and not at the place of the transport checksum: finished in scratch room.
  const auto first = udp(40).build(), second = udp(50).build();
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = 42;
  metadata.checksum_offset = 0;
  const std::vector<PortFrame> burst = {{.port = 0, .bytes = fragmented, .tag_control = {}, .metadata = {}},
                                        {.port = 0, .bytes = first, .tag_control = {}, .metadata = metadata},
                                        {.port = 0, .bytes = second, .tag_control = {}, .metadata = metadata}};
  KeepingUnderlay keeping;
  host.endpoint.transmit(host.snapshot(), host.now, burst, {keeping, host.ports, host.events});
  for (const PortFrame& frame : burst) host.endpoint.transmit(host.snapshot(), host.now, {&frame, 1}, host.output());
  ASSERT_THAT(host.wire.packets, SizeIs(5));
  ASSERT_THAT(keeping.headers, SizeIs(5));
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(inner_frame(keeping.packet(i)), inner_frame(host.wire.packets[i])) << i;
}

TEST(TunnelSender, refuses_metadata_that_contradicts_the_frame) {
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

TEST(TunnelSender, passes_the_adapter_s_refusal_on) {
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

}  // namespace
}  // namespace nvgre::overlay
