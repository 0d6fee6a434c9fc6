#include "nvgre/datapath/userspace/port_table.h"

#include <algorithm>
#include <utility>

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include "nvgre/datapath/userspace/claim.h"

namespace nvgre::datapath::userspace {

namespace {

/// The guard drops all that a port's device hands to the host, so that the loopback would be dead to everybody; and
/// what carries no Ethernet frames is no tenant's cable.
Result<void> judge_device(const Link& link, const std::string& name) {
  if (auto named = check_name(link, name); !named) return named;
  if (link.carries_ethernet) return {};
  return failure(
      ErrorCode::kUnavailable,
      fmt::format("given \"{}\", which carries no Ethernet frames; accepted is an Ethernet device, such as a veth "
                  "pair's end or a VM's TAP, or a name that no device has",
                  link.name),
      link.name);
}

}  // namespace

PortTable::~PortTable() = default;  // the guard ends with its owner, made devices with their queues

Result<PortTable::Ports> PortTable::prepare(const overlay::Policy& policy, std::size_t underlay_mtu,
                                            const offload::ActiveOffloads& offloads) {
  if (auto judged = judge_devices(policy); !judged) return std::unexpected(std::move(judged.error()));
  Ports prepared;
  for (overlay::PortIndex index = 0; index < policy.port_limit(); ++index) {
    const auto* port = policy.port(index);
    if (port == nullptr || ports_.contains(index)) continue;
    auto attached = attach(*port, policy.tenant_mtu(index, underlay_mtu), offloads);
    if (attached) {
      prepared.emplace(index, std::move(*attached));
      continue;
    }
    abandon(prepared, policy);
    return std::unexpected(std::move(attached.error()));
  }
  return prepared;
}

// Before the first one is made or attached.
Result<void> PortTable::judge_devices(const overlay::Policy& policy) {
  for (overlay::PortIndex index = 0; index < policy.port_limit(); ++index) {
    const auto* port = policy.port(index);
    if (port == nullptr || ports_.contains(index)) continue;
    const auto& name = port->description().device;
    const auto link = watch_.link(name);
    if (!link) continue;
    if (auto judged = judge_device(*link, name); !judged) return judged;
  }
  return {};
}

void PortTable::abandon(const Ports& prepared, const overlay::Policy& policy) {
  for (const auto& [index, port] : prepared)
    if (!port.is_made_by_us) guard_.release_port(policy.port(index)->description().device);
}

Result<PortTable::Port> PortTable::attach(const overlay::Port& port, std::size_t mtu,
                                          const offload::ActiveOffloads& offloads) {
  const auto& name = port.description().device;
  auto claimed = claim("device", name);
  if (!claimed) return std::unexpected(std::move(claimed.error()));
  const auto link = watch_.link(name);
  auto attached = link ? attach_existing(name, *link) : make(port, mtu, offloads);
  if (attached) attached->claim = std::move(*claimed);
  return attached;
}

Result<PortTable::Port> PortTable::make(const overlay::Port& port, std::size_t mtu,
                                        const offload::ActiveOffloads& offloads) {
  const auto& name = port.description().device;
  const auto program = steering_.port_program(SteeringPlace::kTapQueue, name);
  auto device = PortDevice::make({.name = name,
                                  .mac = port.mac(),
                                  .mtu = mtu,
                                  .queue_count = settings_.worker_count,
                                  .steering_program = program.number()});
  if (!device) return std::unexpected(std::move(device.error()));
  if (auto offered = (*device)->tap().offer(offloads); !offered) return std::unexpected(std::move(offered.error()));
  spdlog::info("port device={} kind=tap mtu={} queues={}", name, mtu, (*device)->tap().queue_count());
  Port made;
  made.device = std::move(*device);
  made.queue = steering_.steering().queue_of(name).id;
  made.is_made_by_us = true;
  made.mtu = mtu;
  made.usability.update(true);
  return made;
}

Result<PortTable::Port> PortTable::attach_existing(const std::string& name, const Link& link) {
  if (auto judged = judge_device(link, name); !judged) return std::unexpected(std::move(judged.error()));
  // The guard first: the host's stack is not to see a single frame of the tenant.
  if (auto guarded = guard_.guard_port(name); !guarded) return std::unexpected(std::move(guarded.error()));
  const auto program = steering_.port_program(SteeringPlace::kPortSocket, name);
  auto device = PortDevice::attach(name, link.index, settings_.worker_count, program.number());
  if (!device) {
    guard_.release_port(name);
    return std::unexpected(std::move(device.error()));
  }
  spdlog::info("port device={} kind=existing mtu={}", name, link.mtu);
  Port attached;
  attached.device = std::move(*device);
  attached.queue = steering_.steering().queue_of(name).id;
  attached.mtu = link.mtu;
  attached.usability.update(link.is_up);
  return attached;
}

void PortTable::commit(Ports prepared, const overlay::Policy& before, const overlay::Policy& policy,
                       std::size_t underlay_mtu) {
  ports_.merge(prepared);
  std::erase_if(ports_, [&](const auto& entry) {
    if (policy.port(entry.first) != nullptr) return false;
    const auto* gone = before.port(entry.first);
    if (gone != nullptr && !entry.second.is_made_by_us) guard_.release_port(gone->description().device);
    return true;
  });
  for (auto& [index, port] : ports_) {
    if (!port.is_made_by_us || !port.device) continue;
    const auto* old = before.port(index);
    const auto& mac = policy.port(index)->mac();
    if (old == nullptr || old->mac() == mac) continue;
    if (auto set = port.device->tap().set_mac(mac); !set) spdlog::warn("port error=\"{}\"", set.error().message);
  }
  fit(policy, underlay_mtu);
}

void PortTable::fit(const overlay::Policy& policy, std::size_t underlay_mtu) {
  for (auto& [index, port] : ports_) {
    const auto mtu = policy.tenant_mtu(index, underlay_mtu);
    if (!port.is_made_by_us || !port.device || port.mtu == mtu) continue;
    // A tenant that keeps a larger one is told by "too big" answers.
    if (auto set = port.device->tap().set_mtu(mtu); !set)
      spdlog::warn("port error=\"{}\"", set.error().message);
    else
      port.mtu = mtu;
  }
}

void PortTable::offer(const offload::ActiveOffloads& offloads) {
  for (auto& [index, port] : ports_) {
    if (!port.is_made_by_us || !port.device) continue;
    if (auto offered = port.device->tap().offer(offloads); !offered)
      spdlog::warn("port error=\"{}\"", offered.error().message);
  }
}

void PortTable::follow_steering(const overlay::Policy& policy) {
  for (auto& [index, port] : ports_) {
    const auto& name = policy.port(index)->description().device;
    const auto queue = steering_.steering().queue_of(name).id;
    if (queue == port.queue) continue;
    port.queue = queue;
    const auto place = port.is_made_by_us ? SteeringPlace::kTapQueue : SteeringPlace::kPortSocket;
    const auto program = steering_.port_program(place, name);
    if (!port.device || !program) continue;
    if (auto steered = port.device->steer(program.number()); !steered)
      spdlog::warn("port error=\"{}\"", steered.error().message);
  }
}

bool PortTable::follow(const overlay::Policy& policy, std::size_t underlay_mtu,
                       const offload::ActiveOffloads& offloads) {
  bool is_changed = false;
  for (auto& [index, port] : ports_) {
    const auto* described = policy.port(index);
    is_changed |= port.is_made_by_us ? follow_made(*described, port, policy.tenant_mtu(index, underlay_mtu), offloads)
                                     : follow_existing(described->description().device, port);
  }
  return is_changed;
}

bool PortTable::follow_made(const overlay::Port& description, Port& port, std::size_t mtu,
                            const offload::ActiveOffloads& offloads) {
  if (port.device && port.device->tap().exists()) return false;
  const auto& name = description.description().device;
  const bool was_there = port.device != nullptr;
  if (was_there) {
    port.device.reset();
    port.usability.update(false);
    spdlog::warn("port device={} state=gone", name);
  }
  auto made = make(description, mtu, offloads);
  port.is_refused = !made;
  if (!made) {
    if (was_there) spdlog::warn("port device={} state=detached reason=\"{}\"", name, made.error().message);
    return was_there;
  }
  port.device = std::move(made->device);
  port.queue = made->queue;
  port.mtu = mtu;
  port.usability.update(true);
  return true;
}

bool PortTable::follow_existing(const std::string& name, Port& port) {
  const auto link = watch_.link(name);
  const bool is_same_device = link && port.device && port.device->interface_index() == link->index;
  if (is_same_device) {
    if (port.usability.update(link->is_up)) spdlog::info("port device={} state={}", name, link->is_up ? "up" : "down");
    port.mtu = link->mtu;
    return false;
  }
  const bool was_there = port.device != nullptr;
  if (was_there) {
    port.device.reset();
    port.usability.update(false);
    spdlog::warn("port device={} state=gone", name);
  }
  port.is_refused = false;
  if (!link) return was_there;
  auto attached = attach_existing(name, *link);
  port.is_refused = !attached;
  if (!attached) {
    spdlog::warn("port device={} state=detached reason=\"{}\"", name, attached.error().message);
    return was_there;
  }
  port.device = std::move(attached->device);
  port.queue = attached->queue;
  port.mtu = link->mtu;
  port.usability.update(link->is_up);
  return true;
}

bool PortTable::wants_retry() const noexcept {
  return std::ranges::any_of(ports_, [](const auto& entry) { return entry.second.is_refused; });
}

std::vector<std::shared_ptr<PortDevice>> PortTable::devices() const {
  std::vector<std::shared_ptr<PortDevice>> devices(ports_.empty() ? 0 : ports_.rbegin()->first + 1);
  for (const auto& [index, port] : ports_) devices[index] = port.device;
  return devices;
}

std::vector<overlay::PortAbilities> PortTable::abilities(bool queues_count) const {
  std::vector<overlay::PortAbilities> abilities(
      ports_.empty() ? 0 : ports_.rbegin()->first + 1,
      {.accepts_units = true, .accepts_udp_units = settings_.takes_udp_super_frames});
  for (const auto& [index, port] : ports_)
    abilities[index].has_queue = queues_count && port.queue != offload::kDefaultQueue;
  return abilities;
}

PortStatus PortTable::status(overlay::PortIndex index) const {
  PortStatus status;
  const auto found = ports_.find(index);
  if (found == ports_.end()) return status;
  const auto& port = found->second;
  status.is_made_by_us = port.is_made_by_us;
  status.is_attached = port.device != nullptr;
  status.is_up = port.is_made_by_us ? port.device && port.device->tap().is_up() : port.usability.is_usable();
  status.mtu = port.mtu;
  status.attach_count = port.usability.attach_count();
  status.loss_count = port.usability.loss_count();
  return status;
}

}  // namespace nvgre::datapath::userspace
