// `nvgre rss show|set`: which worker handles which flow, read and changed while traffic flows.
#include "nvgre/offload/rss.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <memory>
#include <string>
#include <string_view>
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

Exit status: 0 done; 1 no endpoint answers; 2 wrong usage or a value that is not accepted: nothing was changed; 3
standard output can't be written; 4 the socket is not for this user.

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

/// A number as JSON has it; what is none stays a text, which is refused by name.
json number_or_text(const std::string& text) {
  unsigned number = 0;
  const auto* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stopped == end ? json(number) : json(text);
}

std::unexpected<Error> refused(const std::string& name, const std::string& given, const std::string& accepted) {
  return failure(ErrorCode::kInvalid, fmt::format("{}: given \"{}\", accepted is {}", name, given, accepted));
}

constexpr const char* kWorker = "a worker's number";

/// The member of a request and, of "entries", the one in it that NAME=VALUE sets.
struct Place {
  std::string member;
  std::string entry;  ///< Empty: the member itself.
};

/// "table.17" is an entry; other names are those of the request's members.
Result<Place> place_of(const std::string& name) {
  constexpr std::string_view kEntry = "table.";
  constexpr std::string_view kNames[] = {"table", "key", "hash_types", "default_worker"};
  if (!name.starts_with(kEntry)) {
    if (std::ranges::find(kNames, name) != std::end(kNames)) return Place{.member = name, .entry = ""};
    return failure(ErrorCode::kInvalid, name + ": accepted are table, table.N, key, hash_types and default_worker");
  }
  const auto given = name.substr(kEntry.size());
  const auto entry = number_or_text(given);
  if (!entry.is_number() || entry >= offload::RssParameters::kMaxTableEntries)
    return refused(name, given,
                   fmt::format("an entry's number from 0 to {}", offload::RssParameters::kMaxTableEntries - 1));
  return Place{.member = "entries", .entry = entry.dump()};
}

Result<json> value_of(const std::string& name, const Place& place, const std::string& text) {
  if (place.member == "key") return json(text);
  if (place.member == "entries" || place.member == "default_worker") {
    auto worker = number_or_text(text);
    if (!worker.is_number()) return refused(name, text, kWorker);
    return worker;
  }
  json list = json::array();
  for (const auto& part : split(text)) list.push_back(place.member == "table" ? number_or_text(part) : json(part));
  return list;
}

/// Adds NAME=VALUE to a request.
Result<void> add_setting(const std::string& setting, json& values) {
  const auto equals = setting.find('=');
  if (equals == std::string::npos || equals == 0)
    return failure(ErrorCode::kInvalid, "given \"" + setting + "\", accepted is NAME=VALUE");
  const auto name = setting.substr(0, equals);
  const auto place = place_of(name);
  if (!place) return std::unexpected(place.error());
  const auto value = value_of(name, *place, setting.substr(equals + 1));
  if (!value) return std::unexpected(value.error());
  auto& slot = place->entry.empty() ? values[place->member] : values[place->member][place->entry];
  if (!slot.is_null()) return failure(ErrorCode::kInvalid, name + ": given twice; once is enough");
  slot = *value;
  return {};
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
    if (const auto added = add_setting(setting, values); !added) return complain("rss set", added.error());
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
