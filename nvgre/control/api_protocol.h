/// What is said over the API socket. A request is one line, a JSON object with "command"; the answer is one line:
///
///     {"command": "status"}            {"ok": true, "result": {...}}
///     {"command": "offload.show"}      {"ok": true, "result": {...}}
///     {"command": "offload.set",       {"ok": false, "error": {"code": "invalid", "message": "..."}}
///      "values": {"LsoV2IPv4": "0"}}
///
/// "offload.import" takes the same values, leniently: the result's "notes" say what was ignored or replaced.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/wire/result.h"

namespace nvgre::control {

/// Does what a request asks. @param request  The whole object; "command" is a string.
using ApiHandler = std::function<Result<nlohmann::json>(const std::string& command, const nlohmann::json& request)>;

/// The answer to one line, without its newline. Whatever the line holds, there is an answer.
[[nodiscard]] std::string answer_line(std::string_view line, const ApiHandler& handler);
/// The other end of it: the result, or the error that the answer tells.
[[nodiscard]] Result<nlohmann::json> read_answer(std::string_view line);

/// "invalid", "unavailable", "busy", "privilege" or "system".
[[nodiscard]] std::string_view machine_name(ErrorCode code) noexcept;

}  // namespace nvgre::control
