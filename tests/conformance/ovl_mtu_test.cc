/// OVL: frames that do not fit, and who is told.
#include <cstddef>
#include <cstdint>

#include <gtest/gtest.h>

#include "tests/conformance/sample_host.h"

namespace nvgre::test {
namespace {

using wire::DropReason;

/// All pairings of versions.
class OvlMtu : public testing::TestWithParam<SampleFrame> {};
std::vector<SampleFrame> pairings() {
  std::vector<SampleFrame> frames;
  for (const auto versions : kAllVersions)
    frames.push_back({.outer = versions.outer, .inner = versions.inner, .protocol = 17});
  return frames;
}
INSTANTIATE_TEST_SUITE_P(WIRE_6, OvlMtu, testing::ValuesIn(pairings()), VersionName());

/// Outer IP header, GRE header, inner Ethernet header.
std::size_t overhead(const SampleFrame& frame) {
  return (frame.outer == IpVersion::kV4 ? 20 : 40) + 8 + 14;
}
/// The tenant's frame whose IP packet has `size` bytes; DF is set.
ByteString of_ip_size(SampleFrame frame, std::size_t size) {
  frame.payload_size = size - (frame.inner == IpVersion::kV4 ? 20 : 40) - 8;
  return finished(inside(frame));
}

/// Judges one ICMP message to the tenant, byte by byte: who gets it from whom, that `mtu` fits, what was too big.
void expect_too_big(const ByteString& told, const ByteString& frame, IpVersion inner, std::size_t mtu) {
  const bool v4 = inner == IpVersion::kV4;
  const std::size_t icmp = 14 + (v4 ? 20 : 40);
  ASSERT_GT(told.size(), icmp + 8);
  EXPECT_EQ(ByteString(told.begin(), told.begin() + 6), ByteString(frame.begin() + 6, frame.begin() + 12));
  EXPECT_EQ(word_at(told, 12), v4 ? 0x0800 : 0x86DD);
  const std::ptrdiff_t addresses = 14 + (v4 ? 12 : 8), size = v4 ? 4 : 16;
  EXPECT_TRUE(std::equal(told.begin() + addresses, told.begin() + addresses + size, frame.begin() + addresses + size));
  EXPECT_TRUE(
      std::equal(told.begin() + addresses + size, told.begin() + addresses + 2 * size, frame.begin() + addresses));
  EXPECT_EQ(told[14 + (v4 ? 9 : 6)], v4 ? 1 : 58);
  EXPECT_EQ(word_at(told, icmp), v4 ? 0x0304 : 0x0200);  // type and code
  EXPECT_EQ(word_at(told, icmp + 4), 0);
  EXPECT_EQ(word_at(told, icmp + 6), mtu);
  EXPECT_TRUE(std::equal(told.begin() + static_cast<std::ptrdiff_t>(icmp + 8), told.end(), frame.begin() + 14));
  auto summed = told;
  if (v4) {
    finish_ip(summed, 14);
    put(summed, icmp + 2, 0);
    put(summed, icmp + 2, ~unsigned{slow_sum(wire::Bytes(summed).subspan(icmp))});
  } else {
    // The pseudo-header of RFC 8200, section 8.1, and the message with its checksum in place.
    ByteString covered(told.begin() + 22, told.begin() + 54);
    const std::size_t length = told.size() - icmp;
    covered.insert(covered.end(),
                   {0, 0, static_cast<std::uint8_t>(length >> 8), static_cast<std::uint8_t>(length), 0, 0, 0, 58});
    covered.insert(covered.end(), told.begin() + static_cast<std::ptrdiff_t>(icmp), told.end());
    EXPECT_EQ(slow_sum(covered), 0xFFFF);
  }
  EXPECT_EQ(summed, told);
}

TEST_P(OvlMtu, OVL_9_11_a_frame_that_does_not_fit_is_dropped_whole_and_its_sender_told) {
  const auto& versions = GetParam();
  SampleHost host(Side::kSender, *versions.outer);
  const std::size_t fits = 1500 - overhead(versions);
  EXPECT_EQ(fits, versions.outer == IpVersion::kV4 ? 1458U : 1438U);
  const auto packets = host.send(of_ip_size(versions, fits));
  ASSERT_EQ(packets.size(), 1U);
  EXPECT_EQ(packets[0].size() - 14, 1500U);
  EXPECT_TRUE(host.ports.units.empty());
  const auto frame = of_ip_size(versions, fits + 1);
  EXPECT_EQ(host.send(frame), ByteStrings());
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
  ASSERT_EQ(host.ports.units.size(), 1U);
  EXPECT_EQ(host.ports.units[0].port, host.port("tenant"));
  expect_too_big(host.ports.units[0].bytes, frame, versions.inner, fits);
}

TEST(Ovl, OVL_9_no_outer_packet_is_ever_a_fragment) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6})
    for (std::size_t size = 1300; size < 1700; size += 7) {
      SampleHost host(Side::kSender, outer, [](PolicyDescription& policy) { policy.subnets[0].fragment = true; });
      for (const auto& packet : host.send(of_ip_size({.outer = outer, .protocol = 17, .inner_fragment = 0}, size))) {
        EXPECT_LE(packet.size() - 14, 1500U);
        if (outer == IpVersion::kV4)
          EXPECT_EQ(word_at(packet, 20), 0x4000);
        else
          EXPECT_EQ(packet[20], 47);
      }
    }
}

