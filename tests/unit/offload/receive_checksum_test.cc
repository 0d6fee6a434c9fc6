#include "nvgre/offload/receive_checksum.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/wire/ipv4.h"
#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::Encapsulation;
using wire::locate;

constexpr IpVersion kBothVersions[] = {IpVersion::kV4, IpVersion::kV6};

ReceiveChecksum validated(const ByteVector& frame, const ActiveOffloads& offloads = ActiveOffloads::all(),
                          TransportTrust trust = TransportTrust::kNone) {
  return validate(frame, locate(frame), offloads, trust);
}
ChecksumVerdicts judged(const ByteVector& frame) {
  return judge_checksums(frame, locate(frame));
}

/// Turns one bit of one byte over.
ByteVector flipped(ByteVector frame, std::size_t offset) {
  frame[offset] ^= 0x10;
  return frame;
}

ReceiveChecksum ip_result(bool good) {
  return {.ip_failed = !good, .ip_succeeded = good};
}

TEST(ReceiveChecksum, RXC_1_reports_nothing_before_anything_is_active) {
  EXPECT_EQ(validated(tenant(IpVersion::kV4).tcp(1, 2).counting_payload(9).build(), {}), ReceiveChecksum());
  EXPECT_EQ(validated(tunnelled(IpVersion::kV4, IpVersion::kV4).udp(1, 2).build(), {}), ReceiveChecksum());
}

TEST(ReceiveChecksum, RXC_2_sets_one_bit_of_a_pair_for_one_protocol_only) {
  ReceiveChecksum good_tcp = ip_result(true);
  good_tcp.tcp_succeeded = true;
  EXPECT_EQ(validated(tenant(IpVersion::kV4).tcp(1, 2).counting_payload(33).build()), good_tcp);
  ReceiveChecksum bad_udp = ip_result(true);
  bad_udp.udp_failed = true;
  EXPECT_EQ(validated(tenant(IpVersion::kV4).udp(1, 2).transport_checksum(0x1234).counting_payload(33).build()),
            bad_udp);
}

TEST(ReceiveChecksum, RXC_2_says_nothing_of_a_packet_whose_length_is_less_than_its_header) {
  for (const bool is_tcp : {true, false}) {
    auto builder = tenant(IpVersion::kV4).ip_length(19);
    const auto frame = (is_tcp ? builder.tcp(1, 2) : builder.udp(1, 2)).counting_payload(33).build();
    EXPECT_EQ(judged(frame).transport, ChecksumVerdict::kUnchecked);
    for (const auto trust : {TransportTrust::kNone, TransportTrust::kValidated}) {
      const auto result = validated(frame, ActiveOffloads::all(), trust);
      EXPECT_FALSE(result.transport_succeeded());
      EXPECT_FALSE(result.transport_failed());
    }
  }
}

TEST(ReceiveChecksum, RXC_5_speaks_of_the_plain_ipv4_header_and_of_no_ipv6_header) {
  EXPECT_TRUE(validated(tenant(IpVersion::kV4).icmp(8).build()).ip_succeeded);
  EXPECT_EQ(validated(tenant(IpVersion::kV4).ip_checksum(0x0101).icmp(8).build()), ip_result(false));
  EXPECT_EQ(validated(tenant(IpVersion::kV6).icmp(128).build()), ReceiveChecksum());
}

TEST(ReceiveChecksum, RXC_6_needs_both_ipv4_headers_right) {
  const auto frame = tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).counting_payload(5).build();
  const auto map = locate(frame);
  const std::size_t outer = map.outer_ip.offset + wire::Ipv4Layout::kTimeToLive;
  const std::size_t inner = map.inner_ip.offset + wire::Ipv4Layout::kTimeToLive;
  for (const bool outer_good : {false, true}) {
    for (const bool inner_good : {false, true}) {
      ByteVector changed = outer_good ? frame : flipped(frame, outer);
      if (!inner_good) changed = flipped(changed, inner);
      const auto result = validated(changed);
      EXPECT_EQ(result.ip_succeeded, outer_good && inner_good) << outer_good << inner_good;
      EXPECT_EQ(result.ip_failed, !(outer_good && inner_good)) << outer_good << inner_good;
      EXPECT_TRUE(result.tcp_succeeded);
    }
  }
}

