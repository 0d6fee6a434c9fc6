/// The demonstration in memory: the same hosts, tenants and engine, a simulated network and no privilege.
#pragma once

#include "cli/demo/demo_report.h"

namespace nvgre::cli {

/// Runs both tenants once. @param offloads  Whether NVGRE task offload is on.
[[nodiscard]] RoundResult run_memory_round(bool offloads);

}  // namespace nvgre::cli
