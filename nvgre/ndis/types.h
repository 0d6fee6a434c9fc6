/// Windows' integers and the small structures that NDIS's larger ones are made of, byte for byte.
/// This room alone speaks with Microsoft's spelling: names of types, members and constants are those of ntddndis.h and
/// ndis.h, so that a driver engineer finds them again. Numbers are the machine's, which has to be little-endian as
/// Windows is.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace nvgre::ndis {

static_assert(std::endian::native == std::endian::little, "NDIS's structures are little-endian");

using UCHAR = std::uint8_t;
using BOOLEAN = std::uint8_t;
using USHORT = std::uint16_t;
using WCHAR = std::uint16_t;  ///< A UTF-16 code unit.
using ULONG = std::uint32_t;
using ULONG64 = std::uint64_t;
using PVOID = std::uint64_t;  ///< As on 64-bit Windows; holds no pointer of ours.
using NDIS_STATUS = std::uint32_t;
using NDIS_OID = std::uint32_t;

/// Where Microsoft's headers have a bit-field: bits of a 32-bit word, counted from bit 0. Compilers lay bit-fields out
/// as they like, so words are plain integers here and each former member is a constant of this type.
struct Bits {
  unsigned first = 0;
  unsigned width = 0;

  [[nodiscard]] constexpr ULONG limit() const noexcept { return width == 32 ? ~ULONG{0} : (ULONG{1} << width) - 1; }
  [[nodiscard]] constexpr ULONG of(ULONG word) const noexcept { return (word >> first) & limit(); }
  /// @pre value <= limit()
  [[nodiscard]] constexpr ULONG place(ULONG value) const noexcept { return (value & limit()) << first; }
  friend constexpr bool operator==(const Bits&, const Bits&) noexcept = default;
};

/// Opens every structure that has a version.
struct NDIS_OBJECT_HEADER {
  UCHAR Type;
  UCHAR Revision;
  USHORT Size;
};

struct PROCESSOR_NUMBER {
  USHORT Group;
  UCHAR Number;
  UCHAR Reserved;
};

struct GROUP_AFFINITY {
  ULONG64 Mask;
  USHORT Group;
  std::array<USHORT, 3> Reserved;
};

struct NDIS_IF_COUNTED_STRING {
  USHORT Length;  ///< Bytes, without a terminator.
  std::array<WCHAR, 257> String;
};
using NDIS_QUEUE_NAME = NDIS_IF_COUNTED_STRING;
using NDIS_VM_NAME = NDIS_IF_COUNTED_STRING;

}  // namespace nvgre::ndis