TEST(ReceiveChecksum, RXC_7_speaks_of_the_only_ipv4_header_in_mixed_mode) {
  const auto v4_v6 = tunnelled(IpVersion::kV4, IpVersion::kV6).udp(1, 2).build();
  const auto v6_v4 = tunnelled(IpVersion::kV6, IpVersion::kV4).udp(1, 2).build();
  const auto v6_v6 = tunnelled(IpVersion::kV6, IpVersion::kV6).udp(1, 2).build();
  constexpr std::size_t kTimeToLive = wire::Ipv4Layout::kTimeToLive;
  EXPECT_TRUE(validated(v4_v6).ip_succeeded);
  EXPECT_TRUE(validated(flipped(v4_v6, locate(v4_v6).outer_ip.offset + kTimeToLive)).ip_failed);
  EXPECT_TRUE(validated(v6_v4).ip_succeeded);
  EXPECT_TRUE(validated(flipped(v6_v4, locate(v6_v4).inner_ip.offset + kTimeToLive)).ip_failed);
  EXPECT_FALSE(validated(v6_v6).ip_succeeded);
  EXPECT_FALSE(validated(v6_v6).ip_failed);
}

TEST(ReceiveChecksum, RXC_8_checks_the_inner_transport_in_every_pairing) {
  for (const IpVersion outer : kBothVersions) {
    for (const IpVersion inner : kBothVersions) {
      for (const std::size_t size : {0, 1, 2, 999, 1400}) {
        const auto tcp = tunnelled(outer, inner).tcp(1, 2).counting_payload(size).build();
        EXPECT_TRUE(validated(tcp).tcp_succeeded);
        EXPECT_TRUE(validated(flipped(tcp, tcp.size() - 1)).tcp_failed);
        const auto udp = tunnelled(outer, inner).udp(1, 2).counting_payload(size).build();
        EXPECT_TRUE(validated(udp).udp_succeeded);
        EXPECT_TRUE(validated(flipped(udp, udp.size() - 1 - size)).udp_failed);
      }
    }
  }
}

// Requirements section 17, checksum vectors: bytes and sums that were computed independently.
TEST(ReceiveChecksum, RXC_8_agrees_with_the_vectors) {
  struct Vector {
    IpProtocol protocol;
    std::vector<std::uint8_t> bytes;
    std::size_t field;
    std::uint16_t checksum;
    const char* source;
    const char* destination;
  };
  const std::vector<std::uint8_t> even = {0xc0, 0x00, 0x01, 0xbb, 0, 0, 0, 1, 0, 0, 0, 2, 0x50, 0x18,
                                          0x10, 0x00, 0,    0,    0, 0, 0, 1, 2, 3, 4, 5, 6,    7};
  std::vector<std::uint8_t> odd(even.begin(), even.begin() + 20);
  odd.insert(odd.end(), {0xaa, 0xbb, 0xcc});
  const std::vector<Vector> vectors = {
      {IpProtocol::kTcp, even, 16, 0xbbd3, "10.1.1.11", "10.1.1.22"},
      {IpProtocol::kTcp, odd, 16, 0x512c, "10.1.1.11", "10.1.1.22"},
      {IpProtocol::kTcp, even, 16, 0xd7bf, "fd00:1::11", "fd00:1::22"},
      {IpProtocol::kUdp, {0x13, 0x88, 0x13, 0x89, 0, 0x0a, 0, 0, 0xc2, 0xa6}, 6, 0xffff, "10.1.1.11", "10.1.1.22"},
  };
  for (const Vector& vector : vectors) {
    std::vector<std::uint8_t> bytes = vector.bytes;
    bytes[vector.field] = static_cast<std::uint8_t>(vector.checksum >> 8);
    bytes[vector.field + 1] = static_cast<std::uint8_t>(vector.checksum);
    FrameBuilder builder;
    builder.ethernet(kSender, kReceiver).ip(address(vector.source), address(vector.destination));
    const auto frame = builder.protocol(vector.protocol).payload(bytes).build();
    EXPECT_EQ(judged(frame).transport, ChecksumVerdict::kGood) << vector.source << ' ' << vector.checksum;
    EXPECT_EQ(judged(flipped(frame, frame.size() - 1)).transport, ChecksumVerdict::kBad);
  }
}

