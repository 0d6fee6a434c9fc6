/// Reasons for which a frame is refused or a request fails: an enum and a counter, never an exception or a log line.
/// The list itself is drop_reason.def.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

namespace nvgre::wire {

enum class DropReason : std::uint8_t {
#define NVGRE_DROP(name, machine_name, text) k##name,
#include "nvgre/wire/drop_reason.def"
#undef NVGRE_DROP
};

inline constexpr std::size_t kDropReasonCount = 0
#define NVGRE_DROP(name, machine_name, text) +1
#include "nvgre/wire/drop_reason.def"
#undef NVGRE_DROP
    ;

/// A value, or the one reason why there is none.
template <typename T>
using Checked = std::expected<T, DropReason>;

/// The name that counters, JSON and tests use, for example "truncated_gre".
[[nodiscard]] constexpr std::string_view machine_name(DropReason reason) noexcept {
  constexpr std::array<std::string_view, kDropReasonCount> kNames = {
#define NVGRE_DROP(name, machine_name, text) machine_name,
#include "nvgre/wire/drop_reason.def"
#undef NVGRE_DROP
  };
  return kNames[static_cast<std::size_t>(reason)];
}

/// What a person reads, for example "frame ends inside the GRE header".
[[nodiscard]] constexpr std::string_view description(DropReason reason) noexcept {
  constexpr std::array<std::string_view, kDropReasonCount> kTexts = {
#define NVGRE_DROP(name, machine_name, text) text,
#include "nvgre/wire/drop_reason.def"
#undef NVGRE_DROP
  };
  return kTexts[static_cast<std::size_t>(reason)];
}

}  // namespace nvgre::wire
