/// The compiled policy: what an operator described, as tables that a frame's way looks up. Immutable once made, so that
/// workers read it without a lock while the control side makes the next one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "nvgre/overlay/flat_table.h"
#include "nvgre/overlay/policy_description.h"
#include "nvgre/overlay/statistics.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// Slot of a port: stable for the same device across policy changes.
using PortIndex = std::uint32_t;

/// Bytes that encapsulation adds to an inner frame's IP packet: outer IP header, GRE with key, inner Ethernet header
/// (OVL-14): 42 with an IPv4 outer header, 62 with IPv6.
[[nodiscard]] constexpr std::size_t tunnel_overhead(wire::IpVersion outer) noexcept {
  constexpr std::size_t kIpv4Header = 20, kIpv6Header = 40, kGreWithKey = 8, kInnerEthernet = 14;
  return (outer == wire::IpVersion::kV4 ? kIpv4Header : kIpv6Header) + kGreWithKey + kInnerEthernet;
}

/// Where frames for one inner MAC address go: to a port of this host, or to the host that has this PA (OVL-3).
using Location = std::variant<PortIndex, wire::ProviderAddress>;

/// Who has a Customer Address.
struct Owner {
  wire::MacAddress mac;
  bool is_router = false;
};

/// One virtual subnet, ready to be looked up.
/// @note  Written by Policy's constructor alone; then read by any thread, the counters excepted (see PerWorker).
class VirtualSubnet {
 public:
  [[nodiscard]] const SubnetDescription& description() const noexcept { return description_; }
  [[nodiscard]] wire::Vsid vsid() const noexcept { return description_.vsid; }

  /// Where the owner of an inner unicast address is; nullptr: no port and no record has it. Ports win over records.
  [[nodiscard]] const Location* find(const wire::MacAddress& destination) const noexcept {
    return locations_.find(destination);
  }
  /// Who has a Customer Address; nullptr: nobody that is known.
  [[nodiscard]] const Owner* owner(const wire::CustomerAddress& address) const noexcept {
    return owners_.find(address);
  }
  /// Ports of this host in the subnet.
  [[nodiscard]] std::span<const PortIndex> local_ports() const noexcept { return local_ports_; }
  /// PAs that head-end replication sends to: every one with a record here, our own left out, each once (OVL-15).
  [[nodiscard]] std::span<const wire::ProviderAddress> flood_peers() const noexcept { return flood_peers_; }
  /// The PA multicast group that carries an inner multicast packet, if there is one: the inner group's own one, else
  /// the subnet's in FloodMode::kGroup (OVL-15, OVL-16).
  [[nodiscard]] const wire::ProviderAddress* flood_group(
      const std::optional<wire::CustomerAddress>& inner_destination) const noexcept;
  /// Whether a PA may send into the subnet: it has a record here (OVL-29).
  [[nodiscard]] bool is_known_source(const wire::ProviderAddress& source) const noexcept {
    return known_sources_.find(source) != nullptr;
  }
  /// The own PA to send from to a destination of this version (OVL-2); nullptr: there is none.
  [[nodiscard]] const wire::ProviderAddress* source(wire::IpVersion version) const noexcept {
    const auto& source = version == wire::IpVersion::kV4 ? source_v4_ : source_v6_;
    return source ? &*source : nullptr;
  }
  /// The largest tunnel_overhead() that a frame of this subnet may meet.
  [[nodiscard]] std::size_t overhead() const noexcept { return overhead_; }

  [[nodiscard]] SubnetCounters& counters(unsigned worker) const noexcept { return statistics_->of(worker); }
  [[nodiscard]] SubnetCounts counts() const noexcept { return statistics_->total(); }

 private:
  friend class PolicyCompiler;
  struct Known {};

  SubnetDescription description_;
  FlatTable<wire::MacAddress, Location> locations_;
  FlatTable<wire::CustomerAddress, Owner> owners_;
  FlatTable<wire::CustomerAddress, wire::ProviderAddress> groups_;
  FlatTable<wire::ProviderAddress, Known> known_sources_;
  std::vector<PortIndex> local_ports_;
  std::vector<wire::ProviderAddress> flood_peers_;
  std::optional<wire::ProviderAddress> source_v4_, source_v6_;
  std::size_t overhead_ = 0;
  std::shared_ptr<SubnetStatistics> statistics_;
};

