#include "nvgre/wire/text.h"

namespace nvgre::wire {

std::string hexadecimal(std::uint64_t value, std::size_t digits) {
  std::string text;
  for (; value != 0 || text.size() < digits; value >>= 4) text.insert(text.begin(), "0123456789abcdef"[value & 0xF]);
  return text;
}

}  // namespace nvgre::wire
