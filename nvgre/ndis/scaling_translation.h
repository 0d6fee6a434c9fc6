/// Internal to this room: receive side scaling between NDIS's structures and the adapter's plain C++. Key and
/// indirection table lie behind the structure, where its offsets say (RSS-15, RSS-23).
#pragma once

#include <expected>
#include <optional>
#include <vector>

#include "nvgre/ndis/request.h"
#include "nvgre/offload/rss.h"

namespace nvgre::ndis {

[[nodiscard]] NDIS_RECEIVE_SCALE_CAPABILITIES scale_capabilities(const offload::RssSupport& support,
                                                                 NdisVersion version) noexcept;

/// The parameters in force, with table and key; nothing: RSS is off, and setting the answer again would leave it off.
[[nodiscard]] std::vector<std::uint8_t> scale_parameters_bytes(const std::optional<offload::RssParameters>& parameters,
                                                               NdisVersion version);
/// What a request makes of the parameters in force.
/// @return  The new ones, nothing to disable RSS (RSS-20), or the status of a refusal.
[[nodiscard]] std::expected<std::optional<offload::RssParameters>, NDIS_STATUS> next_scale_parameters(
    const NDIS_RECEIVE_SCALE_PARAMETERS& structure, wire::Bytes buffer,
    const std::optional<offload::RssParameters>& present);

/// The same two for hashing without spreading (RSS-24).
[[nodiscard]] std::vector<std::uint8_t> receive_hash_bytes(
    const std::optional<offload::ReceiveHashParameters>& parameters);
[[nodiscard]] std::expected<std::optional<offload::ReceiveHashParameters>, NDIS_STATUS> next_receive_hash(
    const NDIS_RECEIVE_HASH_PARAMETERS& structure, wire::Bytes buffer,
    const std::optional<offload::ReceiveHashParameters>& present);

}  // namespace nvgre::ndis
