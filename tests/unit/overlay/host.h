/// One host for tests: a policy, an underlay, an endpoint, and sinks that record what leaves it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/locate.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay::scenery {

/// Keeps packets, in one piece each.
struct RecordingUnderlay : offload::PacketSink {
  bool emit(const offload::OutgoingPacket& packet) override {
    if (packets.size() == capacity) return false;
    wire::ByteVector bytes(packet.headers.begin(), packet.headers.end());
    for (const auto& slice : packet.payload) bytes.insert(bytes.end(), slice.begin(), slice.end());
    packets.push_back(std::move(bytes));
    return true;
  }
  std::vector<wire::ByteVector> packets;
  std::size_t capacity = SIZE_MAX;
};

struct DeliveredUnit {
  PortIndex port;
  wire::ByteVector bytes;
  offload::FrameMetadata metadata;
  offload::ReceiveChecksum checksum;
  std::uint16_t segments;
};

struct RecordingPorts : offload::UnitSink {
  void deliver(const offload::ReceivedUnit& unit) override {
    wire::ByteVector bytes(unit.headers.begin(), unit.headers.end());
    for (const auto& slice : unit.payload) bytes.insert(bytes.end(), slice.begin(), slice.end());
    units.push_back({unit.consumer, std::move(bytes), unit.metadata, unit.checksum, unit.coalesced_segment_count});
  }
  std::vector<DeliveredUnit> units;
};

struct RecordingEvents : EndpointEvents {
  bool hold(const wire::ProviderAddress& destination, const PortFrame& frame) override {
    if (!has_room) return false;
    held.emplace_back(destination, wire::ByteVector(frame.bytes.begin(), frame.bytes.end()));
    held_in = frame.held_in;
    held_from = frame.held_from;
    return true;
  }
  void path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) override {
    path_mtus.emplace_back(destination, mtu);
  }
  void miss(wire::Vsid vsid, const wire::MacAddress& destination) override { misses.emplace_back(vsid, destination); }

  bool has_room = true;
  std::vector<std::pair<wire::ProviderAddress, wire::ByteVector>> held;
  std::optional<wire::Vsid> held_in;               ///< Of the last one.
  std::optional<wire::ProviderAddress> held_from;  ///< Of the last one.
  std::vector<std::pair<wire::ProviderAddress, std::size_t>> path_mtus;
  std::vector<std::pair<wire::Vsid, wire::MacAddress>> misses;
};

class Host {
 public:
  explicit Host(PolicyDescription description = two_tenants())
      : policy(std::make_unique<Policy>(std::move(description), 1)), endpoint(0) {}

  void transmit(std::string_view device, wire::Bytes frame, const offload::FrameMetadata& metadata = {}) {
    const PortFrame given{
        .port = policy->port(device)->index(), .bytes = frame, .tag_control = {}, .metadata = metadata};
    endpoint.transmit(snapshot(), now, {&given, 1}, output());
  }
  void receive(wire::ByteVector frame, const offload::FrameMetadata& metadata = {},
               std::optional<std::uint16_t> tag_control = {}) {
    UnderlayFrame given{.bytes = frame, .tag_control = tag_control, .metadata = metadata};
    endpoint.receive(snapshot(), now, {&given, 1}, output());
  }
  void receive_burst(std::vector<wire::ByteVector> frames) {
    std::vector<UnderlayFrame> given;
    for (auto& frame : frames) given.push_back({.bytes = frame, .tag_control = {}, .metadata = {}});
    endpoint.receive(snapshot(), now, given, output());
  }

  [[nodiscard]] Snapshot snapshot() const { return {*policy, underlay, offloads, abilities}; }
  [[nodiscard]] Output output() { return {wire, ports, events}; }
  [[nodiscard]] PortIndex port(std::string_view device) const { return policy->port(device)->index(); }
  [[nodiscard]] EndpointCounts counts() const { return endpoint.counts(); }
  [[nodiscard]] std::uint64_t drops(wire::DropReason reason) const { return counts().drops[reason]; }
  [[nodiscard]] std::uint64_t all_drops() const { return offload::total(counts().drops); }

  std::unique_ptr<Policy> policy;
  Underlay underlay = resolved_underlay();
  offload::ActiveOffloads offloads = offload::ActiveOffloads::all();
  std::vector<PortAbilities> abilities;
  Instant now{};
  Endpoint endpoint;
  RecordingUnderlay wire;
  RecordingPorts ports;
  RecordingEvents events;
};

/// Inner and outer IP version: the four combinations of WIRE-6.
struct Versions {
  wire::IpVersion inner, outer;
};
inline const std::vector<Versions> kAllVersions = {{wire::IpVersion::kV4, wire::IpVersion::kV4},
                                                   {wire::IpVersion::kV6, wire::IpVersion::kV4},
                                                   {wire::IpVersion::kV4, wire::IpVersion::kV6},
                                                   {wire::IpVersion::kV6, wire::IpVersion::kV6}};
inline std::string describe(const Versions& versions) {
  const auto digit = [](wire::IpVersion version) { return version == wire::IpVersion::kV4 ? "4" : "6"; };
  return std::string("inner v") + digit(versions.inner) + ", outer v" + digit(versions.outer);
}

inline wire::IpAddress customer(wire::IpVersion version, std::uint8_t number) {
  return version == wire::IpVersion::kV4 ? customer_v4(number).ip() : customer_v6(number).ip();
}

