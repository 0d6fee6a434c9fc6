// Any text as a configuration file: refused with reasons that have lines of the file, or accepted as a policy that can
// be compiled.
#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/target.h"
#include "nvgre/control/configuration.h"
#include "nvgre/overlay/policy.h"

namespace {

using namespace nvgre;  // NOLINT(google-build-using-namespace): a fuzz target is the top of everything

constexpr std::string_view kWhole = R"([provider]
interface = "eth0"
addresses = ["198.18.0.1", "2001:db8:1::1"]
dscp = 46
ttl = 32
flow_label = false
vlan = 100

[datapath]
mode = "userspace"
workers = 2

[offload]
LsoV2IPv4 = false
JumboPacket = 9014

[api]
socket = "/run/nvgre/nvgre.sock"

[[subnet]]
vsid = 0x001389
name = "blue"
flow_id = "hash"
flood = "239.1.1.1"
unknown = "report"
source_check = false
fragment = true
source = "198.18.0.1"
groups = { "239.9.9.9" = "239.2.2.2" }

[[port]]
device = "blue1"
vsid = 5001
mac = "02:00:00:00:50:01"
addresses = ["192.0.2.1", "2001:db8:2::1"]
spoof_check = false

[[record]]
vsid = 5001
address = "192.0.2.2"
mac = "02:00:00:00:50:02"
provider = "198.18.0.2"
)";

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
  ByteStrings seeds{bytes_of(kWhole)};
  // Each table alone, so that mutations reach all of them at once.
  for (std::size_t begin = 0; begin < kWhole.size();) {
    const auto end = std::min(kWhole.find("\n\n", begin), kWhole.size() - 1) + 1;
    seeds.push_back(bytes_of(kWhole.substr(begin, end - begin)));
    begin = end + 1;
  }
  for (const std::string_view text :
       {"a = 1979-05-27T07:32:00Z", "[provider", "x = [[[[1]]]]", "'''", "vsid = 1e3\xff"})
    seeds.push_back(bytes_of(text));
  return seeds;
}
