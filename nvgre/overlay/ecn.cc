#include "nvgre/overlay/ecn.h"

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::overlay {
namespace {

void set_type_of_service(wire::MutableBytes packet, std::uint8_t value) noexcept {
  using wire::Ipv4Layout;
  const auto before = wire::load_big_endian<std::uint16_t>(packet, Ipv4Layout::kVersionAndHeaderLength);
  const auto checksum = wire::load_big_endian<std::uint16_t>(packet, Ipv4Layout::kChecksum);
  const auto after = static_cast<std::uint16_t>((before & 0xFF00) | value);
  wire::Ipv4Writer(packet).set_type_of_service(value).set_checksum(wire::updated_checksum(checksum, before, after));
}

}  // namespace

std::uint8_t traffic_class_of(wire::Bytes packet, wire::IpVersion version) noexcept {
  if (version == wire::IpVersion::kV4) return packet[wire::Ipv4Layout::kTypeOfService];
  return static_cast<std::uint8_t>(wire::load_big_endian<std::uint16_t>(packet) >> 4);
}

wire::Checked<bool> combine_ecn(wire::MutableBytes packet, wire::IpVersion version, Ecn outer) noexcept {
  const std::uint8_t before = traffic_class_of(packet, version);
  const auto ecn = combined_ecn(ecn_of(before), outer);
  if (!ecn) return std::unexpected(wire::DropReason::kOuterEcn);
  const auto after = static_cast<std::uint8_t>((before & ~kEcnMask) | static_cast<std::uint8_t>(*ecn));
  if (after == before) return false;
  if (version == wire::IpVersion::kV4)
    set_type_of_service(packet, after);
  else
    wire::Ipv6Writer(packet).set_traffic_class(after);
  return true;
}

}  // namespace nvgre::overlay
