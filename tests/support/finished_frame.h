/// Frames of SampleFrame with all their checksums, summed up in the plainest way: what a packet on the wire has to look
/// like, made without a line of the engine's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/wire/bytes.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_sum.h"

namespace nvgre::test {

/// Where the headers of a SampleFrame lie, by the sizes of the fields that it has; 0: there is none.
struct FrameLayout {
  std::size_t outer_ip = 0, gre = 0, inner_link = 0, inner_ip = 0, transport = 0, payload = 0;
};

[[nodiscard]] inline FrameLayout layout_of(const SampleFrame& frame) {
  const auto ip_size = [](wire::IpVersion version, std::size_t options) {
    return (version == wire::IpVersion::kV4 ? 20 : 40) + options;
  };
  FrameLayout layout;
  std::size_t at = 14 + 4 * frame.tags.size();
  if (frame.outer) {
    layout.outer_ip = at;
    layout.gre = at + ip_size(*frame.outer, frame.outer_options);
    layout.inner_link = layout.gre + 4;
    for (const unsigned flag : {0x8000U, 0x2000U, 0x1000U}) layout.inner_link += (frame.gre_flags & flag) != 0 ? 4 : 0;
    at = layout.inner_link + 14 + 4 * frame.inner_tags.size();
  }
  if (frame.inner_ether_type != 0) return layout;
  layout.inner_ip = at;
  layout.transport = at + ip_size(frame.inner, frame.inner_options) + (frame.inner_fragment_header ? 8U : 0U);
  layout.payload = layout.transport + (frame.protocol == 6 ? 20 + frame.tcp_options : frame.protocol == 17 ? 8U : 0U);
  return layout;
}

/// A big-endian 16-bit field.
inline void put(ByteString& bytes, std::size_t at, std::size_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}
[[nodiscard]] inline std::uint16_t word_at(const ByteString& bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

/// Writes the checksum of an IPv4 header (RFC 791, section 3.1).
inline void finish_ip(ByteString& bytes, std::size_t ip) {
  put(bytes, ip + 10, 0);
  put(bytes, ip + 10, ~unsigned{slow_sum(wire::Bytes(bytes).subspan(ip, std::size_t{4} * (bytes[ip] % 16)))});
}

/// Writes the checksum of the TCP (6) or UDP (17) bytes from `transport` to `end` under the addresses of the IP header
/// at `ip` (RFC 9293, section 3.1; RFC 768; RFC 8200, section 8.1).
inline void finish_transport(ByteString& bytes, std::size_t ip, std::size_t transport, std::size_t end,
                             std::uint8_t protocol) {
  const std::size_t field = transport + (protocol == 6 ? 16 : 6);
  put(bytes, field, 0);
  const bool v4 = bytes[ip] / 16 == 4;
  const auto addresses = wire::Bytes(bytes).subspan(ip + (v4 ? 12U : 8U), v4 ? 8U : 32U);
  const std::size_t length = end - transport;
  ByteString covered(addresses.begin(), addresses.end());
  for (const std::size_t value : {length >> 24, length >> 16, length >> 8, length, std::size_t{0}})
    covered.push_back(static_cast<std::uint8_t>(value));
  covered.push_back(protocol);
  covered.insert(covered.end(), bytes.begin() + static_cast<std::ptrdiff_t>(transport),
                 bytes.begin() + static_cast<std::ptrdiff_t>(end));
  const auto checksum = static_cast<std::uint16_t>(~unsigned{slow_sum(covered)});
  put(bytes, field, protocol == 17 && checksum == 0 ? 0xFFFFU : checksum);
}

/// Writes every checksum of a packet with this frame's layout; fragments have none of their own behind the IP header.
inline void finish(ByteString& bytes, const SampleFrame& frame) {
  const FrameLayout layout = layout_of(frame);
  if (frame.outer == wire::IpVersion::kV4) finish_ip(bytes, layout.outer_ip);
  if (frame.inner_ether_type != 0) return;
  const bool v4 = frame.inner == wire::IpVersion::kV4;
  if (v4) finish_ip(bytes, layout.inner_ip);
  const bool is_fragment = v4 ? (frame.inner_fragment & 0x3FFF) != 0 : frame.inner_fragment_header;
  if (layout.payload > layout.transport && !is_fragment)
    finish_transport(bytes, layout.inner_ip, layout.transport, bytes.size() - frame.trailing, frame.protocol);
}

[[nodiscard]] inline ByteString finished(const SampleFrame& frame) {
  ByteString bytes = write(frame);
  finish(bytes, frame);
  return bytes;
}

}  // namespace nvgre::test
