#include "nvgre/wire/icmp.h"

#include <vector>

#include <gtest/gtest.h>

#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::ip;

/// Echo request, identifier 1, sequence number 2, data "ab": 0800 + 0001 + 0002 + 6162 = 6965, inverted 969A.
const std::vector<std::uint8_t> kEcho = {0x08, 0x00, 0x96, 0x9A, 0x00, 0x01, 0x00, 0x02, 0x61, 0x62};

TEST(IcmpView, reads_every_field) {
  const auto view = IcmpView::parse(IpVersion::kV4, kEcho);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->type(), IcmpV4::kEchoRequest);
  EXPECT_EQ(view->code(), 0);
  EXPECT_EQ(view->checksum(), 0x969A);
  EXPECT_EQ(view->rest_of_header(), 0x0001'0002U);
  EXPECT_EQ(view->body().size(), 2U);
  EXPECT_FALSE(view->is_error());
  EXPECT_EQ(view->too_big_mtu(), std::nullopt);
}

TEST(IcmpView, refuses_cut_headers) {
  for (std::size_t size = 0; size < 8; ++size)
    EXPECT_EQ(IcmpView::parse(IpVersion::kV4, Bytes(kEcho).first(size)).error(), DropReason::kTruncatedTransport);
}

TEST(IcmpView, judges_the_checksum) {
  const auto source = ip("192.0.2.1");
  EXPECT_TRUE(IcmpView::parse(IpVersion::kV4, kEcho)->has_valid_checksum(source, source));
  auto bad = kEcho;
  bad[9] ^= 1;
  EXPECT_FALSE(IcmpView::parse(IpVersion::kV4, bad)->has_valid_checksum(source, source));
}

TEST(IcmpView, knows_errors_from_questions) {
  const auto is_error = [](IpVersion version, std::uint8_t type) {
    auto message = kEcho;
    message[0] = type;
    return IcmpView::parse(version, message)->is_error();
  };
  for (const std::uint8_t type : {3, 4, 5, 11, 12}) EXPECT_TRUE(is_error(IpVersion::kV4, type)) << int{type};
  for (const std::uint8_t type : {0, 8, 9, 10, 13, 14}) EXPECT_FALSE(is_error(IpVersion::kV4, type)) << int{type};
  for (const std::uint8_t type : {1, 2, 3, 4, 127, 137}) EXPECT_TRUE(is_error(IpVersion::kV6, type)) << int{type};
  for (const std::uint8_t type : {128, 129, 135, 136}) EXPECT_FALSE(is_error(IpVersion::kV6, type)) << int{type};
}

TEST(UpdateIcmpChecksum, covers_the_pseudo_header_in_ICMPv6_only) {
  auto message = kEcho;
  update_icmp_checksum(message, ip("192.0.2.1"), ip("192.0.2.2"));
  EXPECT_EQ(message, kEcho);
  message[0] = IcmpV6::kEchoRequest;
  update_icmp_checksum(message, ip("2001:db8::1"), ip("2001:db8::2"));
  // 2001+0DB8+0001 + 2001+0DB8+0002 + 000A + 003A + 8000 + 0001+0002+6162 = 1_3D1E -> 3D1F, inverted C2E0
  EXPECT_EQ(IcmpView::parse(IpVersion::kV6, message)->checksum(), 0xC2E0);
  EXPECT_TRUE(IcmpView::parse(IpVersion::kV6, message)->has_valid_checksum(ip("2001:db8::1"), ip("2001:db8::2")));
  EXPECT_FALSE(IcmpView::parse(IpVersion::kV6, message)->has_valid_checksum(ip("2001:db8::1"), ip("2001:db8::3")));
}

TEST(WriteTooBig, OVL_11_says_fragmentation_needed_to_IPv4) {
  const auto quoted = FrameBuilder().ip(ip("192.0.2.1"), ip("192.0.2.2")).udp(1, 2).counting_payload(1431).build();
  ASSERT_EQ(quoted.size(), 1459U);
  const TooBigFields fields{.source = ip("192.0.2.2"), .destination = ip("192.0.2.1"), .mtu = 1458, .quoted = quoted};
  ASSERT_EQ(fields.size(), 576U);
  std::vector<std::uint8_t> packet(600, 0xEE);
  EXPECT_EQ(write_too_big(packet, fields), 576U);
  EXPECT_EQ(packet[576], 0xEE);

  const auto network = *Ipv4View::parse(packet);
  EXPECT_TRUE(network.has_valid_checksum());
  EXPECT_EQ(network.total_length(), 576);
  EXPECT_EQ(network.protocol(), IpProtocol::kIcmp);
  EXPECT_EQ(network.source(), ip("192.0.2.2"));
  const auto message = *IcmpView::parse(IpVersion::kV4, network.payload());
  EXPECT_EQ(message.type(), 3);
  EXPECT_EQ(message.code(), 4);
  EXPECT_EQ(message.too_big_mtu(), 1458U);
  EXPECT_EQ(message.rest_of_header(), 1458U) << "the upper half is unused: 0";
  EXPECT_TRUE(message.is_error());
  EXPECT_TRUE(message.has_valid_checksum(network.source(), network.destination()));
  EXPECT_TRUE(std::equal(message.body().begin(), message.body().end(), quoted.begin()));
}

TEST(WriteTooBig, OVL_11_says_packet_too_big_to_IPv6) {
  const auto quoted = FrameBuilder().ip(ip("2001:db8::1"), ip("2001:db8::2")).udp(1, 2).counting_payload(1400).build();
  const TooBigFields fields{
      .source = ip("2001:db8::2"), .destination = ip("2001:db8::1"), .mtu = 1438, .quoted = quoted};
  ASSERT_EQ(fields.size(), 1280U);
  std::vector<std::uint8_t> packet(1280);
  write_too_big(packet, fields);
  const auto network = *Ipv6View::parse(packet);
  EXPECT_EQ(network.payload_length(), 1240);
  const auto message = *IcmpView::parse(IpVersion::kV6, network.payload());
  EXPECT_EQ(message.type(), 2);
  EXPECT_EQ(message.code(), 0);
  EXPECT_EQ(message.too_big_mtu(), 1438U);
  EXPECT_TRUE(message.has_valid_checksum(network.source(), network.destination()));
}

TEST(WriteTooBig, quotes_a_short_packet_whole) {
  const auto quoted = FrameBuilder().ip(ip("192.0.2.1"), ip("192.0.2.2")).udp(1, 2).build();
  const TooBigFields fields{.source = ip("192.0.2.2"), .destination = ip("192.0.2.1"), .mtu = 68, .quoted = quoted};
  EXPECT_EQ(fields.size(), 20U + 8 + 28);
}

TEST(IcmpView, describes_itself_in_one_line) {
  const std::vector<std::uint8_t> too_big = {3, 4, 0, 0, 0, 0, 0x05, 0x78};
  EXPECT_EQ(describe(*IcmpView::parse(IpVersion::kV4, too_big)), "icmp type 3 code 4 mtu 1400 error body 0");
}

}  // namespace
}  // namespace nvgre::wire
