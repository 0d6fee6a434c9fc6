#include "cli/demo/namespace_demo.h"

#include <algorithm>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <nlohmann/json.hpp>

#include "cli/demo/link_setup.h"
#include "cli/demo/wire_capture.h"
#include "nvgre/datapath/userspace/privileges.h"
#include "nvgre/datapath/userspace/usable_cpus.h"

namespace nvgre::cli {
namespace {

constexpr unsigned kPings = 5;
constexpr unsigned kDatagrams = 200;
constexpr std::uint64_t kCapturedStreamBytes = std::uint64_t{8} << 20;
constexpr unsigned kPrefixLengthV4 = 24, kPrefixLengthV6 = 64;

NetworkNamespace make_namespace() {
  auto made = NetworkNamespace::create();
  if (!made) throw std::runtime_error(made.error().message);
  return std::move(*made);
}

/// Every offload keyword that `nvgre offload set` may change for this demonstration.
std::vector<std::string> offload_settings(bool on) {
  const std::string value = on ? "1" : "0", both_directions = on ? "3" : "0";
  std::vector<std::string> settings;
  for (const auto* keyword :
       {"EncapsulatedPacketTaskOffload", "LsoV2IPv4", "LsoV2IPv6", "UsoIPv4", "UsoIPv6", "RscIPv4", "RscIPv6"})
    settings.push_back(keyword + ("=" + value));
  for (const auto* keyword : {"IPChecksumOffloadIPv4", "TCPChecksumOffloadIPv4", "TCPChecksumOffloadIPv6",
                              "UDPChecksumOffloadIPv4", "UDPChecksumOffloadIPv6"})
    settings.push_back(keyword + ("=" + both_directions));
  return settings;
}

OffloadResult difference(const OffloadResult& after, const OffloadResult& before) {
  return {.lso_super_frames = after.lso_super_frames - before.lso_super_frames,
          .lso_segments = after.lso_segments - before.lso_segments,
          .rsc_units = after.rsc_units - before.rsc_units,
          .rsc_segments = after.rsc_segments - before.rsc_segments};
}

/// What can be told apart and compared: small traffic and a stream of fixed size.
TenantResult exchange_judged(const Colour& colour, wire::IpVersion version, const TrafficEnds& ends) {
  TenantResult result{.tenant = colour.name, .ip_version = version == wire::IpVersion::kV4 ? "IPv4" : "IPv6"};
  result.pings_sent = kPings;
  result.pings_answered = exchange_echoes(ends, kPings);
  result.datagrams_sent = kDatagrams;
  const auto datagrams = exchange_datagrams(ends, kDatagrams);
  result.datagrams_received = datagrams.received;
  result.overheard = datagrams.overheard;
  if (result.pings_answered == 0 || result.datagrams_received == 0) return result;  // a stream would only wait
  const auto stream = exchange_stream(ends, {.bytes = kCapturedStreamBytes});
  result.stream_bytes = stream.bytes;
  result.is_stream_intact = stream.is_intact && stream.bytes == kCapturedStreamBytes;
  return result;
}

void measure(const TrafficEnds& ends, std::chrono::milliseconds measured, TenantResult& result) {
  const auto stream = exchange_stream(ends, {.time = measured});
  result.stream_bytes += stream.bytes;
  result.is_stream_intact = result.is_stream_intact && stream.is_intact;
  if (stream.seconds > 0) result.gigabits_per_second = static_cast<double>(stream.bytes) * 8 / stream.seconds / 1e9;
}

}  // namespace

Result<void> can_run_namespace_demo() {
  const auto made = NetworkNamespace::create();
  if (!made) return std::unexpected(made.error());
  Result<void> allowed;
  made->run([&allowed] {
    allowed = datapath::userspace::check_privileges();
    if (allowed) allowed = datapath::userspace::check_tun();
  });
  return allowed;
}

NamespaceDemo::NamespaceDemo(std::string folder) : folder_(std::move(folder)) {
  build_hosts();
  auto cpus = datapath::userspace::usable_cpus();
  for (const int host : kHosts) {
    const auto name = folder_ + "/host" + std::to_string(host);
    std::ofstream(name + ".toml") << demo_configuration(host, interface(host), socket(host), cpus);
    // Both hosts send a flow to their worker of the same number; on this one machine its two ends shall not share a
    // CPU.
    std::ranges::rotate(cpus, cpus.begin() + 1);
    endpoints_[host] = std::make_unique<EndpointProcess>(hosts_.at(host), name + ".toml", name + ".log");
  }
  build_tenants();
}

void NamespaceDemo::build_hosts() {
  for (const int host : kHosts) hosts_.emplace(host, make_namespace());
  make_cable(hosts_.at(1), interface(1), hosts_.at(2), interface(2), kUnderlayMtu);
  for (const int host : kHosts)
    configure_link(hosts_.at(host), interface(host), provider_address(host), kPrefixLengthV4);
}

void NamespaceDemo::build_tenants() {
  for (const auto& colour : colours()) {
    for (const int host : kHosts) {
      const auto device = device_name(colour, host);
      const auto& tenant = tenants_.emplace(device, make_namespace()).first->second;
      move_link(hosts_.at(host), device, tenant);
      configure_link(tenant, device, customer_address(host, wire::IpVersion::kV4), kPrefixLengthV4);
      configure_link(tenant, device, customer_address(host, wire::IpVersion::kV6), kPrefixLengthV6);
    }
  }
}

TrafficEnds NamespaceDemo::ends(const Colour& colour, wire::IpVersion version) const {
  return {.source = tenants_.at(device_name(colour, 1)),
          .target = tenants_.at(device_name(colour, 2)),
          .bystander = tenants_.at(device_name(other(colour), 2)),
          .destination = customer_address(2, version),
          .seed = colour.vsid};
}

RoundResult NamespaceDemo::run_round(bool offloads, std::chrono::milliseconds measured) {
  set_offloads(offloads);
  const auto before = engine_counts();
  RoundResult round{.offloads = offloads, .tenants = {}, .engine = {}, .wire = {}};
  WireCapture capture(hosts_.at(2), interface(2), kUnderlayMtu);
  for (const auto& [colour, version] : exchanges()) {
    round.tenants.push_back(exchange_judged(colour, version, ends(colour, version)));
    if (!round.tenants.back().succeeded()) break;
  }
  capture.stop();
  round.wire = capture.judgement();
  round.uncaptured = capture.missed();
  for (std::size_t i = 0; round.succeeded() && i < round.tenants.size(); ++i) {
    const auto& [colour, version] = exchanges()[i];
    measure(ends(colour, version), measured, round.tenants[i]);
  }
  round.engine = difference(engine_counts(), before);
  return round;
}

void NamespaceDemo::set_offloads(bool on) {
  for (const int host : kHosts) {
    std::vector<std::string> words = {"offload", "set", "--socket", socket(host)};
    const auto settings = offload_settings(on);
    words.insert(words.end(), settings.begin(), settings.end());
    run_self(words);
  }
}

OffloadResult NamespaceDemo::engine_counts() const {
  OffloadResult sum;
  for (const int host : kHosts) {
    const auto status = nlohmann::json::parse(run_self({"status", "--json", "--socket", socket(host)}));
    const auto& counters = status.at("total").at("counts");
    sum.lso_super_frames += counters.at("lso_super_frames").get<std::uint64_t>();
    sum.lso_segments += counters.at("lso_segments").get<std::uint64_t>();
    sum.rsc_units += counters.at("rsc_units").get<std::uint64_t>();
    sum.rsc_segments += counters.at("rsc_segments").get<std::uint64_t>();
  }
  return sum;
}

}  // namespace nvgre::cli
