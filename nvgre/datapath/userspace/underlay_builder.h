/// Puts together what the endpoint knows of the provider's network: pure functions over what the kernel said.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

#include "nvgre/datapath/userspace/kernel_tables.h"
#include "nvgre/overlay/underlay.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::datapath::userspace {

struct UnderlayFacts {
  std::optional<Link> link;                       ///< Nothing: the interface is gone.
  std::map<wire::ProviderAddress, Route> routes;  ///< Of every peer, from the first own address of its version.
  /// From further own addresses, by (own address, peer).
  std::map<std::pair<wire::ProviderAddress, wire::ProviderAddress>, Route> routes_by_source = {};
  std::map<wire::IpAddress, wire::MacAddress> macs;        ///< Of resolved neighbours.
  std::map<wire::ProviderAddress, std::size_t> path_mtus;  ///< Reported by routers, bytes.
};

/// A multicast group needs no route: its Ethernet address follows from the group (OVL-17). A path MTU is the least of
/// the interface's, the route's and the reported one (OVL-13).
[[nodiscard]] overlay::Underlay build_underlay(const UnderlayFacts& facts);

[[nodiscard]] bool is_same(const overlay::Underlay& one, const overlay::Underlay& other);

}  // namespace nvgre::datapath::userspace
