/// Addresses and descriptions that the overlay's tests share: two hosts, two tenants, documentation addresses only.
#pragma once

#include <cstdint>
#include <vector>

#include "nvgre/overlay/policy_description.h"
#include "nvgre/overlay/underlay.h"

namespace nvgre::overlay::scenery {

inline wire::IpAddress ipv4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d) {
  return wire::IpAddress(std::array<std::uint8_t, 4>{a, b, c, d});
}
/// 2001:db8:<net>::<host>
inline wire::IpAddress ipv6(std::uint8_t net, std::uint8_t host) {
  return wire::IpAddress(std::array<std::uint8_t, 16>{0x20, 0x01, 0x0d, 0xb8, 0, net, 0, 0, 0, 0, 0, 0, 0, 0, 0, host});
}
/// 02:00:00:00:<subnet>:<host>
inline wire::MacAddress mac(std::uint8_t subnet, std::uint8_t host) {
  return wire::MacAddress({0x02, 0, 0, 0, subnet, host});
}
inline wire::Vsid vsid(std::uint32_t value) {
  return *wire::Vsid::from(value);
}

inline const wire::Vsid kBlue = vsid(5001);
inline const wire::Vsid kRed = vsid(5002);

/// Provider Addresses of host `number`: 198.18.0.N and 2001:db8:1::N.
inline wire::ProviderAddress provider_v4(std::uint8_t number) {
  return wire::ProviderAddress(ipv4(198, 18, 0, number));
}
inline wire::ProviderAddress provider_v6(std::uint8_t number) {
  return wire::ProviderAddress(ipv6(1, number));
}
inline wire::ProviderAddress provider(wire::IpVersion version, std::uint8_t number) {
  return version == wire::IpVersion::kV4 ? provider_v4(number) : provider_v6(number);
}

/// Customer Addresses of tenant host `number`: 192.0.2.N and 2001:db8:2::N.
inline wire::CustomerAddress customer_v4(std::uint8_t number) {
  return wire::CustomerAddress(ipv4(192, 0, 2, number));
}
inline wire::CustomerAddress customer_v6(std::uint8_t number) {
  return wire::CustomerAddress(ipv6(2, number));
}

inline PortDescription port(const char* device, wire::Vsid in, std::uint8_t subnet, std::uint8_t host) {
  return {.device = device, .vsid = in, .mac = mac(subnet, host), .addresses = {customer_v4(host), customer_v6(host)}};
}
inline RecordDescription record(wire::Vsid in, std::uint8_t subnet, std::uint8_t host, wire::ProviderAddress provider) {
  return {
      .vsid = in, .addresses = {customer_v4(host), customer_v6(host)}, .mac = mac(subnet, host), .provider = provider};
}

/// Host 1 of two: blue and red with the same Customer Addresses; tenant host 1 is here, tenant host 2 is on host 2.
inline PolicyDescription two_tenants(wire::IpVersion outer = wire::IpVersion::kV4) {
  PolicyDescription description;
  description.provider.interface = "eth0";
  description.provider.addresses = {provider_v4(1), provider_v6(1)};
  description.subnets = {{.vsid = kBlue, .name = "blue"}, {.vsid = kRed, .name = "red"}};
  description.ports = {port("blue1", kBlue, 1, 1), port("red1", kRed, 2, 1)};
  description.records = {record(kBlue, 1, 2, provider(outer, 2)), record(kRed, 2, 2, provider(outer, 2))};
  return description;
}

inline constexpr wire::MacAddress kUnderlayMac({0x02, 0xAA, 0, 0, 0, 0x01});
/// The next hop's address towards host `number`.
inline wire::MacAddress next_hop_mac(std::uint8_t number) {
  return wire::MacAddress({0x02, 0xAA, 0, 0, 0, number});
}

/// Next hops for hosts 2 to 4 of both versions, all resolved, MTU 1500.
inline Underlay resolved_underlay() {
  Underlay underlay;
  underlay.is_up = true;
  underlay.mac = kUnderlayMac;
  for (std::uint8_t number = 2; number <= 4; ++number) {
    underlay.next_hops[provider_v4(number)].macs = {next_hop_mac(number)};
    underlay.next_hops[provider_v6(number)].macs = {next_hop_mac(number)};
  }
  return underlay;
}

}  // namespace nvgre::overlay::scenery
