/// RXC: checksums of what is received.
#include <cstddef>
#include <cstdint>
#include <iostream>
#include <iterator>
#include <optional>
#include <random>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/conformance/sample_host.h"
#include "tests/conformance/seen_packet.h"
#include "tests/support/adapter_support.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::test {
namespace {

using offload::ActiveOffloads;
using offload::ReceiveChecksum;

ReceiveChecksum validated(const ByteString& packet, const ActiveOffloads& offloads = ActiveOffloads::all()) {
  return see(packet, offloads).checksum;
}
ReceiveChecksum validated(const SampleFrame& frame, const ActiveOffloads& offloads = ActiveOffloads::all()) {
  return validated(finished(frame), offloads);
}
/// The packet with one bit of one byte turned over.
ByteString flipped(ByteString packet, std::size_t offset) {
  packet[offset] ^= 0x10;
  return packet;
}

/// Result bits by name: "ip+" succeeded, "ip-" failed; "tcp+", "udp-" and so on.
ReceiveChecksum bits(std::string_view ip, std::string_view transport = "") {
  return {.ip_failed = ip == "ip-",
          .ip_succeeded = ip == "ip+",
          .tcp_failed = transport == "tcp-",
          .tcp_succeeded = transport == "tcp+",
          .udp_failed = transport == "udp-",
          .udp_succeeded = transport == "udp+"};
}
std::string_view good(const SampleFrame& frame) {
  return frame.protocol == 6 ? "tcp+" : "udp+";
}
std::string_view bad(const SampleFrame& frame) {
  return frame.protocol == 6 ? "tcp-" : "udp-";
}
/// What the IP bits say of a packet whose IPv4 headers are right.
std::string_view good_ip(const SampleFrame& frame) {
  return frame.outer == IpVersion::kV4 || frame.inner == IpVersion::kV4 ? "ip+" : "";
}

/// All pairings of versions and plain packets, TCP and UDP.
class Rxc : public testing::TestWithParam<SampleFrame> {};
std::vector<SampleFrame> all_frames() {
  auto frames = version_matrix(6);
  const auto udp = version_matrix(17);
  frames.insert(frames.end(), udp.begin(), udp.end());
  return frames;
}
INSTANTIATE_TEST_SUITE_P(WIRE_6, Rxc, testing::ValuesIn(all_frames()), VersionName());

/// Those of all frames that a rule speaks of.
template <typename Condition>
std::vector<SampleFrame> frames_with(Condition condition) {
  auto frames = all_frames();
  std::erase_if(frames, [&](const SampleFrame& frame) { return !condition(frame); });
  return frames;
}
class RxcEncapsulated : public Rxc {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, RxcEncapsulated, testing::ValuesIn(encapsulated_matrix()), VersionName());
class RxcUdp : public Rxc {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, RxcUdp,
                         testing::ValuesIn(frames_with([](const auto& frame) { return frame.protocol == 17; })),
                         VersionName());
class RxcIpv6 : public Rxc {};
INSTANTIATE_TEST_SUITE_P(WIRE_6, RxcIpv6, testing::ValuesIn(frames_with([](const auto& frame) {
                           return frame.inner == IpVersion::kV6;
                         })),
                         VersionName());

TEST_P(Rxc, RXC_1_nothing_is_reported_before_activation) {
  offload::Adapter adapter;
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  EXPECT_EQ(validated(GetParam(), adapter.active()), ReceiveChecksum()) << "OID_OFFLOAD_ENCAPSULATION is missing";
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  EXPECT_EQ(validated(GetParam(), adapter.active()), bits(good_ip(GetParam()), good(GetParam())));
}

TEST_P(Rxc, RXC_8_good_and_bad_checksums_of_the_inner_transport) {
  auto frame = GetParam();
  for (const std::size_t size : {0, 1, 2, 99, 1400}) {
    frame.payload_size = size;
    const auto packet = finished(frame);
    EXPECT_EQ(validated(packet), bits(good_ip(frame), good(frame))) << size;
    for (const std::size_t offset : {layout_of(frame).transport + 1, packet.size() - 1})
      EXPECT_EQ(validated(flipped(packet, offset)), bits(good_ip(frame), bad(frame))) << size << ' ' << offset;
  }
}

TEST_P(Rxc, RXC_8_the_pseudo_header_is_the_inner_one) {
  const auto layout = layout_of(GetParam());
  const bool v4 = GetParam().inner == IpVersion::kV4;
  auto packet = finished(GetParam());
  packet[layout.inner_ip + (v4 ? 15 : 23)] ^= 0x10;  // the inner source address
  if (v4) finish_ip(packet, layout.inner_ip);
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam()), bad(GetParam())));
}