TEST(Ovl, OVL_11_a_frame_without_DF_is_dropped_in_silence) {
  SampleHost host(Side::kSender);
  EXPECT_EQ(host.send(of_ip_size({.outer = IpVersion::kV4, .protocol = 17, .inner_fragment = 0}, 1459)), ByteStrings());
  EXPECT_EQ(host.drops(DropReason::kTooBig), 1U);
  EXPECT_TRUE(host.ports.units.empty());
}

TEST(Ovl, OVL_12_inner_fragments_that_each_fit_where_the_policy_allows_them) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6}) {
    const SampleFrame versions{.outer = outer, .protocol = 17, .inner_fragment = 0};
    const auto frame = of_ip_size(versions, 4000);
    SampleHost forbidding(Side::kSender, outer);
    EXPECT_EQ(forbidding.send(frame), ByteStrings());
    EXPECT_EQ(forbidding.drops(DropReason::kTooBig), 1U);
    SampleHost allowing(Side::kSender, outer, [](PolicyDescription& policy) { policy.subnets[0].fragment = true; });
    const auto packets = allowing.send(frame);
    ASSERT_EQ(packets.size(), 3U);
    ByteString joined;
    for (std::size_t i = 0; i < packets.size(); ++i) {
      const std::size_t ip = layout_of(versions).inner_ip;
      EXPECT_LE(packets[i].size() - 14, 1500U);
      EXPECT_EQ(word_at(packets[i], ip + 2), packets[i].size() - ip);
      EXPECT_EQ(word_at(packets[i], ip + 4), 0x1234) << "one ID";
      EXPECT_EQ(word_at(packets[i], ip + 6), (i + 1 < packets.size() ? 0x2000U : 0U) | joined.size() / 8);
      auto summed = packets[i];
      finish_ip(summed, ip);
      EXPECT_EQ(summed, packets[i]);
      joined.insert(joined.end(), packets[i].begin() + static_cast<std::ptrdiff_t>(ip + 20), packets[i].end());
    }
    EXPECT_EQ(joined, ByteString(frame.begin() + 34, frame.end()));
    EXPECT_EQ(allowing.send(of_ip_size({.outer = outer, .protocol = 17}, 4000)), ByteStrings()) << "DF is set";
  }
}

