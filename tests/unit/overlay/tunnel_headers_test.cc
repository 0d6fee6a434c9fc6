#include "nvgre/overlay/tunnel_headers.h"

#include <vector>

#include <gtest/gtest.h>

#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/ipv6.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

TunnelFields fields(wire::IpVersion outer) {
  return {.source_mac = mac(9, 1),
          .destination_mac = mac(9, 2),
          .vlan = std::nullopt,
          .source = provider(outer, 1),
          .destination = provider(outer, 2),
          .vsid = vsid(0x123456),
          .flow_id = wire::FlowId{0x7A}};
}

std::vector<std::uint8_t> written(const TunnelFields& given, std::size_t inner_size) {
  std::vector<std::uint8_t> bytes(given.size());
  EXPECT_EQ(write_tunnel_headers(bytes, given, inner_size), bytes.size());
  return bytes;
}

TEST(TunnelHeaders, WIRE_1_writes_vsid_and_flow_id_into_the_key) {
  for (const auto outer : {wire::IpVersion::kV4, wire::IpVersion::kV6}) {
    const auto bytes = written(fields(outer), 60);
    const std::vector<std::uint8_t> gre(bytes.end() - 8, bytes.end());
    EXPECT_EQ(gre, (std::vector<std::uint8_t>{0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A}));
  }
}

TEST(TunnelHeaders, WIRE_3_adds_42_or_62_bytes_and_4_with_a_tag) {
  auto v4 = fields(wire::IpVersion::kV4), v6 = fields(wire::IpVersion::kV6);
  EXPECT_EQ(v4.size(), 42U);
  EXPECT_EQ(v6.size(), 62U);
  v4.vlan = v6.vlan = 100;
  EXPECT_EQ(v4.size(), 46U);
  EXPECT_EQ(v6.size(), 66U);
  EXPECT_LE(v6.size(), kMaxTunnelSize);
}

TEST(TunnelHeaders, WIRE_5_writes_the_requirement_s_ipv4_header) {
  auto given = fields(wire::IpVersion::kV4);
  given.source = wire::ProviderAddress(ipv4(192, 0, 2, 1));
  given.destination = wire::ProviderAddress(ipv4(192, 0, 2, 2));
  given.identification = 0x1234;
  const auto bytes = written(given, 1500 - 20 - 8);
  const std::vector<std::uint8_t> ip(bytes.begin() + 14, bytes.begin() + 34);
  EXPECT_EQ(ip, (std::vector<std::uint8_t>{0x45, 0x00, 0x05, 0xDC, 0x12, 0x34, 0x40, 0x00, 0x40, 0x2F,
                                           0x9E, 0xBB, 0xC0, 0x00, 0x02, 0x01, 0xC0, 0x00, 0x02, 0x02}));
}

TEST(TunnelHeaders, WIRE_5_writes_ipv6_without_extension_headers) {
  auto given = fields(wire::IpVersion::kV6);
  given.traffic_class = 0xB9;
  given.flow_label = 0x12345;
  const auto bytes = written(given, 100);
  const auto ip = wire::Ipv6View::parse(wire::Bytes(bytes).subspan(14));
  ASSERT_TRUE(ip);
  EXPECT_EQ(ip->next_header(), wire::IpProtocol{47});
  EXPECT_EQ(ip->payload_length(), 108U);
  EXPECT_EQ(ip->hop_limit(), 64U);
  EXPECT_EQ(ip->traffic_class(), 0xB9U);
  EXPECT_EQ(ip->flow_label(), 0x12345U);
  EXPECT_EQ(ip->source(), provider_v6(1).ip());
  EXPECT_EQ(ip->destination(), provider_v6(2).ip());
}

TEST(TunnelHeaders, WIRE_3_puts_the_tag_between_addresses_and_type) {
  auto given = fields(wire::IpVersion::kV4);
  given.vlan = 100;
  const auto bytes = written(given, 60);
  const std::vector<std::uint8_t> link(bytes.begin(), bytes.begin() + 18);
  EXPECT_EQ(link,
            (std::vector<std::uint8_t>{0x02, 0, 0, 0, 9, 2, 0x02, 0, 0, 0, 9, 1, 0x81, 0x00, 0, 100, 0x08, 0x00}));
}

TEST(TunnelHeaders, leave_lengths_0_in_front_of_more_than_they_can_hold) {
  const auto bytes = written(fields(wire::IpVersion::kV4), 65'535 - 28 + 1);
  EXPECT_EQ(bytes[16], 0);
  EXPECT_EQ(bytes[17], 0);
  const auto fitting = written(fields(wire::IpVersion::kV4), 65'535 - 28);
  EXPECT_EQ(fitting[16], 0xFF);
  EXPECT_EQ(fitting[17], 0xFF);
}

}  // namespace
}  // namespace nvgre::overlay
