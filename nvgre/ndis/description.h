/// Shows NDIS's structures to people: the bytes of a request, of its answer or of a status indication, field by field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace nvgre::ndis {

/// One field as it lies in a buffer.
struct DescribedField {
  std::string name;        ///< "Checksum.IPv4Transmit.TcpChecksum"; of an array's element "[0].QueueId".
  std::size_t offset = 0;  ///< From the buffer's start; of bits: of their 32-bit word.
  std::size_t size = 0;    ///< Bytes.
  unsigned first_bit = 0;  ///< Of bits.
  unsigned bit_count = 0;  ///< 0: whole bytes.
  std::string value;       ///< "5001", "0x00000016", "02 00 00 00 50 01"; text in quotation marks.
  std::string meaning;     ///< The names of NDIS for it, joined by " | "; empty: it has none.
};

/// The fields of a structure that lie wholly in the buffer, then those of the arrays and byte strings that it points
/// to. Bytes that nothing names are left out.
/// @param structure  "NDIS_OFFLOAD"; nothing is described of one that layout.def does not list.
/// @note             Any bytes at all; lengths and offsets in them are not trusted.
[[nodiscard]] std::vector<DescribedField> describe(std::string_view structure, std::span<const std::uint8_t> buffer);

/// Of the arrays and byte strings that a structure points to, those that describe() can't show whole: "IndirectionTable
/// ends at 300". Empty: all of them lie in the buffer, or the buffer ends before it says where.
/// @note  Any bytes at all.
[[nodiscard]] std::vector<std::string> misfits(std::string_view structure, std::span<const std::uint8_t> buffer);

}  // namespace nvgre::ndis
