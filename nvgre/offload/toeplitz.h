/// The Toeplitz hash of receive side scaling (RSS-1, RSS-2), driven by a table made once per key.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "nvgre/wire/bytes.h"

namespace nvgre::offload {

/// The secret key: 40 bytes, one key for IPv4 and IPv6 (RSS-23).
using ToeplitzKey = std::array<std::uint8_t, 40>;

/// The key of "Verifying the RSS Hash Calculation", Microsoft: what the vectors of requirements section 17 use, and the
/// default of the command line.
inline constexpr ToeplitzKey kMicrosoftVerificationKey = {0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67,
                                                          0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0, 0xd0, 0xca, 0x2b, 0xcb,
                                                          0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30,
                                                          0xf2, 0x0c, 0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa};

/// 80 hexadecimal digits; colons between bytes are allowed. @return Nothing for any other text.
[[nodiscard]] std::optional<ToeplitzKey> parse_toeplitz_key(std::string text);
[[nodiscard]] std::string to_string(const ToeplitzKey& key);

/// The hash of one key. The result for a set input bit is the key's 32 bits at that bit's position, and the hash is the
/// XOR of those; so every input byte has 256 possible contributions, and they are looked up.
/// @note  36 KiB; immutable, so any number of threads may share one. IPv4 input touches the first 12 KiB only.
class ToeplitzHash {
 public:
  /// Source and destination address, source and destination port of IPv6.
  static constexpr std::size_t kMaxInputSize = 36;

  explicit ToeplitzHash(const ToeplitzKey& key) noexcept;

  /// The hash of `input`, most significant bit first (RSS-1). @pre input.size() <= kMaxInputSize
  [[nodiscard]] std::uint32_t hash(wire::Bytes input) const noexcept { return contribution(input, 0); }

  /// What `piece` adds to the hash of an input in which it starts at byte `position`: the hash of an input in pieces is
  /// the XOR of their contributions. @pre position + piece.size() <= kMaxInputSize
  [[nodiscard]] std::uint32_t contribution(wire::Bytes piece, std::size_t position) const noexcept;

 private:
  std::array<std::array<std::uint32_t, 256>, kMaxInputSize> table_;  ///< By position, then by the byte's value.
};

}  // namespace nvgre::offload
