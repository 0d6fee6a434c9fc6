/// The Toeplitz hash, one bit after the other, as it is explained in "RSS Hashing Functions", Microsoft.
#pragma once

#include <cstddef>
#include <cstdint>

#include "tests/support/sample_frame.h"

namespace nvgre::test {

/// @param input  Addresses and ports in network order, source first.
[[nodiscard]] inline std::uint32_t slow_toeplitz(const ByteString& input) {
  // The key of "Verifying the RSS Hash Calculation", Microsoft.
  static constexpr std::uint8_t kKey[40] = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                            0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                            0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                            0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};
  const auto key_bit = [](std::size_t bit) { return std::uint32_t{kKey[bit / 8]} >> (7 - bit % 8) & 1; };
  std::uint32_t hash = 0;
  for (std::size_t bit = 0; bit < input.size() * 8; ++bit) {
    if ((input[bit / 8] >> (7 - bit % 8) & 1) == 0) continue;
    std::uint32_t window = 0;
    for (std::size_t i = 0; i < 32; ++i) window = window << 1 | key_bit(bit + i);
    hash ^= window;
  }
  return hash;
}

}  // namespace nvgre::test
