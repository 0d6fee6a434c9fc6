/// Which data plane moves the frames (design section 6): "auto" takes the kernel's where it loads, else userspace.
#pragma once

#include <string_view>

#include "nvgre/control/configuration.h"
#include "nvgre/control/service.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// Whether this nvgre has a data plane of the configured mode.
/// @param file  The configuration's, for messages.
[[nodiscard]] Result<void> check_mode(const Configuration& configuration, std::string_view file);

/// How many workers there will be.
[[nodiscard]] unsigned worker_count_of(const Configuration& configuration);

/// Whether the data plane that is configured can be had here, and by this process; changes nothing.
/// @param file  As for check_mode().
/// @return      kInvalid: there is none of that mode; kPrivilege: the capability that is missing.
[[nodiscard]] Result<void> check_data_plane(const Configuration& configuration, std::string_view file);

/// @return The plane, which carries nothing yet, and why it is this one.
[[nodiscard]] Result<ChosenDataPlane> make_data_plane(const Configuration& configuration);

}  // namespace nvgre::control
