/// The simulator's only source of chance: the same seed gives the same run on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace nvgre::datapath::memory {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// A number from 0 to `bound` - 1. @pre bound > 0
  [[nodiscard]] std::uint64_t below(std::uint64_t bound) { return engine_() % bound; }
  /// True in `probability` of all calls, 0.0 to 1.0.
  [[nodiscard]] bool chance(double probability) {
    constexpr double kUnit = 1.0 / 9'007'199'254'740'992.0;  // 2^-53
    return static_cast<double>(engine_() >> 11) * kUnit < probability;
  }
  [[nodiscard]] std::uint8_t byte() { return static_cast<std::uint8_t>(engine_() >> 56); }
  [[nodiscard]] std::vector<std::uint8_t> bytes(std::size_t count) {
    std::vector<std::uint8_t> drawn(count);
    for (auto& each : drawn) each = byte();
    return drawn;
  }

 private:
  // Its sequence is laid down by the standard, those of the standard's distributions are not.
  std::mt19937_64 engine_;
};

}  // namespace nvgre::datapath::memory
