/// The captures that a subcommand is given, and the one that it reads.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "nvgre/capture/reader.h"

namespace nvgre::cli {

/// Adds the name of a capture, IN, OUT or FILE, which can't be left out. An empty one is wrong usage.
CLI::Option* add_capture_name(CLI::App& command, const std::string& name, std::string& path,
                              const std::string& meaning);

/// Opens a capture; "-" is standard input. Ctrl-C on a pipe reaches both its ends: a tool that reads one outlives the
/// first SIGINT, so that what the writer (tcpdump, say) still hands over when it ends is not lost. The next one kills.
/// @return As capture::Reader::open().
[[nodiscard]] Result<capture::Reader> open_input(const std::string& path);

}  // namespace nvgre::cli
