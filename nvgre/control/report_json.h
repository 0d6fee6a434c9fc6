/// What a data plane and an adapter report, as JSON: the words of `nvgre status --json` and `nvgre offload show
/// --json`. Nothing is left out because it is 0; what is not known is null.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::control {

/// {"plane", "underlay", "next_hops", "subnets", "ports", "records", "workers", "total"}; counts and drops have the
/// names of counts.def and drop_reason.def. "total" is the sum over the workers.
[[nodiscard]] nlohmann::json to_json(const datapath::Report& report,
                                     const std::vector<overlay::RecordDescription>& records);

/// {"keywords": [...], "tasks": [...]}
[[nodiscard]] nlohmann::json to_json(const offload::Adapter& adapter);

}  // namespace nvgre::control
