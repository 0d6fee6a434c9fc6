/// Ethernet addresses.
#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "nvgre/wire/bytes.h"

namespace nvgre::wire {

/// A 48-bit Ethernet address, as it lies on the wire.
class MacAddress {
 public:
  static constexpr std::size_t kSize = 6;

  constexpr MacAddress() noexcept = default;
  explicit constexpr MacAddress(std::array<std::uint8_t, kSize> bytes) noexcept : bytes_(bytes) {}

  /// @param bytes  At least six bytes; the caller has checked.
  [[nodiscard]] static constexpr MacAddress load(Bytes bytes) noexcept {
    MacAddress address;
    std::copy_n(bytes.begin(), kSize, address.bytes_.begin());
    return address;
  }
  /// Reads "02:00:00:00:50:01" (also with '-'); nothing for any other text.
  [[nodiscard]] static std::optional<MacAddress> parse(std::string_view text) noexcept;
  [[nodiscard]] static constexpr MacAddress broadcast() noexcept {
    return MacAddress({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF});
  }

  constexpr void store(MutableBytes bytes) const noexcept { std::copy(bytes_.begin(), bytes_.end(), bytes.begin()); }
  [[nodiscard]] constexpr const std::array<std::uint8_t, kSize>& bytes() const noexcept { return bytes_; }
  /// Broadcast and multicast: the group bit of the first byte.
  [[nodiscard]] constexpr bool is_group() const noexcept { return (bytes_[0] & 0x01) != 0; }
  [[nodiscard]] constexpr bool is_zero() const noexcept { return *this == MacAddress(); }
  [[nodiscard]] std::string to_string() const;

  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) noexcept = default;

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

}  // namespace nvgre::wire

template <>
struct std::hash<nvgre::wire::MacAddress> {
  std::size_t operator()(const nvgre::wire::MacAddress& address) const noexcept {
    std::uint64_t value = 0;
    for (const auto byte : address.bytes()) value = (value << 8) | byte;
    return static_cast<std::size_t>((value * 0x9E37'79B9'7F4A'7C15ULL) >> 16);
  }
};
