#include "nvgre/datapath/userspace/underlay_builder.h"

#include <algorithm>

namespace nvgre::datapath::userspace {
namespace {

overlay::NextHop next_hop_of(const wire::ProviderAddress& peer, const Route& route, const UnderlayFacts& facts) {
  overlay::NextHop hop;
  hop.path_mtu = facts.link->mtu;
  if (route.mtu != 0) hop.path_mtu = std::min(hop.path_mtu, route.mtu);
  if (const auto reported = facts.path_mtus.find(peer); reported != facts.path_mtus.end())
    hop.path_mtu = std::min(hop.path_mtu, reported->second);
  if (peer.ip().is_multicast()) {
    hop.macs.push_back(peer.ip().multicast_mac());
    return hop;
  }
  hop.has_route = !route.next_hops.empty();
  for (const auto& neighbor : route.next_hops)
    if (const auto mac = facts.macs.find(neighbor); mac != facts.macs.end()) hop.macs.push_back(mac->second);
  return hop;
}

}  // namespace

overlay::Underlay build_underlay(const UnderlayFacts& facts) {
  overlay::Underlay underlay;
  if (!facts.link) return underlay;
  underlay.is_up = facts.link->is_up;
  underlay.mac = facts.link->mac;
  underlay.mtu = facts.link->mtu;
  for (const auto& [peer, route] : facts.routes) underlay.next_hops.emplace(peer, next_hop_of(peer, route, facts));
  for (const auto& [ends, route] : facts.routes_by_source)
    underlay.next_hops_by_source.emplace(ends, next_hop_of(ends.second, route, facts));
  return underlay;
}

bool is_same(const overlay::Underlay& one, const overlay::Underlay& other) {
  return one.is_up == other.is_up && one.mac == other.mac && one.mtu == other.mtu && one.next_hops == other.next_hops &&
         one.next_hops_by_source == other.next_hops_by_source;
}

}  // namespace nvgre::datapath::userspace
