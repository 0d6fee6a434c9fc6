/// One `nvgre run` as a child process inside a namespace.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

#include "cli/demo/network_namespace.h"

namespace nvgre::cli {

class EndpointProcess {
 public:
  /// Starts this very program as `nvgre run --config FILE` and waits for its line `ready`.
  /// @param log_file  Takes its log.
  /// @throws std::runtime_error with what it said instead.
  EndpointProcess(const NetworkNamespace& where, const std::string& configuration_file, const std::string& log_file);
  /// SIGTERM, and waits for the end.
  ~EndpointProcess();
  EndpointProcess(const EndpointProcess&) = delete;
  EndpointProcess& operator=(const EndpointProcess&) = delete;

 private:
  pid_t process_ = -1;
};

/// Runs this very program with the given words and waits. @return What it printed. @throws std::runtime_error
std::string run_self(const std::vector<std::string>& words);

}  // namespace nvgre::cli
