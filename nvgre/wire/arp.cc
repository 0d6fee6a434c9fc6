#include "nvgre/wire/arp.h"

#include <cassert>

#include "nvgre/wire/header_map.h"

namespace nvgre::wire {

std::size_t write_arp(MutableBytes out, const ArpFields& fields) noexcept {
  assert(fields.sender_protocol_address.is_v4() && fields.target_protocol_address.is_v4());
  store_big_endian(out, std::uint16_t{1}, ArpLayout::kHardwareType);
  store_big_endian(out, static_cast<std::uint16_t>(EtherType::kIpv4), ArpLayout::kProtocolType);
  out[ArpLayout::kHardwareSize] = MacAddress::kSize;
  out[ArpLayout::kProtocolSize] = IpAddress::kSizeV4;
  store_big_endian(out, static_cast<std::uint16_t>(fields.operation), ArpLayout::kOperation);
  fields.sender_hardware_address.store(out.subspan(ArpLayout::kSenderHardwareAddress));
  fields.sender_protocol_address.store(out.subspan(ArpLayout::kSenderProtocolAddress));
  fields.target_hardware_address.store(out.subspan(ArpLayout::kTargetHardwareAddress));
  fields.target_protocol_address.store(out.subspan(ArpLayout::kTargetProtocolAddress));
  return fields.size();
}

std::string describe(const ArpView& view) {
  const std::string sender =
      view.sender_protocol_address().to_string() + " at " + view.sender_hardware_address().to_string();
  if (view.is_request()) return "arp request " + view.target_protocol_address().to_string() + " tell " + sender;
  if (view.operation() == ArpOperation::kReply)
    return "arp reply " + sender + " to " + view.target_protocol_address().to_string() + " at " +
           view.target_hardware_address().to_string();
  return "arp operation " + std::to_string(static_cast<unsigned>(view.operation())) + " from " + sender;
}

}  // namespace nvgre::wire
