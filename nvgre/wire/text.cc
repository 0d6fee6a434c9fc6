#include "nvgre/wire/text.h"

namespace nvgre::wire {

std::string hexadecimal(std::uint64_t value, std::size_t digits) {
  std::string text;
  for (; value != 0 || text.size() < digits; value >>= 4) text.insert(text.begin(), "0123456789abcdef"[value & 0xF]);
  return text;
}

std::string printable(std::string_view text) {
  constexpr std::size_t kMostShown = 64;
  std::string shown;
  for (const char character : text) {
    if (shown.size() >= kMostShown) return shown + "...";
    if (character >= ' ' && character <= '~')
      shown += character;
    else
      shown += "\\x" + hexadecimal(static_cast<std::uint8_t>(character), 2);
  }
  return shown;
}

}  // namespace nvgre::wire