TEST_P(RxcEncapsulated, RXC_8_the_outer_addresses_are_no_part_of_it) {
  const auto layout = layout_of(GetParam());
  auto packet = finished(GetParam());
  const bool outer_v4 = GetParam().outer == IpVersion::kV4;
  packet[layout.outer_ip + (outer_v4 ? 15 : 23)] ^= 0x10;
  if (outer_v4) finish_ip(packet, layout.outer_ip);
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam()), good(GetParam())));
}

TEST(RxcMixed, RXC_2_never_both_bits_of_a_pair_and_never_two_protocols) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  const auto frames = all_frames();
  for (int i = 0; i < 20'000; ++i) {
    auto packet = finished(frames[random() % frames.size()]);
    for (unsigned flips = random() % 4; flips > 0; --flips) packet[random() % packet.size()] ^= 1U << random() % 8;
    const auto result = validated(packet);
    ASSERT_FALSE(result.ip_failed && result.ip_succeeded) << i;
    ASSERT_LE(result.tcp_failed + result.tcp_succeeded + result.udp_failed + result.udp_succeeded, 1) << i;
  }
}

TEST_P(Rxc, RXC_3_a_fragment_is_not_validated_and_everything_else_is) {
  auto frame = GetParam();
  EXPECT_EQ(validated(frame), bits(good_ip(frame), good(frame)));
  frame.inner_fragment = 0x2000;
  frame.inner_fragment_header = frame.inner == IpVersion::kV6;
  EXPECT_EQ(validated(frame), bits(good_ip(frame)));
}

TEST_P(Rxc, RXC_4_packets_with_wrong_checksums_are_indicated_byte_identical) {
  const auto packet = flipped(finished(GetParam()), layout_of(GetParam()).transport + 1);
  const auto before = packet;
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam()), bad(GetParam())));
  EXPECT_EQ(packet, before);
}

TEST_P(RxcEncapsulated, RXC_4_a_frame_with_a_wrong_checksum_is_delivered_byte_identical) {
  const auto packet = flipped(finished(GetParam()), layout_of(GetParam()).transport + 1);
  SampleHost host(Side::kReceiver, *GetParam().outer);
  host.receive(packet);
  const auto inner = packet.begin() + static_cast<std::ptrdiff_t>(layout_of(GetParam()).inner_link);
  ASSERT_EQ(host.ports.units.size(), 1U);
  EXPECT_EQ(host.ports.units[0].bytes, ByteString(inner, packet.end()));
  EXPECT_EQ(host.ports.units[0].checksum, bits(GetParam().inner == IpVersion::kV4 ? "ip+" : "", bad(GetParam())));
}

TEST(RxcPlain, RXC_5_a_plain_IPv4_header_is_judged_and_an_IPv6_header_never) {
  const SampleFrame frame;
  EXPECT_EQ(validated(frame), bits("ip+", "tcp+"));
  EXPECT_EQ(validated(flipped(finished(frame), 14 + 8)), bits("ip-", "tcp+"));  // TTL
  const SampleFrame v6{.inner = IpVersion::kV6};
  EXPECT_EQ(validated(v6), bits("", "tcp+"));
  EXPECT_EQ(validated(flipped(finished(v6), 14 + 7)), bits("", "tcp+"));  // hop limit
}

TEST_P(RxcEncapsulated, RXC_6_7_ip_bits_speak_of_every_IPv4_header_there_is) {
  const auto& frame = GetParam();
  const auto layout = layout_of(frame);
  const bool outer_v4 = frame.outer == IpVersion::kV4, inner_v4 = frame.inner == IpVersion::kV4;
  for (const bool outer_is_good : {true, false})
    for (const bool inner_is_good : {true, false}) {
      auto packet = finished(frame);
      if (!outer_is_good) packet[layout.outer_ip + (outer_v4 ? 8 : 7)] ^= 1;  // TTL or hop limit
      if (!inner_is_good) packet[layout.inner_ip + (inner_v4 ? 8 : 7)] ^= 1;
      const bool is_good = (outer_is_good || !outer_v4) && (inner_is_good || !inner_v4);
      EXPECT_EQ(validated(packet), bits(!outer_v4 && !inner_v4 ? "" : is_good ? "ip+" : "ip-", good(frame)));
    }
}

