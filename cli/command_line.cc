#include <cerrno>
#include <cstdio>
#include <cstring>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "cli/commands.h"
#include "cli/demo.h"
#include "nvgre/control/nearest.h"
#include "nvgre/control/version.h"

namespace nvgre::cli {
namespace {

constexpr const char* kDescription =
    "NVGRE (RFC 7637) for Linux: tenants' Ethernet frames across a provider's IP network, with task offload in "
    "software.";

constexpr const char* kFooter = R"(Try it:
  nvgre demo                                see two tenants with the same addresses cross one network
  nvgre run --config /etc/nvgre/nvgre.toml  be an endpoint; `nvgre run --help` explains the file
  nvgre status                              see what it does
  nvgre inspect capture.pcap                see what a capture holds

Each subcommand has its own --help.)";

void describe(CLI::App& app, int& status) {
  app.set_version_flag("--version", "nvgre " + std::string(control::version()), "Print the version and end");
  app.set_help_flag("-h,--help", "Print this help and end");
  app.require_subcommand(1);
  app.footer(kFooter);
  add_commands(app, status);
}

/// What to say about a first word that is no subcommand.
std::string unknown_word(const CLI::App& app, const std::string& word) {
  std::vector<std::string_view> names;
  for (const auto* command : app.get_subcommands({})) names.emplace_back(command->get_name());
  const auto meant = control::nearest(word, names);
  std::string text = "\"" + word + "\" is no subcommand; ";
  if (meant) return text + "did you mean \"" + std::string(*meant) + "\"?";
  text += "there are ";
  for (const auto name : names) text.append(name == names.front() ? "" : ", ").append(name);
  return text;
}

/// What the command line chose: the command itself, a subcommand, or one of its own.
struct Chosen {
  const CLI::App* app = nullptr;
  std::string name;  ///< "nvgre offload export"
  /// The word that should be one of its subcommands and isn't.
  [[nodiscard]] std::optional<std::string> unknown() const {
    const auto remaining = app->remaining();
    if (remaining.empty() || remaining.front().starts_with('-') || app->get_subcommands({}).empty())
      return std::nullopt;
    return remaining.front();
  }
};

Chosen chosen_of(const CLI::App& app) {
  Chosen chosen{.app = &app, .name = app.get_name()};
  for (auto next = app.get_subcommands(); !next.empty(); next = chosen.app->get_subcommands()) {
    chosen.app = next.front();
    chosen.name += " " + chosen.app->get_name();
  }
  return chosen;
}

// Help and version are successes, unless it is the help of a subcommand that there is not; everything else that the
// parser throws is wrong usage.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = chosen_of(app);
  const auto unknown = chosen.unknown();
  const bool is_answer = error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success);
  if (is_answer && !unknown) return app.exit(error);
  std::cerr << "nvgre: " << (unknown ? unknown_word(*chosen.app, *unknown) : error.what()) << '\n';
  std::cerr << "See `" << chosen.name << " --help`.\n";
  return kUsage;
}

int complain_of_output(const std::string& reason) {
  std::cerr << "nvgre: standard output: cannot write: " << reason << '\n';
  return kUnreadable;
}

/// What was printed is worth nothing if it did not arrive. @param status  What the command made of it.
int with_output_written(int status) {
  std::cout.flush();
  const bool is_written = std::fflush(stdout) == 0 && std::ferror(stdout) == 0;
  // kUnreadable: whoever wrote it has said so.
  return is_written || status == kUnreadable ? status : complain_of_output(std::strerror(errno));
}

int perform(int argc, const char* const* argv) {
  int status = kDone;
  CLI::App app(kDescription, "nvgre");
  describe(app, status);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return explain(app, error);
  }
  return status;
}

}  // namespace

void add_commands(CLI::App& app, int& status) {
  add_run_command(app, status);
  add_status_command(app, status);
  add_offload_command(app, status);
  add_rss_command(app, status);
  add_inspect_command(app, status);
  add_encap_command(app, status);
  add_decap_command(app, status);
  add_segment_command(app, status);
  add_coalesce_command(app, status);
  add_checksum_command(app, status);
  add_conformance_command(app, status);
  add_oid_command(app, status);
  add_demo_command(app, status);
}

int run_command_line(int argc, const char* const* argv) {
  try {
    return with_output_written(perform(argc, argv));
  } catch (const std::system_error& error) {
    // {fmt} throws where standard output takes no more.
    if (std::ferror(stdout) != 0) return complain_of_output(error.code().message());
    std::cerr << "nvgre: " << error.what() << '\n';
  } catch (const std::exception& error) {
    std::cerr << "nvgre: " << error.what() << '\n';
  }
  return kFailed;
}

}  // namespace nvgre::cli
