/// Internal to this room: names of queues and virtual machines, UTF-16 in NDIS, UTF-8 in the adapter.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

/// Nothing: the length is odd or too long, or half a surrogate pair stands alone.
[[nodiscard]] std::optional<std::string> text_of(const NDIS_IF_COUNTED_STRING& string);
/// As much as fits of `text`, which has to be UTF-8; a byte that is not part of any becomes U+FFFD.
[[nodiscard]] NDIS_IF_COUNTED_STRING counted_string(std::string_view text) noexcept;

}  // namespace nvgre::ndis
