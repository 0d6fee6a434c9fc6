/// What the endpoint knows of the provider's network at one moment: an immutable value that the data plane builds from
/// routes and neighbours and publishes; workers only read it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <unordered_map>
#include <utility>
#include <vector>

#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::overlay {

/// How one Provider Address is reached.
struct NextHop {
  std::vector<wire::MacAddress> macs;  ///< Of the PA itself or of its gateways (ECMP, OVL-19); empty: not resolved yet.
  bool has_route = true;               ///< false: no route, or one that leaves by another interface.
  std::size_t path_mtu = 0;  ///< Largest outer IP packet towards it, bytes; never above Underlay::mtu (OVL-13).
  friend bool operator==(const NextHop&, const NextHop&) = default;
};

struct Underlay {
  bool is_up = false;
  wire::MacAddress mac;    ///< The interface's own address: source of what is sent.
  std::size_t mtu = 1500;  ///< Largest outer IP packet, bytes.
  std::unordered_map<wire::ProviderAddress, NextHop> next_hops;

  /// Where one depends on the own address that is sent from, by (own address, destination): routing by source. They win
  /// over next_hops, which hold for the first own address of each version, and for any other without an entry here; a
  /// peer to which only another one sends need not be in next_hops.
  std::map<std::pair<wire::ProviderAddress, wire::ProviderAddress>, NextHop> next_hops_by_source;

  [[nodiscard]] const NextHop* find(const wire::ProviderAddress& address) const noexcept {
    const auto found = next_hops.find(address);
    return found == next_hops.end() ? nullptr : &found->second;
  }
  /// How packets from `source` reach `destination` (OVL-1, OVL-2).
  [[nodiscard]] const NextHop* find(const wire::ProviderAddress& source,
                                    const wire::ProviderAddress& destination) const noexcept {
    if (next_hops_by_source.empty()) return find(destination);
    const auto found = next_hops_by_source.find({source, destination});
    return found == next_hops_by_source.end() ? find(destination) : &found->second;
  }
};

}  // namespace nvgre::overlay
