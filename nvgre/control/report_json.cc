#include "nvgre/control/report_json.h"

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;

template <typename List>
json texts(const List& list) {
  json out = json::array();
  for (const auto& item : list) out.push_back(item.to_string());
  return out;
}

template <typename List, typename Convert>
json array_of(const List& list, Convert convert) {
  json out = json::array();
  for (const auto& item : list) out.push_back(convert(item));
  return out;
}

template <typename Counts>
json counts_of(const Counts& counts) {
  json out = json::object();
  overlay::for_each_count(
      counts, [&](std::string_view name, std::string_view, std::uint64_t value) { out[std::string(name)] = value; });
  return out;
}

json drops_of(const overlay::DropNumbers<std::uint64_t>& drops) {
  json out = json::object();
  drops.for_each(
      [&](wire::DropReason reason, std::uint64_t value) { out[std::string(wire::machine_name(reason))] = value; });
  return out;
}

json underlay_of(const datapath::UnderlayStatus& underlay) {
  return {{"interface", underlay.interface},
          {"attached", underlay.is_attached},
          {"up", underlay.is_up},
          {"mtu", underlay.mtu},
          {"attach_count", underlay.attach_count},
          {"loss_count", underlay.loss_count}};
}

json next_hop_of(const datapath::NextHopStatus& next_hop) {
  return {{"provider", next_hop.provider.to_string()},
          {"source", next_hop.source ? json(next_hop.source->to_string()) : json()},
          {"resolved", next_hop.is_resolved},
          {"macs", texts(next_hop.macs)},
          {"path_mtu", next_hop.path_mtu}};
}

std::string flood_of(const overlay::SubnetDescription& subnet) {
  switch (subnet.flood) {
    case overlay::FloodMode::kReplicate:
      return "replicate";
    case overlay::FloodMode::kDrop:
      return "drop";
    case overlay::FloodMode::kGroup:
      break;
  }
  return subnet.flood_group ? subnet.flood_group->to_string() : "drop";
}

std::string_view unknown_of(const overlay::SubnetDescription& subnet) {
  switch (subnet.unknown) {
    case overlay::UnknownMode::kFlood:
      return "flood";
    case overlay::UnknownMode::kReport:
      return "report";
    case overlay::UnknownMode::kDrop:
      break;
  }
  return "drop";
}

// The configuration file's keys and values, so that what is shown can be written down.
json subnet_of(const datapath::SubnetStatus& status) {
  const auto& subnet = status.description;
  json groups = json::object();
  for (const auto& [inner, outer] : subnet.groups) groups[inner.to_string()] = outer.to_string();
  return {{"vsid", subnet.vsid.value()},
          {"name", subnet.name},
          {"flow_id", subnet.flow_id == overlay::FlowIdMode::kHash ? json("hash") : json(0)},
          {"flood", flood_of(subnet)},
          {"unknown", unknown_of(subnet)},
          {"source_check", subnet.source_check},
          {"fragment", subnet.fragment},
          {"source", subnet.source ? json(subnet.source->to_string()) : json()},
          {"groups", std::move(groups)},
          {"counts", counts_of(status.counts)}};
}

json port_of(const datapath::PortStatus& port) {
  return {{"device", port.description.device},
          {"vsid", port.description.vsid.value()},
          {"mac", port.description.mac.to_string()},
          {"addresses", texts(port.description.addresses)},
          {"spoof_check", port.description.spoof_check},
          {"router", port.description.router},
          {"made_by_us", port.is_made_by_us},
          {"attached", port.is_attached},
          {"up", port.is_up},
          {"mtu", port.mtu},
          {"attach_count", port.attach_count},
          {"loss_count", port.loss_count},
          {"counts", counts_of(port.counts)},
          {"drops", drops_of(port.counts.drops)}};
}

json record_of(const overlay::RecordDescription& record) {
  return {{"vsid", record.vsid.value()},
          {"addresses", texts(record.addresses)},
          {"mac", record.mac.to_string()},
          {"provider", record.provider.to_string()},
          {"router", record.router}};
}

json worker_of(const datapath::WorkerStatus& worker) {
  return {{"cpu", worker.cpu}, {"counts", counts_of(worker.counts)}, {"drops", drops_of(worker.counts.drops)}};
}

json total_of(const std::vector<datapath::WorkerStatus>& workers) {
  overlay::EndpointCounts total;
  for (const auto& worker : workers) total += worker.counts;
  return {{"counts", counts_of(total)}, {"drops", drops_of(total.drops)}};
}

json keyword_of(const offload::KeywordStatus& status) {
  return {{"name", status.description.name},
          {"value", value_that_holds(status.description.keyword, status.value)},
          {"default", status.default_value},
          {"given", status.is_given},
          {"given_value", status.is_given ? json(status.value) : json()},
          {"accepted", status.accepted_values},
          {"takes_effect", offload::text(status.description.takes_effect)},
          {"description", status.description.description}};
}

json task_of(const offload::TaskStatus& task) {
  return {{"name", task.machine_name}, {"description", task.description}, {"is_mask", task.is_mask},
          {"possible", task.possible}, {"enabled", task.enabled},         {"active", task.active}};
}

}  // namespace

json to_json(const datapath::Report& report, const std::vector<overlay::RecordDescription>& records) {
  return {{"plane", report.plane},
          {"underlay", underlay_of(report.underlay)},
          {"next_hops", array_of(report.next_hops, next_hop_of)},
          {"subnets", array_of(report.subnets, subnet_of)},
          {"ports", array_of(report.ports, port_of)},
          {"records", array_of(records, record_of)},
          {"workers", array_of(report.workers, worker_of)},
          {"total", total_of(report.workers)}};
}

std::uint32_t value_that_holds(offload::Keyword keyword, std::uint32_t value) noexcept {
  return keyword == offload::Keyword::kSriov || keyword == offload::Keyword::kSriovPreferred ? 0 : value;
}

json to_json(const offload::Adapter& adapter) {
  return {{"keywords", array_of(adapter.keyword_statuses(), keyword_of)},
          {"tasks", array_of(adapter.tasks(), task_of)}};
}

}  // namespace nvgre::control
