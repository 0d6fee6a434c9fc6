// Any text as a configuration file: refused with reasons that have lines of the file, or accepted as a policy that can
// be compiled.
#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "nvgre/control/configuration.h"
#include "nvgre/overlay/policy.h"
#include "tests/support/whole_configuration.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything

fuzz::ByteString bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

void judge(const control::Configuration& configuration) {
  fuzz::require(overlay::check(configuration.policy).empty(), "what is accepted can be compiled");
  fuzz::require(configuration.workers <= control::Configuration::kMaxWorkers, "there are not too many workers");
  const overlay::Policy policy(configuration.policy, 1);
  for (const auto& port : configuration.policy.ports) {
    fuzz::require(policy.port(port.device) != nullptr, "every port is found");
    const auto problem = control::locate_problem(configuration, port.device, "is not there");
    fuzz::require(problem.line != 0, "every port has its line");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(data, data + size);
  const auto configuration = control::parse_configuration(text, {.prefers_vmq = true});
  if (configuration) {
    judge(*configuration);
    return 0;
  }
  fuzz::require(!configuration.error().empty(), "a refusal says what is wrong");
  const auto lines = 1 + std::ranges::count(text, '\n');
  for (const auto& problem : configuration.error()) {
    fuzz::require(problem.line <= lines, "a problem's line is one of the file");
    fuzz::require(!problem.message.empty(), "a problem has its words");
    (void)control::to_string(problem, "nvgre.toml");
  }
  return 0;
}

fuzz::ByteStrings fuzz::seeds() {
  ByteStrings seeds{bytes_of(test::kWholeConfiguration)};
  // Each table alone, so that mutations reach all of them at once.
  for (std::size_t begin = 0; begin < test::kWholeConfiguration.size();) {
    const auto end = std::min(test::kWholeConfiguration.find("\n\n", begin), test::kWholeConfiguration.size() - 1) + 1;
    seeds.push_back(bytes_of(test::kWholeConfiguration.substr(begin, end - begin)));
    begin = end + 1;
  }
  for (const std::string_view text :
       {"a = 1979-05-27T07:32:00Z", "[provider", "x = [[[[1]]]]", "'''", "vsid = 1e3\xff"})
    seeds.push_back(bytes_of(text));
  return seeds;
}
