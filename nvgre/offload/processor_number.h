/// How RSS names processors.
#pragma once

#include <compare>
#include <cstdint>

namespace nvgre::offload {

/// A processor as Windows numbers them: in groups of at most 64. On Linux the CPU's number, cut the same way.
struct ProcessorNumber {
  static constexpr unsigned kGroupSize = 64;

  std::uint16_t group = 0;
  std::uint8_t number = 0;

  [[nodiscard]] static constexpr ProcessorNumber of_cpu(unsigned cpu) noexcept {
    return {.group = static_cast<std::uint16_t>(cpu / kGroupSize),
            .number = static_cast<std::uint8_t>(cpu % kGroupSize)};
  }
  [[nodiscard]] constexpr unsigned cpu() const noexcept { return group * kGroupSize + number; }
  friend constexpr auto operator<=>(const ProcessorNumber&, const ProcessorNumber&) noexcept = default;
};

/// A processor that there is, and the NUMA node it belongs to.
struct Processor {
  ProcessorNumber number;
  std::uint32_t node = 0;
};

}  // namespace nvgre::offload
