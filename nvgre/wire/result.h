/// Errors on the slow path are values too: a code for programs, a message for people. Here, on the lowest floor,
/// because every floor and both wings have a slow path.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <utility>

namespace nvgre {

/// What kind of thing went wrong; the command line turns it into an exit status.
enum class ErrorCode : std::uint8_t {
  kInvalid,      ///< What was given is not acceptable; nothing was changed.
  kUnavailable,  ///< A device, address or file is not there or can't be used for this.
  kBusy,         ///< Somebody else has it: another `nvgre run`, or another program on the same device.
  kPrivilege,    ///< A capability is missing; the message names it.
  kSystem,       ///< The operating system refused; the message holds its words.
};

struct Error {
  ErrorCode code = ErrorCode::kInvalid;
  std::string message;  ///< What failed, on which value, and what helps.
  /// The device, interface or address at fault as the configuration writes it, or empty: control/ adds file and line.
  std::string subject = {};
};

template <typename T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> failure(ErrorCode code, std::string message, std::string subject = {}) {
  return std::unexpected(Error{code, std::move(message), std::move(subject)});
}

}  // namespace nvgre
