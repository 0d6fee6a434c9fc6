#include "nvgre/offload/send_packet.h"

#include <algorithm>
#include <array>
#include <optional>

#include <gtest/gtest.h>

#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::SampleFrame;
using test::Submission;
using wire::DropReason;
using wire::IpProtocol;
using wire::IpVersion;

std::optional<DropReason> checked(const Submission& submission) {
  const SendPacket packet(submission.request.packets[0],
                          locate_options(submission.request, ActiveOffloads::all(), true));
  return check_headers(submission.request, packet.map());
}

/// The supplemental slot of OVL-31 for headers without options.
void set_offsets(Submission& submission, std::uint16_t frame, std::uint16_t ip, std::uint16_t transport) {
  submission.request.supplemental = {.is_encapsulated = true,
                                     .offsets_valid = true,
                                     .inner_frame_offset = frame,
                                     .transport_ip_header_relative_offset = ip,
                                     .tcp_header_relative_offset = transport};
}

TEST(SendPacket, LOC_13_offsets_42_14_20_name_headers_at_42_56_76) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  SendPacket packet(submission.request.packets[0], locate_options(submission.request, ActiveOffloads::all(), true));
  EXPECT_EQ(packet.map().inner_link.offset, 42U);
  EXPECT_EQ(packet.map().inner_ip.offset, 56U);
  EXPECT_EQ(packet.map().transport.offset, 76U);
  EXPECT_EQ(packet.header_size(), 96U);
  EXPECT_TRUE(std::ranges::equal(packet.headers(), wire::Bytes(submission.bytes).first(96)));
}

TEST(SendPacket, LOC_14_offsets_that_agree_pass) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  set_offsets(submission, 42, 14, 20);
  EXPECT_EQ(checked(submission), std::nullopt);
}

TEST(SendPacket, LOC_14_each_offset_that_is_wrong_by_two_is_a_mismatch) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  set_offsets(submission, 44, 14, 20);
  EXPECT_EQ(checked(submission), DropReason::kOffsetMismatch);
  set_offsets(submission, 42, 16, 20);
  EXPECT_EQ(checked(submission), DropReason::kOffsetMismatch);
  set_offsets(submission, 42, 14, 22);
  EXPECT_EQ(checked(submission), DropReason::kOffsetMismatch);
}

TEST(SendPacket, LOC_14_offsets_are_not_read_while_they_are_not_valid) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  set_offsets(submission, 1, 2, 3);
  submission.request.supplemental->offsets_valid = false;
  EXPECT_EQ(checked(submission), std::nullopt);
}

TEST(SendPacket, LOC_13_the_last_offset_points_behind_the_inner_ip_header_whatever_follows) {
  Submission udp(SampleFrame{.outer = IpVersion::kV6, .inner = IpVersion::kV6, .protocol = 17});
  set_offsets(udp, 62, 14, 40);
  EXPECT_EQ(checked(udp), std::nullopt);
  Submission icmp(SampleFrame{.outer = IpVersion::kV4, .protocol = 1});
  set_offsets(icmp, 42, 14, 20);
  EXPECT_EQ(checked(icmp), std::nullopt);
  icmp.request.supplemental->tcp_header_relative_offset = 24;
  EXPECT_EQ(checked(icmp), DropReason::kOffsetMismatch);
}

TEST(SendPacket, LOC_1_encapsulation_is_what_the_request_says_not_the_bytes) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  submission.request.supplemental.reset();
  const SendPacket packet(submission.request.packets[0],
                          locate_options(submission.request, ActiveOffloads::all(), true));
  EXPECT_FALSE(packet.map().is_encapsulated());
  EXPECT_EQ(packet.map().inner_ip.offset, 14U);
  EXPECT_EQ(packet.map().inner_ip.protocol, IpProtocol::kGre);
}

TEST(SendPacket, LOC_1_a_packet_that_is_not_encapsulated_as_the_request_says_is_refused) {
  Submission submission(SampleFrame{});
  submission.request.supplemental.emplace().is_encapsulated = true;
  EXPECT_NE(checked(submission), std::nullopt);
}

