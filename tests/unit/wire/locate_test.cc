#include "nvgre/wire/locate.h"

#include <gtest/gtest.h>

#include "nvgre/wire/big_endian.h"
#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::add_inner;
using sample::add_inner_link;
using sample::ip;
using sample::kVsid;
using sample::outer;
using sample::plain;
using sample::tunnel;

constexpr IpVersion kBoth[] = {IpVersion::kV4, IpVersion::kV6};

FrameBuilder tcp_in_tunnel() {
  return tunnel().tcp(40000, 5201).counting_payload(100);
}

TEST(Locate, maps_the_example_of_the_inspect_contract) {
  const auto frame = tcp_in_tunnel().build();
  const HeaderMap map = locate(frame);
  EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
  EXPECT_EQ(map.problem, std::nullopt);
  EXPECT_EQ(map.outer_link.size, 14U);
  EXPECT_EQ(map.outer_ip.offset, 14U);
  EXPECT_EQ(map.outer_ip.payload_end, frame.size());
  EXPECT_EQ(map.gre.offset, 34U);
  EXPECT_EQ(map.gre.protocol, EtherType::kTransparentEthernetBridging);
  EXPECT_EQ(map.gre.key, 1280256U);
  EXPECT_EQ(map.gre.sequence, std::nullopt);
  EXPECT_EQ(map.gre.vsid(), kVsid);
  EXPECT_EQ(map.gre.flow_id(), FlowId{0});
  EXPECT_EQ(map.inner_link.offset, 42U);
  EXPECT_EQ(map.inner_ip.offset, 56U);
  EXPECT_EQ(map.transport.offset, 76U);
  EXPECT_EQ(map.transport.end(), 96U);
  EXPECT_TRUE(map.transport.is_tcp());
  EXPECT_EQ(map.transport.payload_end, frame.size());
  EXPECT_TRUE(map.is_encapsulated());
}

TEST(Locate, WIRE_6_maps_all_four_combinations_of_versions) {
  for (const auto outer_version : kBoth) {
    for (const auto inner_version : kBoth) {
      const auto map = locate(tunnel(outer_version, inner_version).udp(5000, 5001).counting_payload(10).build());
      const std::uint32_t inner = outer_version == IpVersion::kV4 ? 42 : 62;
      EXPECT_EQ(map.problem, std::nullopt);
      EXPECT_EQ(map.outer_ip.version, outer_version);
      EXPECT_EQ(map.inner_link.offset, inner);
      EXPECT_EQ(map.inner_ip.version, inner_version);
      EXPECT_EQ(map.transport.offset, inner + 14 + (inner_version == IpVersion::kV4 ? 20 : 40));
      EXPECT_TRUE(map.transport.is_udp());
    }
  }
}

TEST(Locate, LOC_1_does_not_follow_GRE_that_it_is_told_not_to) {
  const auto map = locate(tcp_in_tunnel().build(), {.follow_gre = false});
  EXPECT_EQ(map.encapsulation, Encapsulation::kNone);
  EXPECT_FALSE(map.outer_ip);
  EXPECT_FALSE(map.gre);
  EXPECT_EQ(map.inner_ip.offset, 14U);
  EXPECT_EQ(map.inner_ip.protocol, IpProtocol::kGre);
  EXPECT_FALSE(map.transport);
}

TEST(Locate, LOC_2_takes_only_protocol_47_for_GRE) {
  for (const auto version : kBoth) {
    auto builder = outer(version).protocol(IpProtocol::kTcp).nvgre(kVsid);
    const auto map = locate(add_inner(builder).tcp(1, 2).build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kNone);
    EXPECT_EQ(map.inner_ip.offset, 14U);
    EXPECT_FALSE(map.gre);
  }
}

TEST(Locate, LOC_3_steps_over_options_and_extension_headers_before_GRE) {
  const ByteVector router_alert = {0x94, 0x04, 0x00, 0x00};
  auto v4 = outer().ip_options(router_alert).nvgre(kVsid);
  auto map = locate(add_inner(v4).tcp(1, 2).build());
  EXPECT_EQ(map.gre.offset, 38U);
  EXPECT_TRUE(map.outer_ip.has_options);
  EXPECT_TRUE(map.transport);

  for (const auto type : {IpProtocol::kHopByHop, IpProtocol::kRouting, IpProtocol::kDestinationOptions}) {
    auto v6 = outer(IpVersion::kV6).padding_extension(type, 16).nvgre(kVsid);
    map = locate(add_inner(v6).tcp(1, 2).build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre) << static_cast<int>(type);
    EXPECT_EQ(map.gre.offset, 14U + 40 + 16);
    EXPECT_TRUE(map.transport);
  }
}

