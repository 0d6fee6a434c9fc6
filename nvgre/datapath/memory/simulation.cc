#include "nvgre/datapath/memory/simulation.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <map>
#include <utility>

namespace nvgre::datapath::memory {
namespace {

constexpr overlay::Instant kStep = std::chrono::microseconds(10);

wire::MacAddress host_mac(std::size_t number) {
  return wire::MacAddress({0x02, 0x00, 0x00, 0x00, 0x00, static_cast<std::uint8_t>(number + 1)});
}

wire::IpAddress address_of(const overlay::PortDescription& port, wire::IpVersion version) {
  const auto found = std::ranges::find_if(
      port.addresses, [version](const wire::CustomerAddress& address) { return address.ip().version() == version; });
  return found == port.addresses.end() ? wire::IpAddress() : found->ip();
}

}  // namespace

Result<std::size_t> Simulation::add_host(const overlay::PolicyDescription& policy, std::size_t mtu) {
  const auto number = hosts_.size();
  Host host{host_mac(number), policy.provider.addresses, nullptr};
  host.plane = std::make_unique<MemoryDataPlane>(network_, host.mac, mtu);
  if (auto applied = host.plane->apply(policy); !applied) return std::unexpected(applied.error());
  for (const auto& port : policy.ports) {
    const TenantSettings settings{.name = port.device,
                                  .mac = port.mac,
                                  .address_v4 = address_of(port, wire::IpVersion::kV4),
                                  .address_v6 = address_of(port, wire::IpVersion::kV6),
                                  .mtu = host.plane->tenant_mtu(port.device)};
    tenants_.push_back(std::make_unique<Tenant>(settings, *host.plane->link(port.device)));
  }
  hosts_.push_back(std::move(host));
  introduce_hosts();
  return number;
}

void Simulation::introduce_hosts() {
  std::map<wire::ProviderAddress, wire::MacAddress> neighbors;
  for (const auto& host : hosts_)
    for (const auto& address : host.addresses) neighbors.emplace(address, host.mac);
  for (auto& host : hosts_) host.plane->set_neighbors(neighbors);
}

void Simulation::apply(const offload::ActiveOffloads& offloads) {
  for (auto& host : hosts_) host.plane->apply(offloads);
}

Tenant& Simulation::tenant(const std::string& device) {
  const auto found =
      std::ranges::find_if(tenants_, [&](const auto& tenant) { return tenant->settings().name == device; });
  assert(found != tenants_.end());
  return **found;
}

void Simulation::step() {
  now_ += kStep;
  for (auto& tenant : tenants_) tenant->poll(now_);
  for (auto& host : hosts_) host.plane->step(now_);
}

bool Simulation::run_until(const std::function<bool()>& done, overlay::Instant limit) {
  const auto end = now_ + limit;
  while (now_ < end) {
    if (done()) return true;
    step();
  }
  return done();
}

void Simulation::run_for(overlay::Instant duration) {
  run_until([] { return false; }, duration);
}

}  // namespace nvgre::datapath::memory