TEST_P(Rxc, RXC_9_inner_headers_wait_for_a_successful_set_for_NVGRE) {
  const auto& frame = GetParam();
  offload::Adapter adapter;
  ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
  const auto outer_only = bits(frame.outer == IpVersion::kV4 ? "ip+" : "");
  const auto all = bits(good_ip(frame), good(frame));
  EXPECT_EQ(validated(frame, adapter.active()), frame.outer ? outer_only : all);
  EXPECT_FALSE(adapter.set_parameters({.encapsulated = offload::SwitchSetting::kOn, .encapsulation_types = 2}));
  EXPECT_EQ(validated(frame, adapter.active()), frame.outer ? outer_only : all) << "VXLAN is refused";
  ASSERT_TRUE(adapter.set_parameters(kNvgreOn));
  EXPECT_EQ(validated(frame, adapter.active()), all);
  ASSERT_TRUE(adapter.set_parameters(kNvgreOff));
  EXPECT_EQ(validated(frame, adapter.active()), frame.outer ? outer_only : all);
}

TEST_P(RxcUdp, RXC_10_a_UDP_checksum_of_0_says_nothing) {
  auto packet = finished(GetParam());
  put(packet, layout_of(GetParam()).transport + 6, 0);
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam())));
}

TEST_P(Rxc, RXC_11_fragments_first_middle_and_last_have_IP_bits_only) {
  auto frame = GetParam();
  if (frame.inner == IpVersion::kV6) {
    frame.inner_fragment_header = true;
    for (const unsigned offset_and_more : {0x0001U, 0x0051U, 0x00A0U, 0x0000U}) {  // the last is an atomic fragment
      auto packet = finished(frame);
      put(packet, layout_of(frame).transport - 8 + 2, offset_and_more);
      EXPECT_EQ(validated(packet), bits(good_ip(frame))) << offset_and_more;
    }
    return;
  }
  for (const std::uint16_t flags_and_offset : {0x2000, 0x200A, 0x0014}) {
    frame.inner_fragment = flags_and_offset;
    EXPECT_EQ(validated(frame), bits("ip+")) << flags_and_offset;
    EXPECT_EQ(validated(flipped(finished(frame), layout_of(frame).inner_ip + 8)), bits("ip-")) << flags_and_offset;
  }
}

TEST_P(Rxc, RXC_12_what_is_cut_still_shows_the_IP_headers_that_are_whole) {
  const auto& frame = GetParam();
  const auto layout = layout_of(frame);
  const auto whole = finished(frame);
  const bool outer_v4 = frame.outer == IpVersion::kV4, inner_v4 = frame.inner == IpVersion::kV4;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const ByteString cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    const bool has_outer = outer_v4 && size >= layout.outer_ip + 20;
    const bool has_inner = inner_v4 && size >= layout.inner_ip + 20;
    ASSERT_EQ(validated(cut), bits(has_outer || has_inner ? "ip+" : "")) << size;
    if (!has_inner) continue;
    ASSERT_EQ(validated(flipped(cut, layout.inner_ip + 8)), bits("ip-")) << size;
  }
}

TEST_P(Rxc, RXC_3_an_IP_length_below_its_header_leaves_the_transport_unjudged_whatever_else_is_wrong) {
  auto frame = GetParam();
  const auto with_lengths_of_7 = [&] {
    auto packet = finished(frame);
    const auto ip = layout_of(frame).inner_ip;
    if (frame.inner == IpVersion::kV4) {
      put(packet, ip + 2, 19);
      test::finish_ip(packet, ip);
    } else {
      packet[ip + 6] = 60;  // destination options take the transport header's place: 8 bytes, and 7 in the length
      put(packet, ip + 4, 7);
      const std::uint8_t options[] = {frame.protocol, 0, 1, 4, 0, 0, 0, 0};
      packet.insert(packet.begin() + static_cast<std::ptrdiff_t>(ip + 40), std::begin(options), std::end(options));
    }
    return packet;
  };
  EXPECT_EQ(validated(with_lengths_of_7()), bits(good_ip(frame)));
  if (!frame.outer) return;
  auto reserved = with_lengths_of_7();
  for (std::size_t i = 0; i < 3; ++i) reserved[layout_of(frame).gre + 4 + i] = 0;  // VSID 0
  EXPECT_EQ(validated(reserved), bits(good_ip(frame)));
  frame.gre_flags = 0x3000;
  EXPECT_EQ(validated(with_lengths_of_7()), bits(good_ip(frame))) << "with a sequence number (D-34)";
}

