/// Layout as data: which fields a structure has, and where. For whoever shows bytes to people.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

/// One field of a structure.
struct FieldLayout {
  std::string_view name;       ///< "IPv4Transmit.TcpChecksum".
  std::size_t offset = 0;      ///< Of the field, or of the 32-bit word that holds its bits.
  std::size_t size = 0;        ///< Bytes.
  Bits bits{};                 ///< Of a former bit-field; width 0: the field is whole bytes.
  std::string_view structure;  ///< Of a field that is a structure itself; else empty.
};

/// The fields of one structure in the order of layout.def; nothing: no structure has this name.
[[nodiscard]] std::span<const FieldLayout> fields_of(std::string_view structure) noexcept;

}  // namespace nvgre::ndis
