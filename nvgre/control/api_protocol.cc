#include "nvgre/control/api_protocol.h"

#include <array>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> kCodeNames = {"invalid", "unavailable", "busy", "privilege", "system"};

ErrorCode code_of(std::string_view name) {
  for (std::size_t i = 0; i < kCodeNames.size(); ++i)
    if (kCodeNames[i] == name) return static_cast<ErrorCode>(i);
  return ErrorCode::kSystem;
}

Result<json> perform(std::string_view line, const ApiHandler& handler) {
  const auto request = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!request.is_object()) return failure(ErrorCode::kInvalid, "a request is one line with one JSON object");
  const auto command = request.find("command");
  if (command == request.end() || !command->is_string())
    return failure(ErrorCode::kInvalid, "a request has \"command\", a string");
  return handler(command->get<std::string>(), request);
}

}  // namespace

std::string_view machine_name(ErrorCode code) noexcept {
  return kCodeNames.at(static_cast<std::size_t>(code));
}

std::string answer_line(std::string_view line, const ApiHandler& handler) {
  const auto result = perform(line, handler);
  const json answer =
      result ? json{{"ok", true}, {"result", *result}}
             : json{{"ok", false},
                    {"error", {{"code", machine_name(result.error().code)}, {"message", result.error().message}}}};
  // Names come from a file that may hold anything: what is not UTF-8 is replaced, never thrown about.
  return answer.dump(-1, ' ', false, json::error_handler_t::replace);
}

Result<json> read_answer(std::string_view line) {
  const auto answer = json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object() || !answer.contains("ok"))
    return failure(ErrorCode::kSystem, "the answer is not one of nvgre's");
  if (answer["ok"] == true) return answer.value("result", json());
  const auto text_of = [&answer](const char* key) -> std::string {
    const auto* text = answer.contains(json::json_pointer("/error") / key)
                           ? answer.at(json::json_pointer("/error") / key).get_ptr<const std::string*>()
                           : nullptr;
    return text != nullptr ? *text : "";
  };
  return failure(code_of(text_of("code")), text_of("message"));
}

}  // namespace nvgre::control
