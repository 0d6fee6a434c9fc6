/// Small, locale-free conversions: numbers and text for the text forms of addresses and views, and foreign text for
/// messages.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nvgre::wire {

/// The value of one hexadecimal digit of either case; nothing for any other character.
[[nodiscard]] constexpr std::optional<std::uint8_t> hexadecimal_digit(char character) noexcept {
  if (character >= '0' && character <= '9') return static_cast<std::uint8_t>(character - '0');
  if (character >= 'a' && character <= 'f') return static_cast<std::uint8_t>(character - 'a' + 10);
  if (character >= 'A' && character <= 'F') return static_cast<std::uint8_t>(character - 'A' + 10);
  return std::nullopt;
}

/// Lower-case hexadecimal digits of `value`, at least `digits` of them, without a prefix.
[[nodiscard]] std::string hexadecimal(std::uint64_t value, std::size_t digits = 1);

/// Text from outside as a message can show it, on a terminal and in a log: what is not printable ASCII becomes \xNN,
/// and after about 64 characters "..." stands for the rest.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace nvgre::wire