/// A frame from tenant host 1 to tenant host 2 in blue, up to its IP header; DF is set.
inline wire::FrameBuilder blue_packet(wire::IpVersion inner = wire::IpVersion::kV4) {
  wire::FrameBuilder builder;
  builder.ethernet(mac(1, 1), mac(1, 2)).ip(customer(inner, 1), customer(inner, 2));
  if (inner == wire::IpVersion::kV4) builder.dont_fragment();
  return builder;
}
inline wire::ByteVector blue_udp(std::size_t payload, wire::IpVersion inner = wire::IpVersion::kV4) {
  return blue_packet(inner).udp(4000, 5000).counting_payload(payload).build();
}

/// A packet from host 2 to host 1, up to the GRE header.
inline wire::FrameBuilder tunnel_from_host_2(wire::IpVersion outer = wire::IpVersion::kV4, wire::Vsid in = kBlue) {
  wire::FrameBuilder builder;
  builder.ethernet(next_hop_mac(2), kUnderlayMac).ip(provider(outer, 2).ip(), provider(outer, 1).ip()).nvgre(in);
  return builder;
}
/// Its inner frame, up to the IP header: from tenant host 2 to tenant host 1.
inline wire::FrameBuilder received_packet(const Versions& versions = kAllVersions[0], wire::Vsid in = kBlue) {
  const std::uint8_t subnet = in == kRed ? 2 : 1;
  auto builder = tunnel_from_host_2(versions.outer, in);
  builder.ethernet(mac(subnet, 2), mac(subnet, 1)).ip(customer(versions.inner, 2), customer(versions.inner, 1));
  return builder;
}

/// The bytes behind the tunnel headers.
inline wire::ByteVector inner_frame(const wire::ByteVector& packet) {
  const auto map = wire::locate(packet);
  return {packet.begin() + map.gre.end(), packet.end()};
}

/// Linux's metadata of a frame whose TCP or UDP checksum is unfinished.
inline offload::FrameMetadata unfinished(wire::Bytes frame) {
  const auto map = wire::locate(frame, {.follow_gre = false, .ignore_lengths = true});
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(map.transport.offset);
  metadata.checksum_offset = map.transport.is_tcp() ? 16 : 6;
  return metadata;
}
/// Linux's metadata of a super-frame.
inline offload::FrameMetadata super_frame(wire::Bytes frame, std::uint16_t segment_size) {
  const auto map = wire::locate(frame, {.follow_gre = false, .ignore_lengths = true});
  auto metadata = unfinished(frame);
  metadata.segment_size = segment_size;
  metadata.segmentation = map.transport.is_udp() ? offload::SegmentationKind::kUdp
                          : map.inner_ip.is_v4() ? offload::SegmentationKind::kTcpV4
                                                 : offload::SegmentationKind::kTcpV6;
  return metadata;
}

inline wire::MacAddress outer_destination(const wire::ByteVector& packet) {
  return wire::MacAddress::load(packet);
}
inline wire::MacAddress outer_source(const wire::ByteVector& packet) {
  return wire::MacAddress::load(wire::Bytes(packet).subspan(6));
}
inline wire::IpAddress outer_ip_destination(const wire::ByteVector& packet) {
  return wire::destination_address(packet, wire::locate(packet).outer_ip);
}
inline wire::IpAddress outer_ip_source(const wire::ByteVector& packet) {
  return wire::source_address(packet, wire::locate(packet).outer_ip);
}

/// Every checksum of the packet is right, whoever looks.
inline void expect_right_checksums(const wire::ByteVector& packet) {
  const auto verdicts = offload::judge_checksums(packet, wire::locate(packet));
  EXPECT_NE(verdicts.outer_ip, offload::ChecksumVerdict::kBad);
  EXPECT_NE(verdicts.inner_ip, offload::ChecksumVerdict::kBad);
  EXPECT_EQ(verdicts.transport, offload::ChecksumVerdict::kGood);
}

/// A TCP super-frame as Linux hands it over: pseudo-header sum with the whole length in the checksum field.
inline wire::ByteVector tcp_super_frame(const Versions& versions, std::size_t payload) {
  return blue_packet(versions.inner)
      .identification(0x7FFE)
      .tcp(40000, 5201)
      .sequence_number(1000)
      .counting_payload(payload)
      .transport_checksum(wire::TransportChecksum::kSeed)
      .build();
}
inline wire::ByteVector udp_super_frame(const Versions& versions, std::size_t payload) {
  return blue_packet(versions.inner)
      .udp(40000, 5201)
      .counting_payload(payload)
      .transport_checksum(wire::TransportChecksum::kSeed)
      .build();
}

inline wire::ByteVector received_udp(const Versions& versions = kAllVersions[0], std::size_t payload = 100) {
  return received_packet(versions).udp(5000, 4000).counting_payload(payload).build();
}

/// The one reason that was counted, and nothing was delivered.
inline std::optional<wire::DropReason> only_drop(const Host& host) {
  EXPECT_TRUE(host.ports.units.empty());
  EXPECT_EQ(host.all_drops(), 1U);
  std::optional<wire::DropReason> reason;
  host.counts().drops.for_each([&](wire::DropReason candidate, std::uint64_t count) {
    if (count > 0) reason = candidate;
  });
  return reason;
}
inline std::optional<wire::DropReason> refused(const wire::ByteVector& packet,
                                               PolicyDescription description = two_tenants()) {
  Host host(std::move(description));
  host.receive(packet);
  return only_drop(host);
}

}  // namespace nvgre::overlay::scenery
