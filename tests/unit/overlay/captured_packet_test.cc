#include "nvgre/overlay/captured_packet.h"

#include <gtest/gtest.h>

#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"

namespace nvgre::overlay {
namespace {

using test::ByteString;
using test::write;
using wire::DropReason;
using wire::IpVersion;

TunnelFields tunnel(IpVersion version) {
  const bool is_v4 = version == IpVersion::kV4;
  const auto provider = [](const char* text) { return wire::ProviderAddress(*wire::IpAddress::parse(text)); };
  return {.source_mac = {},
          .destination_mac = {},
          .vlan = std::nullopt,
          .source = provider(is_v4 ? "198.18.0.1" : "2001:db8::1"),
          .destination = provider(is_v4 ? "198.18.0.2" : "2001:db8::2"),
          .vsid = *wire::Vsid::from(5001)};
}

ByteString whole(const TunnelEntrance::Packet& packet) {
  ByteString bytes(packet.headers.begin(), packet.headers.end());
  bytes.insert(bytes.end(), packet.payload.begin(), packet.payload.end());
  return bytes;
}

TEST(CapturedPacket, WIRE_6_what_was_wrapped_is_unwrapped_in_every_pairing) {
  for (const auto versions : test::kAllVersions) {
    TunnelEntrance entrance(tunnel(versions.outer), FlowIdSource::kFlowHash);
    const auto frame = write({.inner = versions.inner});
    const auto packet = entrance.wrap(frame, frame.size());
    ASSERT_TRUE(packet);
    auto bytes = whole(*packet);
    EXPECT_EQ(packet->size, bytes.size());
    EXPECT_TRUE(test::SlowPacket(bytes, true).ip_verifies(14));
    const auto inner = unwrap(bytes, bytes.size());
    ASSERT_TRUE(inner);
    EXPECT_EQ(inner->vsid.value(), 5001U);
    EXPECT_EQ(ByteString(inner->bytes.begin(), inner->bytes.end()), frame);
    EXPECT_EQ(inner->size, frame.size());
  }
}

TEST(CapturedPacket, WIRE_13_a_packet_of_any_length_is_unwrapped_whole_or_not_at_all) {
  TunnelEntrance entrance(tunnel(IpVersion::kV4), FlowIdSource::kTunnel);
  const auto frame = write({.payload_size = 30});
  const auto bytes = whole(*entrance.wrap(frame, frame.size()));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteString cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(unwrap(cut, cut.size())) << size;
    const auto snapped = unwrap(cut, bytes.size());  // the same bytes of a capture that says how long the packet was
    EXPECT_EQ(snapped.has_value(), size >= 42 + 14) << size;
    if (!snapped) continue;
    EXPECT_EQ(snapped->size, frame.size());
    EXPECT_EQ(snapped->bytes.size(), size - 42);
  }
}

TEST(CapturedPacket, refuses_a_frame_without_an_Ethernet_header_and_takes_no_ID_for_it) {
  TunnelEntrance entrance(tunnel(IpVersion::kV4), FlowIdSource::kTunnel);
  EXPECT_EQ(entrance.wrap(ByteString(13), 13).error(), DropReason::kTruncatedEthernet);
  EXPECT_EQ(entrance.wrap(write({}), write({}).size())->headers[19], 0);
}

}  // namespace
}  // namespace nvgre::overlay
