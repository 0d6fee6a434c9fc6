/// Which nvgre this is.
#pragma once

#include <string_view>

namespace nvgre::control {

/// "MAJOR.MINOR.PATCH", from CMake's project().
[[nodiscard]] std::string_view version() noexcept;

}  // namespace nvgre::control
