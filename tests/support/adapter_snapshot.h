/// Everything that an adapter shows of its state, to be compared before and after.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "nvgre/offload/adapter.h"

namespace nvgre::test {

struct AdapterSnapshot {
  offload::OffloadSet hardware;
  offload::OffloadSet current;
  offload::ActiveOffloads active;
  offload::Configuration configuration;
  offload::Keywords keywords;
  std::optional<offload::OffloadEncapsulation> encapsulation;
  std::optional<offload::RssParameters> rss_parameters;
  std::optional<offload::ReceiveHashParameters> hash_parameters;
  std::vector<offload::ReceiveQueueInfo> queues;
  std::vector<offload::ReceiveFilterInfo> filters;
  std::shared_ptr<const offload::ReceiveFilterTable> filter_table;  ///< A changed table is another table.
  friend bool operator==(const AdapterSnapshot&, const AdapterSnapshot&) = default;
};

inline AdapterSnapshot snapshot_of(const offload::Adapter& adapter) {
  AdapterSnapshot snapshot{.hardware = adapter.hardware_capabilities(),
                           .current = adapter.current_configuration(),
                           .active = adapter.active(),
                           .configuration = adapter.configuration(),
                           .keywords = adapter.keywords(),
                           .encapsulation = adapter.encapsulation(),
                           .rss_parameters = adapter.rss_parameters(),
                           .hash_parameters = adapter.receive_hash_parameters(),
                           .queues = {},
                           .filters = {},
                           .filter_table = nullptr};
  const auto* const queues = adapter.receive_queues();
  if (queues == nullptr) return snapshot;
  snapshot.queues = queues->queues();
  snapshot.filter_table = queues->table();
  const auto add_filters = [&](offload::QueueId queue) {
    if (const auto filters = queues->filters(queue))
      snapshot.filters.insert(snapshot.filters.end(), filters->begin(), filters->end());
  };
  add_filters(offload::kDefaultQueue);
  for (const auto& queue : snapshot.queues) add_filters(queue.id);
  return snapshot;
}

}  // namespace nvgre::test
