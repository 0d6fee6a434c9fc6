/// Asks a running endpoint something: what `nvgre status` and `nvgre offload` do.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/wire/result.h"

namespace nvgre::control {

/// Sends one request and waits for its answer, at most ten seconds.
/// @return The result; or the endpoint's error; kUnavailable: nobody answers at that path; kPrivilege: it isn't for us;
///         kInvalid: the path can't be a socket's.
[[nodiscard]] Result<nlohmann::json> ask(const std::string& socket_path, const nlohmann::json& request);

}  // namespace nvgre::control
