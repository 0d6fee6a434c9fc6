/// What a data plane and an adapter report, as JSON: the words of `nvgre status --json` and `nvgre offload show
/// --json`. Nothing is left out because it is 0; what is not known is null.
#pragma once

#include <cstdint>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/datapath/data_plane.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::control {

/// {"plane", "underlay", "next_hops", "subnets", "ports", "records", "workers", "total"}; counts and drops have the
/// names of counts.def and drop_reason.def. "total" is the sum over the workers.
[[nodiscard]] nlohmann::json to_json(const datapath::Report& report,
                                     const std::vector<overlay::RecordDescription>& records);

/// What holds of a keyword's value: SR-IOV is not supported, so 1 is treated as 0 (KEY-29).
[[nodiscard]] std::uint32_t value_that_holds(offload::Keyword keyword, std::uint32_t value) noexcept;

/// {"keywords": [...], "tasks": [...]}; a keyword's "value" is what holds, "given_value" what was given, or null.
[[nodiscard]] nlohmann::json to_json(const offload::Adapter& adapter);

}  // namespace nvgre::control
