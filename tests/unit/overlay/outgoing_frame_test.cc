#include "nvgre/overlay/outgoing_frame.h"

#include <gtest/gtest.h>

#include "nvgre/wire/checksum.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

TunnelFields tunnel(wire::IpVersion outer) {
  return {.source_mac = kUnderlayMac,
          .destination_mac = next_hop_mac(2),
          .vlan = std::nullopt,
          .source = provider(outer, 1),
          .destination = provider(outer, 2),
          .vsid = kBlue};
}

wire::ByteVector bytes_of(const offload::SendRequest& request) {
  wire::ByteVector bytes(offload::total_size(request.packets[0]));
  offload::copy_prefix(request.packets[0], bytes);
  return bytes;
}

TEST(OutgoingFrame, LSO_17_turns_linux_s_seed_into_one_without_length) {
  // §17: TCP/IPv4 10.1.1.11 > 10.1.1.22, 28 bytes: 0x1645 with, 0x1629 without; TCP/IPv6: 0xfa58 and 0xfa3c;
  // UDP/IPv6, 1008 bytes: 0xfe37 and 0xfa47.
  EXPECT_EQ(seed_without_length(0x1645, 28), 0x1629);
  EXPECT_EQ(seed_without_length(0xFA58, 28), 0xFA3C);
  EXPECT_EQ(seed_without_length(0xFE37, 1008), 0xFA47);
}

TEST(OutgoingFrame, LSO_17_takes_lengths_beyond_64_kib_and_never_makes_a_seed_0) {
  const auto with = wire::pseudo_header_sum(customer_v6(1).ip(), customer_v6(2).ip(), wire::IpProtocol::kTcp, 200'020);
  const auto without = wire::pseudo_header_sum(customer_v6(1).ip(), customer_v6(2).ip(), wire::IpProtocol::kTcp, 0);
  EXPECT_EQ(seed_without_length(with, 200'020), without);
  EXPECT_EQ(seed_without_length(20, 20), 0xFFFF) << "USO-9: 0 would mean no checksum";
}

TEST(OutgoingFrame, OVL_31_says_where_the_inner_headers_lie) {
  const auto bytes =
      blue_packet().tcp(1, 2).counting_payload(3000).transport_checksum(wire::TransportChecksum::kSeed).build();
  const auto frame = TenantFrame::parse(bytes, super_frame(bytes, 1000));
  const auto fields = tunnel(wire::IpVersion::kV4);
  const OutgoingFrame outgoing(*frame, &fields, 1000);
  const auto supplemental = outgoing.request().supplemental;
  ASSERT_TRUE(supplemental);
  EXPECT_TRUE(supplemental->is_encapsulated);
  EXPECT_TRUE(supplemental->offsets_valid);
  EXPECT_EQ(supplemental->inner_frame_offset, 42);
  EXPECT_EQ(supplemental->transport_ip_header_relative_offset, 14);
  EXPECT_EQ(supplemental->tcp_header_relative_offset, 20);
  EXPECT_FALSE(supplemental->is_inner_ipv6);
  EXPECT_FALSE(supplemental->tcp_options_present);
  EXPECT_EQ(outgoing.request().large_send->mss, 1000U);
  EXPECT_FALSE(outgoing.request().udp_segmentation);
}

TEST(OutgoingFrame, OVL_31_says_so_of_ipv6_and_options_too) {
  const auto bytes = blue_packet(wire::IpVersion::kV6).tcp(1, 2).timestamps(1, 2).counting_payload(3000).build();
  const auto frame = TenantFrame::parse(bytes, super_frame(bytes, 1000));
  auto fields = tunnel(wire::IpVersion::kV6);
  fields.vlan = 100;
  const OutgoingFrame outgoing(*frame, &fields, 1000);
  const auto supplemental = outgoing.request().supplemental;
  EXPECT_EQ(supplemental->inner_frame_offset, 66);
  EXPECT_EQ(supplemental->tcp_header_relative_offset, 40);
  EXPECT_TRUE(supplemental->is_inner_ipv6);
  EXPECT_TRUE(supplemental->tcp_options_present);
}

TEST(OutgoingFrame, changes_nothing_of_a_super_frame_but_its_seed) {
  const auto bytes =
      blue_packet().udp(1, 2).counting_payload(3000).transport_checksum(wire::TransportChecksum::kSeed).build();
  const auto expected = blue_packet()
                            .udp(1, 2)
                            .counting_payload(3000)
                            .transport_checksum(wire::TransportChecksum::kSeedWithoutLength)
                            .build();
  const auto frame = TenantFrame::parse(bytes, super_frame(bytes, 1000));
  const auto fields = tunnel(wire::IpVersion::kV4);
  const OutgoingFrame outgoing(*frame, &fields, 1000);
  EXPECT_EQ(inner_frame(bytes_of(outgoing.request())), expected);
  EXPECT_EQ(outgoing.request().udp_segmentation->mss, 1000U);
  const OutgoingFrame plain(*frame, nullptr, 1000);
  EXPECT_EQ(bytes_of(plain.request()), expected);
  EXPECT_FALSE(plain.request().supplemental);
}

TEST(OutgoingFrame, TXC_4_leaves_the_seed_of_a_single_frame_as_it_is) {
  const auto bytes = blue_packet(wire::IpVersion::kV6)
                         .udp(1, 2)
                         .counting_payload(30)
                         .transport_checksum(wire::TransportChecksum::kSeed)
                         .build();
  const auto frame = TenantFrame::parse(bytes, unfinished(bytes));
  const auto fields = tunnel(wire::IpVersion::kV4);
  const OutgoingFrame outgoing(*frame, &fields, 0);
  const auto checksum = outgoing.request().checksum;
  ASSERT_TRUE(checksum);
  EXPECT_TRUE(checksum->is_ipv4) << "TXC-10: the outer version";
  EXPECT_FALSE(checksum->is_ipv6);
  EXPECT_TRUE(checksum->udp);
  EXPECT_FALSE(checksum->tcp);
  EXPECT_EQ(inner_frame(bytes_of(outgoing.request())), bytes);
}

TEST(OutgoingFrame, asks_nothing_for_a_finished_frame) {
  const auto bytes = blue_udp(30);
  const auto frame = TenantFrame::parse(bytes, {});
  const auto fields = tunnel(wire::IpVersion::kV4);
  const OutgoingFrame outgoing(*frame, &fields, 0);
  EXPECT_FALSE(outgoing.request().checksum);
  EXPECT_FALSE(outgoing.request().large_send);
  EXPECT_FALSE(outgoing.request().udp_segmentation);
}

}  // namespace
}  // namespace nvgre::overlay
