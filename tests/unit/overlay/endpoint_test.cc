#include "nvgre/overlay/endpoint.h"

#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::IsEmpty;
using testing::SizeIs;
using wire::DropReason;

/// Every frame that was handed to the endpoint has exactly one outcome.
void expect_balance(const EndpointCounts& counts) {
  EXPECT_EQ(counts.frames_from_ports + counts.frames_resumed + counts.packets_from_underlay,
            counts.frames_encapsulated + counts.frames_local + counts.frames_answered + counts.frames_held +
                counts.packets_decapsulated + counts.vendor_packets + offload::total(counts.drops));
}

TEST(Endpoint, OVL_30_counts_each_frame_once_delivered_or_refused) {
  auto description = two_tenants();
  description.ports.push_back(port("blue9", kBlue, 1, 9));
  description.records.push_back(record(kBlue, 1, 3, provider_v4(4)));
  Host host(description);
  host.underlay.next_hops[provider_v4(4)].macs.clear();
  const auto arp = wire::FrameBuilder()
                       .ethernet(mac(1, 1), wire::MacAddress::broadcast())
                       .arp({.sender_hardware_address = mac(1, 1),
                             .sender_protocol_address = customer_v4(1).ip(),
                             .target_protocol_address = customer_v4(2).ip()})
                       .build();
  const auto to = [](wire::MacAddress destination) {
    return wire::FrameBuilder()
        .ethernet(mac(1, 1), destination)
        .ip(customer_v4(1).ip(), customer_v4(2).ip())
        .dont_fragment()
        .udp(1, 2)
        .build();
  };
  const std::vector<wire::ByteVector> sent = {blue_udp(10),
                                              blue_udp(2000),
                                              arp,
                                              to(mac(1, 9)),
                                              to(mac(1, 3)),
                                              to(mac(1, 77)),
                                              to(wire::MacAddress::broadcast()),
                                              wire::ByteVector(5),
                                              wire::ByteVector()};
  for (const auto& frame : sent) host.transmit("blue1", frame);
  auto corrupt = received_packet().udp(1, 2).build();
  corrupt[20] ^= 1;
  const std::vector<wire::ByteVector> received = {received_packet().udp(1, 2).build(),
                                                  corrupt,
                                                  received_packet(kAllVersions[0], vsid(7777)).udp(1, 2).build(),
                                                  wire::ByteVector(9),
                                                  wire::ByteVector(),
                                                  blue_udp(10)};
  for (const auto& packet : received) host.receive(packet);

  const auto counts = host.counts();
  EXPECT_EQ(counts.frames_from_ports, sent.size());
  EXPECT_EQ(counts.packets_from_underlay, received.size());
  expect_balance(counts);
  EXPECT_EQ(counts.frames_encapsulated, 2U);
  EXPECT_EQ(counts.frames_local, 1U);
  EXPECT_EQ(counts.frames_answered, 1U);
  EXPECT_EQ(counts.frames_held, 1U);
  EXPECT_EQ(counts.packets_decapsulated, 1U);
  const auto& port = host.policy->port("blue1")->counts();
  EXPECT_EQ(port.frames_from_tenant, sent.size());
  EXPECT_EQ(offload::total(port.drops), 4U) << "too big, unknown, and two cut ones";
}

TEST(Endpoint, OVL_30_counts_packets_and_bytes_of_each_subnet_and_the_underlay) {
  Host host;
  host.transmit("blue1", blue_udp(100));
  host.transmit("blue1", blue_udp(200));
  const auto packet = received_packet(kAllVersions[0], kRed).udp(1, 2).counting_payload(33).build();
  host.receive(packet);
  const auto blue = host.policy->subnet(kBlue)->counts(), red = host.policy->subnet(kRed)->counts();
  const std::uint64_t sent = 2 * (42 + 14 + 20 + 8) + 300;
  EXPECT_EQ(blue.packets_sent, 2U);
  EXPECT_EQ(blue.bytes_sent, sent);
  EXPECT_EQ(blue.packets_received, 0U);
  EXPECT_EQ(red.packets_received, 1U);
  EXPECT_EQ(red.bytes_received, packet.size());
  EXPECT_EQ(host.counts().packets_to_underlay, 2U);
  EXPECT_EQ(host.counts().bytes_to_underlay, sent);
  EXPECT_EQ(host.counts().bytes_from_underlay, packet.size());
}

