#include "nvgre/offload/capabilities.h"

#include <algorithm>

namespace nvgre::offload {

const std::array<TaskFlag, kTaskFlagCount>& task_flags() noexcept {
  static constexpr std::array<TaskFlag, kTaskFlagCount> kFlags = {{
      {"transmit_checksum_ip_v4", "transmit checksum, IPv4 header",
       [](TaskSet& set) -> bool& { return set.transmit_checksum.ip_v4; }},
      {"transmit_checksum_tcp_v4", "transmit checksum, TCP over IPv4",
       [](TaskSet& set) -> bool& { return set.transmit_checksum.tcp.v4; }},
      {"transmit_checksum_tcp_v6", "transmit checksum, TCP over IPv6",
       [](TaskSet& set) -> bool& { return set.transmit_checksum.tcp.v6; }},
      {"transmit_checksum_udp_v4", "transmit checksum, UDP over IPv4",
       [](TaskSet& set) -> bool& { return set.transmit_checksum.udp.v4; }},
      {"transmit_checksum_udp_v6", "transmit checksum, UDP over IPv6",
       [](TaskSet& set) -> bool& { return set.transmit_checksum.udp.v6; }},
      {"receive_checksum_ip_v4", "receive checksum, IPv4 header",
       [](TaskSet& set) -> bool& { return set.receive_checksum.ip_v4; }},
      {"receive_checksum_tcp_v4", "receive checksum, TCP over IPv4",
       [](TaskSet& set) -> bool& { return set.receive_checksum.tcp.v4; }},
      {"receive_checksum_tcp_v6", "receive checksum, TCP over IPv6",
       [](TaskSet& set) -> bool& { return set.receive_checksum.tcp.v6; }},
      {"receive_checksum_udp_v4", "receive checksum, UDP over IPv4",
       [](TaskSet& set) -> bool& { return set.receive_checksum.udp.v4; }},
      {"receive_checksum_udp_v6", "receive checksum, UDP over IPv6",
       [](TaskSet& set) -> bool& { return set.receive_checksum.udp.v6; }},
      {"lso_v1", "large send offload version 1, IPv4", [](TaskSet& set) -> bool& { return set.lso_v1; }},
      {"lso_v2_ipv4", "large send offload version 2, IPv4", [](TaskSet& set) -> bool& { return set.lso.v4; }},
      {"lso_v2_ipv6", "large send offload version 2, IPv6", [](TaskSet& set) -> bool& { return set.lso.v6; }},
      {"uso_ipv4", "UDP segmentation offload, IPv4", [](TaskSet& set) -> bool& { return set.uso.v4; }},
      {"uso_ipv6", "UDP segmentation offload, IPv6", [](TaskSet& set) -> bool& { return set.uso.v6; }},
      {"rsc_ipv4", "receive segment coalescing, IPv4", [](TaskSet& set) -> bool& { return set.rsc.v4; }},
      {"rsc_ipv6", "receive segment coalescing, IPv6", [](TaskSet& set) -> bool& { return set.rsc.v6; }},
  }};
  return kFlags;
}

TaskSet intersection(TaskSet left, const TaskSet& right) noexcept {
  for (const auto& task : task_flags()) task.flag(left) = task.of(left) && task.of(right);
  return left;
}

OffloadSet OffloadSet::software() noexcept {
  OffloadSet set;
  for (const auto& task : task_flags()) task.flag(set.tasks) = true;
  constexpr EncapsulatedMask kMask(EncapsulatedMask::kAll);
  set.encapsulated = {kMask, kMask, kMask, kMask, kMask, kMask};
  set.udp_coalescing = true;
  set.rss = {.supported = true, .queues = 64, .indirection_entries = 128};
  set.vmq = {.supported = true, .queues = 64, .filters = 256, .vlan_filtering = true};
  return set;
}

namespace {

/// CAP-14: what a checksum of one direction needs.
void require_options(ChecksumTasks& tasks, const ChecksumOptions& options) noexcept {
  tasks.tcp.v4 = tasks.tcp.v4 && options.ip_options;
  tasks.tcp.v6 = tasks.tcp.v6 && options.tcp_options.v6 &&
                 options.extension_header_bytes >= ChecksumOptions::kRequiredExtensionHeaderBytes;
}

/// CAP-14: what large send needs, once the checksums are settled. UDP segmentation needs none (USO-20).
void require_checksums(TaskSet& tasks) noexcept {
  const auto& transmit = tasks.transmit_checksum;
  tasks.lso_v1 = tasks.lso_v1 && transmit.ip_v4 && transmit.tcp.v4;
  tasks.lso.v4 = tasks.lso.v4 && transmit.ip_v4 && transmit.tcp.v4;
  tasks.lso.v6 = tasks.lso.v6 && transmit.tcp.v6;
}

void limit_sizes(OffloadSet& set) noexcept {
  set.lso_v1_limits.max_offload_size = std::min(set.lso_v1_limits.max_offload_size, OffloadSet::kMaxLsoV1Size);
  for (auto* limits : {&set.lso_v1_limits, &set.lso_limits})
    limits->min_segment_count = std::max(limits->min_segment_count, 1U);
  set.uso_limits.min_segment_count = std::min(set.uso_limits.min_segment_count, OffloadSet::kMaxUsoMinSegmentCount);
  set.max_header_size = std::clamp(set.max_header_size, OffloadSet::kMinHeaderSize, OffloadSet::kMaxHeaderSize);
  set.rss.supported = set.rss.supported && set.rss.queues > 0;
  set.vmq.supported = set.vmq.supported && set.vmq.queues > 0;
  set.vmq.filters = std::max(set.vmq.filters, set.vmq.queues);
}

}  // namespace

EncapsulatedTasks supported_by(const EncapsulatedTasks& masks, const OffloadSet& base) noexcept {
  const auto if_any = [](EncapsulatedMask mask, bool supported) { return supported ? mask : EncapsulatedMask(); };
  return {.transmit_checksum = narrowed(masks.transmit_checksum, any_of(base.tasks.transmit_checksum)),
          .receive_checksum = narrowed(masks.receive_checksum, any_of(base.tasks.receive_checksum)),
          .lso = narrowed(masks.lso, base.tasks.lso),
          .rss = if_any(masks.rss, base.rss.supported),
          .vmq = if_any(masks.vmq, base.vmq.supported),
          .uso = narrowed(masks.uso, base.tasks.uso)};
}

Capabilities::Capabilities(const OffloadSet& backend) noexcept : hardware_(backend) {
  require_options(hardware_.tasks.transmit_checksum, hardware_.transmit_options);
  require_options(hardware_.tasks.receive_checksum, hardware_.receive_options);
  require_checksums(hardware_.tasks);
  limit_sizes(hardware_);
  hardware_.encapsulated = supported_by(hardware_.encapsulated, hardware_);
}

bool Capabilities::empty() const noexcept {
  return std::none_of(task_flags().begin(), task_flags().end(),
                      [this](const TaskFlag& task) { return task.of(hardware_.tasks); });
}

}  // namespace nvgre::offload
