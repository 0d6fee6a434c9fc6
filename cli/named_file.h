/// Files that a command reads whole before it does anything, and what it says and ends with if one can't be read.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "nvgre/offload/keywords.h"

namespace nvgre::cli {

/// @param path  A file, or "-", standard input.
/// @return The text; or the exit status, and the reason has been printed as "nvgre COMMAND: FILE: REASON".
[[nodiscard]] std::expected<std::string, int> read_named_file(std::string_view command, const std::string& path);

/// The keywords that [offload] of a configuration file gives. @return As above: kUnreadable, or kUsage for a wrong
/// file.
[[nodiscard]] std::expected<offload::Keywords, int> keywords_of_file(std::string_view command, const std::string& path);

}  // namespace nvgre::cli