TEST_P(Rxc, RXC_13_other_transports_have_IP_bits_only) {
  auto frame = GetParam();
  for (const std::uint8_t protocol : {1, 58, 132, 47}) {
    frame.protocol = protocol;
    EXPECT_EQ(validated(frame), bits(good_ip(frame))) << int{protocol};
  }
}

/// An IPv6 packet whose destination options header is turned into a routing header of 24 bytes that names `address`.
/// Its checksum covers 2001:db8:1::22, SampleFrame's destination.
ByteString routed(SampleFrame frame, std::uint8_t type, std::uint8_t segments_left, std::uint8_t address_in_header,
                  std::uint8_t address_in_route) {
  frame.inner_options = 24;
  auto packet = finished(frame);
  const std::size_t ip = layout_of(frame).inner_ip, route = ip + 40;
  packet[ip + 6] = 43;
  packet[route + 2] = type;
  packet[route + 3] = segments_left;
  std::fill_n(packet.begin() + static_cast<std::ptrdiff_t>(route + 4), 4, 0);
  std::copy_n(packet.begin() + static_cast<std::ptrdiff_t>(ip + 24), 16,
              packet.begin() + static_cast<std::ptrdiff_t>(route + 8));
  packet[ip + 39] = address_in_header;
  packet[route + 23] = address_in_route;
  return packet;
}

TEST_P(RxcIpv6, RXC_14_the_final_destination_of_a_routing_header_counts) {
  const auto ip = good_ip(GetParam());
  for (const std::uint8_t type : {0, 2}) {
    EXPECT_EQ(validated(routed(GetParam(), type, 1, 0x77, 0x22)), bits(ip, good(GetParam()))) << "under way";
    EXPECT_EQ(validated(routed(GetParam(), type, 0, 0x22, 0x77)), bits(ip, good(GetParam()))) << "arrived";
    EXPECT_EQ(validated(routed(GetParam(), type, 1, 0x22, 0x77)), bits(ip, bad(GetParam())));
    EXPECT_EQ(validated(routed(GetParam(), type, 0, 0x77, 0x22)), bits(ip, bad(GetParam())));
  }
  EXPECT_EQ(validated(routed(GetParam(), 4, 1, 0x77, 0x22)), bits(ip)) << "a type whose end is not known";
}

TEST_P(Rxc, RXC_15_padding_behind_the_packet_is_left_out) {
  auto frame = GetParam();
  frame.payload_size = 3;
  frame.trailing = 37;
  EXPECT_EQ(validated(frame), bits(good_ip(frame), good(frame)));
}

TEST_P(Rxc, RXC_15_extension_headers_are_left_out_of_the_length) {
  auto frame = GetParam();
  frame.inner_options = 24;
  EXPECT_EQ(validated(frame), bits(good_ip(frame), good(frame)));
}

TEST_P(RxcUdp, RXC_15_a_UDP_length_may_be_less_than_the_IP_payload_and_not_more) {
  const auto layout = layout_of(GetParam());
  auto packet = finished(GetParam());
  put(packet, layout.transport + 4, 8 + 60);
  finish_transport(packet, layout.inner_ip, layout.transport, layout.transport + 68, 17);
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam()), "udp+")) << "the bytes behind it are none of UDP's";
  EXPECT_EQ(validated(flipped(packet, packet.size() - 1)), bits(good_ip(GetParam()), "udp+"));
  put(packet, layout.transport + 4, 8 + 101);
  EXPECT_EQ(validated(packet), bits(good_ip(GetParam()))) << "no UDP at all";
}