/// One port of this host.
/// @note  Written by Policy's constructor alone; then read by any thread, the counters excepted (see PerWorker).
class Port {
 public:
  [[nodiscard]] const PortDescription& description() const noexcept { return description_; }
  [[nodiscard]] const wire::MacAddress& mac() const noexcept { return description_.mac; }
  [[nodiscard]] PortIndex index() const noexcept { return index_; }
  [[nodiscard]] const VirtualSubnet& subnet() const noexcept { return *subnet_; }
  [[nodiscard]] PortCounters& counters(unsigned worker) const noexcept { return statistics_->of(worker); }
  [[nodiscard]] PortCounts counts() const noexcept { return statistics_->total(); }
  /// What each worker counted.
  [[nodiscard]] std::vector<PortCounts> counts_by_worker() const { return statistics_->by_worker(); }

 private:
  friend class PolicyCompiler;
  PortDescription description_;
  PortIndex index_ = 0;
  const VirtualSubnet* subnet_ = nullptr;
  std::shared_ptr<PortStatistics> statistics_;
};

class Policy {
 public:
  /// Compiles a description. A device that `previous` has keeps its PortIndex and its counters, a VSID its counters; a
  /// new device gets an index that `previous` did not use, so that a frame read under the old policy is never taken
  /// for another port's.
  /// @param worker_count  Workers that will count, at least 1; the same for all policies of a data plane.
  /// @pre check(description) is empty
  Policy(PolicyDescription description, unsigned worker_count, const Policy* previous = nullptr);
  ~Policy();
  Policy(const Policy&) = delete;
  Policy& operator=(const Policy&) = delete;

  [[nodiscard]] const PolicyDescription& description() const noexcept { return description_; }
  [[nodiscard]] const ProviderDescription& provider() const noexcept { return description_.provider; }
  [[nodiscard]] unsigned worker_count() const noexcept { return worker_count_; }

  /// @return The subnet, or nullptr.
  [[nodiscard]] const VirtualSubnet* subnet(wire::Vsid vsid) const noexcept {
    const auto* found = subnets_by_vsid_.find(vsid.value());
    return found == nullptr ? nullptr : *found;
  }
  /// All subnets, as described.
  [[nodiscard]] std::span<const std::unique_ptr<VirtualSubnet>> subnets() const noexcept { return subnets_; }

  /// @return The port, or nullptr if no port has this index.
  [[nodiscard]] const Port* port(PortIndex index) const noexcept {
    return index < ports_.size() ? ports_[index].get() : nullptr;
  }
  /// @return The port of a device, or nullptr. Slow: for the control side.
  [[nodiscard]] const Port* port(std::string_view device) const noexcept;
  /// One more than the highest PortIndex; indexes below may be free.
  [[nodiscard]] PortIndex port_limit() const noexcept { return static_cast<PortIndex>(ports_.size()); }

  /// Whether an outer unicast destination is ours.
  [[nodiscard]] bool is_own(const wire::ProviderAddress& address) const noexcept {
    return own_addresses_.find(address) != nullptr;
  }
  /// Whether an outer multicast destination is a group that one of our subnets uses.
  [[nodiscard]] bool is_joined(const wire::ProviderAddress& group) const noexcept {
    return joined_groups_.find(group) != nullptr;
  }
  /// PA multicast groups that the data plane has to join on the underlay interface, each once.
  [[nodiscard]] std::span<const wire::ProviderAddress> groups() const noexcept { return groups_; }
  /// PAs to which frames may be sent, each once: what the data plane keeps next hops for. Own PAs and groups left out.
  [[nodiscard]] std::span<const wire::ProviderAddress> peers() const noexcept { return peers_; }

  /// Largest inner IP packet of a port that fits the underlay whatever the destination (OVL-14), bytes; 0: no port.
  [[nodiscard]] std::size_t tenant_mtu(PortIndex index, std::size_t underlay_mtu) const noexcept;

 private:
  friend class PolicyCompiler;
  struct Known {};

  PolicyDescription description_;
  unsigned worker_count_;
  std::vector<std::unique_ptr<VirtualSubnet>> subnets_;
  FlatTable<std::uint32_t, const VirtualSubnet*> subnets_by_vsid_;
  std::vector<std::unique_ptr<Port>> ports_;  ///< By PortIndex; nullptr: the slot is free.
  FlatTable<wire::ProviderAddress, Known> own_addresses_;
  FlatTable<wire::ProviderAddress, Known> joined_groups_;
  std::vector<wire::ProviderAddress> groups_;
  std::vector<wire::ProviderAddress> peers_;
};

}  // namespace nvgre::overlay
