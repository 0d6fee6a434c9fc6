/// How targets divide an input: numbers first, then bytes; missing bytes are 0. And its inverse, by which seeds are
/// made.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "fuzz/target.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    const auto one = bytes(1);
    return one.empty() ? std::uint8_t{0} : one[0];
  }
  std::uint16_t word() {
    const auto high = byte();
    return static_cast<std::uint16_t>(high << 8 | byte());
  }
  /// The next `size` bytes, or what is left.
  wire::Bytes bytes(std::size_t size) {
    const auto taken = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }
  /// Bytes behind a word that says how many.
  wire::Bytes piece() { return bytes(word()); }
  wire::Bytes rest() { return bytes(rest_.size()); }

 private:
  wire::Bytes rest_;
};

class InputWriter {
 public:
  InputWriter& byte(std::size_t value) {
    bytes_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  InputWriter& word(std::size_t value) { return byte(value >> 8).byte(value & 0xFF); }
  InputWriter& bytes(wire::Bytes bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// @pre Fewer than 65536 bytes
  InputWriter& piece(wire::Bytes piece) { return word(piece.size()).bytes(piece); }
  [[nodiscard]] const ByteString& input() const { return bytes_; }

 private:
  ByteString bytes_;
};

}  // namespace nvgre::fuzz
