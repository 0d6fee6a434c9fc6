/// Errors on the slow path are values too: a code for programs, a message for people.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace nvgre {

/// What kind of thing went wrong; the command line turns it into an exit status.
enum class ErrorCode : std::uint8_t {
  kInvalid,      ///< What was given is not acceptable; nothing was changed.
  kUnavailable,  ///< A device, address or file is not there or is in use.
  kPrivilege,    ///< A capability is missing; the message names it.
  kSystem,       ///< The operating system refused; the message holds its words.
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;  ///< What failed, on which value, and what helps.
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string message) {
  return std::unexpected(Error{code, std::move(message)});
}

}  // namespace nvgre
