/// What this program wants to know of the machine it runs on.
#pragma once

#include "nvgre/offload/keywords.h"

namespace nvgre::control {

/// CPUs and preferences of this host, for offload keywords (D-46: `nvgre run` prefers VMQ).
[[nodiscard]] offload::KeywordHost this_host();

}  // namespace nvgre::control
