/// `nvgre run`: the life of one endpoint, from its configuration file to SIGTERM.
#pragma once

#include <string>

namespace nvgre::control {

/// How `nvgre run` ends (design section 8).
enum class RunStatus : int {
  kEnded = 0,          ///< After SIGTERM or SIGINT; or the file is good (--check).
  kFailed = 1,         ///< Failed while running.
  kConfiguration = 2,  ///< The file, or a device or address in it.
  kPrivilege = 4,      ///< A capability is missing.
  kBusy = 5,           ///< Socket or device are somebody else's.
};

/// Runs until it is told to end. Prints "ready" on standard output once every port is attached; all else is logged to
/// standard error. SIGHUP reads the file again.
/// @note Blocks SIGHUP, SIGTERM and SIGINT in the calling thread, and so in every thread that is started later.
[[nodiscard]] RunStatus run(const std::string& configuration_file);

/// Only judges the file; what is wrong goes to standard error.
[[nodiscard]] RunStatus check_configuration_file(const std::string& configuration_file);

}  // namespace nvgre::control
