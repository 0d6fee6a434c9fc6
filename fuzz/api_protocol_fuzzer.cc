// One line on the API socket, answered by a real service over a data plane that moves nothing: whatever the line holds,
// there is one line of answer, which the other end can read; and any line can be read as an answer.
#include <string>
#include <string_view>

#include <spdlog/spdlog.h>

#include <nlohmann/json.hpp>

#include "fuzz/target.h"
#include "nvgre/control/api_protocol.h"
#include "nvgre/control/configuration.h"
#include "nvgre/control/service.h"
#include "tests/unit/control/fake_data_plane.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything
using nlohmann::json;

constexpr std::string_view kConfiguration = R"([provider]
addresses = ["198.18.0.1"]

[[subnet]]
vsid = 5001

[[port]]
device = "blue1"
vsid = 5001
mac = "02:00:00:00:50:01"
)";

const control::Configuration& configuration() {
  static const auto kParsed = control::parse_configuration(kConfiguration, {.prefers_vmq = true}).value();
  return kParsed;
}

fuzz::ByteString bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  spdlog::set_level(spdlog::level::off);
  const std::string line(data, data + size);
  test::FakeDataPlaneState state;
  control::Service service("nvgre.toml", configuration(),
                           {std::make_unique<test::FakeDataPlane>(state), "for the test"});
  fuzz::require(service.start().has_value(), "the service starts");
  const auto handler = [&](const std::string& command, const json& request) {
    return service.handle(command, request);
  };

  const auto answer = control::answer_line(line, handler);
  fuzz::require(answer.find('\n') == std::string::npos, "an answer is one line");
  const auto parsed = json::parse(answer, nullptr, false);
  fuzz::require(parsed.is_object() && parsed.contains("ok"), "an answer is a JSON object that says how it went");
  const auto read = control::read_answer(answer);
  fuzz::require(read.has_value() == (parsed["ok"] == true), "the other end reads what was said");
  fuzz::require(read.has_value() || !read.error().message.empty(), "a refusal says why");
  (void)control::read_answer(line);
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  return {bytes_of(R"({"command": "status"})"),
          bytes_of(R"({"command": "offload.show"})"),
          bytes_of(R"({"command": "offload.set", "values": {"LsoV2IPv4": "0", "*RscIPv4": "false"}})"),
          bytes_of(R"({"command": "offload.set", "values": {"JumboPacket": "9014"}})"),
          bytes_of(R"({"command": "nothing", "values": [1, null, true, 1e9, "\u00fc"]})"),
          bytes_of(R"({"ok": true, "result": {"a": 1}})"),
          bytes_of(R"({"ok": false, "error": {"code": "busy", "message": "it is busy"}})")};
}
