/// The capture that a subcommand reads.
#pragma once

#include <string>

#include "nvgre/capture/reader.h"

namespace nvgre::cli {

/// Opens a capture; "-" is standard input. Ctrl-C on a pipe reaches both its ends: a tool that reads one outlives the
/// first SIGINT, so that what the writer (tcpdump, say) still hands over when it ends is not lost. The next one kills.
/// @return As capture::Reader::open().
[[nodiscard]] Result<capture::Reader> open_input(const std::string& path);

}  // namespace nvgre::cli
