/// What `nvgre status` and `nvgre offload` share: asking the running endpoint, and saying why it didn't answer.
#pragma once

#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include "nvgre/wire/result.h"

namespace nvgre::cli {

/// Adds --socket, with the configuration file's default.
void add_socket_option(CLI::App& command, std::string& socket);

/// Prints "nvgre COMMAND: message" to standard error. @return The exit status for it.
[[nodiscard]] int complain(std::string_view command, const Error& error);

/// "1 234 567"
[[nodiscard]] std::string grouped(std::uint64_t number);

}  // namespace nvgre::cli
