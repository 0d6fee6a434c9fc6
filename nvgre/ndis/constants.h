/// NDIS's numbers under their own names, from constants.def, and the revisions and sizes from layout.def.
#pragma once

#include <string_view>
#include <type_traits>

#include "nvgre/ndis/offload_structures.h"
#include "nvgre/ndis/receive_structures.h"
#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

#define NVGRE_NDIS_OID(name, value) inline constexpr NDIS_OID name = value;
#define NVGRE_NDIS_STATUS(name, value, source) inline constexpr NDIS_STATUS name = value;
#define NVGRE_NDIS_INDICATION(name, value, source) inline constexpr NDIS_STATUS name = value;
#define NVGRE_NDIS_CONSTANT(name, value, source) inline constexpr ULONG name = value;
#include "nvgre/ndis/constants.def"

#define NVGRE_NDIS_STRUCTURE(structure, size, source)
#define NVGRE_NDIS_FIELD(structure, field, offset, size, source)
#define NVGRE_NDIS_BITS(structure, field, word, first, width, source)
#define NVGRE_NDIS_REVISION(structure, name, number, size_name, last_field, size, source) \
  inline constexpr UCHAR name = number;                                                   \
  inline constexpr USHORT size_name = size;
#include "nvgre/ndis/layout.def"

/// A revision of a structure and the size that a structure of it has, at least, in bytes. 0, 0: there is none.
struct Revision {
  UCHAR number = 0;
  USHORT size = 0;
};

/// This revision of a structure; of a revision newer than the newest known, the newest.
template <typename Structure>
[[nodiscard]] constexpr Revision known_revision(unsigned revision) noexcept {
  Revision found;
#define NVGRE_NDIS_STRUCTURE(structure, size, source)
#define NVGRE_NDIS_FIELD(structure, field, offset, size, source)
#define NVGRE_NDIS_BITS(structure, field, word, first, width, source)
#define NVGRE_NDIS_REVISION(structure, name, number, size_name, last_field, size, source) \
  if (std::is_same_v<Structure, structure> && revision >= (number)) found = {number, size};
#include "nvgre/ndis/layout.def"
  return found;
}

/// The size of `known_revision()`, bytes.
template <typename Structure>
[[nodiscard]] constexpr USHORT size_of_revision(unsigned revision) noexcept {
  return known_revision<Structure>(revision).size;
}

/// "NDIS_STATUS_SUCCESS", of a completion status or a status indication; empty: none that is known here.
[[nodiscard]] std::string_view status_name(NDIS_STATUS status) noexcept;

}  // namespace nvgre::ndis
