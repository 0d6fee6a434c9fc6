/// The topology of the simulator's tests: two hosts, tenants blue and red with the same Customer Addresses.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "nvgre/datapath/memory/simulation.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/overlay/policy_description.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::datapath::memory {

inline wire::IpAddress address(const std::string& text) {
  return wire::IpAddress::parse(text).value();
}

inline constexpr std::uint32_t kBlue = 5001, kRed = 6002;

/// Inner addresses of the tenants on host 1 and 2; the same for blue and red.
inline wire::IpAddress customer(int host, wire::IpVersion version) {
  return address((version == wire::IpVersion::kV4 ? "192.0.2." : "2001:db8:2::") + std::to_string(host));
}

inline wire::ProviderAddress provider(int host, wire::IpVersion version) {
  return wire::ProviderAddress(
      address((version == wire::IpVersion::kV4 ? "198.18.0." : "2001:db8:1::") + std::to_string(host)));
}

inline wire::MacAddress tenant_mac(std::uint32_t vsid, int host) {
  return wire::MacAddress(
      {0x02, 0, 0, 0, static_cast<std::uint8_t>(vsid == kBlue ? 1 : 2), static_cast<std::uint8_t>(host)});
}

inline std::string device(std::uint32_t vsid, int host) {
  return (vsid == kBlue ? "blue" : "red") + std::to_string(host);
}

/// What host `own` is told: its ports, and records of the other host's.
inline overlay::PolicyDescription policy_of(int own, wire::IpVersion outer) {
  overlay::PolicyDescription policy;
  policy.provider.interface = "memory";
  policy.provider.addresses = {provider(own, outer)};
  for (const auto number : {kBlue, kRed}) {
    const auto vsid = wire::Vsid::from(number).value();
    policy.subnets.push_back({.vsid = vsid, .name = number == kBlue ? "blue" : "red"});
    for (const int host : {1, 2}) {
      const std::vector addresses = {wire::CustomerAddress(customer(host, wire::IpVersion::kV4)),
                                     wire::CustomerAddress(customer(host, wire::IpVersion::kV6))};
      if (host == own)
        policy.ports.push_back(
            {.device = device(number, host), .vsid = vsid, .mac = tenant_mac(number, host), .addresses = addresses});
      else
        policy.records.push_back(
            {.vsid = vsid, .addresses = addresses, .mac = tenant_mac(number, host), .provider = provider(host, outer)});
    }
  }
  return policy;
}

/// Both hosts, ready to run.
class TwoHosts : public Simulation {
 public:
  explicit TwoHosts(std::uint64_t seed, wire::IpVersion outer = wire::IpVersion::kV4,
                    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all())
      : Simulation(seed) {
    for (const int host : {1, 2})
      if (auto added = add_host(policy_of(host, outer)); !added) throw std::runtime_error(added.error().message);
    apply(offloads);
  }
};

}  // namespace nvgre::datapath::memory
