/// The pseudo-header under a received frame's TCP or UDP checksum.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::offload {

/// Folded sum of the inner pseudo-header with `length` bytes of transport header and payload. With IPv6 extension
/// headers the addresses are those of the packet's two ends: the last one of a routing header (RFC 8200, section 8.1;
/// RXC-14), the home address of a mobile node (RFC 6275, section 11.3.1).
/// @return  Nothing if the final destination can't be determined. @pre map.inner_ip and map.transport are there
[[nodiscard]] std::optional<std::uint16_t> inner_pseudo_header_sum(wire::Bytes frame, const wire::HeaderMap& map,
                                                                   std::uint32_t length) noexcept;

}  // namespace nvgre::offload
