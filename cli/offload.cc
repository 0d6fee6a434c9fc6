// `nvgre offload show|set|export|import`: NDIS's standardized keywords of the running endpoint, read and
// changed live; what is a file's business stands in offload_exchange.cc.
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "cli/offload_commands.h"
#include "cli/status_text.h"
#include "nvgre/control/api_client.h"
#include "nvgre/control/configuration.h"
#include "nvgre/offload/keywords.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;

constexpr const char* kFooter =
    R"(Keywords are NDIS's, without the asterisk, in any case. A task is active if it is possible, enabled by its keyword, and
turned on; encapsulated_* tasks are those for NVGRE packets, by inner ("in") and outer ("out") IP version.

Exit status: 0 done; 1 no endpoint answers; 2 wrong usage, an unknown keyword or a value that is not accepted: nothing was
changed; 3 a file can't be read or written, or standard output can't be written; 4 the socket is not for this user.

Examples:
  nvgre offload show
  nvgre offload show LsoV2IPv4
  nvgre offload set LsoV2IPv4=0 LsoV2IPv6=0        tenants are offered no TSO any more, at once
  nvgre offload set EncapsulatedPacketTaskOffload=1
  nvgre offload export --format inf > adapter.inf
  nvgre offload import adapter.inf)";

struct ShowOptions {
  std::string socket;
  std::string keyword;
  bool json = false;
};

struct SetOptions {
  std::string socket;
  std::vector<std::string> settings;
};

/// The keyword as the table spells it; a wrong one is answered without asking the endpoint.
Result<std::string> spelled(const std::string& name) {
  if (name.empty()) return name;
  const auto keyword = offload::find_keyword(name);
  if (!keyword) return failure(ErrorCode::kInvalid, name + ": " + control::unknown_keyword(name));
  return std::string(offload::describe(*keyword).name);
}

json only(const json& keywords, const std::string& name) {
  for (const auto& keyword : keywords)
    if (keyword.at("name") == name) return keyword;
  return nullptr;
}

int show(const ShowOptions& options) {
  const auto keyword = spelled(options.keyword);
  if (!keyword) return complain("offload show", keyword.error());
  const auto offload = control::ask(options.socket, {{"command", "offload.show"}});
  if (!offload) return complain("offload show", offload.error());
  if (options.json)
    fmt::print("{}\n", (keyword->empty() ? *offload : only(offload->at("keywords"), *keyword)).dump(2));
  else
    fmt::print("{}", offload_text(*offload, *keyword));
  return kDone;
}

int set(const SetOptions& options) {
  json values = json::object();
  for (const auto& setting : options.settings) {
    const auto equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    const auto keyword = spelled(name);
    if (equals == std::string::npos || name.empty())
      return complain("offload set", {ErrorCode::kInvalid, "given \"" + setting + "\", accepted is KEYWORD=VALUE"});
    if (!keyword) return complain("offload set", keyword.error());
    if (values.contains(*keyword))
      return complain("offload set", {ErrorCode::kInvalid, *keyword + ": given twice; once is enough"});
    values[*keyword] = setting.substr(equals + 1);
  }
  const auto changed = control::ask(options.socket, {{"command", "offload.set"}, {"values", values}});
  if (!changed) return complain("offload set", changed.error());
  for (const auto& [name, value] : values.items())
    fmt::print("{}",
               changed_keyword_text(name, only(changed->at("keywords"), name).at("given_value").get<std::uint32_t>()));
  return kDone;
}

}  // namespace

void add_offload_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("offload", "Show, change, export or import task offloads");
  command->require_subcommand(1);
  command->footer(kFooter);

  auto* show_command = command->add_subcommand("show", "Show keywords, and each task as possible, enabled and active");
  const auto show_options = std::make_shared<ShowOptions>();
  show_command->add_option("KEYWORD", show_options->keyword, "Only this one");
  show_command->add_flag("--json", show_options->json, "Print JSON");
  add_socket_option(*show_command, show_options->socket);
  show_command->footer(kFooter);
  show_command->callback([show_options, &status] { status = show(*show_options); });

  auto* set_command = command->add_subcommand("set", "Change keywords live; all of them or, if one is wrong, none");
  const auto set_options = std::make_shared<SetOptions>();
  set_command->add_option("KEYWORD=VALUE", set_options->settings, "What to change")->required();
  add_socket_option(*set_command, set_options->socket);
  set_command->footer(kFooter);
  set_command->callback([set_options, &status] { status = set(*set_options); });

  add_offload_export_command(*command, status);
  add_offload_import_command(*command, status);
}

}  // namespace nvgre::cli
