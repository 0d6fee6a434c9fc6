#include "nvgre/wire/mac_address.h"

#include "nvgre/wire/text.h"

namespace nvgre::wire {
namespace {

constexpr std::size_t kTextSize = 3 * MacAddress::kSize - 1;  // two digits a byte, and the separators between them

}  // namespace

std::optional<MacAddress> MacAddress::parse(std::string_view text) noexcept {
  if (text.size() != kTextSize) return std::nullopt;
  const char separator = text[2];
  if (separator != ':' && separator != '-') return std::nullopt;
  std::array<std::uint8_t, kSize> bytes{};
  for (std::size_t i = 0; i < kSize; ++i) {
    if (i > 0 && text[3 * i - 1] != separator) return std::nullopt;
    const auto high = hexadecimal_digit(text[3 * i]);
    const auto low = hexadecimal_digit(text[3 * i + 1]);
    if (!high || !low) return std::nullopt;
    bytes[i] = static_cast<std::uint8_t>(*high << 4 | *low);
  }
  return MacAddress(bytes);
}

std::string MacAddress::to_string() const {
  std::string text;
  for (const std::uint8_t byte : bytes_) {
    if (!text.empty()) text += ':';
    text += hexadecimal(byte, 2);
  }
  return text;
}

}  // namespace nvgre::wire
