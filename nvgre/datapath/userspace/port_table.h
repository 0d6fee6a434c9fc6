/// The ports of a policy and the devices behind them: made or attached, watched, and attached again when they come
/// back.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <vector>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/flow_steering.h"
#include "nvgre/datapath/userspace/host_guard.h"
#include "nvgre/datapath/userspace/port_device.h"
#include "nvgre/datapath/userspace/underlay_watch.h"
#include "nvgre/datapath/userspace/usability.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// @note  One thread at a time.
class PortTable {
 public:
  struct Settings {
    unsigned worker_count = 1;
    bool takes_udp_super_frames = false;  ///< Packet sockets know UDP GSO (Linux 6.2).
  };
  /// @param watch     Finds devices.
  /// @param steering  Names the worker of what a tenant sends.
  PortTable(HostGuard& guard, UnderlayWatch& watch, const FlowSteering& steering, const Settings& settings)
      : guard_(guard), watch_(watch), steering_(steering), settings_(settings) {}
  ~PortTable();
  PortTable(const PortTable&) = delete;
  PortTable& operator=(const PortTable&) = delete;

  /// Everywhere here `underlay_mtu` is the link_mtu() of the underlay (link_mtu.h).

  /// Attaches the ports of a policy that are new; nothing else is changed.
  /// @return  What is not attached yet, made ready; or an error, and nothing was changed.
  struct Port {
    FileDescriptor claim;                             ///< Nobody else's while the policy has the port.
    std::shared_ptr<PortDevice> device;               ///< Null while the device is gone.
    offload::QueueId queue = offload::kDefaultQueue;  ///< Whose workers read what the tenant sends.
    bool is_made_by_us = false;
    bool is_refused = false;  ///< The device is there, or could be made, but attaching failed the last time.
    std::size_t mtu = 0;      ///< The tenant's IP MTU of a made device; the device's own of an existing one.
    Usability usability;      ///< Of an existing device: it is there and up. Of a made one: it is there.
  };
  using Ports = std::map<overlay::PortIndex, Port>;
  [[nodiscard]] Result<Ports> prepare(const overlay::Policy& policy, std::size_t underlay_mtu,
                                      const offload::ActiveOffloads& offloads);
  /// Gives back to the host what was prepared for a policy that was refused after all.
  void abandon(const Ports& prepared, const overlay::Policy& policy);
  /// Takes up what was prepared and gives up ports that the policy no longer has.
  void commit(Ports prepared, const overlay::Policy& before, const overlay::Policy& policy, std::size_t underlay_mtu);

  /// Offers the tenants of made devices what is active now.
  void offer(const offload::ActiveOffloads& offloads);
  /// Moves ports whose queue is another one now to that queue's workers.
  void follow_steering(const overlay::Policy& policy);
  /// Looks after devices that changed. @return true if some port has another device now, or none.
  bool follow(const overlay::Policy& policy, std::size_t underlay_mtu, const offload::ActiveOffloads& offloads);
  /// Some device could not be made or attached again: to be tried once more by follow().
  [[nodiscard]] bool wants_retry() const noexcept;
  /// Gives made devices the MTU that fits this underlay.
  void fit(const overlay::Policy& policy, std::size_t underlay_mtu);

  [[nodiscard]] std::vector<std::shared_ptr<PortDevice>> devices() const;
  /// @param queues_count  Filters of VM queues are in force.
  [[nodiscard]] std::vector<overlay::PortAbilities> abilities(bool queues_count) const;
  /// Everything of PortStatus but the description and the counts.
  [[nodiscard]] PortStatus status(overlay::PortIndex port) const;

 private:
  [[nodiscard]] Result<void> judge_devices(const overlay::Policy& policy);
  [[nodiscard]] Result<Port> attach(const overlay::Port& port, std::size_t mtu,
                                    const offload::ActiveOffloads& offloads);
  [[nodiscard]] Result<Port> make(const overlay::Port& port, std::size_t mtu, const offload::ActiveOffloads& offloads);
  [[nodiscard]] Result<Port> attach_existing(const std::string& name, const Link& link);
  bool follow_made(const overlay::Port& description, Port& port, std::size_t mtu,
                   const offload::ActiveOffloads& offloads);
  bool follow_existing(const std::string& name, Port& port);

  HostGuard& guard_;
  UnderlayWatch& watch_;
  const FlowSteering& steering_;
  Settings settings_;
  Ports ports_;
};

}  // namespace nvgre::datapath::userspace
