/// The text forms of queues and RSS: what steers frames to workers, and what came of it.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace nvgre::cli {

/// `nvgre rss show`. @param rss  The result of the API's command "rss.show".
[[nodiscard]] std::string rss_text(const nlohmann::json& rss);

/// The part of `nvgre status` about queues. @param queues  Its member "queues".
[[nodiscard]] std::string queues_text(const nlohmann::json& queues);

}  // namespace nvgre::cli