TEST(ReceiveChecksum, RXC_9_reports_the_outer_header_only_until_nvgre_is_active) {
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.encapsulated.receive_checksum = EncapsulatedMask();
  EXPECT_EQ(validated(tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).build(), offloads), ip_result(true));
  EXPECT_EQ(validated(tunnelled(IpVersion::kV6, IpVersion::kV4).tcp(1, 2).build(), offloads), ReceiveChecksum());
  // Inner IPv6 in outer IPv4 is not of the pairings of 0xB (CAP-3).
  offloads.encapsulated.receive_checksum = EncapsulatedMask(0xB);
  EXPECT_EQ(validated(tunnelled(IpVersion::kV4, IpVersion::kV6).tcp(1, 2).build(), offloads), ip_result(true));
  EXPECT_TRUE(validated(tunnelled(IpVersion::kV6, IpVersion::kV4).tcp(1, 2).build(), offloads).tcp_succeeded);
}

TEST(ReceiveChecksum, RXC_10_says_nothing_of_a_udp_checksum_of_zero) {
  for (const IpVersion version : kBothVersions) {
    const auto frame = tenant(version).udp(1, 2).transport_checksum(0).counting_payload(10).build();
    for (const auto trust : {TransportTrust::kNone, TransportTrust::kValidated}) {
      const auto result = validated(frame, ActiveOffloads::all(), trust);
      EXPECT_FALSE(result.udp_succeeded);
      EXPECT_FALSE(result.udp_failed);
    }
    EXPECT_EQ(judged(frame).transport, ChecksumVerdict::kAbsent);
  }
}

TEST(ReceiveChecksum, RXC_11_checks_only_ip_headers_of_fragments) {
  struct Part {
    bool more;
    std::uint16_t offset;
  };
  for (const Part part : {Part{true, 0}, Part{true, 10}, Part{false, 20}}) {
    for (const IpVersion version : kBothVersions) {
      const auto plain = tenant(version).fragment(part.more, part.offset).udp(1, 2).counting_payload(64).build();
      EXPECT_EQ(validated(plain), version == IpVersion::kV4 ? ip_result(true) : ReceiveChecksum());
      EXPECT_EQ(judged(plain).transport, ChecksumVerdict::kUnchecked);
      const auto inner =
          tunnelled(IpVersion::kV4, version).fragment(part.more, part.offset).udp(1, 2).counting_payload(64).build();
      EXPECT_EQ(validated(inner), ip_result(true));
    }
  }
}

TEST(ReceiveChecksum, RXC_12_reports_what_a_truncated_frame_still_shows) {
  const auto whole = tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).counting_payload(100).build();
  const auto map = locate(whole);
  for (std::size_t size = map.outer_ip.end(); size < whole.size(); ++size) {
    const ByteVector cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(validated(cut), ip_result(true)) << size;
    // A wrong inner header counts as soon as it is whole.
    if (size <= map.inner_ip.offset + wire::Ipv4Layout::kTimeToLive) continue;
    const bool inner_is_whole = size >= map.inner_ip.end();
    EXPECT_EQ(validated(flipped(cut, map.inner_ip.offset + wire::Ipv4Layout::kTimeToLive)), ip_result(!inner_is_whole));
  }
}

TEST(ReceiveChecksum, RXC_13_says_nothing_of_a_transport_that_is_neither_tcp_nor_udp) {
  EXPECT_EQ(validated(tunnelled(IpVersion::kV4, IpVersion::kV6).icmp(128).build()), ip_result(true));
  const auto nested = tunnelled(IpVersion::kV4, IpVersion::kV4).nvgre(kRed).ethernet(kSender, kReceiver).build();
  EXPECT_EQ(validated(nested), ip_result(true));
  EXPECT_EQ(judged(nested).transport, ChecksumVerdict::kAbsent);
}

