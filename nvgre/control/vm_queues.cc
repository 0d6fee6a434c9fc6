#include "nvgre/control/vm_queues.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "nvgre/control/rss_settings.h"

namespace nvgre::control {
namespace {

using datapath::SteeringQueue;
using offload::ProcessorAffinity;
using offload::ProcessorNumber;
using offload::RssParameters;

/// VMQ-16, VMQ-21.
offload::ReceiveFilter filter_for(const overlay::PortDescription& port) {
  return {.tests = {offload::FieldTest::destination_mac(port.mac)}, .encapsulated = true, .vsid = port.vsid};
}

/// The workers as an affinity names them; all are of one group of 64.
ProcessorAffinity affinity_of(std::span<const unsigned> workers) {
  ProcessorAffinity affinity{.mask = 0, .group = 0};
  for (const unsigned worker : workers) {
    const auto number = ProcessorNumber::of_cpu(worker);
    if (affinity.mask == 0) affinity.group = number.group;
    if (number.group == affinity.group) affinity.mask |= std::uint64_t{1} << number.number;
  }
  return affinity;
}

/// The adapter's indirection table, as far as it concerns a queue that these workers serve: entry by entry.
void fill_table(SteeringQueue& queue, RssParameters parameters, const std::vector<ProcessorNumber>& workers,
                std::uint32_t hardware_queues) {
  parameters.indirection_table = table_within(std::move(parameters.indirection_table), workers);
  if (parameters.default_processor && std::ranges::find(workers, *parameters.default_processor) == workers.end())
    parameters.default_processor.reset();
  const auto scaling = offload::ReceiveScaling::make(parameters, hardware_queues);
  if (!scaling) return;
  queue.table.clear();
  for (std::uint32_t entry = 0; entry < parameters.indirection_table.size(); ++entry)
    queue.table.push_back(scaling->target_of({.value = entry, .type = offload::RssHashType::kIpv4}).processor.cpu());
  queue.default_worker = scaling->target_of({}).processor.cpu();
}

}  // namespace

void VmQueues::follow(std::span<const overlay::PortDescription> ports) {
  if (adapter_.receive_queues() == nullptr) return;
  const auto port_of = [&](const std::string& device) {
    const auto found = std::ranges::find(ports, device, &overlay::PortDescription::device);
    return found == ports.end() ? nullptr : &*found;
  };
  // All that is to go first: two ports may have exchanged their addresses, and no filter may be there twice (VMQ-23).
  for (auto& [device, owned] : owned_) {
    const auto* port = port_of(device);
    if (!owned.filter_id || (port != nullptr && owned.filter == filter_for(*port))) continue;
    (void)adapter_.receive_queues()->clear_filter(client_, owned.queue, *owned.filter_id);
    owned.filter_id.reset();
  }
  std::erase_if(owned_, [&](const auto& entry) {
    if (port_of(entry.first) != nullptr) return false;
    (void)adapter_.free_queue(client_, entry.second.queue);  // VMQ-7: no frame is held in it
    return true;
  });
  for (const auto& port : ports) {
    if (!owned_.contains(port.device)) allocate(port);
    const auto found = owned_.find(port.device);
    if (found == owned_.end()) continue;
    set_affinity(found->second, port);
    found->second.filter = filter_for(port);
    if (!found->second.filter_id) set_filter(found->second, port.device);
  }
}

void VmQueues::allocate(const overlay::PortDescription& port) {
  auto& queues = *adapter_.receive_queues();
  const auto queue = queues.allocate(client_, {.vm_name = port.device, .queue_name = port.device});
  if (!queue) {
    spdlog::info("port device={} queue=0 reason=\"the adapter has no further queue\"", port.device);
    return;
  }
  (void)queues.complete_allocation(client_, *queue);
  owned_.emplace(port.device, Owned{.queue = *queue, .filter = {}, .filter_id = {}});
}

void VmQueues::set_filter(Owned& owned, const std::string& device) {
  const auto filter = adapter_.receive_queues()->set_filter(client_, owned.queue, owned.filter);
  if (filter)
    owned.filter_id = *filter;
  else
    spdlog::warn("port device={} queue={} filter=refused", device, static_cast<unsigned>(owned.queue));
}

/// Without a word of the operator's every worker serves each queue, or, where a queue has only one, each its own.
void VmQueues::set_affinity(const Owned& owned, const overlay::PortDescription& port) {
  std::vector<unsigned> workers = port.workers;
  if (workers.empty() && adapter_.configuration().queue_rss)
    for (unsigned worker = 0; worker < worker_count_; ++worker) workers.push_back(worker);
  else if (workers.empty())
    workers.push_back((static_cast<unsigned>(owned.queue) - 1) % worker_count_);
  (void)adapter_.receive_queues()->change(client_, owned.queue, {.affinity = affinity_of(workers)});
}

std::optional<std::string> VmQueues::device_of(offload::QueueId queue) const {
  for (const auto& [device, owned] : owned_)
    if (owned.queue == queue) return device;
  return std::nullopt;
}

datapath::Steering VmQueues::steering() const {
  datapath::Steering steering;
  const auto& scaling = scaling_of(adapter_);
  if (scaling) {
    steering.key = scaling->key;
    steering.hash_types = scaling->hash_types.plain();
    std::vector<ProcessorNumber> all;
    all.reserve(worker_count_);
    for (unsigned worker = 0; worker < worker_count_; ++worker) all.push_back(ProcessorNumber::of_cpu(worker));
    fill_table(steering.queues.front(), *scaling, all, hardware_queues());
  }
  if (adapter_.receive_queues() == nullptr) return steering;
  for (const auto& queue : adapter_.receive_queues()->queues())
    if (queue.state == offload::QueueState::kRunning) steering.queues.push_back(steering_of(queue));
  return steering;
}

/// Workers that one table may name (RSS-17); under VMQ the current configuration has none to report (CAP-16).
std::uint32_t VmQueues::hardware_queues() const {
  return adapter_.receive_queues() == nullptr ? adapter_.current_configuration().rss.queues
                                              : adapter_.hardware_capabilities().rss.queues;
}

datapath::SteeringQueue VmQueues::steering_of(const offload::ReceiveQueueInfo& queue) const {
  datapath::SteeringQueue steering{.id = queue.id, .device = device_of(queue.id).value_or("")};
  if (const auto filters = adapter_.receive_queues()->filters(queue.id))
    for (const auto& filter : *filters) steering.filters.push_back(filter.filter);
  const auto workers = workers_of(queue.parameters.affinity);
  steering.table = {workers.front().cpu()};  // VMQ-31
  steering.default_worker = workers.front().cpu();
  if (const auto& scaling = scaling_of(adapter_)) fill_table(steering, *scaling, workers, hardware_queues());
  return steering;
}

/// Those that there are; an affinity without any of them is worker 0's.
std::vector<ProcessorNumber> VmQueues::workers_of(const ProcessorAffinity& affinity) const {
  std::vector<ProcessorNumber> workers;
  for (std::uint8_t bit = 0; bit < ProcessorNumber::kGroupSize; ++bit) {
    const ProcessorNumber number{.group = affinity.group, .number = bit};
    if ((affinity.mask >> bit & 1) != 0 && number.cpu() < worker_count_) workers.push_back(number);
  }
  if (workers.empty()) workers.push_back(ProcessorNumber{});
  return workers;
}

}  // namespace nvgre::control
