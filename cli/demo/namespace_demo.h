/// The demonstration with real hosts: six network namespaces, two `nvgre run`, the kernel's own TCP, UDP and ICMP.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "cli/demo/demo_report.h"
#include "cli/demo/demo_topology.h"
#include "cli/demo/demo_traffic.h"
#include "cli/demo/endpoint_process.h"
#include "cli/demo/network_namespace.h"
#include "nvgre/offload/result.h"

namespace nvgre::cli {

/// Whether it can run here: namespaces, TUN and packet sockets are allowed. If not, why not.
[[nodiscard]] Result<void> can_run_namespace_demo();

class NamespaceDemo {
 public:
  /// Builds the topology and starts both endpoints. @param folder  For configuration files and sockets.
  /// @throws std::runtime_error
  explicit NamespaceDemo(std::string folder);

  /// Runs both tenants once. @param measured  How long each of the round's kMeasurements lasts.
  [[nodiscard]] RoundResult run_round(bool offloads, std::chrono::milliseconds measured);
  static constexpr int kMeasurements = 4;  ///< Two tenants, two inner IP versions.

 private:
  void build_hosts();
  void build_tenants();
  void set_offloads(bool on);
  [[nodiscard]] OffloadResult engine_counts() const;
  [[nodiscard]] TrafficEnds ends(const Colour& colour, wire::IpVersion version) const;
  [[nodiscard]] std::string socket(int host) const { return folder_ + "/host" + std::to_string(host) + ".sock"; }
  [[nodiscard]] static std::string interface(int host) { return "underlay" + std::to_string(host); }

  std::string folder_;
  std::map<int, NetworkNamespace> hosts_;
  std::map<std::string, NetworkNamespace> tenants_;  ///< By device name.
  std::map<int, std::unique_ptr<EndpointProcess>> endpoints_;
};

}  // namespace nvgre::cli
