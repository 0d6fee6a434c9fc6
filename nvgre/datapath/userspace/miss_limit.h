/// Bounds how often a destination without a lookup record is reported (OVL-18): a tenant that keeps sending to it, or
/// to ever new ones, must not fill the log. The first miss is told at once, what follows is counted into the next
/// report.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <utility>

#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::datapath::userspace {

/// @note  One worker's own; allocates nothing. Destinations that share a slot share its interval and its count, so that
///        there are never more than kSlots reports an interval.
class MissLimit {
 public:
  using Instant = std::chrono::nanoseconds;
  static constexpr Instant kInterval = std::chrono::seconds(10);
  static constexpr std::size_t kSlots = 64;

  /// @param now  Time since any fixed moment.
  /// @return     Misses since the last report that were not reported, if this one is to be.
  [[nodiscard]] std::optional<std::uint64_t> miss(wire::Vsid vsid, const wire::MacAddress& destination,
                                                  Instant now) noexcept {
    auto& slot = slots_[(std::hash<wire::MacAddress>{}(destination) + vsid.value()) % kSlots];
    if (slot.reported_at && now - *slot.reported_at < kInterval) {
      ++slot.suppressed;
      return std::nullopt;
    }
    slot.reported_at = now;
    return std::exchange(slot.suppressed, 0);
  }

 private:
  struct Slot {
    std::optional<Instant> reported_at;
    std::uint64_t suppressed = 0;
  };
  std::array<Slot, kSlots> slots_{};
};

}  // namespace nvgre::datapath::userspace
