/// Follows the provider's network for the data plane: the underlay interface, and for every peer the route and the
/// neighbour, as they are for the own address that packets to it leave with. Keeps the neighbours resolved, because the
/// kernel does not see that we send to them.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "nvgre/datapath/userspace/kernel_events.h"
#include "nvgre/datapath/userspace/kernel_tables.h"
#include "nvgre/datapath/userspace/underlay_builder.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/underlay.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

using Clock = std::chrono::steady_clock;

/// @note  One thread at a time.
class UnderlayWatch {
 public:
  [[nodiscard]] static Result<UnderlayWatch> open();
  ~UnderlayWatch();
  UnderlayWatch(UnderlayWatch&&) = default;
  UnderlayWatch& operator=(UnderlayWatch&&) = default;

  /// Whether an interface exists, carries Ethernet frames and has these addresses; changes nothing.
  /// @return  The interface, or what is missing.
  [[nodiscard]] Result<Link> check(const overlay::ProviderDescription& provider);

  /// Whether no peer of a policy is reached by another interface only; changes nothing. A peer without any route may
  /// get one later, and an interface that is down has none.
  [[nodiscard]] Result<void> check_routes(const overlay::Policy& policy, const Link& link);

  /// Follows what this policy needs, instead of what was followed before.
  void follow(const overlay::Policy& policy);

  /// Takes up what the kernel reported. @return The devices that changed.
  KernelChanges take_changes();
  /// What has to be done regularly; call it when wakes_at() has come.
  void tick(Clock::time_point now);
  /// Nothing: there is nothing to do until the kernel reports something.
  [[nodiscard]] std::optional<Clock::time_point> wakes_at() const;

  /// A router reported a path MTU; forgotten after ten minutes (RFC 1191, section 6.3; RFC 8201, section 4).
  void report_path_mtu(const wire::ProviderAddress& peer, std::size_t mtu, Clock::time_point now);

  [[nodiscard]] const std::optional<Link>& link() const noexcept { return facts_.link; }
  [[nodiscard]] overlay::Underlay underlay() const { return build_underlay(facts_); }
  /// Any device of the namespace.
  [[nodiscard]] std::optional<Link> link(const std::string& name) { return tables_.link(name); }
  /// Readable when the kernel reported something.
  [[nodiscard]] int number() const noexcept { return events_.number(); }

 private:
  UnderlayWatch(KernelTables tables, KernelEvents events) : tables_(std::move(tables)), events_(std::move(events)) {}
  void read_all();
  void read_routes();
  void read_route(const wire::ProviderAddress& source, const wire::ProviderAddress& peer, Route& route);
  void read_neighbors();
  void take_neighbor(const KernelChanges::NeighborChange& change);
  void keep_neighbors();
  void keep(const wire::IpAddress& address);
  void tell_unresolved();
  [[nodiscard]] std::set<wire::IpAddress> wanted_neighbors() const;

  KernelTables tables_;
  KernelEvents events_;
  overlay::ProviderDescription provider_;
  UnderlayFacts facts_;
  std::set<wire::IpAddress> kept_;                 ///< Neighbours that the kernel keeps resolved for us.
  std::set<wire::IpAddress> fixed_;                ///< Neighbours that an administrator entered.
  bool has_managed_entries_ = true;                ///< The kernel keeps neighbours for us (Linux 5.16).
  std::optional<Clock::time_point> next_request_;  ///< When neighbours have to be asked for again.
  std::optional<Clock::time_point> next_telling_;  ///< When the log may have to be told what is unresolved.
  std::size_t told_unresolved_ = 0;                ///< Next hops that the log last said are unresolved.
  std::map<wire::ProviderAddress, Clock::time_point> path_mtu_ends_;
};

}  // namespace nvgre::datapath::userspace
