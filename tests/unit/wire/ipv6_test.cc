#include "nvgre/wire/ipv6.h"

#include <vector>

#include <gtest/gtest.h>

#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::ip;

Ipv6Fields header_fields() {
  return {.source = ip("2001:db8::1"),
          .destination = ip("2001:db8::2"),
          .next_header = IpProtocol::kGre,
          .payload_length = 0x05B4,
          .traffic_class = 0xBA,
          .flow_label = 0xABCDE,
          .hop_limit = 63};
}

std::vector<std::uint8_t> header_bytes() {
  std::vector<std::uint8_t> header(40);
  write_ipv6(header, header_fields());
  return header;
}

/// An IPv6 packet with what `build` puts behind its addresses, from the IPv6 header on.
FrameBuilder packet() {
  return FrameBuilder().ip(ip("2001:db8::1"), ip("2001:db8::2"));
}

/// The body of a routing header: type, segments left, reserved, addresses.
ByteVector route(std::uint8_t type, std::uint8_t segments_left, const std::vector<IpAddress>& addresses) {
  ByteVector body = {type, segments_left, 0, 0, 0, 0};
  for (const auto& address : addresses) body.insert(body.end(), address.bytes().begin(), address.bytes().end());
  return body;
}

/// A home address option behind one byte of padding.
ByteVector home_address(const IpAddress& address) {
  ByteVector body = {0x00, 0xC9, 0x10};
  body.insert(body.end(), address.bytes().begin(), address.bytes().end());
  return body;
}

TEST(WriteIpv6, writes_the_bytes_of_RFC_8200_section_3) {
  const std::vector<std::uint8_t> expected = {
      0x6B, 0xAA, 0xBC, 0xDE, 0x05, 0xB4, 0x2F, 0x3F,                           // 6, class, label ...
      0x20, 0x01, 0x0D, 0xB8, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 1,   // source
      0x20, 0x01, 0x0D, 0xB8, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 2};  // destination
  EXPECT_EQ(header_bytes(), expected);
}

TEST(Ipv6View, reads_every_field) {
  const auto header = header_bytes();
  const auto view = Ipv6View::parse(header);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->version(), 6);
  EXPECT_EQ(view->traffic_class(), 0xBA);
  EXPECT_EQ(view->dscp(), 0x2E);
  EXPECT_EQ(view->ecn(), 0x02);
  EXPECT_EQ(view->flow_label(), 0xABCDEU);
  EXPECT_EQ(view->payload_length(), 0x05B4);
  EXPECT_EQ(view->next_header(), IpProtocol::kGre);
  EXPECT_EQ(view->hop_limit(), 63);
  EXPECT_EQ(view->source(), ip("2001:db8::1"));
  EXPECT_EQ(view->destination(), ip("2001:db8::2"));
}

TEST(Ipv6View, refuses_cut_headers_and_other_versions) {
  auto header = header_bytes();
  for (std::size_t size = 0; size < 40; ++size)
    EXPECT_EQ(Ipv6View::parse(Bytes(header).first(size)).error(), DropReason::kTruncatedIp) << size;
  header[0] = 0x4B;
  EXPECT_EQ(Ipv6View::parse(header).error(), DropReason::kMalformedIp);
}

TEST(Ipv6View, WIRE_14_bounds_the_payload_by_a_real_length_only) {
  auto bytes = header_bytes();
  bytes.resize(100);
  const auto payload_size = [&](std::uint16_t length) {
    Ipv6Writer(bytes).set_payload_length(length);
    return Ipv6View::parse(bytes)->payload().size();
  };
  EXPECT_EQ(payload_size(46), 46U);
  EXPECT_EQ(payload_size(60), 60U);
  EXPECT_EQ(payload_size(0), 60U) << "a super-frame";
  EXPECT_EQ(payload_size(61), 60U) << "longer than the frame";
}

