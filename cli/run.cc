// `nvgre run`: its options and the explanation of the configuration file; control/run.cc does the work.
#include "nvgre/control/run.h"

#include <cstdio>
#include <memory>
#include <string>

#include <fmt/format.h>
#include <stdio_ext.h>

#include "cli/commands.h"
#include "nvgre/control/configuration_keys.h"

namespace nvgre::cli {
namespace {

constexpr const char* kAbout =
    R"(Runs in the foreground until SIGTERM or SIGINT. Prints `ready` once every port is attached (and tells systemd). SIGHUP
reads the file again: ports, subnets, records and live offloads change, and what stays loses no frame; a wrong file is
refused whole and the running configuration stays.

Exit status: 0 ended by SIGTERM or SIGINT; 1 failed while running; 2 the configuration, or a device in it, is wrong;
4 a privilege is missing (CAP_NET_ADMIN and CAP_NET_RAW are needed); 5 another nvgre has the socket or a device.

Examples:
  nvgre run --config /etc/nvgre/nvgre.toml --check    only judge the file
  nvgre run --config /etc/nvgre/nvgre.toml
  kill -HUP $(pidof nvgre)                            read the file again

A small file:
  [provider]
  interface = "eth0"
  addresses = ["198.18.0.1"]
  [[subnet]]
  vsid = 5001
  [[port]]                        # a tenant on this host
  device = "blue1"
  vsid = 5001
  mac = "02:00:00:00:50:01"
  addresses = ["192.0.2.1"]
  [[record]]                      # where another one lives
  vsid = 5001
  address = "192.0.2.2"
  mac = "02:00:00:00:50:02"
  provider = "198.18.0.2"
)";

/// Every key, from the one place that describes them.
std::string explain_keys() {
  std::string text = "\nEvery key:\n";
  std::string_view table;
  for (const auto& key : control::configuration_keys()) {
    if (key.table != table) text += fmt::format("  {}\n", table = key.table);
    text += fmt::format("    {:<13} {}\n{:18}{}\n", key.name, key.meaning, "",
                        key.fallback.empty() ? fmt::format("{}; has to be there", key.accepts)
                                             : fmt::format("{}; default {}", key.accepts, key.fallback));
  }
  return text + "  [offload]\n    keywords of `nvgre offload show`: true, false or a number\n";
}

/// Nobody has to hear `ready`: a standard output that takes nothing is no fault of a run.
control::RunStatus run(const std::string& file) {
  const auto ended = control::run(file);
  __fpurge(stdout);
  std::clearerr(stdout);
  return ended;
}

}  // namespace

void add_run_command(CLI::App& app, int& status) {
  struct Options {
    std::string file;
    bool check = false;
  };
  auto* command = app.add_subcommand("run", "Be an endpoint: join this host's tenants to their virtual subnets");
  const auto options = std::make_shared<Options>();
  command->add_option("--config", options->file, "The configuration file (TOML)")->required()->type_name("FILE");
  command->add_flag("--check", options->check, "Only judge the file; change nothing");
  command->footer(kAbout + explain_keys());
  command->callback([options, &status] {
    status = static_cast<int>(options->check ? control::check_configuration_file(options->file) : run(options->file));
  });
}

}  // namespace nvgre::cli
