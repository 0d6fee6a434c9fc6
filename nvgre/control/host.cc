#include "nvgre/control/host.h"

#include <algorithm>
#include <thread>

namespace nvgre::control {

offload::KeywordHost this_host() {
  offload::KeywordHost host;
  host.processors_per_group = std::max(1U, std::thread::hardware_concurrency());
  host.prefers_vmq = true;
  return host;
}

}  // namespace nvgre::control
