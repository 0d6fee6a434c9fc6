#include "nvgre/control/version.h"

namespace nvgre::control {

std::string_view version() noexcept {
  return NVGRE_VERSION;
}

}  // namespace nvgre::control
