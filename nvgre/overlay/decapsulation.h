/// Every check that a packet from the underlay has to pass before its inner frame may be delivered (WIRE-11 to WIRE-16,
/// OVL-4, OVL-7, OVL-10, OVL-23, OVL-26, OVL-29, D-34, D-35).
#pragma once

#include <optional>

#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// The longest headers that the endpoint follows, bytes: the most that MaxHeaderSizeSupported can be (CAP-5). What is
/// longer than the active value is delivered all the same, only not offloaded (LOC-12).
inline constexpr std::size_t kMaxHeadersFollowed = 1024;

/// NVGRE that is addressed to us. Whether its subnet takes it is not judged yet.
struct TunnelPacket {
  wire::ProviderAddress source;
  wire::Vsid vsid;
  wire::MutableBytes inner;  ///< From the inner Ethernet header to where the outer IP length ends (WIRE-14).
};

/// Whether a reason means that the packet was not for us, so that the host may do with it what it likes.
[[nodiscard]] constexpr bool is_handed_on(wire::DropReason reason) noexcept {
  return reason == wire::DropReason::kNotGre || reason == wire::DropReason::kNotNvgre ||
         reason == wire::DropReason::kNotOurAddress;
}

/// What is wrong with the outer IP header of a packet, whoever it is for: no fragment, a right checksum, nothing cut.
/// @param bytes  The packet, or as much of it as was captured. @pre map.outer_ip
[[nodiscard]] std::optional<wire::DropReason> judge_outer_ip(wire::Bytes bytes, const wire::HeaderMap& map) noexcept;

/// Whether an inner frame carries a tag, which none may (OVL-7). @pre it has an Ethernet header
[[nodiscard]] bool has_inner_tag(wire::Bytes inner) noexcept;

/// Combines the outer header's congestion mark into the inner packet, if there is one (OVL-23).
/// @return Whether it changed, or kOuterEcn. @pre map.outer_ip
[[nodiscard]] wire::Checked<bool> combine_marks(wire::MutableBytes packet, const wire::HeaderMap& map) noexcept;

/// Judges the outer headers: GRE at all, the configured VLAN, our address, no fragment, a right checksum, strict GRE
/// flags, nothing cut.
/// @param map  What locate() says of the frame's bytes.
[[nodiscard]] wire::Checked<TunnelPacket> open_tunnel(const UnderlayFrame& frame, const wire::HeaderMap& map,
                                                      const Policy& policy) noexcept;

/// Finds the subnet of a packet and judges whether the subnet takes it: known VSID, known source, no inner tag.
[[nodiscard]] wire::Checked<const VirtualSubnet*> admit(const TunnelPacket& packet, const Policy& policy) noexcept;

}  // namespace nvgre::overlay
