/// What the endpoint knows of the provider's network at one moment: an immutable value that the data plane builds from
/// routes and neighbours and publishes; workers only read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::overlay {

/// How one Provider Address is reached.
struct NextHop {
  std::vector<wire::MacAddress> macs;  ///< Of the PA itself or of its gateways (ECMP, OVL-19); empty: not resolved yet.
  bool has_route = true;               ///< false: no route, or one that leaves by another interface.
  std::size_t path_mtu = 0;  ///< Largest outer IP packet towards it, bytes; never above Underlay::mtu (OVL-13).
};

struct Underlay {
  bool is_up = false;
  wire::MacAddress mac;    ///< The interface's own address: source of what is sent.
  std::size_t mtu = 1500;  ///< Largest outer IP packet, bytes.
  std::unordered_map<wire::ProviderAddress, NextHop> next_hops;

  [[nodiscard]] const NextHop* find(const wire::ProviderAddress& address) const noexcept {
    const auto found = next_hops.find(address);
    return found == next_hops.end() ? nullptr : &found->second;
  }
};

}  // namespace nvgre::overlay