TEST(Ipv6Writer, changes_one_field_and_keeps_its_neighbours) {
  auto header = header_bytes();
  Ipv6Writer(header).set_traffic_class(0x03).set_flow_label(0xFFF'FFFF);
  auto view = *Ipv6View::parse(header);
  EXPECT_EQ(view.version(), 6);
  EXPECT_EQ(view.traffic_class(), 0x03);
  EXPECT_EQ(view.flow_label(), 0xF'FFFFU);
  Ipv6Writer(header).set_flow_label(0).set_hop_limit(1).set_next_header(IpProtocol::kTcp);
  view = *Ipv6View::parse(header);
  EXPECT_EQ(view.traffic_class(), 0x03);
  EXPECT_EQ(view.flow_label(), 0U);
  EXPECT_EQ(view.hop_limit(), 1);
  EXPECT_EQ(view.next_header(), IpProtocol::kTcp);
}

TEST(Ipv6Chain, is_the_fixed_header_alone_without_extensions) {
  const auto chain = walk_ipv6_chain(header_bytes());
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->size, 40U);
  EXPECT_EQ(chain->protocol, IpProtocol::kGre);
  EXPECT_FALSE(chain->has_extensions() || chain->is_fragment);
}

TEST(Ipv6Chain, LOC_3_steps_over_hop_by_hop_routing_and_destination_options) {
  const auto bytes = packet()
                         .padding_extension(IpProtocol::kHopByHop, 8)
                         .padding_extension(IpProtocol::kDestinationOptions, 16)
                         .padding_extension(IpProtocol::kRouting, 24)
                         .padding_extension(IpProtocol::kDestinationOptions, 2048)
                         .tcp(1, 2)
                         .build();
  const auto chain = walk_ipv6_chain(bytes);
  ASSERT_TRUE(chain);
  EXPECT_EQ(chain->size, 40U + 8 + 16 + 24 + 2048);
  EXPECT_EQ(chain->protocol, IpProtocol::kTcp);
}

TEST(Ipv6Chain, D_12_ends_at_a_fragment_header_even_an_atomic_one) {
  const auto bytes = packet()
                         .padding_extension(IpProtocol::kHopByHop, 8)
                         .fragment(false, 0)
                         .padding_extension(IpProtocol::kDestinationOptions, 8)
                         .tcp(1, 2)
                         .build();
  const auto chain = walk_ipv6_chain(bytes);
  ASSERT_TRUE(chain);
  EXPECT_TRUE(chain->is_fragment);
  EXPECT_EQ(chain->size, 40U + 8 + 8);
  EXPECT_EQ(chain->protocol, IpProtocol::kDestinationOptions);
}

TEST(Ipv6Chain, refuses_every_chain_cut_before_its_end) {
  const auto bytes = packet()
                         .padding_extension(IpProtocol::kHopByHop, 16)
                         .padding_extension(IpProtocol::kRouting, 8)
                         .protocol(IpProtocol::kNoNextHeader)
                         .build();
  for (std::size_t size = 40; size < bytes.size(); ++size)
    EXPECT_EQ(walk_ipv6_chain(Bytes(bytes).first(size)).error(), DropReason::kTruncatedIp) << size;
  EXPECT_EQ(walk_ipv6_chain(bytes)->protocol, IpProtocol::kNoNextHeader);
}

TEST(Ipv6Chain, LOC_20_ends_at_the_limit) {
  const auto bytes = packet().padding_extension(IpProtocol::kHopByHop, 64).tcp(1, 2).build();
  EXPECT_TRUE(walk_ipv6_chain(bytes, 104));
  EXPECT_EQ(walk_ipv6_chain(bytes, 103).error(), DropReason::kHeaderTooLong);
}

TEST(Ipv6FinalDestination, RXC_14_is_the_last_address_of_a_route_with_segments_left) {
  const auto first = ip("2001:db8::a");
  const auto last = ip("2001:db8::b");
  EXPECT_EQ(ipv6_final_destination(header_bytes()), ip("2001:db8::2"));
  EXPECT_EQ(
      ipv6_final_destination(packet().extension(IpProtocol::kRouting, route(0, 1, {first, last})).tcp(1, 2).build()),
      last);
  EXPECT_EQ(ipv6_final_destination(packet().extension(IpProtocol::kRouting, route(2, 1, {last})).tcp(1, 2).build()),
            last);
}

TEST(Ipv6FinalDestination, RXC_14_is_that_of_the_header_where_no_segment_is_left) {
  for (const std::uint8_t type : {0, 2, 4}) {
    const auto bytes = packet().extension(IpProtocol::kRouting, route(type, 0, {ip("2001:db8::b")})).tcp(1, 2).build();
    EXPECT_EQ(ipv6_final_destination(bytes), ip("2001:db8::2")) << static_cast<int>(type);
  }
}

TEST(Ipv6FinalDestination, RXC_14_is_unknown_where_the_route_does_not_tell) {
  EXPECT_EQ(ipv6_final_destination(
                packet().extension(IpProtocol::kRouting, route(9, 1, {ip("2001:db8::b")})).tcp(1, 2).build()),
            std::nullopt);
  EXPECT_EQ(ipv6_final_destination(packet().extension(IpProtocol::kRouting, route(0, 1, {})).tcp(1, 2).build()),
            std::nullopt);
  const auto cut = packet().extension(IpProtocol::kRouting, route(0, 1, {ip("2001:db8::b")})).build();
  EXPECT_EQ(ipv6_final_destination(Bytes(cut).first(cut.size() - 1)), std::nullopt);
}

TEST(Ipv6HomeAddress, RSS_7_reads_the_option_and_the_route) {
  const auto home = ip("2001:db8::cafe");
  const auto option = packet().extension(IpProtocol::kDestinationOptions, home_address(home)).tcp(1, 2).build();
  EXPECT_EQ(ipv6_home_address_option(option), home);
  EXPECT_EQ(ipv6_routing_home_address(option), std::nullopt);
  const auto routed = packet().extension(IpProtocol::kRouting, route(2, 0, {home})).tcp(1, 2).build();
  EXPECT_EQ(ipv6_routing_home_address(routed), home);
  EXPECT_EQ(ipv6_home_address_option(routed), std::nullopt);
  EXPECT_EQ(ipv6_home_address_option(header_bytes()), std::nullopt);
}

TEST(Ipv6HomeAddress, survives_options_that_contradict_themselves) {
  for (const ByteVector& body : {ByteVector{0xC9, 0xFF, 1, 2}, ByteVector{0xC9, 0x10, 1, 2}, ByteVector{0xC9}})
    EXPECT_EQ(ipv6_home_address_option(packet().extension(IpProtocol::kDestinationOptions, body).tcp(1, 2).build()),
              std::nullopt);
}

TEST(Ipv6Jumbogram, is_told_by_the_hop_by_hop_option_alone) {
  const ByteVector jumbo_payload = {0xC2, 0x04, 0x00, 0x02, 0x00, 0x00}, padding = {0x01, 0x04, 0xC2, 0x04, 0x00, 0x00};
  const auto with = [](IpProtocol type, const ByteVector& body) {
    return packet().extension(type, body).tcp(1, 2).build();
  };
  EXPECT_TRUE(is_ipv6_jumbogram(with(IpProtocol::kHopByHop, jumbo_payload)));
  EXPECT_FALSE(is_ipv6_jumbogram(with(IpProtocol::kDestinationOptions, jumbo_payload)));
  EXPECT_FALSE(is_ipv6_jumbogram(with(IpProtocol::kHopByHop, padding)));
  EXPECT_FALSE(is_ipv6_jumbogram(header_bytes()));
}

TEST(Ipv6View, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*Ipv6View::parse(header_bytes())),
            "2001:db8::1 > 2001:db8::2 ipv6 next 47 length 1460 hops 63 class 0xba label 0xabcde");
}

}  // namespace
}  // namespace nvgre::wire
