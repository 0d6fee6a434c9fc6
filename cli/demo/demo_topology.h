/// Who is who in a demonstration: two hosts, two tenants on each, the same Customer Addresses in both subnets.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "nvgre/overlay/policy_description.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::cli {

inline constexpr std::uint32_t kBlueVsid = 5001;
inline constexpr std::uint32_t kRedVsid = 6002;
inline constexpr std::size_t kUnderlayMtu = 1500;
inline constexpr std::array kHosts = {1, 2};
inline constexpr std::array kVersions = {wire::IpVersion::kV4, wire::IpVersion::kV6};

/// One tenant's colour: its name and virtual subnet.
struct Colour {
  std::string name;
  std::uint32_t vsid;
};
[[nodiscard]] const std::array<Colour, 2>& colours();
/// The tenant that must not hear this one.
[[nodiscard]] const Colour& other(const Colour& colour);

/// Who talks to whom in a round: each tenant over each inner IP version.
struct Exchange {
  Colour colour;
  wire::IpVersion version;
};
[[nodiscard]] const std::vector<Exchange>& exchanges();

[[nodiscard]] std::string device_name(const Colour& colour, int host);
[[nodiscard]] wire::MacAddress tenant_mac(const Colour& colour, int host);
/// A tenant's address on a host; the same for both colours.
[[nodiscard]] wire::IpAddress customer_address(int host, wire::IpVersion version);
[[nodiscard]] wire::IpAddress provider_address(int host);

/// What host `own` is told: its own ports, and records of the other host's.
/// @param interface  The underlay interface.
[[nodiscard]] overlay::PolicyDescription demo_policy(int own, const std::string& interface);
/// The same as the text of a configuration file for `nvgre run`.
/// @param cpus  Of its workers.
[[nodiscard]] std::string demo_configuration(int own, const std::string& interface, const std::string& socket,
                                             const std::vector<unsigned>& cpus);

}  // namespace nvgre::cli
