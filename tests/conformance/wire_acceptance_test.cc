/// WIRE-11 to WIRE-16: what is accepted.
#include <cstddef>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"

namespace nvgre::test {
namespace {

using wire::DropReason;

class WireAcceptance : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, WireAcceptance, testing::ValuesIn(encapsulated_matrix()), VersionName());

/// What the receiver's tenant gets of this packet.
ByteStrings taken(const ByteString& packet, IpVersion outer = IpVersion::kV4,
                  const SampleHost::Change& change = nullptr) {
  return SampleHost(Side::kReceiver, outer, change).take(packet);
}

/// The one reason for which the receiver drops this packet.
std::optional<DropReason> refusal(const ByteString& packet, IpVersion outer = IpVersion::kV4,
                                  const SampleHost::Change& change = nullptr) {
  SampleHost host(Side::kReceiver, outer, change);
  host.take(packet);
  return overlay::scenery::only_drop(host);
}

TEST_P(WireAcceptance, WIRE_6_the_inner_frame_arrives_as_it_was_sent) {
  EXPECT_EQ(taken(finished(GetParam()), *GetParam().outer), ByteStrings{finished(inside(GetParam()))});
}

TEST(Wire, WIRE_11_of_16_flipped_bits_seven_still_decapsulate) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  for (unsigned bit = 0; bit < 16; ++bit) {
    auto packet = finished(frame);
    const std::size_t gre = layout_of(frame).gre;
    put(packet, gre, 0x2000U ^ 1U << bit);
    const bool is_ignored = bit >= 3 && bit <= 9;  // 0x03F8
    if (is_ignored)
      EXPECT_EQ(taken(packet), ByteStrings{finished(inside(frame))}) << bit;
    else
      EXPECT_EQ(refusal(packet), DropReason::kGreFlags) << bit;
  }
}

TEST(Wire, WIRE_12_other_protocol_types_are_counted_and_handed_on) {
  for (const std::uint16_t type : {0x0800, 0x88BE}) {
    const SampleFrame frame{.outer = IpVersion::kV4};
    auto packet = finished(frame);
    put(packet, layout_of(frame).gre + 2, type);
    SampleHost host(Side::kReceiver);
    EXPECT_EQ(host.take(packet), ByteStrings());
    EXPECT_EQ(host.drops(DropReason::kNotNvgre), 1U);
    EXPECT_EQ(host.counts().handed_on, 1U);
  }
}

TEST_P(WireAcceptance, WIRE_13_a_packet_that_is_cut_anywhere_is_dropped) {
  const auto whole = finished(GetParam());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteString cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    SampleHost host(Side::kReceiver, *GetParam().outer);
    ASSERT_EQ(host.take(cut), ByteStrings()) << size;
    ASSERT_EQ(host.all_drops(), 1U) << size;
  }
}

TEST(Wire, WIRE_13_the_outer_length_has_to_leave_14_bytes_for_inner_ethernet) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    const SampleFrame frame{.outer = version};
    const auto layout = layout_of(frame);
    for (std::size_t inner = 0; inner <= 14; ++inner) {
      auto packet = finished(frame);
      packet.resize(layout.inner_link + inner);
      if (version == IpVersion::kV4) {
        put(packet, layout.outer_ip + 2, packet.size() - layout.outer_ip);
        finish_ip(packet, layout.outer_ip);
      } else {
        put(packet, layout.outer_ip + 4, packet.size() - layout.outer_ip - 40);
      }
      if (inner < 14)
        EXPECT_EQ(refusal(packet, version), DropReason::kTruncatedInner) << inner;
      else
        EXPECT_EQ(taken(packet, version).size(), 1U);
    }
  }
}

TEST_P(WireAcceptance, WIRE_14_padding_behind_the_outer_ip_packet_is_removed) {
  auto frame = GetParam();
  frame.payload_size = 3;
  frame.trailing = 46;
  EXPECT_EQ(taken(finished(frame), *frame.outer), ByteStrings{finished(inside(frame))});
}

TEST(Wire, WIRE_14_a_minimum_frame_on_the_link_yields_the_shorter_inner_frame) {
  // 46 bytes behind the link header: 20 outer IP, 8 GRE, 14 inner Ethernet and 4 of payload are 46; one less is padded.
  const SampleFrame frame{.outer = IpVersion::kV4, .payload_size = 3, .inner_ether_type = 0x88B5, .trailing = 1};
  ASSERT_EQ(finished(frame).size(), 60U);
  EXPECT_EQ(taken(finished(frame)), ByteStrings{finished(inside(frame))});
  EXPECT_EQ(taken(finished(frame)).at(0).size(), 17U);
}

TEST(Wire, WIRE_15_every_flipped_bit_of_the_outer_ipv4_header_is_noticed) {
  const auto packet = finished({.outer = IpVersion::kV4});
  for (std::size_t bit = 0; bit < 160; ++bit) {
    auto changed = packet;
    changed[14 + bit / 8] ^= static_cast<std::uint8_t>(0x80 >> bit % 8);
    EXPECT_EQ(taken(changed), ByteStrings()) << bit;
  }
  auto changed = packet;
  changed[14 + 11] ^= 1;
  EXPECT_EQ(refusal(changed), DropReason::kOuterIpChecksum);
}

TEST_P(WireAcceptance, WIRE_15_outer_options_and_extension_headers_are_stepped_over) {
  auto frame = GetParam();
  for (const std::size_t size : {8, 16, 40}) {
    frame.outer_options = size;
    EXPECT_EQ(taken(finished(frame), *frame.outer), ByteStrings{finished(inside(frame))}) << size;
  }
}

TEST(Wire, WIRE_15_a_router_alert_is_stepped_over) {
  const SampleFrame frame{.outer = IpVersion::kV4, .outer_options = 4};
  auto packet = finished(frame);
  put(packet, 14 + 20, 0x9404);
  put(packet, 14 + 22, 0x0000);
  finish_ip(packet, 14);
  EXPECT_EQ(taken(packet), ByteStrings{finished(inside(frame))});
}

TEST_P(WireAcceptance, WIRE_16_untagged_tagged_and_double_tagged_packets_decapsulate) {
  const auto in_vlan_100 = [](PolicyDescription& policy) { policy.provider.vlan = 100; };
  auto frame = GetParam();
  const ByteStrings expected{finished(inside(frame))};
  EXPECT_EQ(taken(finished(frame), *frame.outer), expected);
  frame.tags = {0x6064};  // priority 3, VLAN 100
  EXPECT_EQ(taken(finished(frame), *frame.outer, in_vlan_100), expected);
  frame.tags = {0x0064, 0x0007};
  auto doubly = finished(frame);
  EXPECT_EQ(taken(doubly, *frame.outer, in_vlan_100), expected);
  put(doubly, 12, 0x88A8);  // 802.1ad outside
  EXPECT_EQ(taken(doubly, *frame.outer, in_vlan_100), expected);
  frame.tags = {0x6000};  // a priority without a VLAN
  EXPECT_EQ(taken(finished(frame), *frame.outer), expected);
}

TEST(Wire, WIRE_16_a_packet_of_another_vlan_is_another_s) {
  EXPECT_EQ(refusal(finished({.outer = IpVersion::kV4, .tags = {100}})), DropReason::kOuterVlan);
  EXPECT_EQ(refusal(finished({.outer = IpVersion::kV4, .tags = {101}}), IpVersion::kV4,
                    [](PolicyDescription& policy) { policy.provider.vlan = 100; }),
            DropReason::kOuterVlan);
}

}  // namespace
}  // namespace nvgre::test
