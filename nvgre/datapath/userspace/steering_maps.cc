#include "nvgre/datapath/userspace/steering_maps.h"

#include <algorithm>
#include <optional>
#include <type_traits>
#include <utility>

#include "nvgre/wire/big_endian.h"

namespace nvgre::datapath::userspace {
namespace {

using offload::RssHashType;

constexpr std::uint32_t kMaxQueues = 1'024, kMaxFilters = 4'096;
constexpr std::uint32_t kFirst = 0;

static_assert(std::is_trivially_copyable_v<HashSettings> && std::is_trivially_copyable_v<QueueWorkers>);

std::uint32_t bits_of(offload::RssHashTypes types) noexcept {
  std::uint32_t bits = 0;
  for (auto number = static_cast<unsigned>(RssHashType::kIpv4); number <= static_cast<unsigned>(RssHashType::kUdpIpv6);
       ++number)
    if (types.has(static_cast<RssHashType>(number))) bits |= 1U << number;
  return bits;
}

QueueWorkers workers_of(const SteeringQueue& queue) noexcept {
  QueueWorkers workers{.without_hash = queue.default_worker};
  for (std::size_t entry = 0; entry < workers.by_hash.size(); ++entry)
    workers.by_hash[entry] = static_cast<std::uint8_t>(queue.table[entry % queue.table.size()]);
  return workers;
}

/// What the program can look up of a filter; nothing of one that asks for more than an inner address and its subnet.
std::optional<FilterKey> key_of(const offload::ReceiveFilter& filter) noexcept {
  if (!filter.encapsulated || filter.tests.size() != 1) return std::nullopt;
  const auto& test = filter.tests.front();
  if (test.field != offload::FilterField::kDestinationMac || test.operation != offload::FilterOperation::kEqual ||
      test.untagged_or_zero)
    return std::nullopt;
  const wire::Bytes mac(test.value);
  return FilterKey{.vsid = filter.vsid ? filter.vsid->value() : 0,
                   .mac_start = wire::load_big_endian<std::uint32_t>(mac),
                   .mac_end = wire::load_big_endian<std::uint16_t>(mac, sizeof(std::uint32_t))};
}

}  // namespace

Result<SteeringMaps> SteeringMaps::make() {
  constexpr std::size_t kNumber = sizeof(std::uint32_t);
  auto selector = BpfMap::make("nvgre_selector", {BPF_MAP_TYPE_ARRAY, kNumber, kNumber, 1});
  if (!selector) return std::unexpected(std::move(selector.error()));
  auto hash = BpfMap::make("nvgre_hash", {BPF_MAP_TYPE_ARRAY, kNumber, sizeof(HashSettings), HashSettings::kCopies});
  if (!hash) return std::unexpected(std::move(hash.error()));
  auto queues = BpfMap::make("nvgre_queues", {BPF_MAP_TYPE_ARRAY, kNumber, sizeof(QueueWorkers), kMaxQueues});
  if (!queues) return std::unexpected(std::move(queues.error()));
  auto filters = BpfMap::make("nvgre_filters", {BPF_MAP_TYPE_HASH, sizeof(FilterKey), kNumber, kMaxFilters});
  if (!filters) return std::unexpected(std::move(filters.error()));
  SteeringMaps maps(std::move(*selector), std::move(*hash), std::move(*queues), std::move(*filters));
  if (auto written = maps.write_hash(maps.steering_, maps.offloads_); !written)
    return std::unexpected(std::move(written.error()));
  return maps;
}

// Workers before filters, so that no frame finds a queue that has none yet.
Result<void> SteeringMaps::apply(const Steering& steering) {
  if (steering.key != steering_.key || steering.hash_types != steering_.hash_types)
    if (auto written = write_hash(steering, offloads_); !written) return written;
  if (auto written = write_queues(steering); !written) return written;
  FilterQueues wanted;
  for (const auto& queue : steering.queues)
    for (const auto& filter : queue.filters)
      if (const auto key = key_of(filter)) wanted.emplace(*key, static_cast<std::uint32_t>(queue.id));
  if (auto written = write_filters(wanted); !written) return written;
  steering_ = steering;
  wait_for_bpf_programs();
  return {};
}

Result<void> SteeringMaps::apply(const offload::ActiveOffloads& offloads) {
  const bool is_same = offloads.encapsulated.rss == offloads_.encapsulated.rss &&
                       offloads.encapsulated.vmq == offloads_.encapsulated.vmq &&
                       offloads.max_header_size == offloads_.max_header_size;
  if (!is_same)
    if (auto written = write_hash(steering_, offloads); !written) return written;
  offloads_ = offloads;
  return {};
}

Result<void> SteeringMaps::write_hash(const Steering& steering, const offload::ActiveOffloads& offloads) {
  const HashSettings settings{
      .hash_types = bits_of(steering.hash_types),
      .rss_mask = offloads.encapsulated.rss.bits(),
      .vmq_mask = offloads.encapsulated.vmq.bits(),
      .max_header_size = static_cast<std::uint32_t>(offloads.max_header_size),
      .extension_end_size = static_cast<std::uint32_t>(std::max(offloads.max_header_size, wire::kDefaultMaxHeaderSize)),
      .zero = 0,
      .toeplitz = offload::ToeplitzHash(steering.key),
  };
  const std::uint32_t next = (copy_in_use_ + 1) % HashSettings::kCopies;
  if (auto written = hash_.set(next, settings); !written) return written;
  if (auto chosen = selector_.set(kFirst, next); !chosen) return chosen;
  copy_in_use_ = next;
  wait_for_bpf_programs();  // until then a program may read the other copy, which is the next one to be written
  return {};
}

Result<void> SteeringMaps::write_queues(const Steering& steering) {
  for (const auto& queue : steering.queues) {
    const auto number = static_cast<std::uint32_t>(queue.id);
    if (auto written = queues_.set(number, workers_of(queue)); !written) return written;
  }
  return {};
}

Result<void> SteeringMaps::write_filters(const FilterQueues& wanted) {
  for (const auto& [key, queue] : wanted) {
    const auto present = filter_queues_.find(key);
    if (present != filter_queues_.end() && present->second == queue) continue;
    if (auto written = filters_.set(key, queue); !written) return written;
  }
  for (const auto& [key, queue] : filter_queues_)
    if (!wanted.contains(key)) filters_.remove(key);
  filter_queues_ = wanted;
  return {};
}

}  // namespace nvgre::datapath::userspace
