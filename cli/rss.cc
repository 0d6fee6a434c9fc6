// `nvgre rss show|set`: which worker handles which flow, read and changed while traffic flows.
#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "cli/steering_text.h"
#include "nvgre/control/api_client.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;

constexpr const char* kFooter =
    R"(The lowest bits of a frame's Toeplitz hash choose an entry of the indirection table, and the entry is the worker. Each
port has a queue of its own; a queue that only some workers serve takes of the table what names them.

What may be set, any number at once, all or nothing:
  table=0,1,0,1           the whole table: 1, 2, 4, ... or 128 workers
  table.17=1              one entry
  key=6d5a56...           40 bytes: 80 hexadecimal digits
  hash_types=tcp_ipv4,... ipv4 tcp_ipv4 udp_ipv4 ipv6 tcp_ipv6 udp_ipv6; the others are off then
  default_worker=0        for frames that are not hashed

Flows whose entry stays keep their worker and their order. A reload of the configuration file sets what [rss] says.

Exit status: 0 done; 1 no endpoint answers; 2 a value that is not accepted: nothing was changed.

Examples:
  nvgre rss show
  nvgre rss set table.17=1
  nvgre rss set hash_types=tcp_ipv4,udp_ipv4,ipv4 key=6d:5a:...)";

struct Options {
  std::string socket;
  std::vector<std::string> settings;
  bool json = false;
};

std::vector<std::string> split(const std::string& list) {
  std::vector<std::string> parts;
  for (std::size_t start = 0; start <= list.size();) {
    const auto end = std::min(list.find(',', start), list.size());
    parts.push_back(list.substr(start, end - start));
    start = end + 1;
  }
  return parts;
}

/// A number as JSON has it; what is none stays a text, which the endpoint refuses by name.
json number_or_text(const std::string& text) {
  unsigned number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stopped == end ? json(number) : json(text);
}

/// Adds NAME=VALUE to a request. @return false if it is not of that form.
bool add_setting(const std::string& setting, json& values) {
  constexpr std::string_view kEntry = "table.";
  const auto equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  const auto name = setting.substr(0, equals), value = setting.substr(equals + 1);
  if (name.starts_with(kEntry)) {
    values["entries"][name.substr(kEntry.size())] = number_or_text(value);
  } else if (name == "table" || name == "hash_types") {
    auto& list = values[name] = json::array();
    for (const auto& part : split(value)) list.push_back(name == "table" ? number_or_text(part) : json(part));
  } else {
    values[name] = name == "default_worker" ? number_or_text(value) : json(value);
  }
  return true;
}

int show(const Options& options) {
  const auto rss = control::ask(options.socket, {{"command", "rss.show"}});
  if (!rss) return complain("rss show", rss.error());
  fmt::print("{}", options.json ? rss->dump(2) + "\n" : rss_text(*rss));
  return kDone;
}

int set(const Options& options) {
  json values = json::object();
  for (const auto& setting : options.settings)
    if (!add_setting(setting, values))
      return complain("rss set", {ErrorCode::kInvalid, "given \"" + setting + "\", accepted is NAME=VALUE"});
  const auto changed = control::ask(options.socket, {{"command", "rss.set"}, {"values", values}});
  if (!changed) return complain("rss set", changed.error());
  fmt::print("{}", options.json ? changed->dump(2) + "\n" : rss_text(*changed));
  return kDone;
}

}  // namespace

void add_rss_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("rss", "Show or change which worker handles which flow");
  command->require_subcommand(1);
  command->footer(kFooter);

  auto* show_command =
      command->add_subcommand("show", "Show key, hash types, indirection table and each worker's share");
  auto* set_command = command->add_subcommand("set", "Change them live; all that is given or, if it is wrong, nothing");
  const auto options = std::make_shared<Options>();
  set_command->add_option("NAME=VALUE", options->settings, "What to change")->required();
  for (auto* const one : {show_command, set_command}) {
    add_socket_option(*one, options->socket);
    one->add_flag("--json", options->json, "Print JSON");
    one->footer(kFooter);
  }
  show_command->callback([options, &status] { status = show(*options); });
  set_command->callback([options, &status] { status = set(*options); });
}

}  // namespace nvgre::cli
