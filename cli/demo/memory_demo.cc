#include "cli/demo/memory_demo.h"

#include <chrono>
#include <stdexcept>
#include <vector>

#include "cli/demo/demo_topology.h"
#include "nvgre/datapath/memory/simulation.h"

namespace nvgre::cli {
namespace {

using datapath::memory::Simulation;
using std::chrono::seconds;

constexpr std::uint64_t kSeed = 7637;
constexpr unsigned kPings = 5;
constexpr unsigned kDatagrams = 100;
constexpr std::size_t kDatagramSize = 1200;
constexpr std::size_t kStreamSize = std::size_t{4} << 20;
constexpr seconds kPatience{5};  // of simulated time

void ping(Simulation& simulation, const Colour& colour, wire::IpVersion version, TenantResult& result) {
  auto& sender = simulation.tenant(device_name(colour, 1));
  const auto answered_before = sender.counts().echo_replies_received;
  for (result.pings_sent = 0; result.pings_sent < kPings; ++result.pings_sent)
    sender.ping(customer_address(2, version), 56);
  const auto answered = [&] { return sender.counts().echo_replies_received - answered_before; };
  simulation.run_until([&] { return answered() == kPings; }, kPatience);
  result.pings_answered = static_cast<unsigned>(answered());
}

void send_datagrams(Simulation& simulation, const Colour& colour, wire::IpVersion version, TenantResult& result) {
  auto& receiver = simulation.tenant(device_name(colour, 2));
  const auto first = receiver.datagrams().size();
  constexpr unsigned kAtOnce = 25;
  const auto payload = simulation.random().bytes(kDatagramSize * kAtOnce);
  for (result.datagrams_sent = 0; result.datagrams_sent < kDatagrams; result.datagrams_sent += kAtOnce)
    simulation.tenant(device_name(colour, 1)).send_datagrams(customer_address(2, version), payload, kDatagramSize);
  simulation.run_until([&] { return receiver.datagrams().size() - first == kDatagrams; }, kPatience);
  for (std::size_t i = first; i < receiver.datagrams().size(); ++i) {
    const auto expected = wire::Bytes(payload).subspan((i - first) % kAtOnce * kDatagramSize, kDatagramSize);
    if (std::ranges::equal(receiver.datagrams()[i].payload, expected)) ++result.datagrams_received;
  }
}

void send_stream(Simulation& simulation, const Colour& colour, wire::IpVersion version, TenantResult& result) {
  auto& sender = simulation.tenant(device_name(colour, 1));
  const auto stream = simulation.random().bytes(kStreamSize);
  const auto port = sender.send_stream(customer_address(2, version), stream);
  simulation.run_until([&] { return sender.sent_stream(customer_address(2, version), port)->is_finished(); },
                       kPatience);
  const auto* received = simulation.tenant(device_name(colour, 2)).received_stream(customer_address(1, version), port);
  if (received == nullptr) return;
  result.stream_bytes = received->received().size();
  result.is_stream_intact = received->received() == stream;
}

OffloadResult engine_of(Simulation& simulation) {
  OffloadResult sum;
  for (const std::size_t host : {0, 1}) {
    for (const auto& worker : simulation.plane(host).report().workers) {
      sum.lso_super_frames += worker.counts.lso_super_frames;
      sum.lso_segments += worker.counts.lso_segments;
      sum.rsc_units += worker.counts.rsc_units;
      sum.rsc_segments += worker.counts.rsc_segments;
    }
  }
  return sum;
}

}  // namespace

RoundResult run_memory_round(bool offloads) {
  Simulation simulation(kSeed);
  for (const int host : kHosts)
    if (auto added = simulation.add_host(demo_policy(host, "memory"), kUnderlayMtu); !added)
      throw std::runtime_error(added.error().message);
  simulation.apply(offloads ? offload::ActiveOffloads::all() : offload::ActiveOffloads());

  WireJudge judge(kUnderlayMtu);
  simulation.network().set_observer([&judge](overlay::Instant, wire::Bytes frame) { judge.judge(frame); });
  RoundResult round{.offloads = offloads, .tenants = {}, .engine = {}, .wire = {}};
  for (const auto& [colour, version] : exchanges()) {
    TenantResult result{.tenant = colour.name, .ip_version = version == wire::IpVersion::kV4 ? "IPv4" : "IPv6"};
    const auto& bystander = simulation.tenant(device_name(other(colour), 2)).counts();
    const auto heard_before = bystander.frames_received;
    ping(simulation, colour, version, result);
    send_datagrams(simulation, colour, version, result);
    send_stream(simulation, colour, version, result);
    result.overheard = static_cast<unsigned>(bystander.frames_received - heard_before);
    round.tenants.push_back(result);
    if (!result.succeeded()) break;
  }
  round.engine = engine_of(simulation);
  round.wire = judge.judgement();
  return round;
}

}  // namespace nvgre::cli
