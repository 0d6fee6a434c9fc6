/// The CPUs that this process may use: what a cpuset, a container or taskset leaves it.
#pragma once

#include <vector>

namespace nvgre::datapath::userspace {

/// Their numbers, ascending; never empty. Any thread; those of the calling one.
[[nodiscard]] std::vector<unsigned> usable_cpus();

}  // namespace nvgre::datapath::userspace
