/// Internet checksum arithmetic (RFC 1071, RFC 1624): sums over pieces, sums while copying, incremental updates.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::wire {

/// Ones' complement sum in the making. Pieces of any length, odd ones too, may follow each other.
class InternetSum {
 public:
  constexpr InternetSum() noexcept = default;
  /// Starts from a folded sum, for example a pseudo-header seed.
  explicit constexpr InternetSum(std::uint16_t folded) noexcept : sum_(folded) {}

  /// Adds bytes as they follow on the wire.
  void add(Bytes bytes) noexcept;
  /// Copies `from` to the start of `to` and adds it: one pass over the payload. @pre to.size() >= from.size()
  void add_copy(MutableBytes to, Bytes from) noexcept;
  /// Adds one 16-bit number (host order), independent of the position in the bytes.
  constexpr void add_number(std::uint16_t value) noexcept { sum_ += value; }
  /// Adds a folded sum of bytes that start at an even position.
  constexpr void add_folded(std::uint16_t folded) noexcept { sum_ += folded; }

  /// The sum, folded to 16 bits, not inverted (host order): the form of a seed.
  [[nodiscard]] std::uint16_t folded() const noexcept;
  /// The checksum field's value (host order): the inverse of folded().
  [[nodiscard]] std::uint16_t checksum() const noexcept { return static_cast<std::uint16_t>(~folded()); }

 private:
  /// Adds the folded sum of `size` bytes that follow those added so far.
  void add_piece(std::uint16_t folded, std::size_t size) noexcept;

  std::uint64_t sum_ = 0;  ///< Of 16-bit numbers, so that it cannot overflow.
  bool odd_ = false;       ///< The bytes added so far have an odd count.
};

/// Folded sum of `bytes`.
[[nodiscard]] std::uint16_t internet_sum(Bytes bytes) noexcept;

/// Folded pseudo-header sum (RFC 9293, section 3.1; RFC 8200, section 8.1), the seed of TXC-4 and LSO-17.
/// @param transport_length  Bytes of transport header and payload; 0 for the seed without length.
[[nodiscard]] std::uint16_t pseudo_header_sum(const IpAddress& source, const IpAddress& destination,
                                              IpProtocol protocol, std::uint32_t transport_length) noexcept;

/// Checksum field after one 16-bit field changed (RFC 1624, equation 3).
[[nodiscard]] std::uint16_t updated_checksum(std::uint16_t checksum, std::uint16_t old_value,
                                             std::uint16_t new_value) noexcept;

}  // namespace nvgre::wire
