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

bool is_same(const overlay::NextHop& one, const overlay::NextHop& other) {
  return one.macs == other.macs && one.has_route == other.has_route && one.path_mtu == other.path_mtu;
}

}  // namespace

overlay::Underlay build_underlay(const UnderlayFacts& facts) {
  overlay::Underlay underlay;
  if (!facts.link) return underlay;
  underlay.is_up = facts.link->is_up;
  underlay.mac = facts.link->mac;
  underlay.mtu = facts.link->mtu;
  for (const auto& [peer, route] : facts.routes) underlay.next_hops.emplace(peer, next_hop_of(peer, route, facts));
  return underlay;
}

bool is_same(const overlay::Underlay& one, const overlay::Underlay& other) {
  if (one.is_up != other.is_up || one.mac != other.mac || one.mtu != other.mtu ||
      one.next_hops.size() != other.next_hops.size())
    return false;
  return std::all_of(one.next_hops.begin(), one.next_hops.end(), [&other](const auto& entry) {
    const auto* hop = other.find(entry.first);
    return hop != nullptr && is_same(entry.second, *hop);
  });
}

}  // namespace nvgre::datapath::userspace
