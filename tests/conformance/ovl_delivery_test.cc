/// OVL: what an endpoint does with a packet that it receives.
#include <cstddef>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"

namespace nvgre::test {
namespace {

using wire::DropReason;

class OvlDelivery : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, OvlDelivery, testing::ValuesIn(encapsulated_matrix()), VersionName());

std::optional<DropReason> refusal(const ByteString& packet, IpVersion outer = IpVersion::kV4,
                                  const SampleHost::Change& change = nullptr) {
  SampleHost host(Side::kReceiver, outer, change);
  host.take(packet);
  return overlay::scenery::only_drop(host);
}
ByteString with_vsid(const SampleFrame& frame, std::uint32_t vsid) {
  auto packet = finished(frame);
  const std::size_t key = layout_of(frame).gre + 4;
  put(packet, key, vsid >> 8);
  packet[key + 2] = static_cast<std::uint8_t>(vsid);
  return packet;
}

TEST_P(OvlDelivery, OVL_4_a_frame_reaches_ports_of_its_own_vsid_alone) {
  // Both subnets have a port with this MAC address.
  SampleHost host(Side::kReceiver, *GetParam().outer);
  host.receive(finished(GetParam()));
  ASSERT_EQ(host.ports.units.size(), 1U);
  EXPECT_EQ(host.ports.units[0].port, host.port("tenant"));
  host.receive(with_vsid(GetParam(), 0x654321));
  ASSERT_EQ(host.ports.units.size(), 2U);
  EXPECT_EQ(host.ports.units[1].port, host.port("stranger"));
  EXPECT_EQ(refusal(with_vsid(GetParam(), 0x123457), *GetParam().outer), DropReason::kUnknownVsid);
}

TEST(Ovl, OVL_4_a_broadcast_reaches_ports_of_its_own_vsid_alone) {
  auto packet = finished({.outer = IpVersion::kV4});
  std::fill_n(packet.begin() + 42, 6, 0xFF);
  SampleHost host(Side::kReceiver);
  host.receive(packet);
  ASSERT_EQ(host.ports.units.size(), 1U);
  EXPECT_EQ(host.ports.units[0].port, host.port("tenant"));
}

TEST_P(OvlDelivery, OVL_7_a_frame_with_an_inner_tag_is_dropped) {
  auto frame = GetParam();
  frame.inner_tags = {5};
  auto packet = finished(frame);
  EXPECT_EQ(refusal(packet, *frame.outer), DropReason::kInnerVlan);
  put(packet, layout_of(frame).inner_link + 12, 0x88A8);
  EXPECT_EQ(refusal(packet, *frame.outer), DropReason::kInnerVlan);
  frame.inner_tags = {0};
  EXPECT_EQ(refusal(finished(frame), *frame.outer), DropReason::kInnerVlan) << "a priority tag is a tag";
}

TEST(Ovl, OVL_10_outer_fragments_are_discarded) {
  for (const unsigned flags_and_offset : {0x2000U, 0x2010U, 0x0010U, 0x4010U}) {
    auto packet = finished({.outer = IpVersion::kV4});
    put(packet, 14 + 6, flags_and_offset);
    finish_ip(packet, 14);
    EXPECT_EQ(refusal(packet), DropReason::kOuterFragment) << flags_and_offset;
  }
  for (const unsigned offset_and_more : {0x0001U, 0x0050U, 0x0000U}) {
    auto packet = finished({.outer = IpVersion::kV6, .outer_options = 8});
    packet[14 + 6] = 44;
    packet[54 + 1] = 0;
    put(packet, 54 + 2, offset_and_more);
    EXPECT_EQ(refusal(packet, IpVersion::kV6), DropReason::kOuterFragment) << offset_and_more;
  }
}

TEST_P(OvlDelivery, OVL_23_24_all_16_combinations_of_congestion_marks) {
  // RFC 6040, section 4.2, by inner and outer mark: Not-ECT 0, ECT(1) 1, ECT(0) 2, CE 3; 4: dropped.
  constexpr unsigned kDrop = 4;
  constexpr unsigned kCombined[4][4] = {{0, 0, 0, kDrop}, {1, 1, 1, 3}, {2, 1, 2, 3}, {3, 3, 3, 3}};
  const auto layout = layout_of(GetParam());
  const auto mark = [](ByteString& bytes, std::size_t ip, unsigned ecn) {
    if (bytes[ip] / 16 == 4) {
      bytes[ip + 1] = static_cast<std::uint8_t>((bytes[ip + 1] & 0xFC) | ecn);
      finish_ip(bytes, ip);
    } else {
      bytes[ip + 1] = static_cast<std::uint8_t>((bytes[ip + 1] & 0xCF) | ecn << 4);
    }
  };
  for (unsigned inner = 0; inner < 4; ++inner)
    for (unsigned outer = 0; outer < 4; ++outer) {
      auto packet = finished(GetParam());
      mark(packet, layout.inner_ip, inner);
      mark(packet, layout.outer_ip, outer);
      if (kCombined[inner][outer] == kDrop) {
        EXPECT_EQ(refusal(packet, *GetParam().outer), DropReason::kOuterEcn);
        continue;
      }
      auto expected = finished(inside(GetParam()));
      mark(expected, 14, kCombined[inner][outer]);  // with a checksum that is computed anew
      SampleHost host(Side::kReceiver, *GetParam().outer);
      EXPECT_EQ(host.take(packet), ByteStrings{expected}) << inner << ' ' << outer;
    }
}

TEST(Ovl, OVL_24_every_ID_gives_the_checksum_of_full_recomputation) {
  // The update has to be right for every carry: 65536 headers that differ in one field.
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 0};
  SampleHost host(Side::kReceiver);
  for (unsigned id = 0; id <= 0xFFFF; ++id) {
    auto packet = finished(frame);
    packet[14 + 1] = 3;  // CE outside, ECT(0) inside
    finish_ip(packet, 14);
    put(packet, 56 + 4, id);
    finish_ip(packet, 56);
    const auto delivered = host.take(packet).at(0);
    auto expected = delivered;
    finish_ip(expected, 14);
    ASSERT_EQ(delivered[15] & 3, 3);
    ASSERT_EQ(delivered, expected) << id;
  }
}

