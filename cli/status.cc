// `nvgre status`: what the running endpoint reports, for people or as JSON.
#include <memory>
#include <string>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "cli/status_text.h"
#include "nvgre/control/api_client.h"

namespace nvgre::cli {
namespace {

constexpr const char* kFooter =
    R"(Shows the data plane, the underlay, how each Provider Address is reached, subnets, ports with their frames both ways,
lookup records, what LSO, USO, RSC and checksum validation did, receive queues and RSS with each worker's share, and
every dropped frame by its reason. The text leaves out what is 0; --json has everything, under the same names.

Exit status: 0 done; 1 no endpoint answers; 2 wrong usage; 3 standard output can't be written; 4 the socket is not for this user.

Examples:
  nvgre status
  watch -d nvgre status
  nvgre status --json | jq '.total.drops | with_entries(select(.value > 0))')";

}  // namespace

void add_status_command(CLI::App& app, int& status) {
  struct Options {
    std::string socket;
    bool json = false;
  };
  auto* command =
      app.add_subcommand("status", "Show what the running endpoint does: ports, subnets, counters, offloads");
  const auto options = std::make_shared<Options>();
  add_socket_option(*command, options->socket);
  command->add_flag("--json", options->json, "Print one JSON object");
  command->footer(kFooter);
  command->callback([options, &status] {
    const auto report = control::ask(options->socket, {{"command", "status"}});
    if (!report) {
      status = complain("status", report.error());
      return;
    }
    fmt::print("{}", options->json ? report->dump(2) + "\n" : status_text(*report));
  });
}

}  // namespace nvgre::cli
