/// Checksums verified the slow way, byte by byte, on frames of any shape: the headers are where a HeaderMap says, the
/// sums are none of the engine's.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::fuzz {

/// Whether the checksum of an IPv4 header verifies; true for IPv6 and for no header.
[[nodiscard]] bool ip_header_verifies(wire::Bytes frame, const wire::NetworkHeader& ip);

/// Whether the TCP or UDP checksum verifies, whatever it covers lying inside the frame.
/// @return  Nothing where there is none to verify: no such header, UDP's zero, a cut packet, an unknown destination.
[[nodiscard]] std::optional<bool> transport_verifies(wire::Bytes frame, const wire::HeaderMap& map);

/// Writes what a sender leaves in the transport checksum field: the pseudo-header sum, for `length` bytes of transport
/// (0: without length, D-5). @return false where there is no field or the sum is unknown; then nothing is written.
bool plant_seed(wire::MutableBytes frame, const wire::HeaderMap& map, std::uint32_t length);

}  // namespace nvgre::fuzz
