#include "nvgre/offload/toeplitz.h"

#include <cassert>
#include <charconv>

#include "nvgre/wire/text.h"

namespace nvgre::offload {
namespace {

/// The 32 bits of the key that start at bit `position`, counted from the most significant one.
std::uint32_t key_window(const ToeplitzKey& key, std::size_t position) noexcept {
  const std::size_t first = position / 8;
  std::uint64_t bits = 0;  // five bytes: 32 bits that start anywhere in the first of them
  for (std::size_t i = first; i < first + 5; ++i) bits = bits << 8 | (i < key.size() ? key[i] : 0);
  return static_cast<std::uint32_t>(bits >> (8 - position % 8));
}

}  // namespace

std::optional<ToeplitzKey> parse_toeplitz_key(std::string text) {
  std::erase(text, ':');
  ToeplitzKey key{};
  if (text.size() != 2 * key.size()) return std::nullopt;
  for (std::size_t i = 0; i < key.size(); ++i) {
    const char* begin = text.data() + 2 * i;
    const auto [end, error] = std::from_chars(begin, begin + 2, key[i], 16);
    if (error != std::errc{} || end != begin + 2) return std::nullopt;
  }
  return key;
}

std::string to_string(const ToeplitzKey& key) {
  std::string text;
  for (const auto byte : key) text += wire::hexadecimal(byte, 2);
  return text;
}

ToeplitzHash::ToeplitzHash(const ToeplitzKey& key) noexcept {
  for (std::size_t position = 0; position < kMaxInputSize; ++position) {
    auto& row = table_[position];
    row[0] = 0;
    for (std::size_t bit = 0; bit < 8; ++bit) {
      const std::size_t value = std::size_t{0x80} >> bit;
      row[value] = key_window(key, 8 * position + bit);
    }
    // A byte with several bits set contributes what it does without its lowest bit, and that bit's share.
    for (std::size_t value = 1; value < row.size(); ++value) {
      const std::size_t rest = value & (value - 1);
      if (rest != 0) row[value] = row[rest] ^ row[value ^ rest];
    }
  }
}

std::uint32_t ToeplitzHash::contribution(wire::Bytes piece, std::size_t position) const noexcept {
  assert(position + piece.size() <= kMaxInputSize);
  std::uint32_t hash = 0;
  for (const std::uint8_t byte : piece) hash ^= table_[position++][byte];
  return hash;
}

}  // namespace nvgre::offload
