/// Queues and RSS as JSON: what the adapter says, what the data plane does, and what each worker counted.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/datapath/steering.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::control {

/// One object for each receive queue, the default queue first.
[[nodiscard]] nlohmann::json queues_json(const offload::Adapter& adapter, const datapath::Steering& steering,
                                         const datapath::Report& report);

/// Key, hash types and indirection table, and what each worker received.
[[nodiscard]] nlohmann::json rss_json(const offload::Adapter& adapter, const datapath::Steering& steering,
                                      const datapath::Report& report);

}  // namespace nvgre::control
