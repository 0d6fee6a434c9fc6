// `nvgre offload export|import`: all keywords as text, out of and into the running endpoint or a configuration file.
#include <cstdint>
#include <cstdio>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "cli/named_file.h"
#include "cli/offload_commands.h"
#include "cli/status_text.h"
#include "nvgre/control/api_client.h"
#include "nvgre/control/host.h"
#include "nvgre/control/offload_section.h"
#include "nvgre/ndis/inf_text.h"
#include "nvgre/offload/keywords.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;
using offload::Keywords;

constexpr const char* kExportFooter =
    R"(inf: as a driver's INF file has keywords: for each what it may be and its default, then what somebody said.
toml: as [offload] of a configuration file; what nobody said stands there as a comment.

Exit status: 0 done; 1 no endpoint answers; 2 wrong usage, or the configuration is wrong; 3 it can't be read, or standard
output can't be written; 4 the socket is not for this user.

Examples:
  nvgre offload export --format inf > adapter.inf
  nvgre offload export --format toml --config /etc/nvgre/nvgre.toml)";

constexpr const char* kImportFooter =
    R"(FILE is an INF file, or a registry export (.reg) of the adapter's key and of the host's TCP/IP parameters. Unknown keywords
are ignored and values out of range become the default; each is said on standard error. Keywords that FILE does not give
stay as they are. In a running endpoint, keywords that take effect at start stay as they are too.

Exit status: 0 done; 1 no endpoint answers; 2 wrong usage, or the configuration is wrong; 3 a file or standard output
can't be read or written; 4 the socket is not for this user.

Examples:
  nvgre offload import adapter.inf                                       live
  nvgre offload import adapter.inf --config /etc/nvgre/nvgre.toml        into [offload] of the file, for the next start)";

struct Options {
  std::string socket;
  std::string config;  ///< Empty: the running endpoint.
  std::string format = "inf";
  std::string file;
};

/// The store of an endpoint on this host, from its answer.
Result<Keywords> keywords_of_answer(const json& answer) {
  Keywords keywords(control::this_host());
  for (const auto& keyword : answer.at("keywords")) {
    if (!keyword.at("given").get<bool>()) continue;
    const auto value = std::to_string(keyword.at("given_value").get<std::uint32_t>());
    if (auto done = keywords.set(keyword.at("name").get<std::string>(), value); !done)
      return std::unexpected(done.error());
  }
  return keywords;
}

/// @return The present keywords; or the exit status, and the reason has been printed.
std::expected<Keywords, int> present_keywords(std::string_view command, const Options& options) {
  if (!options.config.empty()) return keywords_of_file(command, options.config);
  const auto answer = control::ask(options.socket, {{"command", "offload.show"}});
  if (!answer) return std::unexpected(complain(command, answer.error()));
  auto keywords = keywords_of_answer(*answer);
  if (!keywords) return std::unexpected(complain(command, keywords.error()));
  return std::move(*keywords);
}

int export_keywords(const Options& options) {
  const auto keywords = present_keywords("offload export", options);
  if (!keywords) return keywords.error();
  fmt::print("{}", options.format == "inf" ? ndis::write_inf(*keywords) : control::offload_section(*keywords));
  return kDone;
}

void print_changes(const Keywords& before, const Keywords& after) {
  for (const auto& keyword : offload::keyword_table())
    if (const auto value = after.given(keyword.keyword); value && value != before.given(keyword.keyword))
      fmt::print("{}", changed_keyword_text(keyword.name, *value));
}

void print_notes(const std::string& file, const std::vector<std::string>& notes) {
  for (const auto& note : notes) fmt::print(stderr, "nvgre offload import: {}: {}\n", file, note);
}

int import_into_file(const Options& options, const Keywords& before, const ndis::InfSettings& read) {
  auto after = before;
  print_notes(options.file, after.import_leniently(read.settings));
  if (auto done = control::write_keywords(options.config, after); !done) {
    const auto status = complain("offload import", done.error());
    return done.error().code == ErrorCode::kSystem ? int{kUnreadable} : status;
  }
  print_changes(before, after);
  return kDone;
}

int import_into_endpoint(const Options& options, const Keywords& before, const ndis::InfSettings& read) {
  json values = json::object();
  for (const auto& setting : read.settings) values[setting.name] = setting.value;
  const auto answer = control::ask(options.socket, {{"command", "offload.import"}, {"values", values}});
  if (!answer) return complain("offload import", answer.error());
  print_notes(options.file, answer->at("notes"));
  const auto after = keywords_of_answer(*answer);
  if (!after) return complain("offload import", after.error());
  print_changes(before, *after);
  return kDone;
}

int import_keywords(const Options& options) {
  const auto text = read_named_file("offload import", options.file);
  if (!text) return text.error();
  const auto before = present_keywords("offload import", options);
  if (!before) return before.error();
  const auto read = ndis::read_inf(*text, *before);
  print_notes(options.file, read.notes);
  if (read.settings.empty()) {
    print_notes(options.file, {"gives no keyword"});
    return kDone;
  }
  return options.config.empty() ? import_into_endpoint(options, *before, read)
                                : import_into_file(options, *before, read);
}

void add_place_options(CLI::App& command, Options& options) {
  add_socket_option(command, options.socket);
  command.add_option("--config", options.config, "A configuration file instead of the running endpoint")
      ->excludes("--socket")
      ->type_name("FILE");
}

}  // namespace

void add_offload_export_command(CLI::App& offload, int& status) {
  auto* command =
      offload.add_subcommand("export", "Print all keywords as a driver's INF file or our own file has them");
  const auto options = std::make_shared<Options>();
  command->add_option("--format", options->format, "What to print")
      ->check(CLI::IsMember({"inf", "toml"}))
      ->capture_default_str();
  add_place_options(*command, *options);
  command->footer(kExportFooter);
  command->callback([options, &status] { status = export_keywords(*options); });
}

void add_offload_import_command(CLI::App& offload, int& status) {
  auto* command = offload.add_subcommand("import", "Take keywords from an INF file or a registry export");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->file, "The text")->required();
  add_place_options(*command, *options);
  command->footer(kImportFooter);
  command->callback([options, &status] { status = import_keywords(*options); });
}

}  // namespace nvgre::cli
