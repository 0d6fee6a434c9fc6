/// The deterministic simulator: hosts, tenants and the provider's network in one process, driven by a seed and a
/// clock of its own. The same seed gives the same run, byte for byte.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nvgre/datapath/memory/memory_data_plane.h"
#include "nvgre/datapath/memory/network.h"
#include "nvgre/datapath/memory/random.h"
#include "nvgre/datapath/memory/tenant.h"

namespace nvgre::datapath::memory {

/// One simulated host.
struct Host {
  wire::MacAddress mac;
  std::vector<wire::ProviderAddress> addresses;
  std::unique_ptr<MemoryDataPlane> plane;
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed), network_(random_) {}

  /// A host with the Provider Addresses of `policy`, whose ports get a tenant each.
  /// @return Its number, or why the policy can't be applied.
  Result<std::size_t> add_host(const overlay::PolicyDescription& policy, std::size_t mtu = 1500);

  /// Lets time pass until `done` says so. @return Whether it did before `limit` of simulated time was over.
  bool run_until(const std::function<bool()>& done, overlay::Instant limit);
  void run_for(overlay::Instant duration);

  [[nodiscard]] MemoryDataPlane& plane(std::size_t host) { return *hosts_[host].plane; }
  /// @pre The host has a port with this device name
  [[nodiscard]] Tenant& tenant(const std::string& device);
  [[nodiscard]] Network& network() { return network_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] overlay::Instant now() const { return now_; }
  /// Makes these offloads the active ones on all hosts.
  void apply(const offload::ActiveOffloads& offloads);

 private:
  void step();
  void introduce_hosts();

  Random random_;
  Network network_;
  std::vector<Host> hosts_;
  std::vector<std::unique_ptr<Tenant>> tenants_;
  overlay::Instant now_{};
};

}  // namespace nvgre::datapath::memory