/// Routing header behind its first two bytes: type, segments left, reserved, addresses.
ByteVector routing_header(std::uint8_t type, std::uint8_t segments_left, std::initializer_list<IpAddress> addresses) {
  ByteVector body = {type, segments_left, 0, 0, 0, 0};
  for (const IpAddress& address : addresses) body.insert(body.end(), address.bytes().begin(), address.bytes().end());
  return body;
}

/// A TCP frame of which 2001:db8::2 is the final destination, whatever its IPv6 header names.
ByteVector routed_frame(const IpAddress& next_hop, Bytes routing) {
  // The payload's checksum is made for the final destination, then the header names the next hop.
  FrameBuilder builder = tenant(IpVersion::kV6);
  ByteVector frame =
      builder.extension(IpProtocol::kRouting, routing).tcp(1, 2).transport_checksum(0).counting_payload(21).build();
  const auto map = locate(frame);
  const std::uint8_t rest[] = {0, 0, 0, 41, 0, 6};
  const std::uint16_t sum = slow_sum({address("2001:db8::1").bytes(), address("2001:db8::2").bytes(), rest,
                                      Bytes(frame).subspan(map.transport.offset)});
  frame[map.transport.offset + 16] = static_cast<std::uint8_t>(~sum >> 8);
  frame[map.transport.offset + 17] = static_cast<std::uint8_t>(~sum);
  std::copy_n(next_hop.bytes().begin(), 16, frame.begin() + map.inner_ip.offset + 24);
  return frame;
}

TEST(ReceiveChecksum, RXC_14_uses_the_final_destination_of_a_routing_header) {
  const IpAddress final = address("2001:db8::2");
  const IpAddress hop = address("2001:db8::77");
  const IpAddress visited = address("2001:db8::88");
  // Under way: the header names a hop, the routing header's last address the destination.
  EXPECT_TRUE(validated(routed_frame(hop, routing_header(2, 1, {final}))).tcp_succeeded);
  EXPECT_TRUE(validated(routed_frame(hop, routing_header(0, 2, {visited, final}))).tcp_succeeded);
  // Arrived: no segment is left, the header names the destination.
  EXPECT_TRUE(validated(routed_frame(final, routing_header(2, 0, {hop}))).tcp_succeeded);
  EXPECT_TRUE(validated(routed_frame(final, routing_header(0, 0, {visited, hop}))).tcp_succeeded);
}

TEST(ReceiveChecksum, RXC_14_says_nothing_where_the_final_destination_is_not_known) {
  const auto frame = routed_frame(address("2001:db8::77"), routing_header(4, 1, {address("2001:db8::2")}));
  EXPECT_EQ(validated(frame), ReceiveChecksum());
  EXPECT_EQ(judged(frame).transport, ChecksumVerdict::kUnchecked);
  // Of the same type, but with no segment left: the header names it.
  const auto arrived = routed_frame(address("2001:db8::2"), routing_header(4, 0, {address("2001:db8::9")}));
  EXPECT_TRUE(validated(arrived).tcp_succeeded);
}

TEST(ReceiveChecksum, RXC_15_leaves_link_padding_out) {
  for (const IpVersion version : kBothVersions) {
    ByteVector frame = tenant(version).udp(1, 2).counting_payload(3).padded_to(90).build();
    ASSERT_EQ(frame.size(), 90U);
    frame.back() = 0x55;  // padding may be anything
    EXPECT_TRUE(validated(frame).udp_succeeded);
    EXPECT_TRUE(has_right_transport_checksum(frame));
  }
}

