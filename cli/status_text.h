/// The text forms of what an endpoint reports.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace nvgre::cli {

/// `nvgre status`. @param status  The result of the API's command "status"; what it lacks is left out.
[[nodiscard]] std::string status_text(const nlohmann::json& status);

/// `nvgre offload show`. @param offload   The result of the API's command "offload.show".
/// @param keyword  Only this one, with all that there is to say about it; empty: all, and the tasks.
[[nodiscard]] std::string offload_text(const nlohmann::json& offload, const std::string& keyword);

/// One keyword that was changed: "NAME = VALUE", and what was given where that is not what holds now.
[[nodiscard]] std::string changed_keyword_text(std::string_view name, std::uint32_t given);

}  // namespace nvgre::cli