TEST_P(Rxc, RXC_16_the_longest_options_and_128_bytes_of_extension_headers) {
  auto offloads = ActiveOffloads::all();
  offloads.max_header_size = 1024;
  auto frame = GetParam();
  frame.tcp_options = frame.protocol == 6 ? 40 : 0;
  frame.inner_options = frame.inner == IpVersion::kV4 ? 40 : 128;
  if (frame.outer) frame.outer_options = *frame.outer == IpVersion::kV4 ? 40 : 128;
  const auto packet = finished(frame);
  EXPECT_EQ(validated(packet, offloads), bits(good_ip(frame), good(frame)));
  EXPECT_EQ(validated(flipped(packet, packet.size() - 1), offloads), bits(good_ip(frame), bad(frame)));
}

TEST(RxcDelivery, RXC_17_a_loopback_bit_that_was_set_stays_set) {
  const auto bytes = finished({});
  for (const bool is_set : {true, false}) {
    Batch batch;
    batch.add(bytes).checksum.loopback = is_set;
    ASSERT_EQ(batch.run().size(), 1U);
    EXPECT_EQ(batch.run()[0].checksum.loopback, is_set);
  }
  EXPECT_FALSE(validated(bytes).loopback);
}

TEST_P(Rxc, RXC_18_stale_value_bits_are_0_without_coalescing) {
  for (const auto& packet : {finished(GetParam()), flipped(finished(GetParam()), finished(GetParam()).size() - 1)}) {
    const auto result = validated(packet);
    EXPECT_FALSE(result.tcp_value_invalid);
    EXPECT_FALSE(result.ip_value_invalid);
  }
}

TEST_P(Rxc, RXC_19_STATE_27_transmit_only_leaves_the_received_TCP_of_that_version_alone) {
  const auto& frame = GetParam();
  const bool has_v4 = frame.outer == IpVersion::kV4 || frame.inner == IpVersion::kV4;
  offload::Adapter adapter(offload::Capabilities(), keywords_of({{"TCPChecksumOffloadIPv4", "1"}}));
  adapter.turn_everything_on();
  // An encapsulated packet needs the offload for the versions of both its headers.
  const bool is_left_alone = frame.protocol == 6 && has_v4;
  EXPECT_EQ(validated(frame, adapter.active()).transport_succeeded(), !is_left_alone);
  EXPECT_FALSE(validated(frame, adapter.active()).transport_failed());
  EXPECT_EQ(validated(frame, adapter.active()).ip_succeeded, has_v4);
}

TEST(RxcDelivery, RXC_19_receive_only_is_value_3_and_transmit_only_value_2_of_the_parameters) {
  const SampleFrame udp{.protocol = 17}, udp_v6{.inner = IpVersion::kV6, .protocol = 17};
  for (const auto& [setting, receives] :
       {std::pair{offload::ChecksumSetting::kTransmit, false}, std::pair{offload::ChecksumSetting::kReceive, true}}) {
    offload::Adapter adapter;
    adapter.turn_everything_on();
    ASSERT_TRUE(adapter.set_parameters({.udp_v4_checksum = setting}));
    EXPECT_EQ(validated(udp, adapter.active()).udp_succeeded, receives);
    EXPECT_EQ(adapter.active().transmit_checksum.udp.v4, !receives);
    EXPECT_TRUE(validated(udp_v6, adapter.active()).udp_succeeded);
  }
}

TEST_P(RxcEncapsulated, RXC_20_a_delivered_frame_has_the_bits_of_its_own_headers) {
  const auto& frame = GetParam();
  const auto delivered = [&](const ByteString& packet) {
    SampleHost host(Side::kReceiver, *frame.outer);
    host.receive(packet);
    return host.ports.units.empty() ? std::nullopt : std::optional(host.ports.units[0].checksum);
  };
  const auto layout = layout_of(frame);
  const bool inner_v4 = frame.inner == IpVersion::kV4;
  EXPECT_EQ(delivered(finished(frame)), bits(inner_v4 ? "ip+" : "", good(frame)));
  if (inner_v4) {
    EXPECT_EQ(delivered(flipped(finished(frame), layout.inner_ip + 8)), bits("ip-", good(frame)));
  }
  if (frame.outer == IpVersion::kV4) {
    EXPECT_EQ(delivered(flipped(finished(frame), layout.outer_ip + 8)), std::nullopt)
        << "a wrong outer header is dropped";
  }
}

}  // namespace
}  // namespace nvgre::test
