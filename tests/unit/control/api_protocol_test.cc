#include "nvgre/control/api_protocol.h"

#include <string>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;

Result<json> echo(const std::string& command, const json& request) {
  if (command == "fail") return failure(ErrorCode::kBusy, "it is busy");
  return json{{"echo", request.value("value", 0)}};
}

TEST(ApiProtocol, answers_a_request_with_its_result) {
  EXPECT_EQ(json::parse(answer_line(R"({"command": "echo", "value": 7})", echo)),
            json::parse(R"({"ok": true, "result": {"echo": 7}})"));
}

TEST(ApiProtocol, answers_a_failure_with_code_and_message) {
  EXPECT_EQ(json::parse(answer_line(R"({"command": "fail"})", echo)),
            json::parse(R"({"ok": false, "error": {"code": "busy", "message": "it is busy"}})"));
}

TEST(ApiProtocol, answers_whatever_a_line_holds) {
  for (const auto* line :
       {"", "{", "[]", "7", "null", "\"status\"", "{\"command\": 7}", "{}", "\xff\xfe", "{\"a\":1}x"}) {
    const auto answer = json::parse(answer_line(line, echo));
    EXPECT_EQ(answer["ok"], false) << line;
    EXPECT_EQ(answer["error"]["code"], "invalid") << line;
  }
}

TEST(ApiProtocol, survives_names_that_are_not_unicode) {
  const auto answer = answer_line(
      R"({"command": "x"})", [](const std::string&, const json&) -> Result<json> { return json{{"name", "bl\xfc"}}; });
  EXPECT_EQ(json::parse(answer)["result"]["name"], "bl\xEF\xBF\xBD");
}

TEST(ApiProtocol, hands_result_and_error_back_at_the_other_end) {
  EXPECT_EQ(read_answer(answer_line(R"({"command": "echo", "value": 3})", echo)).value(), json({{"echo", 3}}));
  const auto failed = read_answer(answer_line(R"({"command": "fail"})", echo));
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kBusy);
  EXPECT_EQ(failed.error().message, "it is busy");
  EXPECT_FALSE(read_answer("HTTP/1.1 400 Bad Request"));
  EXPECT_FALSE(read_answer(R"({"ok": false, "error": 7})")) << "an error of the wrong type is an error all the same";
}

}  // namespace
}  // namespace nvgre::control
