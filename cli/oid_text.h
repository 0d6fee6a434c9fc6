/// The text form of `nvgre oid`: one line a field, with its place in the buffer.
#pragma once

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace nvgre::cli {

/// @param oids  As control::oid_list() gives them.
[[nodiscard]] std::string oid_list_text(const nlohmann::json& oids);
/// @param answer  As control::make_oid_request() gives it.
[[nodiscard]] std::string oid_answer_text(const nlohmann::json& answer);
/// @param fields  "fields" of an answer.
[[nodiscard]] std::string fields_text(const nlohmann::json& fields);

}  // namespace nvgre::cli
