/// What the receive offloads make of one packet: checksum bits, hash and queue together.
#pragma once

#include <cstdint>
#include <ostream>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/offload/receive_filter.h"
#include "nvgre/offload/rss.h"
#include "nvgre/wire/locate.h"
#include "tests/support/finished_frame.h"
#include "tests/support/slow_toeplitz.h"

namespace nvgre::test {

using offload::RssHashType;

/// Queues of the filters below.
inline constexpr std::uint32_t kByInnerMac = 1, kByOutermostMac = 2;

/// SampleFrame's inner destination 02:00:00:00:10:02 has queue 1, its outer one 02:00:00:00:50:02 queue 2.
inline offload::ReceiveFilterTable sample_filters() {
  const wire::MacAddress inner({0x02, 0, 0, 0, 0x10, 0x02});
  const wire::MacAddress outer({0x02, 0, 0, 0, 0x50, 0x02});
  using offload::FieldTest;
  return offload::ReceiveFilterTable(
      {{offload::FilterId{1}, offload::QueueId{kByInnerMac}, {{FieldTest::destination_mac(inner)}, true, {}}},
       {offload::FilterId{2}, offload::QueueId{kByOutermostMac}, {{FieldTest::destination_mac(outer)}, false, {}}}});
}

struct SeenPacket {
  offload::ReceiveChecksum checksum;
  offload::RssHash hash;
  std::uint32_t queue = 0;
  friend bool operator==(const SeenPacket&, const SeenPacket&) = default;
};

[[nodiscard]] inline SeenPacket see(const ByteString& packet,
                                    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  const auto map = wire::locate(packet, {.max_header_size = offloads.max_header_size});
  const auto scaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  return {offload::validate(packet, map, offloads), scaling->hash_of(packet, map, offloads),
          static_cast<std::uint32_t>(sample_filters().find(packet, map, offloads).queue)};
}

/// Source and destination address of the IP header at `ip`, and the four bytes of ports at `ports` if that is not 0.
[[nodiscard]] inline std::uint32_t expected_hash(const ByteString& packet, std::size_t ip, std::size_t ports = 0) {
  const bool v4 = packet[ip] / 16 == 4;
  const auto at = [&](std::size_t offset) { return packet.begin() + static_cast<std::ptrdiff_t>(offset); };
  ByteString input(at(ip + (v4 ? 12 : 8)), at(ip + (v4 ? 20 : 40)));
  if (ports != 0) input.insert(input.end(), at(ports), at(ports + 4));
  return slow_toeplitz(input);
}

/// The IP bits of a packet whose IPv4 headers are right; none without one.
[[nodiscard]] inline offload::ReceiveChecksum right_ip(bool any_v4) {
  return {.ip_succeeded = any_v4};
}

/// How a packet is seen that is understood down to its right TCP or UDP checksum.
[[nodiscard]] inline SeenPacket seen_inside(const ByteString& packet, const SampleFrame& frame) {
  const auto layout = layout_of(frame);
  const bool v4 = frame.inner == wire::IpVersion::kV4;
  const bool tcp = frame.protocol == 6;
  SeenPacket seen;
  seen.checksum = right_ip(v4 || frame.outer == wire::IpVersion::kV4);
  (tcp ? seen.checksum.tcp_succeeded : seen.checksum.udp_succeeded) = true;
  seen.hash.type = v4 ? (tcp ? RssHashType::kTcpIpv4 : RssHashType::kUdpIpv4)
                      : (tcp ? RssHashType::kTcpIpv6 : RssHashType::kUdpIpv6);
  seen.hash.value = expected_hash(packet, layout.inner_ip, layout.transport);
  seen.queue = frame.outer ? kByInnerMac : 0;
  return seen;
}

/// How a packet is seen of which only the outer addresses are of use: outer hash, and the queue of `queue`.
[[nodiscard]] inline SeenPacket seen_outside(const ByteString& packet, const SampleFrame& frame,
                                             std::uint32_t queue = kByOutermostMac) {
  const bool v4 = frame.outer == wire::IpVersion::kV4;
  return {right_ip(v4),
          {expected_hash(packet, layout_of(frame).outer_ip), v4 ? RssHashType::kIpv4 : RssHashType::kIpv6},
          queue};
}

inline std::ostream& operator<<(std::ostream& out, const SeenPacket& seen) {
  const auto& bits = seen.checksum;
  return out << "ip " << bits.ip_succeeded << bits.ip_failed << " tcp " << bits.tcp_succeeded << bits.tcp_failed
             << " udp " << bits.udp_succeeded << bits.udp_failed << " hash " << std::hex << seen.hash.value << std::dec
             << " type " << static_cast<int>(seen.hash.type) << " queue " << seen.queue;
}

}  // namespace nvgre::test
