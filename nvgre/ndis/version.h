/// Which NDIS a miniport speaks, and which revision of each structure that means (CAP-9).
#pragma once

#include <compare>
#include <cstdint>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

struct NdisVersion {
  std::uint8_t major = 6;
  std::uint8_t minor = 85;
  friend constexpr auto operator<=>(const NdisVersion&, const NdisVersion&) noexcept = default;
};

/// Of NDIS_OFFLOAD. What is older than NDIS 6.0 is answered as 6.0, what is newer than 6.85 as 6.85.
[[nodiscard]] constexpr UCHAR offload_revision(NdisVersion version) noexcept {
  constexpr NdisVersion kSince[] = {{6, 0}, {6, 1}, {6, 30}, {6, 50}, {6, 70}, {6, 83}, {6, 85}};
  UCHAR revision = 1;
  for (UCHAR candidate = 1; const NdisVersion since : kSince) {
    if (version >= since) revision = candidate;
    ++candidate;
  }
  return revision;
}

/// Of NDIS_RECEIVE_SCALE_CAPABILITIES.
[[nodiscard]] constexpr UCHAR scale_capabilities_revision(NdisVersion version) noexcept {
  return version < NdisVersion{6, 30} ? 1 : 2;
}

/// Of NDIS_RECEIVE_SCALE_PARAMETERS: entries of the indirection table have one byte in revision 1 (RSS-15), and the
/// default processor came with revision 3.
[[nodiscard]] constexpr UCHAR scale_parameters_revision(NdisVersion version) noexcept {
  if (version < NdisVersion{6, 20}) return 1;
  return version < NdisVersion{6, 80} ? 2 : 3;
}

/// Of those receive filter structures that have two revisions.
[[nodiscard]] constexpr UCHAR receive_filter_revision(NdisVersion version) noexcept {
  return version < NdisVersion{6, 30} ? 1 : 2;
}

}  // namespace nvgre::ndis
