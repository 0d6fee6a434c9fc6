/// What is wrong with a configuration not by itself but beside something else: the workers that there are, or the
/// configuration that runs already.
#pragma once

#include <expected>
#include <string>
#include <string_view>

#include "nvgre/control/configuration.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// A message about a table's key, behind its line: "FILE:LINE: [table] key: MESSAGE".
[[nodiscard]] std::string located(std::string_view file, const TableLines& lines, std::string_view key,
                                  std::string message);
/// The same as the error kInvalid.
[[nodiscard]] std::unexpected<Error> refuse(std::string_view file, const TableLines& lines, std::string_view key,
                                            std::string message);

/// Whether the workers that ports and [rss] name are among those that there are.
/// @param file  The configuration's, for messages.
/// @return      kInvalid, with the line that names another one.
[[nodiscard]] Result<void> judge_workers(const Configuration& configuration, std::string_view file,
                                         unsigned worker_count);

/// Whether a running endpoint can change to `next`: socket, mode, workers, CPUs and some keywords hold from its start
/// on.
/// @param file  That of `next`.
/// @return      kInvalid, with the line, what is given there and what the endpoint runs with.
[[nodiscard]] Result<void> judge_change(const Configuration& running, const Configuration& next, std::string_view file);

}  // namespace nvgre::control