struct VendorPeer : overlay::VendorHandler {
  void receive(const wire::ProviderAddress& source, wire::Bytes inner_frame) override {
    sources.push_back(source);
    frames.emplace_back(inner_frame.begin(), inner_frame.end());
  }
  std::vector<wire::ProviderAddress> sources;
  ByteStrings frames;
};

TEST_P(OvlDelivery, OVL_26_reserved_vsids_are_dropped_with_and_without_a_vendor_s_handler) {
  const auto outer = *GetParam().outer;
  for (const std::uint32_t vsid : {0x000000U, 0x000FFFU, 0xFFFFFFU})
    EXPECT_EQ(refusal(with_vsid(GetParam(), vsid), outer), DropReason::kReservedVsid) << vsid;
  for (const std::uint32_t vsid : {0x001000U, 0xFFFFFEU})  // the first and the last that a tenant may have
    EXPECT_EQ(refusal(with_vsid(GetParam(), vsid), outer), DropReason::kUnknownVsid) << vsid;
  SampleHost host(Side::kReceiver, outer);
  VendorPeer handler;
  host.endpoint.set_vendor_handler(&handler);
  host.take(with_vsid(GetParam(), 0x000FFF));
  EXPECT_EQ(host.drops(DropReason::kReservedVsid), 1U);
  EXPECT_TRUE(handler.frames.empty());
  EXPECT_EQ(host.take(with_vsid(GetParam(), 0xFFFFFF)), ByteStrings());
  EXPECT_EQ(handler.frames, ByteStrings{finished(inside(GetParam()))});
  EXPECT_EQ(handler.sources, std::vector{sample_provider(outer, 1)});
  EXPECT_EQ(host.all_drops(), 1U);
}

