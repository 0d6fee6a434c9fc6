/// The protocol driver's part in VMQ: each port gets a queue of the adapter whose filter is the port's address in its
/// virtual subnet, and what adapter and data plane know of all queues becomes one Steering.
#pragma once

#include <map>
#include <optional>
#include <span>
#include <string>

#include "nvgre/datapath/steering.h"
#include "nvgre/offload/adapter.h"
#include "nvgre/overlay/policy_description.h"

namespace nvgre::control {

/// @note  One thread at a time: the control thread.
class VmQueues {
 public:
  /// @param client  The endpoint, as whoever owns these queues.
  VmQueues(offload::Adapter& adapter, offload::ClientId client, unsigned worker_count)
      : adapter_(adapter), client_(client), worker_count_(worker_count) {}

  /// Gives queues to ports that have none, takes those of ports that are gone, and changes filters and affinities that
  /// differ. A port for which there is no queue left shares the default queue.
  void follow(std::span<const overlay::PortDescription> ports);

  /// The port that a queue serves; nothing for the default queue and queues of others.
  [[nodiscard]] std::optional<std::string> device_of(offload::QueueId queue) const;

  /// What the data plane has to do now (RSS-14 to RSS-18, VMQ-17, VMQ-31, D-46).
  [[nodiscard]] datapath::Steering steering() const;

 private:
  struct Owned {
    offload::QueueId queue{};
    offload::ReceiveFilter filter;
    std::optional<offload::FilterId> filter_id;
  };
  void allocate(const overlay::PortDescription& port);
  void set_filter(Owned& owned, const std::string& device);
  void set_affinity(const Owned& owned, const overlay::PortDescription& port);
  [[nodiscard]] std::uint32_t hardware_queues() const;
  [[nodiscard]] datapath::SteeringQueue steering_of(const offload::ReceiveQueueInfo& queue) const;
  [[nodiscard]] std::vector<offload::ProcessorNumber> workers_of(const offload::ProcessorAffinity& affinity) const;

  offload::Adapter& adapter_;
  offload::ClientId client_;
  unsigned worker_count_;
  std::map<std::string, Owned> owned_;  ///< By device.
};

}  // namespace nvgre::control
