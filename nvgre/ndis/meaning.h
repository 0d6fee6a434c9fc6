/// Internal to this room: the names that NDIS has for a field's value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nvgre::ndis {

/// @param structure  That the field is a member of: "NDIS_OFFLOAD_PARAMETERS".
/// @param field      Its last name: "Flags".
/// @return  "NDIS_HASH_IPV4 | NDIS_HASH_TCP_IPV4"; empty: NDIS has no name for it. Bits without a name are shown as a
///          number.
[[nodiscard]] std::string meaning_of(std::string_view structure, std::string_view field, std::uint64_t value);

}  // namespace nvgre::ndis
