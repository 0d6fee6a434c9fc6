/// What ports, subnets and workers count. Each struct exists twice: as plain numbers (Counts), which are copied, added
/// up and shown, and as counters (Counters), which one worker writes while anyone reads. The names are counts.def's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nvgre/offload/drop_numbers.h"
#include "nvgre/offload/relaxed_counter.h"

namespace nvgre::overlay {

using offload::DropNumbers;
using offload::number;
using offload::total;

template <typename Number>
struct PortNumbers {
#define NVGRE_PORT_COUNT(name, text) Number name{};
#include "nvgre/overlay/counts.def"
  DropNumbers<Number> drops;  ///< Of frames that the tenant sent, or that were on their way to it.
};

template <typename Number>
struct SubnetNumbers {
#define NVGRE_SUBNET_COUNT(name, text) Number name{};
#include "nvgre/overlay/counts.def"
};

template <typename Number>
struct EndpointNumbers {
#define NVGRE_ENDPOINT_COUNT(name, text) Number name{};
#include "nvgre/overlay/counts.def"
  DropNumbers<Number> drops;
};

using PortCounts = PortNumbers<std::uint64_t>;
using SubnetCounts = SubnetNumbers<std::uint64_t>;
using EndpointCounts = EndpointNumbers<std::uint64_t>;
using PortCounters = PortNumbers<offload::RelaxedCounter>;
using SubnetCounters = SubnetNumbers<offload::RelaxedCounter>;
using EndpointCounters = EndpointNumbers<offload::RelaxedCounter>;

template <typename Number>
PortCounts& operator+=(PortCounts& sum, const PortNumbers<Number>& added) noexcept {
#define NVGRE_PORT_COUNT(name, text) sum.name += number(added.name);
#include "nvgre/overlay/counts.def"
  sum.drops += added.drops;
  return sum;
}

template <typename Number>
SubnetCounts& operator+=(SubnetCounts& sum, const SubnetNumbers<Number>& added) noexcept {
#define NVGRE_SUBNET_COUNT(name, text) sum.name += number(added.name);
#include "nvgre/overlay/counts.def"
  return sum;
}

template <typename Number>
EndpointCounts& operator+=(EndpointCounts& sum, const EndpointNumbers<Number>& added) noexcept {
#define NVGRE_ENDPOINT_COUNT(name, text) sum.name += number(added.name);
#include "nvgre/overlay/counts.def"
  sum.drops += added.drops;
  return sum;
}

/// Calls `take(name, text, number)` for every count but the drops: how status, API and metrics list them.
template <typename Take>
void for_each_count(const PortCounts& counts, Take take) {
#define NVGRE_PORT_COUNT(name, text) take(std::string_view(#name), std::string_view(text), counts.name);
#include "nvgre/overlay/counts.def"
}
template <typename Take>
void for_each_count(const SubnetCounts& counts, Take take) {
#define NVGRE_SUBNET_COUNT(name, text) take(std::string_view(#name), std::string_view(text), counts.name);
#include "nvgre/overlay/counts.def"
}
template <typename Take>
void for_each_count(const EndpointCounts& counts, Take take) {
#define NVGRE_ENDPOINT_COUNT(name, text) take(std::string_view(#name), std::string_view(text), counts.name);
#include "nvgre/overlay/counts.def"
}

/// The counters of one port or subnet: a set for each worker, on cache lines of its own, so that nobody shares a
/// counter's line. @note Written by worker `i` through of(i); read by anyone through total().
template <typename Counters, typename Counts>
class PerWorker {
 public:
  explicit PerWorker(unsigned worker_count) : slots_(worker_count) {}
  /// @pre worker is below the count given at construction
  [[nodiscard]] Counters& of(unsigned worker) noexcept { return slots_[worker].counters; }
  [[nodiscard]] unsigned worker_count() const noexcept { return static_cast<unsigned>(slots_.size()); }
  [[nodiscard]] Counts total() const noexcept {
    Counts sum;
    for (const Slot& slot : slots_) sum += slot.counters;
    return sum;
  }
  [[nodiscard]] std::vector<Counts> by_worker() const {
    std::vector<Counts> shares(slots_.size());
    for (std::size_t worker = 0; worker < slots_.size(); ++worker) shares[worker] += slots_[worker].counters;
    return shares;
  }

 private:
  static constexpr std::size_t kCacheLine = 64;
  struct alignas(kCacheLine) Slot {
    Counters counters;
  };
  std::vector<Slot> slots_;
};

using PortStatistics = PerWorker<PortCounters, PortCounts>;
using SubnetStatistics = PerWorker<SubnetCounters, SubnetCounts>;

}  // namespace nvgre::overlay