/// What a router at host 0xFE says to `packet`'s sender: only `mtu` bytes fit.
ByteString router_says(const ByteString& packet, std::uint16_t mtu) {
  const bool v4 = packet[12] == 0x08;
  ByteString message(packet.begin() + 6, packet.begin() + 12);
  message.insert(message.end(), {0x02, 0, 0, 0, 0x50, 0xFE, packet[12], packet[13]});
  const ByteString quoted(packet.begin() + 14, packet.begin() + 14 + 200);
  const std::size_t length = 8 + quoted.size();
  const auto high = static_cast<std::uint8_t>((length + 20) >> 8), low = static_cast<std::uint8_t>(length + 20);
  if (v4) {
    message.insert(message.end(), {0x45, 0, high, low, 0, 1, 0, 0, 64, 1, 0, 0, 192, 0, 2, 0xFE, 192, 0, 2, 1});
    finish_ip(message, 14);
    message.insert(message.end(),
                   {3, 4, 0, 0, 0, 0, static_cast<std::uint8_t>(mtu >> 8), static_cast<std::uint8_t>(mtu)});
    message.insert(message.end(), quoted.begin(), quoted.end());
    put(message, 36, ~unsigned{slow_sum(wire::Bytes(message).subspan(34))});
    return message;
  }
  message.insert(message.end(), {0x60, 0, 0, 0, 0, static_cast<std::uint8_t>(length), 58, 64});
  for (const std::uint8_t last : {0xFE, 1})
    message.insert(message.end(), {0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
  message.insert(message.end(),
                 {2, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(mtu >> 8), static_cast<std::uint8_t>(mtu)});
  message.insert(message.end(), quoted.begin(), quoted.end());
  ByteString covered(message.begin() + 22, message.end());
  covered.insert(covered.end(), {0, static_cast<std::uint8_t>(length), 0, 58});
  put(message, 56, ~unsigned{slow_sum(covered)});
  return message;
}

TEST_P(OvlMtu, OVL_13_a_router_s_message_lowers_what_the_next_frame_is_told) {
  const auto& versions = GetParam();
  SampleHost host(Side::kSender, *versions.outer);
  const auto packet = host.send(of_ip_size(versions, 1430)).at(0);
  host.receive(router_says(packet, 1400));
  const auto peer = sample_provider(*versions.outer, 2);
  ASSERT_EQ(host.events.path_mtus, (std::vector<std::pair<wire::ProviderAddress, std::size_t>>{{peer, 1400}}));
  host.underlay.next_hops[peer].path_mtu = host.events.path_mtus[0].second;  // as the data plane does
  host.ports.units.clear();
  const auto frame = of_ip_size(versions, 1400 - overhead(versions) + 1);
  EXPECT_EQ(host.send(frame), ByteStrings());
  ASSERT_EQ(host.ports.units.size(), 1U);
  expect_too_big(host.ports.units[0].bytes, frame, versions.inner, 1400 - overhead(versions));
  host.receive(router_says(packet, 1450));
  EXPECT_EQ(host.events.path_mtus.size(), 1U) << "never raised by a message";
}

TEST_P(OvlMtu, OVL_13_a_path_is_never_taken_for_wider_than_the_interface) {
  const auto& versions = GetParam();
  SampleHost host(Side::kSender, *versions.outer);
  host.receive(router_says(host.send(of_ip_size(versions, 1430)).at(0), 9000));
  EXPECT_TRUE(host.events.path_mtus.empty());
  host.underlay.next_hops[sample_provider(*versions.outer, 2)].path_mtu = 9000;
  EXPECT_EQ(host.send(of_ip_size(versions, 1500 - overhead(versions) + 1)), ByteStrings());
}

TEST(Ovl, OVL_13_a_message_about_a_packet_that_was_never_sent_is_not_believed) {
  SampleHost host(Side::kSender);
  auto packet = host.send(of_ip_size({.outer = IpVersion::kV4, .protocol = 17}, 1400)).at(0);
  auto of_another_host = packet;
  of_another_host[14 + 15] = 9;
  host.receive(router_says(of_another_host, 1000));
  auto of_another_subnet = packet;
  of_another_subnet[38] = 0x77;
  host.receive(router_says(of_another_subnet, 1000));
  auto damaged = router_says(packet, 1000);
  damaged[37] ^= 1;  // the checksum
  host.receive(damaged);
  EXPECT_TRUE(host.events.path_mtus.empty());
}

TEST(Ovl, OVL_14_the_default_MTU_of_a_tenant_is_1458_over_IPv4_and_1438_over_IPv6) {
  for (const auto& [outer, expected] : {std::pair{IpVersion::kV4, 1458U}, std::pair{IpVersion::kV6, 1438U}}) {
    const SampleHost host(Side::kSender, outer);
    EXPECT_EQ(host.policy->tenant_mtu(host.port("tenant"), 1500), expected);
    EXPECT_EQ(host.policy->tenant_mtu(host.port("tenant"), 9000), expected + 7500);
  }
}

}  // namespace
}  // namespace nvgre::test