TEST(ReceiveChecksum, RXC_15_covers_only_what_a_udp_length_names) {
  // Eight bytes of header and four of payload, then three bytes that belong to the IP packet alone (RFC 768).
  ByteVector frame =
      tenant(IpVersion::kV4).udp(1, 2).udp_length(12).transport_checksum(0xFFFF).counting_payload(7).build();
  const auto map = locate(frame);
  ASSERT_EQ(map.transport.payload_end, map.transport.offset + 12);
  const std::uint8_t rest[] = {0, 0, 0, 12, 0, 17};
  frame[map.transport.offset + 6] = frame[map.transport.offset + 7] = 0;
  const std::uint16_t sum = slow_sum({address("192.0.2.1").bytes(), address("192.0.2.2").bytes(), rest,
                                      Bytes(frame).subspan(map.transport.offset, 12)});
  frame[map.transport.offset + 6] = static_cast<std::uint8_t>(~sum >> 8);
  frame[map.transport.offset + 7] = static_cast<std::uint8_t>(~sum);
  EXPECT_TRUE(validated(frame).udp_succeeded);
  EXPECT_TRUE(validated(flipped(frame, frame.size() - 1)).udp_succeeded);
  // A length that exceeds the IP payload is no UDP at all (LOC-11).
  const auto too_long = tenant(IpVersion::kV4).udp(1, 2).udp_length(16).counting_payload(7).build();
  EXPECT_EQ(validated(too_long), ip_result(true));
}

TEST(ReceiveChecksum, RXC_16_supports_the_longest_options_and_extension_headers) {
  const ByteVector options(40, 1);  // no-operation, in IPv4 and in TCP
  const auto v4 = tunnel(IpVersion::kV4)
                      .ethernet(kSender, kReceiver)
                      .ip(customer(IpVersion::kV4, 1), customer(IpVersion::kV4, 2))
                      .ip_options(options)
                      .tcp(1, 2)
                      .tcp_options(options)
                      .counting_payload(11)
                      .build();
  EXPECT_TRUE(validated(v4).ip_succeeded);
  EXPECT_TRUE(validated(v4).tcp_succeeded);
  EXPECT_TRUE(validated(flipped(v4, locate(v4).inner_ip.end() - 1)).ip_failed);
  const auto v6 = tenant(IpVersion::kV6)
                      .padding_extension(IpProtocol::kHopByHop, 64)
                      .padding_extension(IpProtocol::kDestinationOptions, 64)
                      .udp(1, 2)
                      .counting_payload(11)
                      .build();
  EXPECT_TRUE(validated(v6).udp_succeeded);
}

TEST(ReceiveChecksum, RXC_17_and_18_never_set_loopback_or_stale_value_bits) {
  const auto result = validated(tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).build());
  EXPECT_FALSE(result.loopback);
  EXPECT_FALSE(result.tcp_value_invalid);
  EXPECT_FALSE(result.ip_value_invalid);
}

TEST(ReceiveChecksum, RXC_19_treats_each_protocol_and_version_apart) {
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.receive_checksum.tcp.v4 = false;
  EXPECT_EQ(validated(tenant(IpVersion::kV4).tcp(1, 2).build(), offloads), ip_result(true));
  EXPECT_TRUE(validated(tenant(IpVersion::kV6).tcp(1, 2).build(), offloads).tcp_succeeded);
  EXPECT_TRUE(validated(tenant(IpVersion::kV4).udp(1, 2).build(), offloads).udp_succeeded);
  offloads.receive_checksum.ip_v4 = false;
  EXPECT_EQ(validated(tenant(IpVersion::kV4).tcp(1, 2).build(), offloads), ReceiveChecksum());
}

TEST(ReceiveChecksum, STATE_27_validates_an_encapsulated_packet_for_the_versions_of_both_headers) {
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.receive_checksum.tcp.v4 = false;
  for (const IpVersion outer : kBothVersions)
    for (const IpVersion inner : kBothVersions) {
      const auto result = validated(tunnelled(outer, inner).tcp(1, 2).build(), offloads);
      EXPECT_EQ(result.tcp_succeeded, outer == IpVersion::kV6 && inner == IpVersion::kV6);
      EXPECT_TRUE(validated(tunnelled(outer, inner).udp(1, 2).build(), offloads).udp_succeeded);
    }
}

