#include "nvgre/offload/pseudo_header.h"

#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::offload {
namespace {

/// Sum of the addresses as they lie in the header, source and destination side by side.
std::uint16_t address_sum(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept {
  if (ip.is_v4())
    return wire::internet_sum(frame.subspan(ip.offset + wire::Ipv4Layout::kSource, 2 * wire::IpAddress::kSizeV4));
  return wire::internet_sum(frame.subspan(ip.offset + wire::Ipv6Layout::kSource, 2 * wire::IpAddress::kSizeV6));
}

/// The same where extension headers may name other addresses.
std::optional<std::uint16_t> end_to_end_address_sum(wire::Bytes packet) noexcept {
  const auto destination = wire::ipv6_final_destination(packet);
  if (!destination) return std::nullopt;
  const auto home = wire::ipv6_home_address_option(packet);
  const auto source =
      home ? *home : wire::IpAddress::load(wire::IpVersion::kV6, packet.subspan(wire::Ipv6Layout::kSource));
  wire::InternetSum sum;
  sum.add(source.bytes());
  sum.add(destination->bytes());
  return sum.folded();
}

}  // namespace

std::optional<std::uint16_t> inner_pseudo_header_sum(wire::Bytes frame, const wire::HeaderMap& map,
                                                     std::uint32_t length) noexcept {
  const wire::NetworkHeader& ip = map.inner_ip;
  wire::InternetSum sum;
  if (ip.is_v4() || !ip.has_options) {
    sum.add_folded(address_sum(frame, ip));
  } else {
    const auto addresses = end_to_end_address_sum(frame.subspan(ip.offset, ip.size));
    if (!addresses) return std::nullopt;
    sum.add_folded(*addresses);
  }
  sum.add_number(static_cast<std::uint16_t>(map.transport.protocol));
  sum.add_number(static_cast<std::uint16_t>(length >> 16));
  sum.add_number(static_cast<std::uint16_t>(length & 0xFFFF));
  return sum.folded();
}

}  // namespace nvgre::offload
