/// The data plane in memory: one host's ports and its end of the provider's network are queues, stepped by hand. No
/// thread, no clock, no privilege. What happens to a frame is the same overlay::Endpoint that userspace/ calls.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/memory/network.h"
#include "nvgre/datapath/memory/tenant_link.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/underlay.h"

namespace nvgre::datapath::memory {

class MemoryDataPlane final : public DataPlane {
 public:
  /// @param network  Outlives the plane. @param mac, mtu  Of the host's interface on it.
  MemoryDataPlane(Network& network, const wire::MacAddress& mac, std::size_t mtu);
  ~MemoryDataPlane() override;

  [[nodiscard]] Result<void> apply(const overlay::PolicyDescription& description) override;
  void apply(const offload::ActiveOffloads& offloads) override;
  [[nodiscard]] Report report() const override;

  /// The network's neighbour table: what a kernel would have resolved. Frames towards other addresses wait.
  void set_neighbors(std::map<wire::ProviderAddress, wire::MacAddress> neighbors);

  /// The tenant's cable of a port, by its device name; stays as long as the port. nullptr: no such port.
  [[nodiscard]] TenantLink* link(const std::string& device);
  [[nodiscard]] std::size_t tenant_mtu(const std::string& device) const;

  /// Carries what has arrived by `now`: first from the network, then from the tenants. @return Whether there was any.
  bool step(overlay::Instant now);

 private:
  class Output;
  struct Held {
    wire::ProviderAddress destination;
    overlay::PortIndex port = 0;
    std::optional<wire::Vsid> vsid;
    TenantFrame frame;
  };

  bool receive(overlay::Instant now);
  bool transmit(overlay::Instant now);
  void transmit_held(overlay::Instant now);
  void update_underlay();
  [[nodiscard]] overlay::Snapshot snapshot() const { return {*policy_, underlay_, offloads_}; }
  [[nodiscard]] PortFeatures features() const;

  Network& network_;
  Network::Station station_;
  std::map<wire::ProviderAddress, wire::MacAddress> neighbors_;
  overlay::Underlay underlay_;
  offload::ActiveOffloads offloads_;
  std::unique_ptr<overlay::Policy> policy_;
  std::map<overlay::PortIndex, std::unique_ptr<TenantLink>> links_;
  std::map<wire::ProviderAddress, std::size_t> path_mtus_;
  std::deque<Held> held_;
  overlay::Endpoint endpoint_{0};
};

}  // namespace nvgre::datapath::memory
