#include "nvgre/datapath/userspace/usable_cpus.h"

#include <charconv>
#include <filesystem>
#include <string>
#include <system_error>

#include <sched.h>

namespace nvgre::datapath::userspace {

std::vector<unsigned> usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  std::vector<unsigned> cpus;
  if (::sched_getaffinity(0, sizeof set, &set) == 0)
    for (unsigned cpu = 0; cpu < CPU_SETSIZE; ++cpu)
      if (CPU_ISSET(cpu, &set)) cpus.push_back(cpu);
  if (cpus.empty()) cpus.push_back(0);
  return cpus;
}

// The CPU's folder in sysfs has a link that is called after its node.
unsigned node_of_cpu(unsigned cpu) {
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator("/sys/devices/system/cpu/cpu" + std::to_string(cpu), error)) {
    const auto name = entry.path().filename().string();
    unsigned node = 0;
    if (name.starts_with("node") && std::from_chars(name.data() + 4, name.data() + name.size(), node).ec == std::errc{})
      return node;
  }
  return 0;
}

}  // namespace nvgre::datapath::userspace
