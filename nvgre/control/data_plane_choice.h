/// Which data plane moves the frames (design section 6): "auto" takes the kernel's where it loads, else userspace.
#pragma once

#include <string_view>
#include <vector>

#include "nvgre/control/configuration.h"
#include "nvgre/control/service.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// Whether this nvgre, on this host, has what [datapath] asks for: the mode, and the CPUs.
/// @param file  The configuration's, for messages.
/// @return      kInvalid, with the line that asks for something else.
[[nodiscard]] Result<void> check_datapath(const Configuration& configuration, std::string_view file);

/// The CPU of each worker, by the worker's number.
[[nodiscard]] std::vector<unsigned> worker_cpus(const Configuration& configuration);

/// Whether the data plane that is configured can be had here, and by this process; changes nothing.
/// @param file  As for check_datapath().
/// @return      kInvalid: there is none of that mode; kPrivilege: the capability that is missing.
[[nodiscard]] Result<void> check_data_plane(const Configuration& configuration, std::string_view file);

/// @return The plane, which carries nothing yet, and why it is this one.
[[nodiscard]] Result<ChosenDataPlane> make_data_plane(const Configuration& configuration);

}  // namespace nvgre::control
