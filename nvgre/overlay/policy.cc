#include "nvgre/overlay/policy.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace nvgre::overlay {
namespace {

/// Sorts and makes each element stand once.
void make_unique(std::vector<wire::ProviderAddress>& addresses) {
  std::sort(addresses.begin(), addresses.end());
  addresses.erase(std::unique(addresses.begin(), addresses.end()), addresses.end());
}

}  // namespace

const wire::ProviderAddress* VirtualSubnet::flood_group(
    const std::optional<wire::CustomerAddress>& inner_destination) const noexcept {
  if (inner_destination) {
    if (const auto* group = groups_.find(*inner_destination)) return group;
  }
  return description_.flood == FloodMode::kGroup && description_.flood_group ? &*description_.flood_group : nullptr;
}

/// Fills a policy's tables, in the order of the functions below: each builds on what the ones before it made.
class PolicyCompiler {
 public:
  PolicyCompiler(Policy& policy, const Policy* previous) : policy_(policy), previous_(previous) {}

  void compile() {
    for (const auto& address : provider().addresses) policy_.own_addresses_.insert(address, {});
    for (const auto& description : policy_.description_.subnets) add_subnet(description);
    for (const auto& description : policy_.description_.ports) add_port(description);
    for (const auto& description : policy_.description_.records) add_record(description);
    for (const auto& subnet : policy_.subnets_) finish(*subnet);
    make_unique(policy_.groups_);
    make_unique(policy_.peers_);
    for (const auto& group : policy_.groups_) policy_.joined_groups_.insert(group, {});
  }

 private:
  [[nodiscard]] const ProviderDescription& provider() const { return policy_.description_.provider; }

  [[nodiscard]] VirtualSubnet& subnet_of(wire::Vsid vsid) const {
    VirtualSubnet* const* found = subnets_.find(vsid.value());
    assert(found != nullptr);  // check() refuses an unknown VSID
    return **found;
  }

  void add_subnet(const SubnetDescription& description) {
    auto subnet = std::make_unique<VirtualSubnet>();
    subnet->description_ = description;
    subnet->source_v4_ = own_source(description, wire::IpVersion::kV4);
    subnet->source_v6_ = own_source(description, wire::IpVersion::kV6);
    for (const auto& [inner, outer] : description.groups) {
      subnet->groups_.insert(inner, outer);
      policy_.groups_.push_back(outer);
    }
    if (description.flood == FloodMode::kGroup && description.flood_group)
      policy_.groups_.push_back(*description.flood_group);
    const auto* before = previous_ == nullptr ? nullptr : previous_->subnet(description.vsid);
    subnet->statistics_ =
        before == nullptr ? std::make_shared<SubnetStatistics>(policy_.worker_count_) : before->statistics_;
    subnets_.insert(description.vsid.value(), subnet.get());
    policy_.subnets_by_vsid_.insert(description.vsid.value(), subnet.get());
    policy_.subnets_.push_back(std::move(subnet));
  }

  /// The subnet's own choice if it has the version, else the first PA of the version.
  [[nodiscard]] std::optional<wire::ProviderAddress> own_source(const SubnetDescription& description,
                                                                wire::IpVersion version) const {
    const auto fits = [version](const wire::ProviderAddress& address) { return address.ip().version() == version; };
    if (description.source && fits(*description.source)) return description.source;
    const auto found = std::find_if(provider().addresses.begin(), provider().addresses.end(), fits);
    if (found == provider().addresses.end()) return std::nullopt;
    return *found;
  }

  void add_port(const PortDescription& description) {
    const auto* before = previous_ == nullptr ? nullptr : previous_->port(description.device);
    VirtualSubnet& subnet = subnet_of(description.vsid);
    auto port = std::make_unique<Port>();
    port->description_ = description;
    port->index_ = before == nullptr ? free_index() : before->index();
    port->subnet_ = &subnet;
    port->statistics_ =
        before == nullptr ? std::make_shared<PortStatistics>(policy_.worker_count_) : before->statistics_;
    subnet.locations_.insert(description.mac, port->index_);
    for (const auto& address : description.addresses)
      subnet.owners_.insert(address, {description.mac, description.router});
    subnet.local_ports_.push_back(port->index_);
    put(std::move(port));
  }

  /// The lowest index that neither this policy nor the previous one uses.
  [[nodiscard]] PortIndex free_index() const {
    PortIndex index = 0;
    const auto is_used = [](const Policy* policy, PortIndex candidate) {
      return policy != nullptr && policy->port(candidate) != nullptr;
    };
    while (is_used(&policy_, index) || is_used(previous_, index)) ++index;
    return index;
  }

  void put(std::unique_ptr<Port> port) {
    const PortIndex index = port->index();
    if (policy_.ports_.size() <= index) policy_.ports_.resize(index + 1);
    policy_.ports_[index] = std::move(port);
  }

  /// A record of this host itself adds nothing but its addresses: one list may serve all hosts.
  void add_record(const RecordDescription& description) {
    VirtualSubnet& subnet = subnet_of(description.vsid);
    for (const auto& address : description.addresses)
      subnet.owners_.insert(address, {description.mac, description.router});
    if (policy_.is_own(description.provider)) return;
    subnet.locations_.insert(description.mac, description.provider);
    subnet.known_sources_.insert(description.provider, {});
    subnet.flood_peers_.push_back(description.provider);
    policy_.peers_.push_back(description.provider);
  }

  void finish(VirtualSubnet& subnet) const {
    make_unique(subnet.flood_peers_);
    const auto& description = subnet.description_;
    for (const auto& peer : subnet.flood_peers_) widen(subnet, peer);
    for (const auto& [inner, outer] : description.groups) widen(subnet, outer);
    if (description.flood == FloodMode::kGroup && description.flood_group) widen(subnet, *description.flood_group);
    if (subnet.overhead_ == 0) widen(subnet, description.source.value_or(first_own_address()));
  }

  static void widen(VirtualSubnet& subnet, const wire::ProviderAddress& destination) {
    subnet.overhead_ = std::max(subnet.overhead_, tunnel_overhead(destination.ip().version()));
  }

  [[nodiscard]] wire::ProviderAddress first_own_address() const {
    return provider().addresses.empty() ? wire::ProviderAddress() : provider().addresses.front();
  }

  Policy& policy_;
  const Policy* previous_;
  FlatTable<std::uint32_t, VirtualSubnet*> subnets_;  ///< The policy's own, while they may still be changed.
};

Policy::Policy(PolicyDescription description, unsigned worker_count, const Policy* previous)
    : description_(std::move(description)), worker_count_(worker_count) {
  PolicyCompiler(*this, previous).compile();
}

Policy::~Policy() = default;

const Port* Policy::port(std::string_view device) const noexcept {
  const auto found = std::find_if(ports_.begin(), ports_.end(), [device](const auto& port) {
    return port != nullptr && port->description().device == device;
  });
  return found == ports_.end() ? nullptr : found->get();
}

std::size_t Policy::tenant_mtu(PortIndex index, std::size_t underlay_mtu) const noexcept {
  const Port* owner = port(index);
  if (owner == nullptr || underlay_mtu <= owner->subnet().overhead()) return 0;
  return underlay_mtu - owner->subnet().overhead();
}

}  // namespace nvgre::overlay
