/// LOC, on receive: which headers of a packet are found, seen by what its checksums, its hash and its queue come from.
#include <cstddef>
#include <iostream>
#include <memory>
#include <random>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"
#include "tests/conformance/seen_packet.h"

namespace nvgre::test {
namespace {

class LocReceive : public testing::TestWithParam<SampleFrame> {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, LocReceive, testing::ValuesIn(encapsulated_matrix()), VersionName());

TEST_P(LocReceive, LOC_2_protocol_47_is_followed_to_the_inner_headers) {
  const auto packet = finished(GetParam());
  EXPECT_EQ(see(packet), seen_inside(packet, GetParam()));
}

TEST(Loc, LOC_2_a_packet_of_protocol_6_that_looks_like_GRE_is_plain_TCP) {
  const SampleFrame frame;
  auto packet = write(frame);
  const std::size_t transport = layout_of(frame).transport;
  for (const auto& [offset, value] : {std::pair{0U, 0x2000U}, {2U, 0x6558U}, {4U, 0x1234U}, {6U, 0x567AU}})
    put(packet, transport + offset, value);
  finish(packet, frame);
  EXPECT_EQ(see(packet), seen_inside(packet, frame));
}

TEST_P(LocReceive, LOC_3_outer_options_and_destination_options_are_stepped_over) {
  auto frame = GetParam();
  for (const std::size_t size : {8, 32, 40}) {
    frame.outer_options = size;
    const auto packet = finished(frame);
    EXPECT_EQ(see(packet), seen_inside(packet, frame)) << size;
  }
}

/// A packet with one outer IPv6 extension header of this type.
ByteString with_outer_extension(const SampleFrame& frame, std::uint8_t type) {
  auto packet = finished(frame);
  const std::size_t ip = layout_of(frame).outer_ip;
  packet[ip + 6] = type;
  if (type == 43) {  // a routing header without segments left instead of a padding option
    packet[ip + 40 + 2] = 4;
    packet[ip + 40 + 3] = 0;
  }
  if (type == 44) packet[ip + 40 + 1] = packet[ip + 40 + 2] = packet[ip + 40 + 3] = 0;  // an atomic fragment
  if (type == 51) packet[ip + 40 + 1] = 0;  // a length of 8, as this header counts it
  return packet;
}

TEST(Loc, LOC_3_hop_by_hop_routing_and_destination_headers_are_stepped_over) {
  const SampleFrame frame{.outer = IpVersion::kV6, .outer_options = 8};
  for (const std::uint8_t type : {0, 43, 60}) {
    const auto packet = with_outer_extension(frame, type);
    EXPECT_EQ(see(packet), seen_inside(packet, frame)) << int{type};
  }
}

TEST(Loc, LOC_3_fragment_ESP_and_AH_headers_end_the_parsing) {
  const SampleFrame frame{.outer = IpVersion::kV6, .outer_options = 8};
  for (const std::uint8_t type : {44, 50, 51}) {
    const auto packet = with_outer_extension(frame, type);
    const auto seen = see(packet);
    EXPECT_EQ(seen.hash, seen_outside(packet, frame).hash) << int{type};
    EXPECT_EQ(seen.queue, kByOutermostMac) << int{type};
    EXPECT_EQ(seen.checksum, offload::ReceiveChecksum()) << int{type};
  }
}

TEST(Loc, LOC_4_all_eight_combinations_of_C_K_and_S_have_their_length) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6})
    for (unsigned bits = 0; bits < 8; ++bits) {
      const auto flags =
          static_cast<std::uint16_t>((bits & 1 ? 0x8000U : 0U) | (bits & 2 ? 0x2000U : 0U) | (bits & 4 ? 0x1000U : 0U));
      const SampleFrame frame{.outer = version, .gre_flags = flags};
      const auto packet = finished(frame);
      const auto map = wire::locate(packet);
      EXPECT_EQ(map.gre.size, 4 + 4 * ((bits & 1) + (bits >> 1 & 1) + (bits >> 2))) << bits;
      EXPECT_EQ(map.gre.key, bits & 2 ? std::optional(0x1234567AU) : std::nullopt) << bits;
      EXPECT_EQ(map.gre.sequence, bits & 4 ? std::optional(7U) : std::nullopt) << bits;
      if ((bits & 2) != 0) {
        EXPECT_EQ(see(packet), seen_inside(packet, frame)) << bits;
      }
    }
}

TEST(Loc, LOC_4_bits_1_4_and_5_and_versions_make_it_unparseable) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  for (const unsigned bit : {0x4000U, 0x0800U, 0x0400U, 1U, 2U, 4U, 7U}) {
    auto packet = finished(frame);
    put(packet, layout_of(frame).gre, 0x2000U | bit);
    EXPECT_EQ(see(packet), seen_outside(packet, frame)) << std::hex << bit;
  }
}

