/// Text files that people name: a configuration, an INF file, a buffer in hexadecimal digits.
#pragma once

#include <cstddef>
#include <string>

#include "nvgre/wire/result.h"

namespace nvgre::control {

inline constexpr std::size_t kLongestTextFile = 16 << 20;  ///< Bytes. /dev/zero has no end.

/// The whole content of a file, which may be empty, or of a pipe or device up to its end, for which it waits.
/// @return  An error without the file's name, "cannot read: REASON", as messages put file and line first.
[[nodiscard]] Result<std::string> read_text_file(const std::string& path);

/// The same of a regular file and of nothing else: for those who must not wait.
[[nodiscard]] Result<std::string> read_regular_file(const std::string& path);

/// The same of standard input.
[[nodiscard]] Result<std::string> read_standard_input();

}  // namespace nvgre::control