TEST(Locate, LOC_3_stops_at_headers_that_cannot_be_stepped_over) {
  for (const auto type : {IpProtocol::kAuthentication, IpProtocol::kEsp}) {
    for (const auto version : kBoth) {
      const auto map = locate(outer(version).protocol(type).counting_payload(64).build());
      EXPECT_EQ(map.encapsulation, Encapsulation::kNone);
      EXPECT_EQ(map.inner_ip.protocol, type);
      EXPECT_FALSE(map.transport);
      EXPECT_EQ(map.problem, std::nullopt);
    }
  }
}

TEST(Locate, OVL_10_calls_every_outer_fragment_by_its_name) {
  for (const auto version : kBoth) {
    for (const auto& [more, offset] : {std::pair{true, 0}, {true, 64}, {false, 64}}) {
      auto builder = outer(version).fragment(more, static_cast<std::uint16_t>(offset)).nvgre(kVsid);
      const auto map = locate(add_inner(builder).tcp(1, 2).build());
      EXPECT_EQ(map.encapsulation, Encapsulation::kUnsupported);
      EXPECT_EQ(map.problem, DropReason::kOuterFragment);
      EXPECT_TRUE(map.outer_ip.is_fragment);
      EXPECT_FALSE(map.gre);
      EXPECT_FALSE(map.inner_link);
    }
  }
}

TEST(Locate, LOC_4_knows_the_length_of_all_combinations_of_C_K_and_S) {
  for (unsigned bits = 0; bits < 8; ++bits) {
    GreFields fields;
    std::uint32_t size = 4;
    if ((bits & 1) != 0) fields.checksum = 0x1234, size += 4;
    if ((bits & 2) != 0) fields.key = kVsid.key(FlowId{7}), size += 4;
    if ((bits & 4) != 0) fields.sequence = 99, size += 4;
    auto builder = outer().gre(fields);
    const auto map = locate(add_inner(builder).tcp(1, 2).build());
    EXPECT_EQ(map.gre.size, size);
    EXPECT_EQ(map.gre.has_checksum(), fields.checksum.has_value());
    EXPECT_EQ(map.gre.key, fields.key);
    EXPECT_EQ(map.gre.sequence, fields.sequence);
    EXPECT_EQ(map.encapsulation, bits == 2 ? Encapsulation::kNvgre : Encapsulation::kGre);
    EXPECT_EQ(map.problem, bits == 2 ? std::nullopt : std::optional(DropReason::kGreFlags));
    EXPECT_EQ(static_cast<bool>(map.transport), (bits & 2) != 0) << "LOC-5";
  }
}

TEST(Locate, WIRE_11_judges_each_of_the_16_bits) {
  for (unsigned bit = 0; bit < 16; ++bit) {
    const auto mask = static_cast<std::uint16_t>(1U << bit);
    auto frame = tcp_in_tunnel().build();
    store_big_endian(MutableBytes(frame), static_cast<std::uint16_t>(0x2000 ^ mask), 34);
    const auto map = locate(frame);
    if ((mask & 0x03F8) != 0) {
      EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre) << bit;
      EXPECT_EQ(map.problem, std::nullopt) << bit;
      EXPECT_TRUE(map.transport) << bit;
      continue;
    }
    const bool unsupported = (mask & 0x4807) != 0;
    EXPECT_EQ(map.encapsulation, unsupported ? Encapsulation::kUnsupported : Encapsulation::kGre) << bit;
    EXPECT_EQ(map.problem, DropReason::kGreFlags) << bit;
    if ((mask & 0x4C07) == 0) continue;  // C, K and S have a test of their own
    EXPECT_EQ(map.gre.offset, 34U);
    EXPECT_EQ(map.gre.size, 4U) << "LOC-4: nobody knows what follows";
    EXPECT_EQ(map.gre.key, std::nullopt);
    EXPECT_FALSE(map.inner_link) << bit;
  }
}

