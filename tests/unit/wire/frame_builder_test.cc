#include "nvgre/wire/frame_builder.h"

#include <gtest/gtest.h>

#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/locate.h"
#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::ip;
using sample::plain;
using sample::tunnel;

/// Sum of pseudo-header and the IP payload: all ones if the checksum in it is right.
std::uint16_t transport_sum(Bytes frame, const HeaderMap& map) {
  const Bytes payload = frame.subspan(map.transport.offset, map.transport.payload_end - map.transport.offset);
  InternetSum sum(pseudo_header_sum(source_address(frame, map.inner_ip), destination_address(frame, map.inner_ip),
                                    map.transport.protocol, static_cast<std::uint32_t>(payload.size())));
  sum.add(payload);
  return sum.folded();
}

TEST(FrameBuilder, WIRE_3_adds_exactly_the_overhead_of_the_outer_headers) {
  const auto inner = plain().tcp(1, 2).counting_payload(6).build();
  ASSERT_EQ(inner.size(), 60U);
  EXPECT_EQ(sample::outer().nvgre(sample::kVsid).payload(inner).build().size(), 60U + 42);
  EXPECT_EQ(sample::outer(IpVersion::kV6).nvgre(sample::kVsid).payload(inner).build().size(), 60U + 62);
}

TEST(FrameBuilder, WIRE_1_writes_the_NVGRE_header) {
  const auto frame = FrameBuilder().nvgre(*Vsid::from(0x123456), FlowId{0x7A}).build();
  EXPECT_EQ(frame, (ByteVector{0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A}));
}

TEST(FrameBuilder, wraps_a_frame_as_it_writes_it_inside) {
  const auto inner = plain().tcp(1, 2).counting_payload(6).build();
  EXPECT_EQ(sample::outer().nvgre(sample::kVsid).payload(inner).build(),
            tunnel().tcp(1, 2).counting_payload(6).build());
}

TEST(FrameBuilder, fills_in_checksums_that_verify) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    for (const std::size_t size : {0, 1, 100, 1399}) {
      for (const auto& frame :
           {tunnel(IpVersion::kV4, version).tcp(1, 2).timestamps(7, 8).counting_payload(size).build(),
            tunnel(IpVersion::kV4, version).udp(1, 2).counting_payload(size).build()}) {
        const auto map = locate(frame);
        ASSERT_TRUE(map.transport);
        EXPECT_EQ(transport_sum(frame, map), 0xFFFF);
        EXPECT_TRUE(Ipv4View::parse(Bytes(frame).subspan(map.outer_ip.offset))->has_valid_checksum());
      }
    }
  }
}

TEST(FrameBuilder, RXC_14_covers_the_final_destination_of_a_routing_header) {
  const auto last = ip("2001:db8::99");
  ByteVector route = {0, 1, 0, 0, 0, 0};  // type 0, one segment left, reserved
  route.insert(route.end(), last.bytes().begin(), last.bytes().end());
  const auto frame = plain(IpVersion::kV6).extension(IpProtocol::kRouting, route).udp(1, 2).counting_payload(9).build();
  const auto map = locate(frame);
  InternetSum sum(pseudo_header_sum(ip("2001:db8::1"), last, IpProtocol::kUdp, 17));
  sum.add(Bytes(frame).subspan(map.transport.offset));
  EXPECT_EQ(sum.folded(), 0xFFFF);
}

TEST(FrameBuilder, seeds_checksums_with_and_without_length) {
  const auto checksum_field = [](TransportChecksum mode) {
    const auto frame = FrameBuilder()
                           .ethernet(sample::kInnerSource, sample::kInnerDestination)
                           .ip(ip("10.1.1.11"), ip("10.1.1.22"))
                           .tcp(49152, 443)
                           .transport_checksum(mode)
                           .counting_payload(8)
                           .build();
    return TcpView::parse(Bytes(frame).subspan(34))->checksum();
  };
  EXPECT_EQ(checksum_field(TransportChecksum::kSeed), 0x1645);
  EXPECT_EQ(checksum_field(TransportChecksum::kSeedWithoutLength), 0x1629);
}

