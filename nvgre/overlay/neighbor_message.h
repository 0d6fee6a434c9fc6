/// What ARP and ND messages of tenants say, in one form for both: who claims which Customer Address, and who asks for
/// one. The endpoint answers questions from the lookup records and refuses false claims.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::overlay {

struct NeighborMessage {
  /// The address that the sender says is its own; nothing in a probe.
  std::optional<wire::CustomerAddress> claimed{};
  /// The MAC address that it says it has.
  std::optional<wire::MacAddress> claimed_mac{};
  /// The address that a request, a Neighbor Solicitation or a probe asks for. Nothing in a reply, an advertisement and
  /// an announcement, which nobody answers.
  std::optional<wire::CustomerAddress> asked{};
  bool is_probe = false;  ///< Asks before using the address itself (RFC 5227, RFC 4862): an answer means a conflict.
};

/// Reads an ARP message, a Neighbor Solicitation or a Neighbor Advertisement.
/// @return What it says; nothing if the frame is something else; kMalformedMessage if nobody would accept it.
[[nodiscard]] wire::Checked<std::optional<NeighborMessage>> read_neighbor_message(const TenantFrame& frame) noexcept;

/// Judges who a port's frame says it is from.
/// @return kSpoofedMac for another MAC address than the port's, kSpoofedAddress for a claim to an address that belongs
/// to
///         another port or record; nothing if all is well or the port is not checked.
[[nodiscard]] std::optional<wire::DropReason> judge_source(const Port& port, const TenantFrame& frame,
                                                           const std::optional<NeighborMessage>& message) noexcept;

}  // namespace nvgre::overlay
