/// What all workers read for the length of a burst: an immutable value, replaced as a whole by the control side.
#pragma once

#include <memory>
#include <vector>

#include "nvgre/datapath/userspace/packet_socket.h"
#include "nvgre/datapath/userspace/port_device.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/underlay.h"

namespace nvgre::datapath::userspace {

/// The sockets on the underlay interface, one for each worker.
using UnderlaySockets = std::vector<PacketSocket>;

struct WorkerView {
  std::shared_ptr<const overlay::Policy> policy;
  std::shared_ptr<const overlay::Underlay> underlay;
  offload::ActiveOffloads offloads;
  std::shared_ptr<const UnderlaySockets> underlay_sockets;  ///< Null: the interface is gone.
  std::vector<std::shared_ptr<PortDevice>> devices;         ///< By PortIndex; null: no port, or its device is gone.
  std::vector<overlay::PortAbilities> abilities;            ///< By PortIndex.

  [[nodiscard]] const PortDevice* device(overlay::PortIndex port) const noexcept {
    return port < devices.size() ? devices[port].get() : nullptr;
  }
  [[nodiscard]] overlay::Snapshot snapshot() const noexcept {
    return {.policy = *policy, .underlay = *underlay, .offloads = offloads, .ports = abilities};
  }
};

}  // namespace nvgre::datapath::userspace
