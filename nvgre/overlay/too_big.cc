#include "nvgre/overlay/too_big.h"

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::overlay {
namespace {

/// Any address that no single host has: the unspecified one, groups, IPv4's loopback and class E with its broadcast.
bool is_single_host(const wire::IpAddress& address) noexcept {
  if (address.is_unspecified() || address.is_multicast()) return false;
  constexpr std::uint8_t kLoopbackNet = 127, kClassE = 240;
  const std::uint8_t first = address.bytes()[0];
  return address.is_v6() || (first != kLoopbackNet && first < kClassE);
}

/// The fragment offset of an IPv6 packet that has a Fragment header.
std::uint16_t ipv6_fragment_offset(wire::Bytes packet) noexcept {
  constexpr std::size_t kOffsetField = 2;
  constexpr unsigned kFlagBits = 3;
  for (wire::Ipv6ExtensionWalker walker(packet); const auto extension = walker.next();)
    if (extension->type == wire::IpProtocol::kFragment)
      return wire::load_big_endian<std::uint16_t>(extension->bytes, kOffsetField) >> kFlagBits;
  return 0;
}

bool is_later_fragment(const TenantFrame& frame) noexcept {
  if (!frame.map().inner_ip.is_fragment) return false;
  if (!frame.map().inner_ip.is_v4()) return ipv6_fragment_offset(frame.packet()) != 0;
  return wire::Ipv4View::parse(frame.packet())->fragment_offset() != 0;
}

/// An ICMP message too short to tell is treated like an error.
bool is_icmp_error(const TenantFrame& frame) noexcept {
  const auto& ip = frame.map().inner_ip;
  if (ip.protocol != wire::icmp_protocol(ip.version)) return false;
  const auto icmp = wire::IcmpView::parse(ip.version, frame.bytes().subspan(ip.end(), ip.payload_end - ip.end()));
  return !icmp || icmp->is_error();
}

bool may_be_fragmented(const TenantFrame& frame) noexcept {
  return frame.map().inner_ip.is_v4() && !wire::Ipv4View::parse(frame.packet())->dont_fragment();
}

}  // namespace

bool may_tell_too_big(const TenantFrame& frame) noexcept {
  const auto& ip = frame.map().inner_ip;
  if (!ip || frame.destination().is_group() || frame.source().is_group()) return false;
  if (!is_single_host(wire::source_address(frame.bytes(), ip))) return false;
  if (!is_single_host(wire::destination_address(frame.bytes(), ip))) return false;
  return !is_later_fragment(frame) && !is_icmp_error(frame) && !may_be_fragmented(frame);
}

std::size_t write_too_big_frame(wire::MutableBytes out, const TenantFrame& frame, std::size_t mtu) noexcept {
  const auto& ip = frame.map().inner_ip;
  const std::size_t size = wire::write_ethernet(
      out,
      {.destination = frame.source(), .source = frame.destination(), .tags = {}, .ether_type = frame.ether_type()});
  return size + wire::write_too_big(out.subspan(size), {.source = wire::destination_address(frame.bytes(), ip),
                                                        .destination = wire::source_address(frame.bytes(), ip),
                                                        .mtu = static_cast<std::uint32_t>(mtu),
                                                        .quoted = frame.packet()});
}

}  // namespace nvgre::overlay
