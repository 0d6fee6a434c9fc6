/// Unsigned integers in network byte order: a strong type for fields, and loads and stores at any alignment.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "nvgre/wire/bytes.h"

namespace nvgre::wire {

/// From the machine's byte order to the wire's, and back.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T swap_if_little_endian(T value) noexcept {
  if constexpr (std::endian::native == std::endian::little && sizeof(T) > 1) return std::byteswap(value);
  return value;
}

/// Reads `T` at `offset`, most significant byte first: one load and one swap, which compilers do not always make of a
/// loop over bytes.
/// @param bytes  At least offset + sizeof(T) bytes; the caller has checked.
template <std::unsigned_integral T>
[[nodiscard]] constexpr T load_big_endian(Bytes bytes, std::size_t offset = 0) noexcept {
  if consteval {
    T value = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      value = static_cast<T>((static_cast<std::uint64_t>(value) << 8) | bytes[offset + i]);
    return value;
  } else {
    T value{};
    std::memcpy(&value, bytes.data() + offset, sizeof(T));
    return swap_if_little_endian(value);
  }
}

/// Writes `value` at `offset`, most significant byte first.
/// @param bytes  At least offset + sizeof(T) bytes; the caller has checked.
template <std::unsigned_integral T>
constexpr void store_big_endian(MutableBytes bytes, T value, std::size_t offset = 0) noexcept {
  if consteval {
    for (std::size_t i = 0; i < sizeof(T); ++i)
      bytes[offset + i] = static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> (8 * (sizeof(T) - 1 - i)));
  } else {
    value = swap_if_little_endian(value);
    std::memcpy(bytes.data() + offset, &value, sizeof(T));
  }
}

/// Unsigned integer as it lies on the wire: big-endian, alignment 1, no implicit conversion.
template <std::unsigned_integral T>
class BigEndian {
 public:
  constexpr BigEndian() noexcept = default;
  explicit constexpr BigEndian(T host) noexcept { store_big_endian<T>(bytes_, host); }
  [[nodiscard]] constexpr T host() const noexcept { return load_big_endian<T>(bytes_); }
  friend constexpr bool operator==(const BigEndian&, const BigEndian&) noexcept = default;

 private:
  std::array<std::uint8_t, sizeof(T)> bytes_{};
};

}  // namespace nvgre::wire
