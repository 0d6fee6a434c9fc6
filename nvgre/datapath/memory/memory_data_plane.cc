#include "nvgre/datapath/memory/memory_data_plane.h"

#include <algorithm>
#include <utility>

#include "nvgre/datapath/link_mtu.h"

namespace nvgre::datapath::memory {
namespace {

constexpr unsigned kWorkers = 1;
constexpr std::size_t kBurst = 32;
constexpr std::size_t kMaxHeld = 64;

}  // namespace

/// Where one burst's results go: packets into the network, units into the tenants' cables.
class MemoryDataPlane::Output final : public offload::PacketSink,
                                      public offload::UnitSink,
                                      public overlay::EndpointEvents {
 public:
  Output(MemoryDataPlane& plane, overlay::Instant now) : plane_(plane), now_(now) {}

  /// The network copies anyway, so the engine copies and sums in one pass.
  wire::MutableBytes room(std::size_t size) override {
    room_.resize(size);
    return room_;
  }

  bool emit(const offload::OutgoingPacket& packet) override {
    if (packet.payload.empty()) {
      plane_.network_.send(plane_.station_, packet.headers, now_);
      return true;
    }
    Network::Frame whole(packet.headers.begin(), packet.headers.end());
    for (const auto slice : packet.payload) whole.insert(whole.end(), slice.begin(), slice.end());
    plane_.network_.send(plane_.station_, whole, now_);
    return true;
  }

  void deliver(const offload::ReceivedUnit& unit) override {
    const auto link = plane_.links_.find(unit.consumer);
    if (link == plane_.links_.end()) return;
    TenantFrame frame{{unit.headers.begin(), unit.headers.end()}, unit.metadata};
    for (const auto slice : unit.payload) frame.bytes.insert(frame.bytes.end(), slice.begin(), slice.end());
    link->second->to_tenant.push_back(std::move(frame));
  }

  bool hold(const wire::ProviderAddress& destination, const overlay::PortFrame& frame) override {
    if (plane_.held_.size() == kMaxHeld) return false;
    plane_.held_.push_back(
        {destination, frame.port, frame.held_in, {{frame.bytes.begin(), frame.bytes.end()}, frame.metadata}});
    return true;
  }

  void path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) override {
    plane_.path_mtus_[destination] = mtu;
    plane_.update_underlay();
  }

  void miss(wire::Vsid /*vsid*/, const wire::MacAddress& /*destination*/) override {}

 private:
  MemoryDataPlane& plane_;
  overlay::Instant now_;
  Network::Frame room_;
};

MemoryDataPlane::MemoryDataPlane(Network& network, const wire::MacAddress& mac, std::size_t mtu)
    : network_(network),
      station_(network.add_station(mac)),
      policy_(std::make_unique<overlay::Policy>(overlay::PolicyDescription{}, kWorkers)) {
  underlay_.is_up = true;
  underlay_.mac = mac;
  underlay_.mtu = mtu;
}

MemoryDataPlane::~MemoryDataPlane() = default;

Result<void> MemoryDataPlane::apply(const overlay::PolicyDescription& description) {
  if (const auto problems = check(description); !problems.empty())
    return failure(ErrorCode::kInvalid, problems.front().key + ": " + problems.front().message);
  policy_ = std::make_unique<overlay::Policy>(description, kWorkers, policy_.get());
  std::erase_if(links_, [this](const auto& link) { return policy_->port(link.first) == nullptr; });
  for (overlay::PortIndex index = 0; index < policy_->port_limit(); ++index) {
    if (policy_->port(index) == nullptr || links_.contains(index)) continue;
    links_.emplace(index, std::make_unique<TenantLink>()).first->second->features = features();
  }
  update_underlay();
  return {};
}

void MemoryDataPlane::apply(const offload::ActiveOffloads& offloads) {
  offloads_ = offloads;  // nothing is held between steps, so nothing has to be delivered first
  for (auto& [index, link] : links_) link->features = features();
}

PortFeatures MemoryDataPlane::features() const {
  const bool is_active = offloads_.encapsulated.lso.bits() != 0;
  return {.checksum = offloads_.encapsulated.transmit_checksum.bits() != 0,
          .tcp_segmentation = is_active && offloads_.lso.active.v4 && offloads_.lso.active.v6,
          .udp_segmentation = is_active && offloads_.uso.active.v4 && offloads_.uso.active.v6};
}

void MemoryDataPlane::set_neighbors(std::map<wire::ProviderAddress, wire::MacAddress> neighbors) {
  neighbors_ = std::move(neighbors);
  update_underlay();
}

