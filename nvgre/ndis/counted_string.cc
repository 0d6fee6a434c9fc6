#include "nvgre/ndis/counted_string.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace nvgre::ndis {

namespace {

constexpr std::size_t kMaxUnits = 256;  // IF_MAX_STRING_SIZE; the 257th is for a terminator
constexpr std::uint32_t kReplacement = 0xFFFD;

constexpr bool is_high_surrogate(WCHAR unit) noexcept {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
constexpr bool is_low_surrogate(WCHAR unit) noexcept {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

void append_utf8(std::string& text, std::uint32_t point) {
  const auto tail = [&](unsigned shift) { text.push_back(static_cast<char>(0x80 | (point >> shift & 0x3F))); };
  if (point < 0x80) {
    text.push_back(static_cast<char>(point));
  } else if (point < 0x800) {
    text.push_back(static_cast<char>(0xC0 | point >> 6));
    tail(0);
  } else if (point < 0x10000) {
    text.push_back(static_cast<char>(0xE0 | point >> 12));
    tail(6);
    tail(0);
  } else {
    text.push_back(static_cast<char>(0xF0 | point >> 18));
    tail(12);
    tail(6);
    tail(0);
  }
}

/// How a UTF-8 sequence of `size` bytes begins, and the least that it may stand for.
struct Sequence {
  unsigned size;
  unsigned mask;
  unsigned lead;
  std::uint32_t minimum;
};
constexpr std::array<Sequence, 4> kSequences = {
    {{1, 0x80, 0x00, 0}, {2, 0xE0, 0xC0, 0x80}, {3, 0xF0, 0xE0, 0x800}, {4, 0xF8, 0xF0, 0x10000}}};

/// The first code point, which is removed from `text`.
std::uint32_t take_point(std::string_view& text) noexcept {
  const auto byte = [&](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  for (const auto& sequence : kSequences) {
    if ((byte(0) & sequence.mask) != sequence.lead || text.size() < sequence.size) continue;
    std::uint32_t point = byte(0) & ~sequence.mask & 0xFF;
    bool is_whole = true;
    for (std::size_t index = 1; index < sequence.size; ++index) {
      is_whole = is_whole && (byte(index) & 0xC0) == 0x80;
      point = point << 6 | (byte(index) & 0x3F);
    }
    const bool is_surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (!is_whole || is_surrogate || point < sequence.minimum || point > 0x10'FFFF) break;
    text.remove_prefix(sequence.size);
    return point;
  }
  text.remove_prefix(1);
  return kReplacement;
}

}  // namespace

std::optional<std::string> text_of(const NDIS_IF_COUNTED_STRING& string) {
  if (string.Length % sizeof(WCHAR) != 0 || string.Length > kMaxUnits * sizeof(WCHAR)) return std::nullopt;
  const auto units = std::span(string.String).first(string.Length / sizeof(WCHAR));
  std::string text;
  for (std::size_t index = 0; index < units.size(); ++index) {
    const WCHAR unit = units[index];
    if (is_low_surrogate(unit)) return std::nullopt;
    if (!is_high_surrogate(unit)) {
      append_utf8(text, unit);
      continue;
    }
    ++index;
    if (index == units.size() || !is_low_surrogate(units[index])) return std::nullopt;
    append_utf8(text, 0x10000 + ((unit - 0xD800U) << 10 | (units[index] - 0xDC00U)));
  }
  return text;
}

NDIS_IF_COUNTED_STRING counted_string(std::string_view text) noexcept {
  NDIS_IF_COUNTED_STRING string{};
  std::size_t units = 0;
  while (!text.empty()) {
    const std::uint32_t point = take_point(text);
    if (units + (point < 0x10000 ? 1 : 2) > kMaxUnits) break;
    if (point < 0x10000) {
      string.String[units++] = static_cast<WCHAR>(point);
    } else {
      string.String[units++] = static_cast<WCHAR>(0xD800 + ((point - 0x10000) >> 10));
      string.String[units++] = static_cast<WCHAR>(0xDC00 + ((point - 0x10000) & 0x3FF));
    }
  }
  string.Length = static_cast<USHORT>(units * sizeof(WCHAR));
  return string;
}

}  // namespace nvgre::ndis
