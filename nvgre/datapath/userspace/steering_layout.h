/// What the steering program reads, as it lies in its maps: written by SteeringMaps, read by steering_program.cc.
#pragma once

#include <array>
#include <cstdint>

#include "nvgre/offload/rss.h"
#include "nvgre/offload/toeplitz.h"

namespace nvgre::datapath::userspace {

/// How frames are hashed. The map has two of them: one is in use, the next one is written into the other.
struct HashSettings {
  static constexpr std::uint32_t kCopies = 2;

  std::uint32_t hash_types = 0;          ///< A bit for each RssHashType, by its number.
  std::uint32_t rss_mask = 0;            ///< EncapsulatedMask bits: where inner headers may be hashed (RSS-12).
  std::uint32_t vmq_mask = 0;            ///< EncapsulatedMask bits: where filters on inner addresses count (VMQ-19).
  std::uint32_t max_header_size = 0;     ///< LOC-12.
  std::uint32_t extension_end_size = 0;  ///< Bytes of a frame within which extension headers have to end (LOC-20).
  std::uint32_t zero = 0;                ///< A number that the verifier does not know.
  offload::ToeplitzHash toeplitz{offload::kMicrosoftVerificationKey};
};
static_assert(sizeof(offload::ToeplitzHash) == offload::ToeplitzHash::kMaxInputSize * 256 * sizeof(std::uint32_t),
              "the program looks contributions up by position and byte");

/// Which worker handles a frame of one queue. A map has one for each queue, by its number.
struct QueueWorkers {
  static constexpr std::size_t kEntries = offload::RssParameters::kMaxTableEntries;

  std::array<std::uint8_t, kEntries> by_hash{};  ///< The indirection table, repeated until it is full.
  std::uint32_t without_hash = 0;
};

/// A filter: the inner destination address in a virtual subnet, or in any.
struct FilterKey {
  std::uint32_t vsid = 0;                    ///< 0: any.
  std::uint32_t mac_start = 0, mac_end = 0;  ///< The first four bytes and the last two, as numbers.
  friend auto operator<=>(const FilterKey&, const FilterKey&) = default;
};

}  // namespace nvgre::datapath::userspace
