#include "nvgre/overlay/path_mtu.h"

#include <algorithm>

#include "nvgre/wire/gre.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::overlay {
namespace {

/// The packet that a message quotes, as far as routers quote it: an IP header and at least 8 bytes (RFC 792), which is
/// as much as GRE with a key has.
struct QuotedPacket {
  wire::ProviderAddress source, destination;
  wire::Vsid vsid;
};

std::optional<wire::Bytes> quoted_gre(wire::Bytes quoted, wire::IpVersion version) noexcept {
  const auto ip = wire::IpView::parse(quoted);
  if (!ip || ip->version() != version || ip->protocol() != wire::IpProtocol::kGre || ip->is_fragment())
    return std::nullopt;
  return ip->payload();
}

std::optional<QuotedPacket> read_quoted(wire::Bytes quoted, wire::IpVersion version) noexcept {
  const auto gre = quoted_gre(quoted, version);
  if (!gre) return std::nullopt;
  const auto nvgre = wire::NvgreView::parse(*gre);
  if (!nvgre) return std::nullopt;
  const auto ip = wire::IpView::parse(quoted);
  return QuotedPacket{.source = wire::ProviderAddress(ip->source()),
                      .destination = wire::ProviderAddress(ip->destination()),
                      .vsid = nvgre->vsid()};
}

/// Whether we may have sent the packet, and the message came back to where it was sent from.
bool is_ours(const QuotedPacket& quoted, const wire::ProviderAddress& addressed, const Policy& policy) noexcept {
  if (quoted.source != addressed || !policy.is_own(addressed)) return false;
  const auto* subnet = policy.subnet(quoted.vsid);
  return subnet != nullptr && subnet->is_known_source(quoted.destination);
}

wire::Bytes message_of(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept {
  return frame.subspan(ip.end(), ip.payload_end - ip.end());
}

bool has_valid_checksums(wire::Bytes frame, const wire::NetworkHeader& ip, const wire::IcmpView& icmp) noexcept {
  if (!icmp.has_valid_checksum(wire::source_address(frame, ip), wire::destination_address(frame, ip))) return false;
  return !ip.is_v4() || wire::Ipv4View::parse(frame.subspan(ip.offset))->has_valid_checksum();
}

/// The path MTU as it is known now.
std::size_t known_path_mtu(const QuotedPacket& quoted, const Underlay& underlay) noexcept {
  const NextHop* next_hop = underlay.find(quoted.source, quoted.destination);
  if (next_hop == nullptr || next_hop->path_mtu == 0) return underlay.mtu;
  return std::min(next_hop->path_mtu, underlay.mtu);
}

/// The MTU that a message may set; nothing if it says nothing that can be believed.
std::optional<std::size_t> believable_mtu(std::uint32_t mtu, wire::IpVersion version) noexcept {
  const std::size_t smallest = smallest_path_mtu(version);
  if (version == wire::IpVersion::kV6 && mtu < smallest) return std::nullopt;
  return std::max<std::size_t>(mtu, smallest);
}

}  // namespace

bool is_too_big_message(wire::Bytes frame, const wire::HeaderMap& map) noexcept {
  const auto& ip = map.inner_ip;
  if (!ip || ip.is_fragment || ip.is_truncated || ip.protocol != wire::icmp_protocol(ip.version)) return false;
  const auto icmp = wire::IcmpView::parse(ip.version, message_of(frame, ip));
  return icmp && icmp->too_big_mtu().has_value();
}

std::optional<PathMtuReport> judge_too_big(wire::Bytes frame, const wire::HeaderMap& map, const Policy& policy,
                                           const Underlay& underlay) noexcept {
  const auto& ip = map.inner_ip;
  const auto icmp = wire::IcmpView::parse(ip.version, message_of(frame, ip));
  if (!icmp || !has_valid_checksums(frame, ip, *icmp)) return std::nullopt;
  const auto quoted = read_quoted(icmp->body(), ip.version);
  const wire::ProviderAddress addressed(wire::destination_address(frame, ip));
  if (!quoted || !is_ours(*quoted, addressed, policy)) return std::nullopt;
  const auto mtu = believable_mtu(icmp->too_big_mtu().value_or(0), ip.version);
  if (!mtu || *mtu >= known_path_mtu(*quoted, underlay)) return std::nullopt;
  return PathMtuReport{.destination = quoted->destination, .mtu = *mtu};
}

}  // namespace nvgre::overlay