TEST_P(LocReceive, LOC_5_a_key_is_needed_checksum_and_sequence_are_tolerated) {
  auto frame = GetParam();
  for (const std::uint16_t flags : {0xA000, 0x3000, 0xB000}) {
    frame.gre_flags = flags;
    const auto packet = finished(frame);
    EXPECT_EQ(see(packet), seen_inside(packet, frame)) << std::hex << flags;
  }
  for (const std::uint16_t flags : {0x0000, 0x8000, 0x1000, 0x9000}) {
    frame.gre_flags = flags;
    const auto packet = finished(frame);
    EXPECT_EQ(see(packet), seen_outside(packet, frame)) << std::hex << flags;
  }
}

TEST_P(LocReceive, LOC_6_other_encapsulation_is_left_as_it_is_and_goes_by_the_outer_headers) {
  const auto& frame = GetParam();
  for (const unsigned type : {0x0800U, 0x88BEU, 0x6559U}) {
    auto packet = finished(frame);
    put(packet, layout_of(frame).gre + 2, type);
    const auto before = packet;
    EXPECT_EQ(see(packet), seen_outside(packet, frame)) << std::hex << type;
    EXPECT_EQ(packet, before);
    SampleHost host(Side::kReceiver, *frame.outer);
    EXPECT_EQ(host.take(packet), ByteStrings());
    EXPECT_EQ(host.counts().handed_on, 1U) << "to whoever else listens";
  }
}

TEST(Loc, LOC_6_a_wrong_outer_checksum_of_other_encapsulation_is_told) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  auto packet = finished(frame);
  put(packet, layout_of(frame).gre + 2, 0x0800);
  packet[14 + 8] ^= 1;
  EXPECT_EQ(see(packet).checksum, (offload::ReceiveChecksum{.ip_failed = true}));
}

TEST(Loc, LOC_6_a_header_that_ends_too_early_leaves_the_outer_half) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  const auto whole = finished(frame);
  for (std::size_t size = 34; size < 42; ++size) {
    ByteString packet(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    put(packet, 14 + 2, size - 14);
    finish_ip(packet, 14);
    EXPECT_EQ(see(packet), seen_outside(packet, frame)) << size;
  }
}

TEST(Loc, LOC_6_and_WIRE_14_headers_behind_the_end_of_the_outer_packet_are_padding) {
  const SampleFrame frame{.outer = IpVersion::kV4};
  for (std::size_t end = 34; end < 56; ++end) {
    auto packet = finished(frame);
    put(packet, 14 + 2, end - 14);
    finish_ip(packet, 14);
    EXPECT_EQ(see(packet), seen_outside(packet, frame)) << end;
  }
}

TEST_P(LocReceive, LOC_7_a_type_and_a_version_that_disagree_are_no_inner_IP) {
  const auto& frame = GetParam();
  auto packet = finished(frame);
  packet[layout_of(frame).inner_ip] ^= 0x20;  // 4 to 6 and back
  EXPECT_EQ(see(packet), seen_outside(packet, frame, kByInnerMac)) << "the nibble";
  packet = finished(frame);
  put(packet, layout_of(frame).inner_link + 12, frame.inner == IpVersion::kV4 ? 0x86DDU : 0x0800U);
  EXPECT_EQ(see(packet), seen_outside(packet, frame, kByInnerMac)) << "the type";
}

TEST_P(LocReceive, LOC_8_inner_options_and_up_to_128_bytes_of_extensions_are_stepped_over) {
  auto frame = GetParam();
  auto offloads = offload::ActiveOffloads::all();
  offloads.max_header_size = 300;
  const bool v4 = frame.inner == IpVersion::kV4;
  for (const std::size_t size : {8, v4 ? 32 : 64, v4 ? 40 : 128}) {
    frame.inner_options = size;
    auto packet = finished(frame);
    EXPECT_EQ(see(packet, offloads), seen_inside(packet, frame)) << size;
    if (v4) continue;
    const std::size_t ip = layout_of(frame).inner_ip;
    packet[ip + 6] = 0;  // hop-by-hop options
    EXPECT_EQ(see(packet, offloads), seen_inside(packet, frame)) << size;
    packet[ip + 6] = 43;  // a routing header of an unknown type, without segments left
    packet[ip + 40 + 2] = 4;
    packet[ip + 40 + 3] = 0;
    finish(packet, frame);
    EXPECT_EQ(see(packet, offloads), seen_inside(packet, frame)) << size;
  }
}

TEST_P(LocReceive, LOC_9_an_inner_tag_leaves_the_inner_MAC_and_nothing_else) {
  auto frame = GetParam();
  frame.inner_tags = {7};
  auto packet = finished(frame);
  EXPECT_EQ(see(packet), seen_outside(packet, frame, kByInnerMac));
  put(packet, layout_of(frame).inner_link + 12, 0x88A8);
  EXPECT_EQ(see(packet), seen_outside(packet, frame, kByInnerMac));
}

TEST_P(LocReceive, LOC_10_ARP_inside_goes_by_the_inner_MAC_and_the_outer_hash) {
  auto frame = GetParam();
  frame.inner_ether_type = 0x0806;
  frame.payload_size = 28;
  const auto packet = finished(frame);
  EXPECT_EQ(see(packet), seen_outside(packet, frame, kByInnerMac));
}

