#include "cli/demo/demo_report.h"

#include <algorithm>
#include <cstdio>

#include <fmt/format.h>

#include "cli/demo/demo_topology.h"

namespace nvgre::cli {
namespace {

constexpr double kMebibyte = 1024.0 * 1024.0;

double ratio(std::uint64_t many, std::uint64_t few) {
  return few == 0 ? 0.0 : static_cast<double>(many) / static_cast<double>(few);
}

/// Frames of both tenants, and of nobody else.
bool has_only_our_subnets(const WireJudgement& wire) {
  return wire.frames_by_vsid.size() == 2 && wire.frames_by_vsid.contains(kBlueVsid) &&
         wire.frames_by_vsid.contains(kRedVsid);
}

std::string stream_text(const TenantResult& result) {
  const auto size = fmt::format("{:.1f} MiB {}", static_cast<double>(result.stream_bytes) / kMebibyte,
                                result.is_stream_intact ? "intact" : "DAMAGED");
  return result.gigabits_per_second ? fmt::format("{}, {:.2f} Gbit/s", size, *result.gigabits_per_second) : size;
}

void print_wire(const RoundResult& round) {
  const auto& wire = round.wire;
  fmt::print("  on the wire: {} frames captured, {} wrong; largest IP packet {} bytes", wire.frames, wire.wrong,
             wire.largest_packet);
  for (const auto& [vsid, frames] : wire.frames_by_vsid) fmt::print("; VSID {}: {}", vsid, frames);
  fmt::print("\n");
  if (round.uncaptured > 0) fmt::print("  ({} more passed faster than they could be captured)\n", round.uncaptured);
  for (const auto& complaint : wire.complaints) fmt::print("  WRONG: {}\n", complaint);
}

void print_engine(const OffloadResult& engine) {
  fmt::print("  send:    {} super-frames cut into {} segments ({:.1f} each)\n", engine.lso_super_frames,
             engine.lso_segments, ratio(engine.lso_segments, engine.lso_super_frames));
  fmt::print("  receive: {} segments joined into {} units ({:.1f} each)\n", engine.rsc_segments, engine.rsc_units,
             ratio(engine.rsc_segments, engine.rsc_units));
}

}  // namespace

bool RoundResult::succeeded() const {
  return !tenants.empty() && std::ranges::all_of(tenants, &TenantResult::succeeded) && wire.frames > 0 &&
         wire.wrong == 0 && has_only_our_subnets(wire);
}

void print_introduction(const std::string& plane, const std::string& reason) {
  fmt::print(R"(nvgre demo: two tenants share one provider network and do not see each other

  blue  192.0.2.1 --+                                        +-- 192.0.2.2  blue
                    +-- host 1 ===== the wire ===== host 2 --+
  red   192.0.2.1 --+   198.18.0.1          198.18.0.2       +-- 192.0.2.2  red

Blue and red use the same addresses, IPv4 and IPv6. Each frame crosses the wire inside a GRE packet whose key
names its tenant: {} (blue) or {} (red), the Virtual Subnet ID.

data plane: {} ({})
)",
             kBlueVsid, kRedVsid, plane, reason);
}

void print_round(const RoundResult& round) {
  fmt::print("\noffloads {}\n", round.offloads ? "on: tenants hand over large frames, the engine cuts and joins them"
                                               : "off: tenants cut and sum up for themselves");
  fmt::print("  {:<12} {:>12} {:>16}   {}\n", "tenant", "ICMP echoes", "UDP datagrams", "TCP stream");
  for (const auto& result : round.tenants) {
    fmt::print("  {:<12} {:>12} {:>16}   {}\n", result.tenant + " " + result.ip_version,
               fmt::format("{}/{}", result.pings_answered, result.pings_sent),
               fmt::format("{}/{}", result.datagrams_received, result.datagrams_sent), stream_text(result));
    if (result.overheard > 0) fmt::print("  WRONG: the other tenant heard {} of its frames\n", result.overheard);
  }
  print_engine(round.engine);
  print_wire(round);
  std::fflush(stdout);
}

bool print_verdict(const std::vector<RoundResult>& rounds) {
  const bool succeeded = !rounds.empty() && std::ranges::all_of(rounds, &RoundResult::succeeded);
  if (succeeded)
    fmt::print("\nEverything arrived, nothing crossed between the tenants, and every captured frame is valid NVGRE.\n");
  else
    fmt::print("\nFAILED: something above is not as it should be.\n");
  return succeeded;
}

}  // namespace nvgre::cli
