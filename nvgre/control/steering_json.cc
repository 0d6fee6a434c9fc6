#include "nvgre/control/steering_json.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "nvgre/control/rss_settings.h"

namespace nvgre::control {
namespace {

using nlohmann::json;

/// What one worker received of one queue.
struct Share {
  std::uint64_t packets = 0, bytes = 0;
};
using Shares = std::vector<Share>;

Shares shares_of_port(const datapath::Report& report, const std::string& device) {
  Shares shares(report.workers.size());
  for (const auto& port : report.ports) {
    if (port.description.device != device) continue;
    for (std::size_t worker = 0; worker < shares.size() && worker < port.workers.size(); ++worker)
      shares[worker] = {port.workers[worker].queue_packets, port.workers[worker].queue_bytes};
  }
  return shares;
}

/// What no other queue has: VMQ-1. The others' bytes are those of inner frames, which
/// not all of its packets have: so it has none to show.
Shares shares_of_default_queue(const datapath::Report& report) {
  Shares shares;
  for (std::size_t worker = 0; worker < report.workers.size(); ++worker) {
    std::uint64_t queued = 0;
    for (const auto& port : report.ports)
      if (worker < port.workers.size()) queued += port.workers[worker].queue_packets;
    const auto all = report.workers[worker].counts.packets_from_underlay;
    shares.push_back({.packets = all - std::min(all, queued), .bytes = 0});
  }
  return shares;
}

json shares_json(const Shares& shares, const datapath::Report& report, bool has_bytes) {
  json out = json::array();
  for (std::size_t worker = 0; worker < shares.size(); ++worker) {
    json share = {{"worker", worker}, {"cpu", report.workers[worker].cpu}, {"packets", shares[worker].packets}};
    if (has_bytes) share["bytes"] = shares[worker].bytes;
    out.push_back(std::move(share));
  }
  return out;
}

std::string_view name_of(offload::QueueState state) noexcept {
  static constexpr std::string_view kNames[] = {"undefined", "allocated", "set",    "running",
                                                "paused",    "stopped",   "freeing"};
  return kNames[static_cast<std::size_t>(state)];
}

json filter_json(const offload::ReceiveFilterInfo& info) {
  json out = {{"id", static_cast<unsigned>(info.id)}, {"encapsulated", info.filter.encapsulated}};
  if (const auto* mac = info.filter.test_of(offload::FilterField::kDestinationMac))
    out["mac"] = wire::MacAddress(mac->value).to_string();
  out["vsid"] = info.filter.vsid ? json(info.filter.vsid->value()) : json();
  return out;
}

json filters_json(const offload::Adapter& adapter, offload::QueueId queue) {
  json out = json::array();
  if (adapter.receive_queues() == nullptr) return out;
  if (const auto filters = adapter.receive_queues()->filters(queue))
    for (const auto& filter : *filters) out.push_back(filter_json(filter));
  return out;
}

/// The workers that a queue's frames can reach, each once.
std::vector<unsigned> workers_of(const datapath::SteeringQueue& queue) {
  auto workers = queue.table;
  workers.push_back(queue.default_worker);
  std::ranges::sort(workers);
  workers.erase(std::unique(workers.begin(), workers.end()), workers.end());
  return workers;
}

/// What every queue has; `device` is for whoever serves a port.
json identity_json(const offload::Adapter& adapter, offload::QueueId id, offload::QueueState state) {
  return {{"id", static_cast<unsigned>(id)},
          {"device", nullptr},
          {"state", name_of(state)},
          {"filters", filters_json(adapter, id)}};
}

json workers_json(const datapath::SteeringQueue& queue) {
  return {{"served_by", workers_of(queue)}, {"table", queue.table}, {"default_worker", queue.default_worker}};
}

/// What the default queue's frames had is not all of inner frames: it has no bytes to show.
json counts_json(const Shares& shares, const datapath::Report& report, bool has_bytes) {
  Share sum;
  for (const auto& share : shares) sum = {sum.packets + share.packets, sum.bytes + share.bytes};
  json out = {{"packets", sum.packets}, {"workers", shares_json(shares, report, has_bytes)}};
  if (has_bytes) out["bytes"] = sum.bytes;
  return out;
}

json default_queue_json(const offload::Adapter& adapter, const datapath::SteeringQueue& queue,
                        const datapath::Report& report) {
  auto out = identity_json(adapter, offload::kDefaultQueue, offload::QueueState::kRunning);
  out.update(workers_json(queue));
  out.update(counts_json(shares_of_default_queue(report), report, false));
  return out;
}

/// A queue that somebody else than the endpoint allocated, by OID, has names instead of a device, and no counts of its
/// own: ports count, and its frames are among the default queue's. Before it runs it has no workers.
json queue_json(const offload::Adapter& adapter, const offload::ReceiveQueueInfo& info,
                const datapath::SteeringQueue* running, const datapath::Report& report) {
  auto out = identity_json(adapter, info.id, info.state);
  if (running != nullptr) out.update(workers_json(*running));
  if (running != nullptr && !running->device.empty()) {
    out["device"] = running->device;
    out.update(counts_json(shares_of_port(report, running->device), report, true));
  } else {
    out["vm_name"] = info.parameters.vm_name;
    out["queue_name"] = info.parameters.queue_name;
  }
  return out;
}

}  // namespace

json queues_json(const offload::Adapter& adapter, const datapath::Steering& steering, const datapath::Report& report) {
  json out = json::array();
  out.push_back(default_queue_json(adapter, steering.queues.front(), report));
  if (adapter.receive_queues() == nullptr) return out;
  for (const auto& info : adapter.receive_queues()->queues()) {
    const auto found = std::ranges::find(steering.queues, info.id, &datapath::SteeringQueue::id);
    out.push_back(queue_json(adapter, info, found == steering.queues.end() ? nullptr : &*found, report));
  }
  return out;
}

json rss_json(const offload::Adapter& adapter, const datapath::Steering& steering, const datapath::Report& report) {
  json types = json::array();
  for (const auto name : hash_type_names())
    if (steering.hash_types.has(*to_hash_type(name))) types.push_back(name);
  json workers = json::array();
  for (std::size_t worker = 0; worker < report.workers.size(); ++worker) {
    const auto& counts = report.workers[worker].counts;
    workers.push_back({{"worker", worker},
                       {"cpu", report.workers[worker].cpu},
                       {"packets", counts.packets_from_underlay},
                       {"bytes", counts.bytes_from_underlay},
                       {"frames_from_ports", counts.frames_from_ports}});
  }
  return {{"preference", offload::text(adapter.configuration().steering)},
          {"steered_by", datapath::text(report.steering)},
          {"problem", report.steering_problem.empty() ? json() : json(report.steering_problem)},
          {"key", offload::to_string(steering.key)},
          {"hash_types", std::move(types)},
          {"table", steering.queues.front().table},
          {"default_worker", steering.queues.front().default_worker},
          {"workers", std::move(workers)}};
}

}  // namespace nvgre::control
