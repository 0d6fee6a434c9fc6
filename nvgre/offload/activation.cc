#include "nvgre/offload/activation.h"

#include <algorithm>

namespace nvgre::offload {

namespace {

constexpr std::size_t kEthernetHeaderSize = 14;

PerVersion both(PerVersion left, PerVersion right) noexcept {
  return {.v4 = left.v4 && right.v4, .v6 = left.v6 && right.v6};
}

ChecksumTasks restricted(const ChecksumTasks& tasks, PerVersion versions) noexcept {
  return {.ip_v4 = tasks.ip_v4 && versions.v4, .tcp = both(tasks.tcp, versions), .udp = both(tasks.udp, versions)};
}

/// Base tasks that work now (STATE-27).
TaskSet active_tasks(const TaskSet& enabled, const Activation& activation) noexcept {
  const PerVersion not_off{.v4 = activation.ethernet_v4 != SwitchSetting::kOff,
                           .v6 = activation.ethernet_v6 != SwitchSetting::kOff};
  const PerVersion on{.v4 = activation.ethernet_v4 == SwitchSetting::kOn,
                      .v6 = activation.ethernet_v6 == SwitchSetting::kOn};
  return {.transmit_checksum = restricted(enabled.transmit_checksum, not_off),
          .receive_checksum = restricted(enabled.receive_checksum, on),
          .lso_v1 = enabled.lso_v1 && not_off.v4,
          .lso = both(enabled.lso, not_off),
          .uso = both(enabled.uso, not_off),
          .rsc = both(both(enabled.rsc, activation.rsc), not_off)};
}

HeaderOptions header_options(const SegmentationLimits& limits) noexcept {
  return {.ip_options = limits.ip_options,
          .tcp_options = {.v4 = limits.tcp_options, .v6 = limits.tcp_options},
          .extension_header_bytes = limits.extension_headers ? HeaderOptions::kRequiredExtensionHeaderBytes : 0};
}

SegmentationTasks segmentation(PerVersion active, const SegmentationLimits& limits) noexcept {
  return {.active = active,
          .max_offload_size = limits.max_offload_size,
          .sub_mss_final = limits.sub_mss_final,
          .options = header_options(limits)};
}

/// RSS waits for its parameters; RSS inside a queue needs none.
bool hashes_inner(const OffloadSet& hardware, const Configuration& configuration,
                  const Activation& activation) noexcept {
  const bool is_ready = activation.rss || configuration.steering == ReceiveSteering::kVmq;
  return hardware.rss.supported && configuration.spreads_by_hash() && is_ready;
}

/// KEY-31: what was written down, but never more than the device takes.
std::size_t link_mtu(const Configuration& configuration, std::size_t device_mtu) noexcept {
  const auto configured = configuration.largest_frame - kEthernetHeaderSize;
  if (device_mtu == 0) return configured;
  return configuration.largest_frame_given ? std::min(configured, device_mtu) : device_mtu;
}

}  // namespace

void Activation::apply(const OffloadParameters& parameters) noexcept {
  if (parameters.rsc_v4 != TaskSetting::kNoChange) rsc.v4 = parameters.rsc_v4 == TaskSetting::kOn;
  if (parameters.rsc_v6 != TaskSetting::kNoChange) rsc.v6 = parameters.rsc_v6 == TaskSetting::kOn;
  if (parameters.encapsulated != SwitchSetting::kNoChange) nvgre = parameters.encapsulated == SwitchSetting::kOn;
}

void Activation::apply(const OffloadEncapsulation& encapsulation) noexcept {
  if (encapsulation.v4.enabled != SwitchSetting::kNoChange) ethernet_v4 = encapsulation.v4.enabled;
  if (encapsulation.v6.enabled != SwitchSetting::kNoChange) ethernet_v6 = encapsulation.v6.enabled;
}

ActiveOffloads activate(const OffloadSet& hardware, const Configuration& configuration,
                        const Activation& activation) noexcept {
  auto set = hardware;
  set.tasks = configuration.disable_task_offload
                  ? TaskSet{}
                  : active_tasks(intersection(hardware.tasks, configuration.tasks), activation);
  set.rss.supported = hashes_inner(hardware, configuration, activation);
  set.vmq.supported = hardware.vmq.supported && configuration.steering == ReceiveSteering::kVmq;

  ActiveOffloads active;
  active.transmit_checksum = set.tasks.transmit_checksum;
  active.receive_checksum = set.tasks.receive_checksum;
  active.transmit_options = hardware.transmit_options;
  active.receive_options = hardware.receive_options;
  active.lso_v1 = set.tasks.lso_v1;
  active.lso_v1_max_offload_size = hardware.lso_v1_limits.max_offload_size;
  active.lso_v1_options = header_options(hardware.lso_v1_limits);
  active.lso = segmentation(set.tasks.lso, hardware.lso_limits);
  active.uso = segmentation(set.tasks.uso, hardware.uso_limits);
  active.rsc = set.tasks.rsc;
  active.udp_coalescing = hardware.udp_coalescing && (active.rsc.v4 || active.rsc.v6);
  active.nvgre = configuration.nvgre && activation.nvgre && !configuration.disable_task_offload;
  if (active.nvgre) active.encapsulated = supported_by(hardware.encapsulated, set);
  active.max_header_size = hardware.max_header_size;
  active.link_mtu = link_mtu(configuration, activation.device_mtu);
  active.insert_vlan_id = configuration.insert_vlan_id;
  active.insert_priority = configuration.insert_priority;
  return active;
}

}  // namespace nvgre::offload