TEST(SendPacket, LOC_12_headers_of_256_bytes_pass_and_longer_ones_do_not) {
  // 14 Ethernet, 40 + 24 IPv6, 8 GRE, 14 Ethernet, 40 + 56 IPv6, 20 + 40 TCP
  SampleFrame frame{
      .outer = IpVersion::kV6, .inner = IpVersion::kV6, .outer_options = 24, .inner_options = 56, .tcp_options = 40};
  const Submission fits(frame);
  ASSERT_EQ(fits.bytes.size(), 256 + frame.payload_size);
  EXPECT_EQ(checked(fits), std::nullopt);
  frame.tags = {100};
  EXPECT_EQ(checked(Submission(frame)), DropReason::kHeaderTooLong);
}

TEST(SendPacket, LOC_12_the_limit_is_the_configured_one) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .inner_options = 32});
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 128;  // as long as the headers
  const SendPacket packet(submission.request.packets[0], locate_options(submission.request, offloads, true));
  EXPECT_EQ(check_headers(submission.request, packet.map()), std::nullopt);
  offloads.max_header_size = 127;
  const SendPacket longer(submission.request.packets[0], locate_options(submission.request, offloads, true));
  EXPECT_EQ(check_headers(submission.request, longer.map()), DropReason::kHeaderTooLong);
}

TEST(SendPacket, D_34_a_gre_checksum_that_would_become_stale_is_refused) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4, .gre_flags = 0xA000});
  EXPECT_EQ(checked(submission), DropReason::kGreFlags);
}

TEST(SendPacket, KEY_30_a_tag_is_inserted_behind_the_addresses) {
  Submission submission(SampleFrame{});
  SendPacket packet(submission.request.packets[0], locate_options(submission.request, ActiveOffloads::all(), true));
  packet.insert_tag(0x6064);
  test::ByteString expected(submission.bytes.begin(), submission.bytes.begin() + 54);
  const std::array<std::uint8_t, 4> tag{0x81, 0x00, 0x60, 0x64};
  expected.insert(expected.begin() + 12, tag.begin(), tag.end());
  EXPECT_TRUE(std::ranges::equal(packet.headers(), expected));
}

TEST(SendPacket, KEY_30_only_the_enabled_parts_of_a_tag_are_inserted) {
  SendRequest request;
  auto offloads = ActiveOffloads::all();
  EXPECT_EQ(effective_tag(request, offloads), 0);
  request.tag_control = 0x6064;
  EXPECT_EQ(effective_tag(request, offloads), 0x6064);
  offloads.insert_priority = false;
  EXPECT_EQ(effective_tag(request, offloads), 0x0064);
  offloads.insert_vlan_id = false;
  EXPECT_EQ(effective_tag(request, offloads), 0);
  offloads.insert_priority = true;
  EXPECT_EQ(effective_tag(request, offloads), 0x6000);
}

TEST(SendPacket, LOC_16_the_offset_of_a_plain_request_has_to_name_the_transport_header) {
  Submission submission(SampleFrame{});
  const SendPacket packet(submission.request.packets[0],
                          locate_options(submission.request, ActiveOffloads::all(), true));
  EXPECT_EQ(check_transport(packet.map(), IpProtocol::kTcp, 0), std::nullopt);
  EXPECT_EQ(check_transport(packet.map(), IpProtocol::kTcp, 34), std::nullopt);
  EXPECT_EQ(check_transport(packet.map(), IpProtocol::kTcp, 36), DropReason::kOffsetMismatch);
}

TEST(SendPacket, LOC_15_the_offset_of_an_encapsulated_request_is_never_read) {
  Submission submission(SampleFrame{.outer = IpVersion::kV4});
  const SendPacket packet(submission.request.packets[0],
                          locate_options(submission.request, ActiveOffloads::all(), true));
  for (const std::uint16_t offset : {0, 34, 1023})
    EXPECT_EQ(check_transport(packet.map(), IpProtocol::kTcp, offset), std::nullopt);
}

}  // namespace
}  // namespace nvgre::offload
