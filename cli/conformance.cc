// `nvgre conformance`: holds a network device's transmit offloads against the rules.
#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/conformance/conformance_report.h"
#include "cli/conformance/device_cable.h"
#include "cli/conformance/device_case.h"
#include "cli/conformance/device_features.h"
#include "cli/conformance/device_judge.h"
#include "cli/conformance/encapsulating_program.h"
#include "cli/conformance/golden_model.h"
#include "cli/conformance/packet_fields.h"

namespace nvgre::cli {
namespace {

constexpr int kSignalled = 128;  ///< As a shell has it, and the signal's number.

constexpr const char* kFooter =
    R"(Sends checksum, LSO and USO requests, plain and NVGRE, through DEVICE, captures at PEER, the other end of its cable, what
they became, and judges every field by the rule that says what has to be in it. The expected packets are our own
engine's. Whatever the device does not offer the kernel does for it in software: the first lines say which is which.

A veth device passes large frames whole, so its offloads are off while the cases run, as with --software; joining of
received packets is off at PEER. Everything is put back at the end, also after Ctrl-C. Frames have addresses of their
own (02:00:00:4e:..., documentation IP addresses), so the host's stacks leave them alone; both devices have to
be up. It needs CAP_NET_RAW, CAP_NET_ADMIN and, for NVGRE, CAP_BPF; NVGRE needs Linux 6.6, UDP segmentation Linux 6.2.

Exit status: 0 every rule that could be asked held; deviations that do no harm, such as an inner ID that does not wrap at
0x7FFF, are listed and count as held; 1 a rule is broken, or nothing came through; 2 wrong usage, or a device that is not
there or down; 4 a capability is missing; 128 and its number after a signal, 130 after Ctrl-C.

Examples:
  ip link add left type veth peer name right; ip link set left up; ip link set right up
  nvgre conformance --device left --peer right
  nvgre conformance --device eth1 --peer eth2 --json | jq '.rules[] | select(.result != "pass")')";

struct ConformanceOptions {
  std::string device;
  std::string peer;
  bool json = false;
  bool software = false;
};

// What the cases exercise; without these the kernel does the work.
constexpr std::array<std::string_view, 9> kTransmitFeatures = {
    "tx-checksum-ipv4",    "tx-checksum-ipv6",        "tx-checksum-ip-generic",
    "tx-tcp-segmentation", "tx-tcp-ecn-segmentation", "tx-tcp6-segmentation",
    "tx-udp-segmentation", "tx-gre-segmentation",     "tx-gre-csum-segmentation"};
constexpr std::array<std::string_view, 4> kJoiningFeatures = {"rx-gro", "rx-gro-hw", "rx-lro", "rx-udp-gro-forwarding"};

std::atomic<int> ended_by{0};  ///< The signal; 0: none came.

bool is_interrupted() noexcept {
  return ended_by != 0;
}

/// Lets the case that runs come to its end, so that what was turned off is put back.
void end_on_signals() {
  struct sigaction action{};
  action.sa_handler = [](int number) { ended_by = number; };
  for (const int number : {SIGINT, SIGQUIT, SIGTERM, SIGHUP}) {
    struct sigaction before{};  // what was ignored stays so: nohup
    if (::sigaction(number, nullptr, &before) == 0 && before.sa_handler != SIG_IGN)
      ::sigaction(number, &action, nullptr);
  }
}

Result<DeviceDescription> describe(const ConformanceOptions& options, bool in_software) {
  auto driver = read_driver(options.device);
  if (!driver) return std::unexpected(std::move(driver.error()));
  const auto features = read_features(options.device);
  if (!features) return std::unexpected(features.error());
  DeviceDescription description{.device = options.device,
                                .driver = std::move(*driver),
                                .peer = options.peer,
                                .done_by_device = {},
                                .done_by_kernel = {},
                                .turned_off = {}};
  for (const auto& feature : *features)
    if (std::ranges::find(kTransmitFeatures, feature.name) != kTransmitFeatures.end())
      (feature.is_active ? description.done_by_device : description.done_by_kernel).push_back(feature.name);
  if (in_software) description.turned_off = "its offloads are off while the cases run: the kernel's software is judged";
  return description;
}

/// Judges what arrived; a cable that went silent is a finding, not an excuse.
void judge_carried(const DeviceCase& device_case, std::span<const wire::ByteVector> golden,
                   const CarriedPackets& carried, CaseOutcome& outcome) {
  outcome.captured_count = carried.packets.size();
  outcome.findings = judge_case(device_case, golden, carried.packets);
  if (carried.is_complete) return;
  outcome.findings[count_rule(device_case.task)] = {
      .verdict = RuleVerdict::kBroken,
      .text = fmt::format("{} packets arrived, not {}, and then nothing", carried.packets.size(), golden.size())};
}

/// @return  What one case came to; an error if a privilege is missing, for then no case says anything.
Result<CaseOutcome> run_case(const DeviceCase& device_case, DeviceCable& cable) {
  const auto golden = golden_packets(device_case);
  CaseOutcome outcome{.task = device_case.task,
                      .name = device_case.name,
                      .pairing = device_case.pairing(),
                      .expected_count = golden.size(),
                      .findings = {},
                      .why_not_asked = {}};
  const auto unasked = [&](const Error& error) -> Result<CaseOutcome> {
    if (error.code != ErrorCode::kUnavailable) return std::unexpected(error);
    outcome.why_not_asked = error.message;
    return outcome;
  };
  std::optional<EncapsulatingProgram> program;  // works while it lives
  if (device_case.outer) {
    auto attached = EncapsulatingProgram::attach(cable.device_index(), *device_case.outer, device_case.tunnel);
    if (!attached) return unasked(attached.error());
    program = std::move(*attached);
  }
  const auto carried = cable.carry(device_case, golden.size());
  if (!carried) return unasked(carried.error());
  judge_carried(device_case, golden, *carried, outcome);
  return outcome;
}

/// Runs case after case, until the end, an interruption, or a cable that carries nothing any more.
Result<void> run_cases(DeviceCable& cable, std::vector<CaseOutcome>& outcomes) {
  for (const auto& device_case : device_cases()) {
    if (is_interrupted()) break;
    const auto alive = cable.is_alive();
    if (!alive) return std::unexpected(alive.error());
    if (!*alive && !is_interrupted())
      return failure(ErrorCode::kSystem,
                     fmt::format("nothing comes through after {} cases: is the peer the other end of "
                                 "the device's cable, and are both up?",
                                 outcomes.size()));
    auto outcome = run_case(device_case, cable);
    if (!outcome) return std::unexpected(std::move(outcome.error()));
    outcomes.push_back(std::move(*outcome));
  }
  return {};
}

Result<ConformanceReport> hold_against_rules(const ConformanceOptions& options) {
  auto cable = DeviceCable::open(options.device, options.peer);
  if (!cable) return std::unexpected(std::move(cable.error()));
  const auto driver = read_driver(options.device);
  const bool in_software = options.software || (driver && *driver == "veth");
  using FeatureNames = std::span<const std::string_view>;
  const auto device_off =
      FeaturesOff::turn_off(options.device, in_software ? FeatureNames(kTransmitFeatures) : FeatureNames());
  if (!device_off) return std::unexpected(device_off.error());
  const auto peer_off = FeaturesOff::turn_off(options.peer, kJoiningFeatures);
  if (!peer_off) return std::unexpected(peer_off.error());
  auto description = describe(options, in_software);
  if (!description) return std::unexpected(std::move(description.error()));

  ConformanceReport report{.device = std::move(*description), .cases = {}};
  if (auto done = run_cases(*cable, report.cases); !done) return std::unexpected(std::move(done.error()));
  return report;
}

int exit_status(const Error& error) {
  if (error.code == ErrorCode::kPrivilege) return kPrivilege;
  return error.code == ErrorCode::kUnavailable ? kUsage : kFailed;
}

int conformance_command(const ConformanceOptions& options) {
  end_on_signals();
  const auto report = hold_against_rules(options);
  if (!report) {
    fmt::print(stderr, "nvgre conformance: {}\n", report.error().message);
    return exit_status(report.error());
  }
  if (is_interrupted()) {
    fmt::print(stderr, "nvgre conformance: interrupted; the devices are as they were\n");
    return kSignalled + ended_by;
  }
  fmt::print("{}", options.json ? report_json(*report) : report_text(*report));
  const auto unasked =
      std::ranges::count_if(report->cases, [](const CaseOutcome& one) { return !one.why_not_asked.empty(); });
  if (unasked != 0)
    fmt::print(stderr, "nvgre conformance: {} of {} cases could not be asked for here\n", unasked,
               report->cases.size());
  return report->has_failure() || !report->has_result() ? kFailed : kDone;
}

}  // namespace

void add_conformance_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("conformance", "Hold a network device's transmit offloads against the rules");
  const auto options = std::make_shared<ConformanceOptions>();
  command->add_option("--device", options->device, "The device whose offloads are judged")
      ->required()
      ->type_name("NAME");
  command->add_option("--peer", options->peer, "The device at the other end of its cable, on this host")
      ->required()
      ->type_name("NAME");
  command->add_flag("--json", options->json, "Print one JSON object");
  command->add_flag("--software", options->software,
                    "Turn the device's offloads off first: judges the kernel's software");
  command->footer(kFooter);
  command->callback([options, &status] { status = conformance_command(*options); });
}

}  // namespace nvgre::cli
