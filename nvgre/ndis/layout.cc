// Two uses of layout.def: what the compiler made of the declarations is held against it, and it becomes a table.
#include "nvgre/ndis/layout.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <type_traits>

#include "nvgre/ndis/constants.h"

namespace nvgre::ndis {

#define NVGRE_NDIS_STRUCTURE(structure, size, source) \
  static_assert(sizeof(structure) == (size) && std::is_standard_layout_v<structure>);
#define NVGRE_NDIS_FIELD(structure, field, offset, size, source) \
  static_assert(offsetof(structure, field) == (offset) && sizeof(structure{}.field) == (size));
#define NVGRE_NDIS_BITS(structure, field, word, first, width, source) \
  static_assert(structure{}.field == Bits{first, width});
#define NVGRE_NDIS_REVISION(structure, name, number, size_name, last_field, size, source) \
  static_assert(offsetof(structure, last_field) + sizeof(structure{}.last_field) == (size));
#include "nvgre/ndis/layout.def"

// Words whose bits Microsoft's headers name, which have no name there themselves.
#define NVGRE_NDIS_WORD(structure, word, offset) static_assert(offsetof(structure, word) == (offset))
NVGRE_NDIS_WORD(NDIS_TCP_IP_CHECKSUM_OFFLOAD, IPv4Transmit.Word, 4);
NVGRE_NDIS_WORD(NDIS_TCP_IP_CHECKSUM_OFFLOAD, IPv4Receive.Word, 12);
NVGRE_NDIS_WORD(NDIS_TCP_IP_CHECKSUM_OFFLOAD, IPv6Transmit.Word, 20);
NVGRE_NDIS_WORD(NDIS_TCP_IP_CHECKSUM_OFFLOAD, IPv6Receive.Word, 28);
NVGRE_NDIS_WORD(NDIS_TCP_LARGE_SEND_OFFLOAD_V1, IPv4.Word, 12);
NVGRE_NDIS_WORD(NDIS_TCP_LARGE_SEND_OFFLOAD_V2, IPv6.Word, 24);
NVGRE_NDIS_WORD(NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD, Word, 0);
NVGRE_NDIS_WORD(NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_V2, Word, 0);
NVGRE_NDIS_WORD(NDIS_UDP_SEGMENTATION_OFFLOAD, IPv4.Word, 8);
NVGRE_NDIS_WORD(NDIS_UDP_SEGMENTATION_OFFLOAD, IPv6.Word, 20);
NVGRE_NDIS_WORD(NDIS_UDP_SEGMENTATION_OFFLOAD, IPv6.Word2, 24);
#undef NVGRE_NDIS_WORD

namespace {

/// The name of a type that layout.def lists as a structure; empty for all others.
template <typename Type>
constexpr std::string_view structure_name() noexcept {
  std::string_view found;
#define NVGRE_NDIS_STRUCTURE(structure, size, source) \
  if (std::is_same_v<Type, structure>) found = #structure;
#define NVGRE_NDIS_FIELD(structure, field, offset, size, source)
#define NVGRE_NDIS_BITS(structure, field, word, first, width, source)
#define NVGRE_NDIS_REVISION(structure, name, number, size_name, last_field, size, source)
#include "nvgre/ndis/layout.def"
  return found;
}

struct Row {
  std::string_view structure;
  FieldLayout field;
};

/// Every field of every structure; those of one structure lie side by side.
constexpr std::array kRows = {
#define NVGRE_NDIS_STRUCTURE(structure, size, source)
#define NVGRE_NDIS_FIELD(structure, field, offset, size, source) \
  Row{#structure, {#field, offset, size, {}, structure_name<std::remove_cvref_t<decltype(structure{}.field)>>()}},
#define NVGRE_NDIS_BITS(structure, field, word, first, width, source) \
  Row{#structure, {#field, word, sizeof(ULONG), {first, width}, {}}},
#define NVGRE_NDIS_REVISION(structure, name, number, size_name, last_field, size, source)
#include "nvgre/ndis/layout.def"
};

constexpr auto kFields = [] {
  std::array<FieldLayout, kRows.size()> fields{};
  std::ranges::transform(kRows, fields.begin(), &Row::field);
  return fields;
}();

}  // namespace

std::span<const FieldLayout> fields_of(std::string_view structure) noexcept {
  const auto first = std::ranges::find(kRows, structure, &Row::structure);
  const auto last = std::find_if(first, kRows.end(), [&](const Row& row) { return row.structure != structure; });
  return std::span(kFields).subspan(static_cast<std::size_t>(first - kRows.begin()),
                                    static_cast<std::size_t>(last - first));
}

std::string_view status_name(NDIS_STATUS status) noexcept {
  switch (status) {
#define NVGRE_NDIS_OID(name, value)
#define NVGRE_NDIS_STATUS(name, value, source) \
  case name:                                   \
    return #name;
#define NVGRE_NDIS_INDICATION(name, value, source) \
  case name:                                       \
    return #name;
#define NVGRE_NDIS_CONSTANT(name, value, source)
#include "nvgre/ndis/constants.def"
    default:
      return {};
  }
}

}  // namespace nvgre::ndis
