/// Answers ARP requests and Neighbor Solicitations from the lookup records, so that they need not cross the network
/// (RFC 7637, section 4.2: broadcast is expensive there).
#pragma once

#include <cstddef>

#include "nvgre/overlay/neighbor_message.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Bytes of the longest answer: Ethernet, IPv6, Neighbor Advertisement with one option.
inline constexpr std::size_t kMaxAnswerSize = 14 + 40 + 32;

/// Who has the address that a port's message asks for; nullptr if the message asks for none, if nobody is known to have
/// it, or if it is the port's own: probes and announcements of its own address must stay without an answer, because the
/// tenant would see a duplicate. Unicast requests, with which tenants confirm neighbours, are answered like any other.
[[nodiscard]] const Owner* answer_for(const Port& port, const NeighborMessage& message) noexcept;

/// Writes the answer to a request: an ARP reply or a Neighbor Advertisement (RFC 4861, section 7.2.4). The latter tells
/// whether the owner is a router, because a host whose default router stops saying so gives it up (section 7.2.5).
/// @param request  The frame that `message` was read from. @pre message.asked
/// @param owner    Who has the address.
/// @pre            out holds kMaxAnswerSize bytes
/// @return         Bytes written.
std::size_t write_answer(wire::MutableBytes out, const TenantFrame& request, const NeighborMessage& message,
                         const Owner& owner) noexcept;

}  // namespace nvgre::overlay
