/// Who handles a received frame, as the adapter says: which queue by its filters, and which worker of that queue by the
/// hash. An immutable value that control/ makes of offload::Adapter and hands to the data plane.
#pragma once

#include <string>
#include <vector>

#include "nvgre/offload/receive_filter.h"
#include "nvgre/offload/rss.h"
#include "nvgre/offload/toeplitz.h"

namespace nvgre::datapath {

/// One receive queue.
struct SteeringQueue {
  offload::QueueId id = offload::kDefaultQueue;
  std::string device = {};                           ///< The port that it serves; empty: none, as the default queue.
  std::vector<offload::ReceiveFilter> filters = {};  ///< In force.
  std::vector<unsigned> table = {0};                 ///< Indirection table: workers; 1 to 128 entries, a power of two.
  unsigned default_worker = 0;                       ///< Of frames without a hash.
  friend bool operator==(const SteeringQueue&, const SteeringQueue&) = default;
};

struct Steering {
  offload::ToeplitzKey key = offload::kMicrosoftVerificationKey;
  offload::RssHashTypes hash_types = {};                  ///< Plain ones. None: nothing is hashed.
  std::vector<SteeringQueue> queues = {SteeringQueue{}};  ///< The default queue first.
  friend bool operator==(const Steering&, const Steering&) = default;

  /// The queue of a port: its own, else the default queue.
  [[nodiscard]] const SteeringQueue& queue_of(const std::string& device) const noexcept {
    for (const auto& queue : queues)
      if (!device.empty() && queue.device == device) return queue;
    return queues.front();
  }
};

}  // namespace nvgre::datapath
