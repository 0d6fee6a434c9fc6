/// Internal to this room: task offload between NDIS's structures and the adapter's plain C++.
#pragma once

#include <optional>

#include "nvgre/ndis/offload_structures.h"
#include "nvgre/ndis/version.h"
#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/offload_parameters.h"

namespace nvgre::ndis {

/// What a member of NDIS_OFFLOAD says of a task that is off: answers to queries have NDIS_OFFLOAD_NOT_SUPPORTED,
/// NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG has NDIS_OFFLOAD_SET_OFF.
enum class OffloadUse : std::uint8_t { kAnswer, kConfigurationChange };

/// A published set. What is not offered is zero; so is what the version has no member for, and UsoSupported below
/// revision 7 (D-40).
[[nodiscard]] NDIS_OFFLOAD offload_structure(const offload::OffloadSet& set, NdisVersion version,
                                             OffloadUse use) noexcept;

/// Nothing: a member asks for what no adapter here has (IPsec, TCP connection offload), or Flags has an unknown bit.
/// All other values are handed on as they are, for the adapter to judge.
[[nodiscard]] std::optional<offload::OffloadParameters> parameters_of(
    const NDIS_OFFLOAD_PARAMETERS& structure) noexcept;

[[nodiscard]] offload::OffloadEncapsulation encapsulation_of(const NDIS_OFFLOAD_ENCAPSULATION& structure) noexcept;
[[nodiscard]] NDIS_OFFLOAD_ENCAPSULATION encapsulation_structure(
    const offload::OffloadEncapsulation& encapsulation) noexcept;

}  // namespace nvgre::ndis