TEST(Endpoint, refuses_frames_of_a_port_that_is_gone) {
  Host host;
  const auto frame = blue_udp(10);
  const PortFrame given{.port = 99, .bytes = frame, .tag_control = {}, .metadata = {}};
  host.endpoint.transmit(host.snapshot(), host.now, {&given, 1}, host.output());
  host.endpoint.transmit_to(provider_v4(2), host.snapshot(), host.now, given, host.output());
  EXPECT_EQ(host.drops(DropReason::kPortDown), 2U);
  expect_balance(host.counts());
}

TEST(Endpoint, counts_what_the_data_plane_refused) {
  Host host;
  host.endpoint.count_refused(DropReason::kPortFull, host.policy->port("red1"));
  host.endpoint.count_refused(DropReason::kUnderlayFull);
  EXPECT_EQ(host.drops(DropReason::kPortFull), 1U);
  EXPECT_EQ(host.drops(DropReason::kUnderlayFull), 1U);
  EXPECT_EQ(host.policy->port("red1")->counts().drops[DropReason::kPortFull], 1U);
}

TEST(Endpoint, OVL_30_counts_a_held_frame_that_waited_too_long_once) {
  Host host;
  host.underlay.next_hops[provider_v4(2)].macs.clear();
  host.transmit("blue1", blue_udp(10));
  host.endpoint.count_expired(host.policy->port("blue1"));
  EXPECT_EQ(host.counts().frames_held, 1U);
  EXPECT_EQ(host.drops(DropReason::kNoNextHop), 1U);
  EXPECT_EQ(host.policy->port("blue1")->counts().drops[DropReason::kNoNextHop], 1U);
  expect_balance(host.counts());
}

TEST(Endpoint, OVL_27_sends_the_vendor_s_vsid_only_through_the_vendor_s_call) {
  Host host;
  const auto frame = blue_udp(100);
  EXPECT_EQ(host.endpoint.transmit_vendor(VerifiedPeer(provider_v4(2)), host.snapshot(), frame, host.output()),
            std::nullopt);
  ASSERT_THAT(host.wire.packets, SizeIs(1));
  const auto map = wire::locate(host.wire.packets[0]);
  EXPECT_EQ(map.gre.vsid(), vsid(0xFFFFFF));
  EXPECT_EQ(inner_frame(host.wire.packets[0]), frame);
  const auto outer = wire::Ipv4View::parse(wire::Bytes(host.wire.packets[0]).subspan(14));
  EXPECT_TRUE(outer->has_valid_checksum());
  EXPECT_TRUE(outer->dont_fragment());

  EXPECT_EQ(host.endpoint.transmit_vendor(VerifiedPeer(provider_v4(9)), host.snapshot(), frame, host.output()),
            DropReason::kNoNextHop);
  EXPECT_EQ(host.endpoint.transmit_vendor(VerifiedPeer(provider_v4(2)), host.snapshot(), blue_udp(1500), host.output()),
            DropReason::kTooBig);
  auto reserved = two_tenants();
  reserved.subnets[0].vsid = vsid(0xFFFFFF);
  EXPECT_FALSE(check(reserved).empty()) << "no port can be given that VSID";
}

TEST(Endpoint, survives_arbitrary_bytes_both_ways) {
  std::mt19937 random(7637);  // NOLINT: the same bytes in every run
  Host host;
  const auto seed = received_packet(kAllVersions[1]).tcp(1, 2).counting_payload(40).build();
  const auto sent = blue_packet(wire::IpVersion::kV6).tcp(1, 2).counting_payload(40).build();
  for (int i = 0; i < 20'000; ++i) {
    auto in = seed, out = sent;
    for (unsigned change = random() % 4; change > 0; --change) {
      in[random() % in.size()] = static_cast<std::uint8_t>(random());
      out[random() % out.size()] = static_cast<std::uint8_t>(random());
    }
    in.resize(random() % 3 == 0 ? random() % in.size() : in.size());
    offload::FrameMetadata metadata;
    metadata.needs_checksum = random() % 2 == 0;
    metadata.checksum_start = static_cast<std::uint16_t>(random() % 120);
    metadata.checksum_offset = static_cast<std::uint16_t>(random() % 2 == 0 ? 16 : random());
    metadata.segmentation = static_cast<offload::SegmentationKind>(random() % 4);
    metadata.segment_size = static_cast<std::uint16_t>(random() % 3 == 0 ? random() : 10);
    host.receive(in, i % 2 == 0 ? metadata : offload::FrameMetadata());
    host.transmit("blue1", out, metadata);
    host.wire.packets.clear();
    host.ports.units.clear();
  }
  expect_balance(host.counts());
  EXPECT_GT(host.counts().packets_decapsulated, 0U);
  EXPECT_GT(host.counts().frames_encapsulated, 0U);
}

}  // namespace
}  // namespace nvgre::overlay
