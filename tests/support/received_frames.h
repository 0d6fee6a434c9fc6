/// Frames, and a slow reference for checksums, for the tests of the receive side.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/locate.h"
#include "tests/support/slow_sum.h"

namespace nvgre::test {

using wire::Bytes;
using wire::ByteVector;
using wire::FlowId;
using wire::FrameBuilder;
using wire::IpAddress;
using wire::IpProtocol;
using wire::IpVersion;
using wire::MacAddress;
using wire::Vsid;

inline const MacAddress kGateway({0x02, 0, 0, 0, 0xAA, 0x01});
inline const MacAddress kHost({0x02, 0, 0, 0, 0xAA, 0x02});
inline const MacAddress kSender({0x02, 0, 0, 0, 0x50, 0x01});
inline const MacAddress kReceiver({0x02, 0, 0, 0, 0x50, 0x02});
inline const Vsid kBlue = *Vsid::from(5001);
inline const Vsid kRed = *Vsid::from(5002);

inline IpAddress address(std::string_view text) {
  return *IpAddress::parse(text);
}
inline IpAddress provider(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "198.18.0." : "2001:db8:1::") + std::to_string(host));
}
inline IpAddress customer(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "192.0.2." : "2001:db8::") + std::to_string(host));
}

/// Ethernet and IP of a tenant's frame.
inline FrameBuilder tenant(IpVersion version) {
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver).ip(customer(version, 1), customer(version, 2));
}
/// Everything in front of the inner Ethernet header.
inline FrameBuilder tunnel(IpVersion version, Vsid vsid = kBlue) {
  FrameBuilder builder;
  return builder.ethernet(kGateway, kHost).ip(provider(version, 1), provider(version, 2)).nvgre(vsid, FlowId{0});
}
/// A tunnel, and Ethernet and IP of the tenant's frame in it.
inline FrameBuilder tunnelled(IpVersion outer, IpVersion inner, Vsid vsid = kBlue) {
  FrameBuilder builder = tunnel(outer, vsid);
  return builder.ethernet(kSender, kReceiver).ip(customer(inner, 1), customer(inner, 2));
}

/// The reference sum over several pieces as if they were one.
inline std::uint16_t slow_sum(std::initializer_list<Bytes> pieces) {
  ByteVector bytes;
  for (const Bytes piece : pieces) bytes.insert(bytes.end(), piece.begin(), piece.end());
  return slow_sum(Bytes(bytes));
}

/// Whether the TCP or UDP checksum of a frame without extension headers is right, by slow_sum().
inline bool has_right_transport_checksum(Bytes frame) {
  const wire::HeaderMap map = wire::locate(frame);
  const std::size_t addresses_offset = map.inner_ip.offset + (map.inner_ip.is_v4() ? 12 : 8);
  const Bytes addresses = frame.subspan(addresses_offset, map.inner_ip.is_v4() ? 8 : 32);
  const Bytes covered = frame.first(map.transport.payload_end).subspan(map.transport.offset);
  const auto size = static_cast<std::uint32_t>(covered.size());
  const std::uint8_t rest[] = {static_cast<std::uint8_t>(size >> 24),
                               static_cast<std::uint8_t>(size >> 16),
                               static_cast<std::uint8_t>(size >> 8),
                               static_cast<std::uint8_t>(size),
                               0,
                               static_cast<std::uint8_t>(map.transport.protocol)};
  return slow_sum({addresses, rest, covered}) == 0xFFFF;
}
inline bool has_right_ip_checksum(Bytes frame) {
  const wire::HeaderMap map = wire::locate(frame);
  return !map.inner_ip.is_v4() || slow_sum({frame.subspan(map.inner_ip.offset, map.inner_ip.size)}) == 0xFFFF;
}

}  // namespace nvgre::test
