#include <exception>
#include <iostream>
#include <string>
#include <string_view>
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

// Help and version are successes; everything else that the parser throws is wrong usage.
int explain(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error);
  const auto chosen = app.get_subcommands();
  const auto remaining = app.remaining();
  if (chosen.empty() && !remaining.empty())
    std::cerr << "nvgre: " << unknown_word(app, remaining.front()) << '\n';
  else
    std::cerr << "nvgre: " << error.what() << '\n';
  std::cerr << "See `nvgre " << (chosen.empty() ? "" : chosen.front()->get_name() + " ") << "--help`.\n";
  return kUsage;
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
  int status = kDone;
  try {
    CLI::App app(kDescription, "nvgre");
    describe(app, status);
    try {
      app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
      return explain(app, error);
    }
  } catch (const std::exception& error) {
    std::cerr << "nvgre: " << error.what() << '\n';
    return kFailed;
  }
  return status;
}

}  // namespace nvgre::cli
