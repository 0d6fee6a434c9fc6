#include "nvgre/overlay/path_mtu.h"

#include <functional>

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using wire::IpVersion;

const wire::IpAddress& router(IpVersion version) {
  static const wire::IpAddress kV4 = ipv4(198, 18, 0, 254), kV6 = ipv6(1, 254);
  return version == IpVersion::kV4 ? kV4 : kV6;
}

/// An NVGRE packet as we send it, from its outer IP header on.
wire::ByteVector sent_packet(IpVersion outer, wire::ProviderAddress from, wire::ProviderAddress to,
                             wire::Vsid in = kBlue) {
  auto frame = wire::FrameBuilder()
                   .ethernet(kUnderlayMac, next_hop_mac(2))
                   .ip(from.ip(), to.ip())
                   .nvgre(in)
                   .ethernet(mac(1, 1), mac(1, 2))
                   .ip(customer(outer, 1), customer(outer, 2))
                   .udp(1, 2)
                   .counting_payload(1380)
                   .build();
  frame.erase(frame.begin(), frame.begin() + 14);
  return frame;
}
wire::ByteVector sent_packet(IpVersion outer) {
  return sent_packet(outer, provider(outer, 1), provider(outer, 2));
}

/// A router's message to our first PA.
wire::ByteVector message(IpVersion outer, std::uint32_t mtu, const wire::ByteVector& quoted) {
  const wire::TooBigFields fields{
      .source = router(outer), .destination = provider(outer, 1).ip(), .mtu = mtu, .quoted = quoted};
  wire::ByteVector bytes(14 + fields.size());
  wire::write_ethernet(bytes,
                       {.destination = kUnderlayMac,
                        .source = next_hop_mac(9),
                        .tags = {},
                        .ether_type = outer == IpVersion::kV4 ? wire::EtherType::kIpv4 : wire::EtherType::kIpv6});
  wire::write_too_big(wire::MutableBytes(bytes).subspan(14), fields);
  return bytes;
}

std::optional<PathMtuReport> judged(
    IpVersion outer, const wire::ByteVector& frame, const std::function<void(Underlay&)>& change = [](Underlay&) {}) {
  const Policy policy(two_tenants(outer), 1);
  auto underlay = resolved_underlay();
  change(underlay);
  const auto map = wire::locate(frame);
  if (!is_too_big_message(frame, map)) return std::nullopt;
  return judge_too_big(frame, map, policy, underlay);
}
std::optional<std::size_t> believed_mtu(IpVersion outer, std::uint32_t mtu) {
  const auto report = judged(outer, message(outer, mtu, sent_packet(outer)));
  if (!report) return std::nullopt;
  EXPECT_EQ(report->destination, provider(outer, 2));
  return report->mtu;
}

TEST(PathMtu, OVL_13_believes_a_message_about_what_we_may_have_sent) {
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 1400), 1400U);
  EXPECT_EQ(believed_mtu(IpVersion::kV6, 1400), 1400U);
}

TEST(PathMtu, OVL_13_believes_one_that_quotes_only_eight_bytes_behind_the_ip_header) {
  auto quoted = sent_packet(IpVersion::kV4);
  quoted.resize(20 + 8);
  EXPECT_TRUE(judged(IpVersion::kV4, message(IpVersion::kV4, 1400, quoted)));
  quoted.resize(20 + 7);
  EXPECT_FALSE(judged(IpVersion::kV4, message(IpVersion::kV4, 1400, quoted)));
}

TEST(PathMtu, OVL_13_never_goes_below_576_and_1280) {
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 576), 576U);
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 575), 576U);
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 0), 576U);
  EXPECT_EQ(believed_mtu(IpVersion::kV6, 1280), 1280U);
  EXPECT_EQ(believed_mtu(IpVersion::kV6, 1279), std::nullopt);
}

TEST(PathMtu, OVL_13_never_raises_what_is_known) {
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 1500), std::nullopt);
  EXPECT_EQ(believed_mtu(IpVersion::kV4, 9000), std::nullopt);
  const auto frame = message(IpVersion::kV4, 1400, sent_packet(IpVersion::kV4));
  EXPECT_FALSE(judged(IpVersion::kV4, frame, [](Underlay& it) { it.next_hops[provider_v4(2)].path_mtu = 1400; }));
  EXPECT_TRUE(judged(IpVersion::kV4, frame, [](Underlay& it) { it.next_hops[provider_v4(2)].path_mtu = 1401; }));
  EXPECT_FALSE(judged(IpVersion::kV4, frame, [](Underlay& it) { it.mtu = 1400; }));
  EXPECT_FALSE(judged(IpVersion::kV4, frame,
                      [](Underlay& it) { it.next_hops_by_source[{provider_v4(1), provider_v4(2)}].path_mtu = 1400; }));
}

TEST(PathMtu, OVL_13_ignores_what_we_did_not_send) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6}) {
    const auto ignored = [outer](const wire::ByteVector& quoted) {
      return !judged(outer, message(outer, 1400, quoted));
    };
    EXPECT_TRUE(ignored(sent_packet(outer, provider(outer, 3), provider(outer, 2)))) << "another source";
    EXPECT_TRUE(ignored(sent_packet(outer, provider(outer, 1), provider(outer, 3)))) << "an unknown PA";
    EXPECT_TRUE(ignored(sent_packet(outer, provider(outer, 1), provider(outer, 2), vsid(7777)))) << "an unknown VSID";
    auto flags = sent_packet(outer);
    flags[outer == IpVersion::kV4 ? 20 : 40] |= 0x80;
    EXPECT_TRUE(ignored(flags)) << "no NVGRE";
    auto udp = blue_packet(outer).udp(1, 2).counting_payload(100).build();
    udp.erase(udp.begin(), udp.begin() + 14);
    EXPECT_TRUE(ignored(udp)) << "no GRE";
  }
}

TEST(PathMtu, OVL_13_ignores_a_message_with_a_wrong_checksum_or_for_another_address) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6}) {
    auto corrupt = message(outer, 1400, sent_packet(outer));
    corrupt.back() ^= 1;
    EXPECT_FALSE(judged(outer, corrupt));
  }
  auto header = message(IpVersion::kV4, 1400, sent_packet(IpVersion::kV4));
  header[14 + 8] ^= 1;  // TTL, not covered by ICMP's checksum
  EXPECT_FALSE(judged(IpVersion::kV4, header));
  auto elsewhere = message(IpVersion::kV4, 1400, sent_packet(IpVersion::kV4));
  wire::Ipv4Writer(wire::MutableBytes(elsewhere).subspan(14)).set_destination(provider_v4(9).ip()).update_checksum();
  EXPECT_FALSE(judged(IpVersion::kV4, elsewhere));
}

TEST(PathMtu, survives_a_message_cut_anywhere) {
  for (const auto outer : {IpVersion::kV4, IpVersion::kV6}) {
    const auto whole = message(outer, 1400, sent_packet(outer));
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_FALSE(judged(outer, {whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)})) << size;
  }
}

}  // namespace
}  // namespace nvgre::overlay