TEST(Locate, LOC_6_leaves_other_GRE_alone) {
  for (const std::uint16_t type : {0x0800, 0x88BE, 0x86DD}) {
    auto builder = outer().gre({.protocol = EtherType{type}, .key = 1});
    const auto map = locate(builder.counting_payload(60).build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kGre);
    EXPECT_EQ(map.problem, DropReason::kNotNvgre);
    EXPECT_TRUE(map.outer_ip && map.gre);
    EXPECT_FALSE(map.inner_link || map.inner_ip || map.transport);
  }
}

TEST(Locate, LOC_7_wants_type_and_version_to_agree) {
  for (const auto version : kBoth) {
    auto builder = tunnel(IpVersion::kV4, version);
    builder.tcp(1, 2);
    auto frame = builder.build();
    store_big_endian(MutableBytes(frame), static_cast<std::uint16_t>(version == IpVersion::kV4 ? 0x86DD : 0x0800),
                     42 + 12);
    const auto map = locate(frame);
    EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
    EXPECT_EQ(map.problem, DropReason::kMalformedIp);
    EXPECT_TRUE(map.problem_is_inner);
    EXPECT_TRUE(map.inner_link);
    EXPECT_FALSE(map.inner_ip || map.transport);
  }
}

TEST(Locate, LOC_8_steps_over_inner_options_and_extension_headers) {
  const ByteVector options(40, 0x01);
  auto map = locate(tunnel().ip_options(options).tcp(1, 2).build());
  EXPECT_EQ(map.inner_ip.size, 60U);
  EXPECT_EQ(map.transport.offset, 42U + 14 + 60);

  for (const std::size_t size : {8, 64, 128}) {
    for (const auto type : {IpProtocol::kHopByHop, IpProtocol::kRouting, IpProtocol::kDestinationOptions}) {
      map = locate(tunnel(IpVersion::kV4, IpVersion::kV6).padding_extension(type, size).udp(1, 2).build());
      EXPECT_EQ(map.inner_ip.size, 40 + size);
      EXPECT_TRUE(map.inner_ip.has_options);
      EXPECT_TRUE(map.transport.is_udp());
      EXPECT_EQ(map.transport.offset, 42U + 14 + 40 + size);
    }
  }
}

TEST(Locate, LOC_8_reads_128_bytes_of_extensions_in_plain_frames_whatever_the_limit_for_tunnels) {
  auto builder = plain(IpVersion::kV6);
  const auto map =
      locate(builder.padding_extension(IpProtocol::kHopByHop, 128).tcp(1, 2).build(), {.max_header_size = 128});
  EXPECT_EQ(map.problem, std::nullopt);
  EXPECT_TRUE(map.transport);
}

TEST(Locate, LOC_9_stops_at_an_inner_tag) {
  for (const auto tag : {EtherType::kVlan, EtherType::kProviderVlan}) {
    auto builder = outer().nvgre(kVsid);
    add_inner_link(builder).vlan(7, tag).ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2);
    const auto map = locate(builder.build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
    EXPECT_EQ(map.problem, DropReason::kInnerVlan);
    EXPECT_FALSE(map.problem_is_inner);
    EXPECT_EQ(map.inner_link.offset, 42U);
    EXPECT_EQ(map.inner_link.size, 18U);
    EXPECT_EQ(map.inner_link.vlan_id(), 7);
    EXPECT_FALSE(map.inner_ip || map.transport);
  }
}

TEST(Locate, LOC_10_maps_only_the_Ethernet_header_of_other_inner_frames) {
  auto builder = outer().nvgre(kVsid);
  const auto map = locate(add_inner_link(builder).arp({.sender_protocol_address = ip("192.0.2.1")}).build());
  EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
  EXPECT_EQ(map.problem, std::nullopt);
  EXPECT_EQ(map.inner_link.ether_type, EtherType::kArp);
  EXPECT_FALSE(map.inner_ip || map.transport);
}

TEST(Locate, LOC_11_refuses_a_TCP_header_that_contradicts_the_packet) {
  for (const unsigned data_offset : {0U, 4U, 7U, 15U}) {  // 24 bytes of segment: 6 is the largest that fits
    auto frame = tunnel().tcp(1, 2).counting_payload(4).build();
    frame[76 + 12] = static_cast<std::uint8_t>(data_offset << 4);
    const auto map = locate(frame);
    EXPECT_FALSE(map.transport) << data_offset;
    EXPECT_EQ(map.problem, DropReason::kMalformedTransport) << data_offset;
    EXPECT_TRUE(map.problem_is_inner);
    EXPECT_TRUE(map.inner_ip);
  }
}