TEST(FrameBuilder, TXC_7_never_writes_a_computed_UDP_checksum_of_0) {
  const auto frame =
      FrameBuilder().ip(ip("10.1.1.11"), ip("10.1.1.22")).udp(5000, 5001).payload(ByteVector{0xC2, 0xA6}).build();
  EXPECT_EQ(UdpView::parse(Bytes(frame).subspan(20))->checksum(), 0xFFFF);
}

TEST(FrameBuilder, lets_every_computed_field_be_overridden) {
  const auto frame = plain()
                         .ether_type(EtherType{0x1234})
                         .ip_length(99)
                         .ip_checksum(0xBEEF)
                         .protocol(IpProtocol::kEsp)
                         .udp(1, 2)
                         .udp_length(7)
                         .transport_checksum(0xCAFE)
                         .build();
  const auto link = *EthernetView::parse(frame);
  EXPECT_EQ(link.ether_type(), EtherType{0x1234});
  const auto network = *Ipv4View::parse(link.payload());
  EXPECT_EQ(network.total_length(), 99);
  EXPECT_EQ(network.checksum(), 0xBEEF);
  EXPECT_EQ(network.protocol(), IpProtocol::kEsp);
  const auto datagram = *UdpView::parse_header(network.payload());
  EXPECT_EQ(datagram.length(), 7);
  EXPECT_EQ(datagram.checksum(), 0xCAFE);
}

TEST(FrameBuilder, changes_the_last_header_that_has_the_field) {
  const auto frame = sample::outer().identification(1).nvgre(sample::kVsid).payload({}).build();
  EXPECT_EQ(Ipv4View::parse(Bytes(frame).subspan(14))->identification(), 1);
  auto builder = sample::outer().identification(1).nvgre(sample::kVsid);
  const auto both = sample::add_inner(builder).identification(2).tcp(1, 2).build();
  EXPECT_EQ(Ipv4View::parse(Bytes(both).subspan(14))->identification(), 1);
  EXPECT_EQ(Ipv4View::parse(Bytes(both).subspan(56))->identification(), 2);
}

TEST(FrameBuilder, writes_0_where_a_length_does_not_fit) {
  const auto frame = plain().udp(1, 2).counting_payload(70'000).build();
  EXPECT_EQ(Ipv4View::parse(Bytes(frame).subspan(14))->total_length(), 0);
  EXPECT_EQ(frame.size(), 14U + 20 + 8 + 70'000);
}

TEST(FrameBuilder, writes_ICMP_ARP_and_ND_that_our_views_accept) {
  const auto echo = plain().icmp(IcmpV4::kEchoRequest, 0, 0x0001'0002).counting_payload(56).build();
  const auto network = *IpView::parse(Bytes(echo).subspan(14));
  EXPECT_EQ(network.protocol(), IpProtocol::kIcmp);
  const auto message = *IcmpView::parse(IpVersion::kV4, network.payload());
  EXPECT_TRUE(message.has_valid_checksum(network.source(), network.destination()));

  const auto arp = FrameBuilder()
                       .ethernet(sample::kInnerSource, MacAddress::broadcast())
                       .arp({.sender_protocol_address = ip("192.0.2.1"), .target_protocol_address = ip("192.0.2.2")})
                       .build();
  EXPECT_TRUE(ArpView::parse(EthernetView::parse(arp)->payload()));

  const auto solicitation = FrameBuilder()
                                .ethernet(sample::kInnerSource, sample::kInnerDestination)
                                .ip(ip("2001:db8::1"), ip("2001:db8::2"))
                                .hop_limit(255)
                                .neighbor({.target_address = ip("2001:db8::2")})
                                .build();
  const auto packet = *Ipv6View::parse(EthernetView::parse(solicitation)->payload());
  EXPECT_TRUE(NeighborView::parse(packet.payload())->is_acceptable(packet));
}

TEST(FrameBuilder, pads_at_the_end) {
  const auto frame = plain().udp(1, 2).padded_to(60).build();
  EXPECT_EQ(frame.size(), 60U);
  EXPECT_EQ(Ipv4View::parse(Bytes(frame).subspan(14))->total_length(), 28);
}

}  // namespace
}  // namespace nvgre::wire
