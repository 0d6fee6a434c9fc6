/// One host for the endpoint's targets: policies of every mode, an underlay with known and unknown next hops, and sinks
/// that keep what leaves.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "fuzz/target.h"
#include "nvgre/overlay/endpoint.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/packet_sinks.h"
#include "tests/unit/overlay/scenery.h"

namespace nvgre::fuzz {

/// Events go nowhere; every second frame to an unresolved next hop is kept.
struct IgnoredEvents : overlay::EndpointEvents {
  bool hold(const wire::ProviderAddress&, const overlay::PortFrame&) override { return (++asked_ & 1) != 0; }
  void path_mtu(const wire::ProviderAddress&, std::size_t) override {}
  void miss(wire::Vsid, const wire::MacAddress&) override {}

 private:
  unsigned asked_ = 0;
};

struct IgnoredVendor : overlay::VendorHandler {
  void receive(const wire::ProviderAddress&, wire::Bytes inner_frame) override { bytes += inner_frame.size(); }
  std::size_t bytes = 0;
};

inline constexpr std::size_t kPolicyCount = 4;

/// Two tenants in different modes: as they are by default; flooding over IPv6; lenient, hashed and fragmenting; strict.
[[nodiscard]] inline overlay::PolicyDescription policy_description(std::size_t which) {
  using namespace overlay;           // NOLINT(google-build-using-namespace)
  using namespace overlay::scenery;  // NOLINT(google-build-using-namespace)
  auto description = two_tenants(which == 1 ? wire::IpVersion::kV6 : wire::IpVersion::kV4);
  description.ports.push_back(port("blue3", kBlue, 1, 3));
  description.records.push_back(record(kBlue, 1, 9, provider_v4(9)));  // has no next hop
  auto& blue = description.subnets[0];
  if (which == 1) blue.unknown = UnknownMode::kFlood;
  if (which == 2) {
    blue.flow_id = FlowIdMode::kHash;
    blue.unknown = UnknownMode::kReport;
    blue.source_check = false;
    blue.fragment = true;
    for (auto& port : description.ports) port.spoof_check = false;
  }
  if (which == 3) {
    blue.flood = FloodMode::kDrop;
    description.provider.vlan = 100;
    description.provider.dscp = 46;
  }
  return description;
}

/// Compiled once: a policy holds nothing that a frame changes but its counters.
[[nodiscard]] inline const overlay::Policy& policy(std::size_t which) {
  static const auto kPolicies = [] {
    std::array<std::unique_ptr<overlay::Policy>, kPolicyCount> policies;
    for (std::size_t i = 0; i < kPolicyCount; ++i)
      policies[i] = std::make_unique<overlay::Policy>(policy_description(i), 1);
    return policies;
  }();
  return *kPolicies[which % kPolicyCount];
}

[[nodiscard]] inline const overlay::Underlay& underlay() {
  static const auto kUnderlay = [] {
    auto underlay = overlay::scenery::resolved_underlay();
    underlay.next_hops[overlay::scenery::provider_v4(9)] = {};
    return underlay;
  }();
  return kUnderlay;
}

/// Everything on, everything off, or what lies between.
[[nodiscard]] inline offload::ActiveOffloads offloads(std::uint8_t choice) {
  auto offloads = (choice & 1) != 0 ? offload::ActiveOffloads() : offload::ActiveOffloads::all();
  if ((choice & 2) != 0) offloads.encapsulated = {};
  if ((choice & 4) != 0) offloads.rsc = {};
  if ((choice & 8) != 0) offloads.udp_coalescing = !offloads.udp_coalescing;
  return offloads;
}

/// @note All hosts share one endpoint, because making one costs more than most inputs take. What it keeps from one
/// burst to
///       the next is counts, IDs and how often tenants were told of frames that are too big: no promise depends on
///       them.
class OverlayHost {
 public:
  OverlayHost(std::size_t which_policy, std::uint8_t offload_choice, bool ports_take_units)
      : offloads_(offloads(offload_choice)),
        abilities_(3, {.accepts_units = ports_take_units, .accepts_udp_units = ports_take_units}),
        snapshot_{policy(which_policy), underlay(), offloads_, abilities_} {
    endpoint.set_vendor_handler(&vendor_);
  }
  ~OverlayHost() { endpoint.set_vendor_handler(nullptr); }
  OverlayHost(const OverlayHost&) = delete;
  OverlayHost& operator=(const OverlayHost&) = delete;

  void transmit(std::span<const overlay::PortFrame> frames) { endpoint.transmit(snapshot_, {}, frames, output()); }
  void receive(std::span<overlay::UnderlayFrame> frames) { endpoint.receive(snapshot_, {}, frames, output()); }
  [[nodiscard]] overlay::Output output() { return {wire, ports, events_}; }

  overlay::Endpoint& endpoint = shared_endpoint();
  test::CollectingSink wire;
  test::Collector ports;

 private:
  static overlay::Endpoint& shared_endpoint() {
    static overlay::Endpoint endpoint(0);
    return endpoint;
  }

  offload::ActiveOffloads offloads_;
  std::vector<overlay::PortAbilities> abilities_;
  overlay::Snapshot snapshot_;
  IgnoredEvents events_;
  IgnoredVendor vendor_;
};

}  // namespace nvgre::fuzz