TEST(Locate, LOC_11_refuses_a_UDP_length_that_contradicts_the_packet) {
  for (const std::uint16_t length : {0, 7, 13, 0xFFFF}) {  // the datagram has 12 bytes
    const auto map = locate(tunnel().udp(1, 2).udp_length(length).counting_payload(4).build());
    EXPECT_FALSE(map.transport) << length;
    EXPECT_EQ(map.problem, DropReason::kMalformedTransport) << length;
  }
  const auto map = locate(tunnel().udp(1, 2).udp_length(10).counting_payload(4).build());
  EXPECT_TRUE(map.transport);
  EXPECT_EQ(map.transport.payload_end, map.transport.end() + 2) << "a shorter length bounds the payload";
}

TEST(Locate, LOC_12_accepts_headers_of_256_bytes_and_no_more) {
  // 14 + 40 + 8 + 14 + 40 + 20 = 136 bytes of headers, the rest is extensions and TCP options
  const auto frame = [](std::size_t extensions, std::size_t options) {
    auto builder = tunnel(IpVersion::kV6, IpVersion::kV6);
    builder.padding_extension(IpProtocol::kDestinationOptions, extensions).tcp(1, 2);
    return builder.tcp_options(ByteVector(options, 1)).build();
  };
  const auto longest = locate(frame(112, 8));
  EXPECT_EQ(longest.headers_end(), 256U);
  EXPECT_EQ(longest.encapsulation, Encapsulation::kNvgre);
  EXPECT_EQ(longest.problem, std::nullopt);

  const auto too_long = locate(frame(112, 12));
  EXPECT_EQ(too_long.encapsulation, Encapsulation::kUnsupported);
  EXPECT_EQ(too_long.problem, DropReason::kHeaderTooLong);
  EXPECT_TRUE(too_long.outer_link && too_long.outer_ip && too_long.gre);
  EXPECT_FALSE(too_long.inner_link || too_long.inner_ip || too_long.transport);
  EXPECT_EQ(locate(frame(112, 12), {.max_header_size = 260}).encapsulation, Encapsulation::kNvgre);
}

TEST(Locate, LOC_18_does_not_follow_GRE_inside_GRE) {
  auto builder = tunnel();
  builder.nvgre(*Vsid::from(6000));
  const auto map = locate(add_inner(builder).tcp(1, 2).build());
  EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
  EXPECT_EQ(map.gre.vsid(), kVsid);
  EXPECT_EQ(map.inner_ip.protocol, IpProtocol::kGre);
  EXPECT_FALSE(map.transport);
  EXPECT_EQ(map.problem, std::nullopt);
}

TEST(Locate, LOC_20_stops_extension_chains_at_the_limit) {
  auto builder = outer(IpVersion::kV6);
  for (int i = 0; i < 40; ++i) builder.padding_extension(IpProtocol::kDestinationOptions, 8);
  const auto map = locate(builder.tcp(1, 2).build());
  EXPECT_EQ(map.encapsulation, Encapsulation::kUnsupported);
  EXPECT_EQ(map.problem, DropReason::kHeaderTooLong);
  EXPECT_TRUE(map.outer_link);
  EXPECT_FALSE(map.outer_ip);
}

TEST(Locate, D_12_finds_no_transport_in_fragments) {
  for (const auto version : kBoth) {
    for (const auto& [more, offset] : {std::pair{true, 0}, {true, 64}, {false, 64}, {false, 0}}) {
      if (version == IpVersion::kV4 && !more && offset == 0) continue;  // no fragment; in IPv6 an atomic one
      auto builder = tunnel(IpVersion::kV4, version);
      const auto map = locate(builder.fragment(more, static_cast<std::uint16_t>(offset)).tcp(1, 2).build());
      EXPECT_TRUE(map.inner_ip.is_fragment);
      EXPECT_EQ(map.inner_ip.protocol, IpProtocol::kTcp);
      EXPECT_FALSE(map.transport);
      EXPECT_EQ(map.problem, std::nullopt);
    }
  }
}

