#include <memory>

#include "cli/demo.h"

namespace nvgre::cli {
namespace {

constexpr const char* kFooter =
    R"(Two hosts joined by a virtual cable, tenants blue and red on both, with the same Customer Addresses. As root the hosts
are network namespaces and the traffic is the kernel's own; without the privileges the same hosts and tenants run in
memory, and the demo says why. Everything it makes is removed at the end.

Exit status: 0 everything arrived and every captured frame is right; 1 not so, or the --mode that was asked for is not to
be had here; 2 wrong usage; 3 standard output can't be written; 4 a privilege is missing for that --mode; 130 ended by
Ctrl-C.

Examples:
  nvgre demo
  nvgre demo --seconds 4
  nvgre demo --mode memory)";

}  // namespace

void add_demo_command(CLI::App& app, int& status) {
  auto* command =
      app.add_subcommand("demo", "Carry two tenants with the same addresses between two hosts, and prove it");
  const auto options = std::make_shared<DemoOptions>();
  command->add_option("--seconds", options->seconds, "How long throughput is measured, all measurements together")
      ->check(CLI::Range(1, 3600))
      ->capture_default_str();
  command->add_option("--mode", options->mode, "Which data plane: auto, userspace or memory")
      ->check(CLI::IsMember({"auto", "userspace", "memory"}))
      ->capture_default_str();
  command->footer(kFooter);
  command->callback([options, &status] { status = demo_command(*options); });
}

}  // namespace nvgre::cli
