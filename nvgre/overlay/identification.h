/// IPv4 identifications of outer packets: a counter for each destination (WIRE-5; RFC 6864, section 4).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "nvgre/wire/ip_address.h"

namespace nvgre::overlay {

/// The counters of one worker, written and read by it alone. Destinations whose hashes meet share a counter: their IDs
/// then have gaps but still do not repeat sooner.
class IdentificationCounters {
 public:
  /// @param worker  Makes workers start at different places.
  explicit IdentificationCounters(unsigned worker) noexcept {
    for (std::size_t i = 0; i < kSlots; ++i)
      next_[i] = static_cast<std::uint16_t>(i * kStride + worker * kWorkerStride);
  }

  /// The ID of the next packet to `destination`; whoever sends adds how many packets took one.
  [[nodiscard]] std::uint16_t& next(const wire::ProviderAddress& destination) noexcept {
    return next_[std::hash<wire::ProviderAddress>{}(destination) % kSlots];
  }

 private:
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::size_t kStride = 40'503;  ///< Odd: no two slots start alike.
  static constexpr std::size_t kWorkerStride = 12'289;

  std::array<std::uint16_t, kSlots> next_;
};

}  // namespace nvgre::overlay