void MemoryDataPlane::update_underlay() {
  underlay_.next_hops.clear();
  for (const auto& peer : policy_->peers()) {
    overlay::NextHop hop{.macs = {}, .has_route = true, .path_mtu = underlay_.mtu};
    if (const auto neighbor = neighbors_.find(peer); neighbor != neighbors_.end()) hop.macs = {neighbor->second};
    if (const auto learned = path_mtus_.find(peer); learned != path_mtus_.end())
      hop.path_mtu = std::min(hop.path_mtu, learned->second);
    underlay_.next_hops.emplace(peer, std::move(hop));
  }
}

TenantLink* MemoryDataPlane::link(const std::string& device) {
  const auto* port = policy_->port(device);
  return port == nullptr ? nullptr : links_.at(port->index()).get();
}

std::size_t MemoryDataPlane::tenant_mtu(const std::string& device) const {
  const auto* port = policy_->port(device);
  return port == nullptr ? 0 : policy_->tenant_mtu(port->index(), link_mtu(underlay_.mtu, offloads_));
}

bool MemoryDataPlane::step(overlay::Instant now) {
  transmit_held(now);
  const bool received = receive(now);
  return transmit(now) || received;
}

bool MemoryDataPlane::receive(overlay::Instant now) {
  auto arrived = network_.take(station_, now);
  Output output(*this, now);
  std::vector<overlay::UnderlayFrame> burst;
  for (std::size_t first = 0; first < arrived.size(); first += kBurst) {
    burst.clear();
    for (std::size_t i = first; i < std::min(first + kBurst, arrived.size()); ++i)
      burst.push_back({.bytes = arrived[i], .tag_control = {}, .metadata = {}});
    endpoint_.receive(snapshot(), now, burst, {output, output, output});
  }
  return !arrived.empty();
}

bool MemoryDataPlane::transmit(overlay::Instant now) {
  bool any = false;
  Output output(*this, now);
  for (auto& [index, link] : links_) {
    const auto frames = std::exchange(link->from_tenant, {});
    any = any || !frames.empty();
    std::vector<overlay::PortFrame> burst;
    burst.reserve(frames.size());
    for (const auto& frame : frames)
      burst.push_back({.port = index, .bytes = frame.bytes, .tag_control = {}, .metadata = frame.metadata});
    for (std::size_t first = 0; first < burst.size(); first += kBurst)
      endpoint_.transmit(snapshot(), now, std::span(burst).subspan(first, std::min(kBurst, burst.size() - first)),
                         {output, output, output});
  }
  return any;
}

void MemoryDataPlane::transmit_held(overlay::Instant now) {
  Output output(*this, now);
  for (auto& held : std::exchange(held_, {})) {
    const auto* hop = underlay_.find(held.destination);
    if (hop != nullptr && hop->macs.empty() && hop->has_route) {
      held_.push_back(std::move(held));
      continue;
    }
    const overlay::PortFrame frame{.port = held.port,
                                   .bytes = held.frame.bytes,
                                   .tag_control = {},
                                   .metadata = held.frame.metadata,
                                   .held_in = held.vsid};
    endpoint_.transmit_to(held.destination, snapshot(), now, frame, {output, output, output});
  }
}

Report MemoryDataPlane::report() const {
  Report report{.plane = "memory", .underlay = {}, .next_hops = {}, .subnets = {}, .ports = {}, .workers = {}};
  report.underlay = {.interface = policy_->provider().interface,
                     .is_attached = true,
                     .is_up = true,
                     .mtu = underlay_.mtu,
                     .attach_count = 1,
                     .loss_count = 0};
  for (const auto& [provider, hop] : underlay_.next_hops)
    report.next_hops.push_back({provider, std::nullopt, !hop.macs.empty(), hop.macs, hop.path_mtu});
  for (const auto& subnet : policy_->subnets()) report.subnets.push_back({subnet->description(), subnet->counts()});
  for (const auto& [index, link] : links_) {
    const auto* port = policy_->port(index);
    report.ports.push_back({.description = port->description(),
                            .is_made_by_us = true,
                            .is_attached = true,
                            .is_up = true,
                            .mtu = policy_->tenant_mtu(index, link_mtu(underlay_.mtu, offloads_)),
                            .attach_count = 1,
                            .loss_count = 0,
                            .counts = port->counts()});
  }
  report.workers.push_back({.cpu = 0, .node = 0, .counts = endpoint_.counts()});
  return report;
}

}  // namespace nvgre::datapath::memory
