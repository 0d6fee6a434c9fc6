/// Addresses and frames that the tests of wire/ share.
#pragma once

#include <string_view>

#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::wire::sample {

inline IpAddress ip(std::string_view text) {
  return IpAddress::parse(text).value();
}

inline const MacAddress kOuterSource({0x02, 0, 0, 0, 0x0A, 0x01});
inline const MacAddress kOuterDestination({0x02, 0, 0, 0, 0x0A, 0x02});
inline const MacAddress kInnerSource({0x02, 0, 0, 0, 0, 0x01});
inline const MacAddress kInnerDestination({0x02, 0, 0, 0, 0, 0x02});
inline const Vsid kVsid = *Vsid::from(5001);

/// Ethernet and IP of the provider's network.
inline FrameBuilder outer(IpVersion version = IpVersion::kV4) {
  auto builder = FrameBuilder().ethernet(kOuterSource, kOuterDestination);
  if (version == IpVersion::kV4) return builder.ip(ip("198.18.0.1"), ip("198.18.0.2"));
  return builder.ip(ip("2001:db8:1::1"), ip("2001:db8:1::2"));
}

/// Ethernet of a tenant behind `front`.
inline FrameBuilder& add_inner_link(FrameBuilder& front) {
  return front.ethernet(kInnerSource, kInnerDestination);
}

/// Ethernet and IP of a tenant behind `front`.
inline FrameBuilder& add_inner(FrameBuilder& front, IpVersion version = IpVersion::kV4) {
  add_inner_link(front);
  if (version == IpVersion::kV4) return front.ip(ip("192.0.2.1"), ip("192.0.2.2"));
  return front.ip(ip("2001:db8::1"), ip("2001:db8::2"));
}

/// Outer headers, NVGRE, inner Ethernet and inner IP.
inline FrameBuilder tunnel(IpVersion outer_version = IpVersion::kV4, IpVersion inner_version = IpVersion::kV4) {
  auto builder = outer(outer_version);
  builder.nvgre(kVsid);
  return add_inner(builder, inner_version);
}

/// Ethernet and IP of a tenant, not encapsulated.
inline FrameBuilder plain(IpVersion version = IpVersion::kV4) {
  FrameBuilder builder;
  return add_inner(builder, version);
}

}  // namespace nvgre::wire::sample
