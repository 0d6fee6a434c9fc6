#include "nvgre/datapath/userspace/underlay_watch.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

namespace nvgre::datapath::userspace {
namespace {

constexpr auto kPathMtuLife = std::chrono::minutes(10);
// Without entries that the kernel keeps by itself: often enough that none becomes stale for long.
constexpr auto kRequestInterval = std::chrono::seconds(5);
constexpr auto kAfterFlush = std::chrono::milliseconds(200);
// Long enough for a neighbour to be resolved, so that a flush is not told of.
constexpr auto kTellInterval = std::chrono::seconds(10);

/// The first own address of a version: the one that packets leave with where their subnet names no other.
std::optional<wire::ProviderAddress> first_own(const overlay::ProviderDescription& provider, wire::IpVersion version) {
  for (const auto& address : provider.addresses)
    if (address.ip().version() == version) return address;
  return std::nullopt;
}

/// What packets have as source and destination, each pair once: by the subnets that have a record for the peer (OVL-2).
using Ends = std::pair<wire::ProviderAddress, wire::ProviderAddress>;
std::set<Ends> ends_of(const overlay::Policy& policy) {
  std::set<Ends> ends;
  for (const auto& subnet : policy.subnets())
    for (const auto& peer : subnet->flood_peers())
      if (const auto* source = subnet->source(peer.ip().version())) ends.emplace(*source, peer);
  return ends;
}

}  // namespace

Result<UnderlayWatch> UnderlayWatch::open() {
  auto tables = KernelTables::open();
  if (!tables) return std::unexpected(std::move(tables.error()));
  auto events = KernelEvents::open();
  if (!events) return std::unexpected(std::move(events.error()));
  return UnderlayWatch(std::move(*tables), std::move(*events));
}

UnderlayWatch::~UnderlayWatch() {
  if (!facts_.link) return;
  for (const auto& address : kept_) tables_.forget(facts_.link->index, address);
}

Result<Link> UnderlayWatch::check(const overlay::ProviderDescription& provider) {
  auto link = tables_.link(provider.interface);
  if (!link)
    return failure(ErrorCode::kUnavailable,
                   fmt::format("no interface \"{}\"; `ip link` lists those there are", provider.interface),
                   provider.interface);
  if (auto named = check_name(*link, provider.interface); !named) return std::unexpected(std::move(named.error()));
  if (!link->carries_ethernet)
    return failure(ErrorCode::kUnavailable,
                   fmt::format("given \"{}\", which carries no Ethernet frames; accepted is an Ethernet device",
                               provider.interface),
                   provider.interface);
  const auto present = tables_.addresses(link->index);
  for (const auto& address : provider.addresses)
    if (std::find(present.begin(), present.end(), address.ip()) == present.end())
      return failure(ErrorCode::kUnavailable,
                     fmt::format("Provider Address {} is not on interface \"{}\"; `ip address add` it there first",
                                 address.to_string(), provider.interface),
                     address.to_string());
  return *link;
}

Result<void> UnderlayWatch::check_routes(const overlay::Policy& policy, const Link& link) {
  if (!link.is_up) return {};
  for (const auto& [source, peer] : ends_of(policy)) {
    if (!tables_.route(peer.ip(), source.ip(), link.index).leaves_elsewhere) continue;
    return failure(
        ErrorCode::kUnavailable,
        fmt::format(
            "the route from {0} to Provider Address {1} leaves by another interface than \"{2}\"; see `ip route "
            "get {1} from {0}`",
            source.to_string(), peer.to_string(), link.name),
        peer.to_string());
  }
  return {};
}

void UnderlayWatch::follow(const overlay::Policy& policy) {
  const bool is_same_interface = provider_.interface == policy.provider().interface;
  if (!is_same_interface && facts_.link) {
    for (const auto& address : kept_) tables_.forget(facts_.link->index, address);
    kept_.clear();
  }
  provider_ = policy.provider();
  facts_.routes.clear();
  facts_.routes_by_source.clear();
  for (const auto& ends : ends_of(policy)) {
    if (ends.first == first_own(provider_, ends.second.ip().version()))
      facts_.routes.emplace(ends.second, Route{});
    else
      facts_.routes_by_source.emplace(ends, Route{});
  }
  for (const auto& group : policy.groups()) facts_.routes.emplace(group, Route{});
  read_all();
}

KernelChanges UnderlayWatch::take_changes() {
  auto changes = events_.take();
  const bool concerns_link = std::any_of(changes.links.begin(), changes.links.end(), [this](const Link& link) {
    return link.name == provider_.interface || (facts_.link && link.index == facts_.link->index);
  });
  if (changes.is_incomplete || concerns_link) {
    read_all();
    return changes;
  }
  for (const auto& change : changes.neighbors) take_neighbor(change);
  if (changes.routes) read_routes();
  return changes;
}

void UnderlayWatch::read_all() {
  const auto before = facts_.link;
  facts_.link = tables_.link(provider_.interface);
  if (facts_.link && !check_name(*facts_.link, provider_.interface)) facts_.link.reset();
  if (!before || !facts_.link || before->index != facts_.link->index) kept_.clear();  // gone with their device
  read_neighbors();
  // A device that was down, if only for a moment, or has another MAC address now has lost its neighbours, and what is
  // in the table again may be the kernel's own.
  for (const auto& address : kept_) keep(address);
  read_routes();
  if (!next_telling_) next_telling_ = Clock::now() + kTellInterval;
}

void UnderlayWatch::read_routes() {
  for (auto& [peer, route] : facts_.routes)
    if (const auto source = first_own(provider_, peer.ip().version())) read_route(*source, peer, route);
  for (auto& [ends, route] : facts_.routes_by_source) read_route(ends.first, ends.second, route);
  keep_neighbors();
}

void UnderlayWatch::read_route(const wire::ProviderAddress& source, const wire::ProviderAddress& peer, Route& route) {
  if (peer.ip().is_multicast() || !facts_.link) return;
  auto found = tables_.route(peer.ip(), source.ip(), facts_.link->index);
  if (found.next_hops.empty() && !route.next_hops.empty())
    spdlog::warn("route peer={} source={} interface={} state=lost", peer.to_string(), source.to_string(),
                 provider_.interface);
  route = std::move(found);
}

void UnderlayWatch::read_neighbors() {
  facts_.macs.clear();
  fixed_.clear();
  if (!facts_.link) return;
  for (const auto& neighbor : tables_.neighbors(facts_.link->index))
    take_neighbor({.neighbor = neighbor, .is_gone = false});
}

void UnderlayWatch::take_neighbor(const KernelChanges::NeighborChange& change) {
  const auto& [interface_index, address, mac, is_fixed] = change.neighbor;
  if (!facts_.link || interface_index != facts_.link->index) return;
  facts_.macs.erase(address);
  const bool was_fixed = fixed_.erase(address) != 0;
  if (!change.is_gone && mac) facts_.macs.emplace(address, *mac);
  if (!change.is_gone && is_fixed) {
    fixed_.insert(address);
    kept_.erase(address);  // an administrator's now: not ours to forget
  }
  // Flushed by someone, or left to us by the administrator: asked for again, but not at once, or `ip neigh flush` would
  // never see its end.
  const bool is_flushed = change.is_gone && kept_.erase(address) != 0;
  if (is_flushed || was_fixed) next_request_ = Clock::now() + kAfterFlush;
  const bool may_change_the_count = !facts_.macs.contains(address) || told_unresolved_ != 0;
  if (may_change_the_count && !next_telling_) next_telling_ = Clock::now() + kTellInterval;
}

std::set<wire::IpAddress> UnderlayWatch::wanted_neighbors() const {
  std::set<wire::IpAddress> wanted;
  for (const auto& [peer, route] : facts_.routes) wanted.insert(route.next_hops.begin(), route.next_hops.end());
  for (const auto& [ends, route] : facts_.routes_by_source)
    wanted.insert(route.next_hops.begin(), route.next_hops.end());
  return wanted;
}

void UnderlayWatch::keep_neighbors() {
  if (!facts_.link || !facts_.link->is_up) return;
  const auto wanted = wanted_neighbors();
  for (const auto& address : wanted) {
    if (kept_.contains(address) || fixed_.contains(address)) continue;
    keep(address);
    kept_.insert(address);
  }
  std::erase_if(kept_, [&](const wire::IpAddress& address) {
    if (wanted.contains(address)) return false;
    tables_.forget(facts_.link->index, address);
    return true;
  });
}

void UnderlayWatch::keep(const wire::IpAddress& address) {
  if (!facts_.link || !facts_.link->is_up) return;
  if (!tables_.keep_resolved(facts_.link->index, address)) has_managed_entries_ = false;
  if (!has_managed_entries_) next_request_ = Clock::now() + kRequestInterval;
}

void UnderlayWatch::tell_unresolved() {
  if (!facts_.link || !facts_.link->is_up) return;
  auto unresolved = wanted_neighbors();
  std::erase_if(unresolved, [this](const wire::IpAddress& address) { return facts_.macs.contains(address); });
  if (unresolved.size() == std::exchange(told_unresolved_, unresolved.size())) return;
  if (unresolved.empty())
    spdlog::info("next_hops interface={} unresolved=0", provider_.interface);
  else
    spdlog::warn("next_hops interface={} unresolved={} first={}", provider_.interface, unresolved.size(),
                 unresolved.begin()->to_string());
}

void UnderlayWatch::tick(Clock::time_point now) {
  if (next_request_ && now >= *next_request_) {
    next_request_.reset();
    if (!has_managed_entries_) kept_.clear();
    keep_neighbors();
  }
  if (next_telling_ && now >= *next_telling_) {
    next_telling_.reset();
    tell_unresolved();
  }
  std::erase_if(path_mtu_ends_, [&](const auto& entry) {
    if (entry.second > now) return false;
    facts_.path_mtus.erase(entry.first);
    return true;
  });
}

std::optional<Clock::time_point> UnderlayWatch::wakes_at() const {
  auto first = next_request_;
  if (next_telling_) first = std::min(first.value_or(*next_telling_), *next_telling_);
  for (const auto& [peer, end] : path_mtu_ends_) first = std::min(first.value_or(end), end);
  return first;
}

void UnderlayWatch::report_path_mtu(const wire::ProviderAddress& peer, std::size_t mtu, Clock::time_point now) {
  const auto known = facts_.path_mtus.find(peer);
  if (known != facts_.path_mtus.end() && known->second < mtu) return;  // raised only by time
  facts_.path_mtus[peer] = mtu;
  path_mtu_ends_[peer] = now + kPathMtuLife;
  spdlog::info("path_mtu peer={} mtu={}", peer.to_string(), mtu);
}

}  // namespace nvgre::datapath::userspace
