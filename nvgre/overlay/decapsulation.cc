#include "nvgre/overlay/decapsulation.h"

#include "nvgre/overlay/ecn.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv4.h"

namespace nvgre::overlay {
namespace {

using wire::DropReason;

constexpr std::uint16_t kVlanIdMask = 0x0FFF;

/// The VLAN that the packet came in: the outermost tag, which the device may have taken out of the bytes. A tag with
/// VLAN ID 0 carries a priority only.
std::uint16_t outer_vlan(const UnderlayFrame& frame, const wire::HeaderMap& map) noexcept {
  if (frame.tag_control) return *frame.tag_control & kVlanIdMask;
  return map.outer_link.tag_count == 0 ? std::uint16_t{0} : map.outer_link.vlan_id();
}

bool has_valid_checksum(wire::Bytes bytes, const wire::NetworkHeader& ip) noexcept {
  return !ip.is_v4() || wire::Ipv4View::parse(bytes.subspan(ip.offset))->has_valid_checksum();
}

bool is_for_us(const wire::ProviderAddress& destination, const Policy& policy) noexcept {
  return destination.ip().is_multicast() ? policy.is_joined(destination) : policy.is_own(destination);
}

/// What is wrong before the GRE header, in the order of the packet.
std::optional<DropReason> refuse_outer(const UnderlayFrame& frame, const wire::HeaderMap& map,
                                       const Policy& policy) noexcept {
  if (!map.outer_ip) return map.problem && !map.inner_ip ? *map.problem : DropReason::kNotGre;
  if (outer_vlan(frame, map) != policy.provider().vlan.value_or(0)) return DropReason::kOuterVlan;
  if (!is_for_us(wire::ProviderAddress(wire::destination_address(frame.bytes, map.outer_ip)), policy))
    return DropReason::kNotOurAddress;
  if (const auto reason = judge_outer_ip(frame.bytes, map)) return reason;
  // Only what the kernel merged beyond 64 KiB has no length.
  if (!map.outer_ip.has_length && !frame.metadata.is_super_frame()) return DropReason::kMalformedIp;
  return std::nullopt;
}

/// Only the vendor's handler may see VSID 0xFFFFFF; it is the receiver that knows it.
bool is_reserved(wire::Vsid vsid) noexcept {
  return vsid.value() < wire::Vsid::kFirstTenant;
}

}  // namespace

std::optional<DropReason> judge_outer_ip(wire::Bytes bytes, const wire::HeaderMap& map) noexcept {
  if (map.outer_ip.is_fragment) return DropReason::kOuterFragment;
  if (!has_valid_checksum(bytes, map.outer_ip)) return DropReason::kOuterIpChecksum;
  if (map.outer_ip.is_truncated) return DropReason::kTruncatedInner;
  return std::nullopt;
}

bool has_inner_tag(wire::Bytes inner) noexcept {
  const auto type = wire::load_big_endian<std::uint16_t>(inner, 2 * wire::MacAddress::kSize);
  return wire::is_vlan(static_cast<wire::EtherType>(type));
}

wire::Checked<bool> combine_marks(wire::MutableBytes packet, const wire::HeaderMap& map) noexcept {
  if (!map.inner_ip) return false;
  const Ecn outer = ecn_of(traffic_class_of(packet.subspan(map.outer_ip.offset), map.outer_ip.version));
  return combine_ecn(packet.subspan(map.inner_ip.offset), map.inner_ip.version, outer);
}

wire::Checked<TunnelPacket> open_tunnel(const UnderlayFrame& frame, const wire::HeaderMap& map,
                                        const Policy& policy) noexcept {
  if (const auto reason = refuse_outer(frame, map, policy)) return std::unexpected(*reason);
  const auto& ip = map.outer_ip;
  const auto nvgre = wire::NvgreView::parse(frame.bytes.subspan(ip.end(), ip.payload_end - ip.end()));
  if (!nvgre) return std::unexpected(nvgre.error());
  if (is_reserved(nvgre->vsid())) return std::unexpected(DropReason::kReservedVsid);
  const std::size_t inner_offset = ip.end() + wire::NvgreView::kSize;
  if (ip.payload_end - inner_offset < wire::EthernetView::kSize) return std::unexpected(DropReason::kTruncatedInner);
  return TunnelPacket{.source = wire::ProviderAddress(wire::source_address(frame.bytes, ip)),
                      .vsid = nvgre->vsid(),
                      .inner = frame.bytes.subspan(inner_offset, ip.payload_end - inner_offset)};
}

wire::Checked<const VirtualSubnet*> admit(const TunnelPacket& packet, const Policy& policy) noexcept {
  if (!packet.vsid.is_tenant()) return std::unexpected(DropReason::kReservedVsid);
  const VirtualSubnet* subnet = policy.subnet(packet.vsid);
  if (subnet == nullptr) return std::unexpected(DropReason::kUnknownVsid);
  if (subnet->description().source_check && !subnet->is_known_source(packet.source))
    return std::unexpected(DropReason::kUnknownProvider);
  if (has_inner_tag(packet.inner)) return std::unexpected(DropReason::kInnerVlan);
  return subnet;
}

}  // namespace nvgre::overlay