TEST_P(OvlDelivery, OVL_28_a_wrong_inner_checksum_is_delivered_and_flagged) {
  auto packet = finished(GetParam());
  packet.back() ^= 1;
  SampleHost host(Side::kReceiver, *GetParam().outer);
  host.receive(packet);
  ASSERT_EQ(host.ports.units.size(), 1U);
  const auto& unit = host.ports.units[0];
  EXPECT_TRUE(GetParam().protocol == 6 ? unit.checksum.tcp_failed : unit.checksum.udp_failed);
  EXPECT_EQ(unit.bytes,
            ByteString(packet.begin() + static_cast<std::ptrdiff_t>(layout_of(GetParam()).inner_link), packet.end()));
}

/// The packet as if host 9 had sent it.
ByteString spoofed(const SampleFrame& frame) {
  auto packet = finished(frame);
  const bool v4 = frame.outer == IpVersion::kV4;
  packet[14 + (v4 ? 15 : 23)] = 9;
  if (v4) finish_ip(packet, 14);
  return packet;
}

TEST_P(OvlDelivery, OVL_29_a_PA_that_the_subnet_does_not_know_is_dropped_by_default) {
  const auto outer = *GetParam().outer;
  EXPECT_EQ(refusal(spoofed(GetParam()), outer), DropReason::kUnknownProvider);
  EXPECT_EQ(refusal(spoofed(GetParam()), outer,
                    [&](PolicyDescription& policy) {
                      policy.records.push_back(
                          {.vsid = kOtherVsid, .mac = sample_mac(0x10, 9), .provider = sample_provider(outer, 9)});
                    }),
            DropReason::kUnknownProvider)
      << "the other subnet knows it";
  SampleHost unchecked(Side::kReceiver, outer,
                       [](PolicyDescription& policy) { policy.subnets[0].source_check = false; });
  EXPECT_EQ(unchecked.take(spoofed(GetParam())).size(), 1U);
}

TEST(Ovl, OVL_30_every_packet_is_counted_once_delivered_or_under_one_reason) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  SampleHost host(Side::kReceiver);
  const auto samples = encapsulated_matrix();
  std::uint64_t bytes = 0;
  constexpr std::uint64_t kPackets = 20'000;
  for (std::uint64_t i = 0; i < kPackets; ++i) {
    auto packet = finished(samples[random() % samples.size()]);
    for (unsigned flips = random() % 4; flips > 0; --flips) packet[random() % 90] ^= 1U << random() % 8;
    if (random() % 8 == 0) packet.resize(random() % packet.size());
    bytes += packet.size();
    host.receive(packet);
  }
  const auto counts = host.counts();
  EXPECT_EQ(counts.packets_from_underlay, kPackets);
  EXPECT_EQ(counts.bytes_from_underlay, bytes);
  EXPECT_EQ(counts.packets_decapsulated + host.all_drops(), kPackets);
  EXPECT_GT(counts.packets_decapsulated, kPackets / 10);
  EXPECT_GT(host.all_drops(), kPackets / 10);
  EXPECT_EQ(host.policy->subnet(kSampleVsid)->counts().packets_received +
                host.policy->subnet(kOtherVsid)->counts().packets_received,
            counts.packets_decapsulated);
}

TEST_P(OvlDelivery, OVL_30_packets_and_bytes_are_counted_for_each_vsid) {
  SampleHost receiver(Side::kReceiver, *GetParam().outer);
  receiver.take(finished(GetParam()));
  receiver.take(finished(GetParam()));
  receiver.take(with_vsid(GetParam(), 0x654321));
  const auto sample = receiver.policy->subnet(kSampleVsid)->counts();
  EXPECT_EQ(sample.packets_received, 2U);
  EXPECT_EQ(sample.bytes_received, 2 * finished(GetParam()).size());
  EXPECT_EQ(receiver.policy->subnet(kOtherVsid)->counts().packets_received, 1U);
  SampleHost sender(Side::kSender, *GetParam().outer);
  const auto packet = sender.send(finished(inside(GetParam()))).at(0);
  EXPECT_EQ(sender.policy->subnet(kSampleVsid)->counts().packets_sent, 1U);
  EXPECT_EQ(sender.policy->subnet(kSampleVsid)->counts().bytes_sent, packet.size());
  EXPECT_EQ(sender.policy->subnet(kOtherVsid)->counts().packets_sent, 0U);
}

}  // namespace
}  // namespace nvgre::test
