#include "nvgre/ndis/receive_slots.h"

#include <array>

#include "nvgre/ndis/constants.h"
#include "nvgre/ndis/hash_types.h"
#include "nvgre/ndis/tag_slot.h"

namespace nvgre::ndis {
namespace {

using offload::ReceiveChecksum;
using Checksum = NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO::Receive;
using Filtering = NDIS_NET_BUFFER_LIST_FILTERING_INFO;
using VirtualSubnet = NDIS_NET_BUFFER_LIST_VIRTUAL_SUBNET_INFO;

/// A result bit and its field.
struct ResultBit {
  bool ReceiveChecksum::* result;
  Bits field;
};
constexpr std::array<ResultBit, 8> kResultBits = {{
    {&ReceiveChecksum::tcp_failed, Checksum::TcpChecksumFailed},
    {&ReceiveChecksum::udp_failed, Checksum::UdpChecksumFailed},
    {&ReceiveChecksum::ip_failed, Checksum::IpChecksumFailed},
    {&ReceiveChecksum::tcp_succeeded, Checksum::TcpChecksumSucceeded},
    {&ReceiveChecksum::udp_succeeded, Checksum::UdpChecksumSucceeded},
    {&ReceiveChecksum::ip_succeeded, Checksum::IpChecksumSucceeded},
    {&ReceiveChecksum::tcp_value_invalid, Checksum::TcpChecksumValueInvalid},
    {&ReceiveChecksum::ip_value_invalid, Checksum::IpChecksumValueInvalid},
}};

/// RXC-17: the Loopback bit is what it was.
ULONG checksum_word(const ReceiveChecksum& checksum, std::uint64_t former) noexcept {
  ULONG word = Checksum::Loopback.place(Checksum::Loopback.of(static_cast<ULONG>(former)));
  for (const auto& bit : kResultBits) word |= bit.field.place(checksum.*bit.result);
  return word;
}

/// RSS-19: function and type, or 0 without a hash.
ULONG hash_info_word(const offload::RssHash& hash) noexcept {
  for (const auto& [bit, type] : kHashTypes)
    if (type == hash.type) return bit | NetBufferListHashInfo::HashFunction.place(NdisHashFunctionToeplitz);
  return 0;
}

offload::RssHash hash_of(const PacketSlots& slots) noexcept {
  const auto reported = static_cast<ULONG>(slots[Slot::kHashInfo]) & NDIS_HASH_TYPE_MASK;
  for (const auto& [bit, type] : kHashTypes)
    if (bit == reported) return {.value = static_cast<ULONG>(slots[Slot::kHashValue]), .type = type};
  return {};
}

ReceiveChecksum checksum_of(const PacketSlots& slots) noexcept {
  ReceiveChecksum checksum;
  for (const auto& bit : kResultBits) checksum.*bit.result = slots.get(Slot::kTcpIpChecksum, bit.field) != 0;
  checksum.loopback = slots.get(Slot::kTcpIpChecksum, Checksum::Loopback) != 0;
  return checksum;
}

std::optional<wire::Vsid> vsid_of(const PacketSlots& slots) noexcept {
  if (!slots.has(Slot::kVirtualSubnet)) return std::nullopt;
  return wire::Vsid::from(slots.get(Slot::kVirtualSubnet, VirtualSubnet::VirtualSubnetId));
}

}  // namespace

Indication Indication::of(const offload::ReceivedUnit& unit, const offload::RssHash& hash,
                          const offload::FilterMatch& match) noexcept {
  return {.checksum = unit.checksum,
          .hash = hash,
          .queue = match.queue,
          .vsid = unit.vsid,
          .coalesced_segment_count = unit.coalesced_segment_count,
          .duplicate_ack_count = unit.duplicate_ack_count,
          .timestamp_delta = unit.timestamp_delta};
}

void write_receive_slots(const Indication& indication, const offload::ActiveOffloads& offloads,
                         PacketSlots& slots) noexcept {
  slots[Slot::kTcpIpChecksum] = checksum_word(indication.checksum, slots[Slot::kTcpIpChecksum]);
  slots[Slot::kHashValue] = indication.hash ? indication.hash.value : 0;
  slots[Slot::kHashInfo] = hash_info_word(indication.hash);
  // VMQ-27: the filter's field is 0.
  slots[Slot::kFiltering] = Filtering::QueueId.place(static_cast<ULONG>(indication.queue));
  slots[Slot::kVirtualSubnet] = VirtualSubnet::VirtualSubnetId.place(indication.vsid ? indication.vsid->value() : 0);
  write_tag(static_cast<std::uint16_t>(indication.tag_control.value_or(0) & offloads.tag_mask()), slots);
  slots[Slot::kTcpRecvSegCoalesce] = NDIS_RSC_NBL_INFO::CoalescedSegCount.place(indication.coalesced_segment_count) |
                                     NDIS_RSC_NBL_INFO::DupAckCount.place(indication.duplicate_ack_count);
  slots[Slot::kRscTcpTimestampDelta] = indication.coalesced_segment_count == 0 ? 0 : indication.timestamp_delta;
}

Indication read_receive_slots(const PacketSlots& slots) noexcept {
  const auto count = [&](Bits field) {
    return static_cast<std::uint16_t>(slots.get(Slot::kTcpRecvSegCoalesce, field));
  };
  return {.checksum = checksum_of(slots),
          .hash = hash_of(slots),
          .queue = static_cast<offload::QueueId>(slots.get(Slot::kFiltering, Filtering::QueueId)),
          .tag_control = read_tag(slots),
          .vsid = vsid_of(slots),
          .coalesced_segment_count = count(NDIS_RSC_NBL_INFO::CoalescedSegCount),
          .duplicate_ack_count = count(NDIS_RSC_NBL_INFO::DupAckCount),
          .timestamp_delta = static_cast<ULONG>(slots[Slot::kRscTcpTimestampDelta])};
}

void reuse_for_sending(PacketSlots& slots) noexcept {
  for (const auto slot : {Slot::kTcpIpChecksum, Slot::kTcpLargeSend, Slot::kFiltering, Slot::kUdpSegmentation,
                          Slot::kTcpSendOffloadsSupplemental})
    slots[slot] = 0;
}

}  // namespace nvgre::ndis
