/// The subcommands of `nvgre`. Each function describes one to the parser and, when it was chosen and its options are
/// right, runs it and leaves its exit status in `status`.
#pragma once

#include <CLI/CLI.hpp>

namespace nvgre::cli {

/// Exit statuses of offline tools (design section 7); `nvgre run` has its own, control::RunStatus.
enum ExitStatus : int {
  kDone = 0,
  kFailed = 1,      ///< Something that was asked to be checked is wrong, or the endpoint refused.
  kUsage = 2,       ///< Wrong usage.
  kUnreadable = 3,  ///< An input can't be read, or an output (also standard output) can't be written.
  kPrivilege = 4,   ///< A capability is missing, or the endpoint's socket is not for this user.
};

void add_run_command(CLI::App& app, int& status);
void add_status_command(CLI::App& app, int& status);
void add_offload_command(CLI::App& app, int& status);
void add_rss_command(CLI::App& app, int& status);
void add_inspect_command(CLI::App& app, int& status);
void add_encap_command(CLI::App& app, int& status);
void add_decap_command(CLI::App& app, int& status);
void add_segment_command(CLI::App& app, int& status);
void add_coalesce_command(CLI::App& app, int& status);
void add_checksum_command(CLI::App& app, int& status);
void add_conformance_command(CLI::App& app, int& status);
void add_oid_command(CLI::App& app, int& status);

/// All of them, in the order in which --help lists them.
void add_commands(CLI::App& app, int& status);

/// Parses the command line and runs what it says; catches everything.
/// @return The exit status of the program.
[[nodiscard]] int run_command_line(int argc, const char* const* argv);

}  // namespace nvgre::cli