TEST(Locate, WIRE_16_accepts_one_and_two_outer_tags) {
  for (int tags = 0; tags <= 2; ++tags) {
    FrameBuilder builder = FrameBuilder().ethernet(sample::kOuterSource, sample::kOuterDestination);
    if (tags == 2) builder.vlan(10, EtherType::kProviderVlan);
    if (tags >= 1) builder.vlan(tags == 1 ? 20 : 30);
    builder.ip(ip("198.18.0.1"), ip("198.18.0.2")).nvgre(kVsid);
    const auto map = locate(add_inner(builder).tcp(1, 2).build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
    EXPECT_EQ(map.problem, std::nullopt);
    EXPECT_EQ(map.outer_link.tag_count, tags);
    EXPECT_EQ(map.outer_ip.offset, 14U + 4 * static_cast<unsigned>(tags));
    EXPECT_EQ(map.outer_link.vlan_id(), tags == 0 ? 0 : 30 - 10 * tags) << "the outermost";
  }
}

TEST(Locate, OVL_26_maps_reserved_VSIDs_and_says_so) {
  for (const std::uint32_t value : {0x000000U, 0x000FFFU, 0xFFFFFFU}) {
    auto builder = outer().nvgre(*Vsid::from(value));
    const auto map = locate(add_inner(builder).tcp(1, 2).build());
    EXPECT_EQ(map.encapsulation, Encapsulation::kNvgre);
    EXPECT_EQ(map.problem, DropReason::kReservedVsid);
    EXPECT_FALSE(map.problem_is_inner);
    EXPECT_TRUE(map.transport);
  }
}

TEST(Locate, maps_plain_frames_into_the_inner_half) {
  const auto map = locate(plain(IpVersion::kV6).tcp(1, 2).counting_payload(5).build());
  EXPECT_EQ(map.encapsulation, Encapsulation::kNone);
  EXPECT_FALSE(map.outer_link || map.outer_ip || map.gre);
  EXPECT_EQ(map.inner_link.offset, 0U);
  EXPECT_EQ(map.inner_ip.offset, 14U);
  EXPECT_EQ(map.transport.offset, 54U);
  EXPECT_FALSE(map.is_encapsulated());
}

TEST(Locate, maps_plain_tagged_frames) {
  FrameBuilder builder = FrameBuilder().ethernet(sample::kInnerSource, sample::kInnerDestination).vlan(100);
  const auto map = locate(builder.ip(ip("192.0.2.1"), ip("192.0.2.2")).tcp(1, 2).build());
  EXPECT_EQ(map.problem, std::nullopt);
  EXPECT_EQ(map.inner_link.vlan_id(), 100);
  EXPECT_EQ(map.transport.offset, 18U + 20);
}

TEST(Locate, says_what_is_wrong_with_plain_frames) {
  EXPECT_EQ(locate({}).problem, DropReason::kTruncatedEthernet);
  auto frame = plain().tcp(1, 2).build();
  EXPECT_EQ(locate(Bytes(frame).first(33)).problem, DropReason::kTruncatedIp);
  EXPECT_EQ(locate(Bytes(frame).first(40)).problem, DropReason::kTruncatedIp) << "before the IP length";
  EXPECT_TRUE(locate(Bytes(frame).first(40)).inner_ip.is_truncated);
  frame[14] = 0x44;  // IHL 4
  EXPECT_EQ(locate(frame).problem, DropReason::kMalformedIp);
  EXPECT_TRUE(locate(frame).problem_is_inner);
  EXPECT_EQ(locate(plain().protocol(IpProtocol::kTcp).counting_payload(10).build()).problem,
            DropReason::kTruncatedTransport);
}

TEST(Locate, maps_what_a_snapped_capture_holds) {
  const auto frame = tcp_in_tunnel().build();
  const auto map = locate(Bytes(frame).first(80), {.frame_size = frame.size()});
  EXPECT_EQ(map.problem, DropReason::kTruncatedTransport);
  EXPECT_TRUE(map.problem_is_inner);
  EXPECT_FALSE(map.transport);
  EXPECT_EQ(map.inner_ip.payload_end, frame.size());
  const auto whole = locate(Bytes(frame).first(96), {.frame_size = frame.size()});
  EXPECT_EQ(whole.problem, std::nullopt);
  EXPECT_EQ(whole.transport.payload_end, frame.size());
}

}  // namespace
}  // namespace nvgre::wire
