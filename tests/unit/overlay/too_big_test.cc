#include "nvgre/overlay/too_big.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using wire::IpVersion;

bool may_tell(const wire::ByteVector& bytes) {
  return may_tell_too_big(*TenantFrame::parse(bytes, {}));
}

wire::FrameBuilder packet(wire::IpAddress source, wire::IpAddress destination) {
  wire::FrameBuilder builder;
  builder.ethernet(mac(1, 1), mac(1, 2)).ip(source, destination);
  if (source.is_v4()) builder.dont_fragment();
  return builder;
}
wire::ByteVector udp(wire::IpAddress source, wire::IpAddress destination) {
  return packet(source, destination).udp(1, 2).counting_payload(20).build();
}

TEST(TooBig, OVL_11_tells_of_ordinary_packets) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6})
    EXPECT_TRUE(may_tell(udp(customer(version, 1), customer(version, 2))));
}

TEST(TooBig, OVL_11_tells_of_a_first_fragment_and_never_of_a_later_one) {
  const auto fragment = [](IpVersion version, std::uint16_t offset) {
    auto bytes = wire::FrameBuilder()
                     .ethernet(mac(1, 1), mac(1, 2))
                     .ip(customer(version, 1), customer(version, 2))
                     .fragment(true, offset)
                     .udp(1, 2)
                     .counting_payload(20)
                     .build();
    if (version == IpVersion::kV4) bytes[14 + 6] |= 0x40;  // DF
    return bytes;
  };
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    EXPECT_TRUE(may_tell(fragment(version, 0)));
    EXPECT_FALSE(may_tell(fragment(version, 1)));
    EXPECT_FALSE(may_tell(fragment(version, 0x1FFF)));
  }
}

TEST(TooBig, OVL_11_never_tells_of_icmp_errors_but_of_other_icmp) {
  const auto icmp = [](IpVersion version, std::uint8_t type) {
    return packet(customer(version, 1), customer(version, 2)).icmp(type).counting_payload(20).build();
  };
  for (const std::uint8_t error : {3, 4, 5, 11, 12}) EXPECT_FALSE(may_tell(icmp(IpVersion::kV4, error)));
  for (const std::uint8_t other : {0, 8, 13}) EXPECT_TRUE(may_tell(icmp(IpVersion::kV4, other)));
  for (const std::uint8_t error : {1, 2, 3, 4, 127}) EXPECT_FALSE(may_tell(icmp(IpVersion::kV6, error)));
  for (const std::uint8_t other : {128, 129}) EXPECT_TRUE(may_tell(icmp(IpVersion::kV6, other)));
}

TEST(TooBig, OVL_11_never_tells_of_groups_on_either_layer) {
  EXPECT_FALSE(may_tell(udp(customer_v4(1).ip(), ipv4(239, 1, 1, 1))));
  EXPECT_FALSE(may_tell(udp(customer_v4(1).ip(), ipv4(255, 255, 255, 255))));
  const wire::IpAddress all_nodes(std::array<std::uint8_t, 16>{0xFF, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1});
  EXPECT_FALSE(may_tell(udp(customer_v6(1).ip(), all_nodes)));
  EXPECT_FALSE(may_tell(wire::FrameBuilder()
                            .ethernet(mac(1, 1), wire::MacAddress::broadcast())
                            .ip(customer_v4(1).ip(), customer_v4(2).ip())
                            .dont_fragment()
                            .udp(1, 2)
                            .build()));
}

TEST(TooBig, never_tells_nobody_nor_of_frames_without_ip) {
  EXPECT_FALSE(may_tell(udp(ipv4(0, 0, 0, 0), customer_v4(2).ip())));
  EXPECT_FALSE(may_tell(udp(ipv4(127, 0, 0, 1), customer_v4(2).ip())));
  EXPECT_FALSE(may_tell(udp(wire::IpAddress(std::array<std::uint8_t, 16>{}), customer_v6(2).ip())));
  EXPECT_FALSE(may_tell(wire::FrameBuilder()
                            .ethernet(mac(1, 1), mac(1, 2))
                            .ether_type(wire::EtherType{0x88B5})
                            .counting_payload(2000)
                            .build()));
}

TEST(TooBig, OVL_11_never_tells_of_ipv4_without_df) {
  EXPECT_FALSE(may_tell(wire::FrameBuilder()
                            .ethernet(mac(1, 1), mac(1, 2))
                            .ip(customer_v4(1).ip(), customer_v4(2).ip())
                            .udp(1, 2)
                            .build()));
}

TEST(TooBig, quotes_no_more_than_every_host_can_receive) {
  for (const auto version : {IpVersion::kV4, IpVersion::kV6}) {
    const auto bytes = packet(customer(version, 1), customer(version, 2)).udp(1, 2).counting_payload(3000).build();
    wire::ByteVector out(kMaxTooBigSize);
    const auto size = write_too_big_frame(out, *TenantFrame::parse(bytes, {}), 1458);
    EXPECT_EQ(size, version == IpVersion::kV4 ? 14U + 576 : 14U + 1280);
  }
}

}  // namespace
}  // namespace nvgre::overlay
