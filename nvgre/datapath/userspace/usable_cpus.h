/// The CPUs that this process may use: what a cpuset, a container or taskset leaves it.
#pragma once

#include <vector>

namespace nvgre::datapath::userspace {

/// Their numbers, ascending; never empty. Any thread; those of the calling one.
[[nodiscard]] std::vector<unsigned> usable_cpus();

/// The NUMA node of a CPU; 0 where the kernel knows none. Any thread.
[[nodiscard]] unsigned node_of_cpu(unsigned cpu);

}  // namespace nvgre::datapath::userspace