TEST(ReceiveChecksum, RXC_20_keeps_the_inner_bits_after_decapsulation) {
  const ActiveOffloads all = ActiveOffloads::all();
  const auto decapsulated = [](const ByteVector& frame, const ActiveOffloads& offloads) {
    return after_decapsulation(validate(frame, locate(frame), offloads), locate(frame), offloads);
  };
  const auto v4_v4 = tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).build();
  EXPECT_TRUE(decapsulated(v4_v4, all).ip_succeeded);
  EXPECT_TRUE(decapsulated(v4_v4, all).tcp_succeeded);
  const std::size_t inner = locate(v4_v4).inner_ip.offset + wire::Ipv4Layout::kTimeToLive;
  EXPECT_TRUE(decapsulated(flipped(v4_v4, inner), all).ip_failed);
  // The outer header's success is no success of an inner IPv6 header, of ARP, or of a header that was not looked at.
  EXPECT_FALSE(decapsulated(tunnelled(IpVersion::kV4, IpVersion::kV6).tcp(1, 2).build(), all).ip_succeeded);
  EXPECT_FALSE(decapsulated(tunnel(IpVersion::kV4).ethernet(kSender, kReceiver).arp({}).build(), all).ip_succeeded);
  ActiveOffloads outer_only = all;
  outer_only.encapsulated = {};
  EXPECT_EQ(decapsulated(v4_v4, outer_only), ReceiveChecksum());
}

TEST(ReceiveChecksum, trusts_what_a_lower_layer_knows) {
  // The field holds only a seed, so that reading the payload would say "failed".
  const auto frame =
      tenant(IpVersion::kV4).tcp(1, 2).transport_checksum(wire::TransportChecksum::kSeed).counting_payload(50).build();
  EXPECT_TRUE(validated(frame).tcp_failed);
  EXPECT_TRUE(validated(frame, ActiveOffloads::all(), TransportTrust::kPartial).tcp_succeeded);
  EXPECT_TRUE(validated(frame, ActiveOffloads::all(), TransportTrust::kValidated).tcp_succeeded);
  EXPECT_EQ(validated(frame, {}, TransportTrust::kPartial), ReceiveChecksum());  // RXC-1
}

TEST(ReceiveChecksum, LOC_6_validates_the_outer_header_of_unknown_encapsulation) {
  wire::GreFields fields;
  fields.protocol = wire::EtherType::kIpv4;
  FrameBuilder builder;
  builder.ethernet(kGateway, kHost).ip(provider(IpVersion::kV4, 1), provider(IpVersion::kV4, 2)).gre(fields);
  const auto frame = builder.ip(customer(IpVersion::kV4, 1), customer(IpVersion::kV4, 2)).tcp(1, 2).build();
  ASSERT_EQ(locate(frame).encapsulation, Encapsulation::kGre);
  EXPECT_EQ(validated(frame), ip_result(true));
  EXPECT_EQ(judged(frame).outer_ip, ChecksumVerdict::kGood);
  EXPECT_EQ(judged(frame).inner_ip, ChecksumVerdict::kAbsent);
}

TEST(ReceiveChecksum, judges_without_regard_to_what_is_active) {
  const auto good = judged(tunnelled(IpVersion::kV4, IpVersion::kV4).tcp(1, 2).build());
  EXPECT_EQ(good.outer_ip, ChecksumVerdict::kGood);
  EXPECT_EQ(good.inner_ip, ChecksumVerdict::kGood);
  EXPECT_EQ(good.transport, ChecksumVerdict::kGood);
  const auto none = judged(tunnelled(IpVersion::kV6, IpVersion::kV6).icmp(128).build());
  EXPECT_EQ(none.outer_ip, ChecksumVerdict::kAbsent);
  EXPECT_EQ(none.inner_ip, ChecksumVerdict::kAbsent);
  EXPECT_EQ(none.transport, ChecksumVerdict::kAbsent);
}

}  // namespace
}  // namespace nvgre::offload
