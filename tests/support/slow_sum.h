/// The internet checksum's sum in the plainest form (RFC 1071, section 4.1): the reference for the fast one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/wire/bytes.h"

namespace nvgre::test {

/// Folded sum of `bytes`, one byte after the other.
[[nodiscard]] inline std::uint16_t slow_sum(wire::Bytes bytes) {
  std::uint32_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    sum += i % 2 == 0 ? std::uint32_t{bytes[i]} << 8 : bytes[i];
    sum = (sum & 0xFFFF) + (sum >> 16);
  }
  return static_cast<std::uint16_t>(sum);
}

}  // namespace nvgre::test
