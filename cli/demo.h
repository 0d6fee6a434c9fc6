/// `nvgre demo`: two hosts, two tenants with the same addresses, real traffic, and a verified capture of the cable.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

namespace nvgre::cli {

struct DemoOptions {
  int seconds = 10;           ///< Of throughput measurements, all of them together.
  std::string mode = "auto";  ///< "auto", "userspace" or "memory".
};

/// Makes the hosts, runs the traffic, prints what crossed and removes everything it made (demo.cc).
/// @return The exit status: 0 if every frame on the cable was right.
[[nodiscard]] int demo_command(const DemoOptions& options);

/// Describes the subcommand to the parser (demo_options.cc).
void add_demo_command(CLI::App& app, int& status);

}  // namespace nvgre::cli