/// How a packet is seen whose inner IP header is right and whose transport header is of no use.
SeenPacket seen_without_transport(const ByteString& packet, const SampleFrame& frame) {
  auto seen = seen_outside(packet, frame, kByInnerMac);
  seen.checksum = right_ip(frame.outer == IpVersion::kV4 || frame.inner == IpVersion::kV4);
  return seen;
}

TEST_P(LocReceive, LOC_11_a_transport_header_that_contradicts_the_packet_is_not_used) {
  auto frame = GetParam();
  frame.payload_size = 4;
  const std::size_t transport = layout_of(frame).transport;
  for (const unsigned value : frame.protocol == 6 ? std::vector{0U, 4U, 7U, 15U} : std::vector{0U, 7U, 13U, 0xFFFFU}) {
    auto packet = finished(frame);  // 24 bytes of TCP or 12 of UDP
    if (frame.protocol == 6)
      packet[transport + 12] = static_cast<std::uint8_t>(value << 4);
    else
      put(packet, transport + 4, value);
    EXPECT_EQ(see(packet), seen_without_transport(packet, frame)) << value;
  }
}

TEST(Loc, LOC_12_headers_of_256_bytes_are_followed_and_longer_ones_not) {
  // 14 Ethernet, 40 + 24 IPv6, 8 GRE, 14 Ethernet, 40 + 56 IPv6, 20 + 40 TCP
  SampleFrame frame{
      .outer = IpVersion::kV6, .inner = IpVersion::kV6, .outer_options = 24, .inner_options = 56, .tcp_options = 40};
  ASSERT_EQ(layout_of(frame).payload, 256U);
  auto packet = finished(frame);
  EXPECT_EQ(see(packet), seen_inside(packet, frame));
  auto offloads = offload::ActiveOffloads::all();
  offloads.max_header_size = 255;
  EXPECT_EQ(see(packet, offloads), seen_outside(packet, frame)) << "one byte too long";
  frame.tags = {7};
  packet = finished(frame);
  EXPECT_EQ(see(packet), seen_outside(packet, frame)) << "four bytes too long";
}

TEST_P(LocReceive, LOC_18_NVGRE_inside_NVGRE_has_no_inner_transport) {
  auto frame = GetParam();
  frame.protocol = 47;
  frame.payload_size = 100;
  auto packet = finished(frame);
  const ByteString nested{0x20, 0, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A, 2, 0, 0, 0, 0x77, 2, 2, 0, 0, 0, 0x77, 1, 8, 0};
  std::copy(nested.begin(), nested.end(), packet.begin() + static_cast<std::ptrdiff_t>(layout_of(frame).transport));
  EXPECT_EQ(see(packet), seen_without_transport(packet, frame));
}

TEST(Loc, LOC_20_mutated_and_cut_packets_are_read_within_their_bounds) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  const auto samples = encapsulated_matrix();
  for (int input = 0; input < 50'000; ++input) {
    auto frame = samples[random() % samples.size()];
    if (random() % 2 == 0) frame.outer_options = 8;
    if (random() % 2 == 0) frame.inner_options = 16;
    auto bytes = write(frame);
    for (unsigned flips = random() % 8; flips > 0; --flips) bytes[random() % 120] = static_cast<std::uint8_t>(random());
    const std::size_t size = random() % 2 == 0 ? bytes.size() : random() % (bytes.size() + 1);
    // Exactly as large as the packet: the address sanitizer sees what is read behind it.
    const auto exact = std::make_unique<std::uint8_t[]>(size);
    std::copy_n(bytes.begin(), size, exact.get());
    const wire::Bytes packet(exact.get(), size);
    const auto map = wire::locate(packet);
    for (const std::size_t end : {map.outer_link.end(), map.outer_ip.end(), map.gre.end(), map.inner_link.end(),
                                  map.inner_ip.end(), map.transport.end(), map.inner_ip.payload_end})
      ASSERT_LE(end, size) << input;
    const auto offloads = offload::ActiveOffloads::all();
    static_cast<void>(offload::validate(packet, map, offloads));
    static_cast<void>(offload::ReceiveScaling::make({}, 1)->hash_of(packet, map, offloads));
    static_cast<void>(sample_filters().find(packet, map, offloads));
  }
}

TEST(Loc, LOC_20_a_chain_of_extension_headers_without_end_is_given_up) {
  // 1000 destination options headers of 8 bytes.
  auto packet = write({.outer = IpVersion::kV6, .payload_size = 0, .outer_options = 8});
  const ByteString header(packet.begin() + 54, packet.begin() + 62);
  for (int i = 0; i < 1000; ++i) {
    packet.insert(packet.begin() + 54, header.begin(), header.end());
    packet[54] = 60;
  }
  put(packet, 14 + 4, packet.size() - 54);
  EXPECT_EQ(wire::locate(packet).problem, wire::DropReason::kHeaderTooLong);
}

}  // namespace
}  // namespace nvgre::test
