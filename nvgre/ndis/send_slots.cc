#include "nvgre/ndis/send_slots.h"

#include <cstdint>
#include <expected>
#include <optional>

#include "nvgre/ndis/constants.h"
#include "nvgre/ndis/tag_slot.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::ndis {
namespace {

using offload::ChecksumRequest;
using offload::LargeSendRequest;
using offload::SendRequest;
using offload::SupplementalRequest;
using offload::UdpSegmentationRequest;
using wire::Checked;
using wire::DropReason;
using wire::IpVersion;
using Checksum = NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO::Transmit;
using LargeSend = NDIS_TCP_LARGE_SEND_OFFLOAD_NET_BUFFER_LIST_INFO;
using UdpSegmentation = NDIS_UDP_SEGMENTATION_OFFLOAD_NET_BUFFER_LIST_INFO::Transmit;
using Supplemental = NDIS_TCP_SEND_OFFLOADS_SUPPLEMENTAL_NET_BUFFER_LIST_INFO;

/// Reads the fields of one slot's word.
class Fields {
 public:
  explicit Fields(std::uint64_t word) noexcept : word_(static_cast<ULONG>(word)) {}
  [[nodiscard]] bool flag(Bits field) const noexcept { return field.of(word_) != 0; }
  [[nodiscard]] ULONG number(Bits field) const noexcept { return field.of(word_); }
  [[nodiscard]] std::uint16_t offset(Bits field) const noexcept { return static_cast<std::uint16_t>(field.of(word_)); }
  [[nodiscard]] IpVersion version(Bits field) const noexcept { return flag(field) ? IpVersion::kV6 : IpVersion::kV4; }

 private:
  ULONG word_;
};

ChecksumRequest read_checksum(Fields fields) noexcept {
  return {.is_ipv4 = fields.flag(Checksum::IsIPv4),
          .is_ipv6 = fields.flag(Checksum::IsIPv6),
          .ip_header = fields.flag(Checksum::IpHeaderChecksum),
          .tcp = fields.flag(Checksum::TcpChecksum),
          .udp = fields.flag(Checksum::UdpChecksum),
          .tcp_header_offset = fields.offset(Checksum::TcpHeaderOffset)};
}

LargeSendRequest read_large_send(Fields fields) noexcept {
  const bool is_v2 = fields.number(LargeSend::Transmit::Type) == NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE;
  LargeSendRequest request{.version = is_v2 ? LargeSendRequest::Version::kV2 : LargeSendRequest::Version::kV1,
                           .mss = fields.number(LargeSend::LsoV2Transmit::MSS),
                           .tcp_header_offset = fields.offset(LargeSend::LsoV2Transmit::TcpHeaderOffset)};
  if (is_v2) request.ip_version = fields.version(LargeSend::LsoV2Transmit::IPVersion);
  return request;
}

UdpSegmentationRequest read_udp_segmentation(Fields fields) noexcept {
  return {.mss = fields.number(UdpSegmentation::MSS),
          .udp_header_offset = fields.offset(UdpSegmentation::UdpHeaderOffset),
          .ip_version = fields.version(UdpSegmentation::IPVersion)};
}

SupplementalRequest read_supplemental(Fields fields) noexcept {
  return {.is_encapsulated = fields.flag(Supplemental::IsEncapsulatedPacket),
          .offsets_valid = fields.flag(Supplemental::EncapsulatedPacketOffsetsValid),
          .is_inner_ipv6 = fields.flag(Supplemental::IsInnerIPv6),
          .tcp_options_present = fields.flag(Supplemental::TcpOptionsPresent),
          .inner_frame_offset = fields.offset(Supplemental::InnerFrameOffset),
          .transport_ip_header_relative_offset = fields.offset(Supplemental::TransportIpHeaderRelativeOffset),
          .tcp_header_relative_offset = fields.offset(Supplemental::TcpHeaderRelativeOffset)};
}

ULONG write_checksum(const ChecksumRequest& request) noexcept {
  return Checksum::IsIPv4.place(request.is_ipv4) | Checksum::IsIPv6.place(request.is_ipv6) |
         Checksum::TcpChecksum.place(request.tcp) | Checksum::UdpChecksum.place(request.udp) |
         Checksum::IpHeaderChecksum.place(request.ip_header) |
         Checksum::TcpHeaderOffset.place(request.tcp_header_offset);
}

ULONG write_large_send(const LargeSendRequest& request) noexcept {
  using V2 = LargeSend::LsoV2Transmit;
  const auto word = V2::MSS.place(request.mss) | V2::TcpHeaderOffset.place(request.tcp_header_offset);
  if (request.version == LargeSendRequest::Version::kV1) return word;
  return word | LargeSend::Transmit::Type.place(NDIS_TCP_LARGE_SEND_OFFLOAD_V2_TYPE) |
         V2::IPVersion.place(request.ip_version == IpVersion::kV6);
}

ULONG write_udp_segmentation(const UdpSegmentationRequest& request) noexcept {
  return UdpSegmentation::MSS.place(request.mss) | UdpSegmentation::UdpHeaderOffset.place(request.udp_header_offset) |
         UdpSegmentation::IPVersion.place(request.ip_version == IpVersion::kV6);
}

ULONG write_supplemental(const SupplementalRequest& request) noexcept {
  const auto word = Supplemental::IsEncapsulatedPacket.place(request.is_encapsulated) |
                    Supplemental::IsInnerIPv6.place(request.is_inner_ipv6) |
                    Supplemental::TcpOptionsPresent.place(request.tcp_options_present);
  const bool fits =
      request.inner_frame_offset <= Supplemental::InnerFrameOffset.limit() &&
      request.transport_ip_header_relative_offset <= Supplemental::TransportIpHeaderRelativeOffset.limit() &&
      request.tcp_header_relative_offset <= Supplemental::TcpHeaderRelativeOffset.limit();
  if (!request.offsets_valid || !fits) return word;
  return word | Supplemental::EncapsulatedPacketOffsetsValid.place(1) |
         Supplemental::InnerFrameOffset.place(request.inner_frame_offset) |
         Supplemental::TransportIpHeaderRelativeOffset.place(request.transport_ip_header_relative_offset) |
         Supplemental::TcpHeaderRelativeOffset.place(request.tcp_header_relative_offset);
}

/// Fields that are too narrow, and a slot that would be 0, which means that it is absent.
std::optional<DropReason> why_unspeakable(const SendRequest& request) noexcept {
  const auto judge = [](std::uint32_t mss, std::uint16_t offset) -> std::optional<DropReason> {
    if (mss == 0) return DropReason::kZeroMss;
    if (mss > UdpSegmentation::MSS.limit()) return DropReason::kSegmentTooLarge;
    if (offset > UdpSegmentation::UdpHeaderOffset.limit()) return DropReason::kHeaderTooLong;
    return std::nullopt;
  };
  if (request.checksum && request.checksum->tcp_header_offset > Checksum::TcpHeaderOffset.limit())
    return DropReason::kHeaderTooLong;
  if (const auto& lso = request.large_send)
    if (const auto reason = judge(lso->mss, lso->tcp_header_offset)) return reason;
  if (const auto& uso = request.udp_segmentation)
    if (const auto reason = judge(uso->mss, uso->udp_header_offset)) return reason;
  return std::nullopt;
}

offload::ActiveOffloads without_transmit_tasks(offload::ActiveOffloads active) noexcept {
  active.transmit_checksum = {};
  active.lso_v1 = false;
  active.lso.active = active.uso.active = {};
  return active;
}

}  // namespace

SendRequest read_send_slots(const PacketSlots& slots, std::span<const offload::GatherList> packets) noexcept {
  const auto fields = [&](Slot slot) { return Fields(slots[slot]); };
  SendRequest request{.packets = packets};
  if (slots.has(Slot::kTcpIpChecksum)) request.checksum = read_checksum(fields(Slot::kTcpIpChecksum));
  if (slots.has(Slot::kTcpLargeSend)) request.large_send = read_large_send(fields(Slot::kTcpLargeSend));
  if (slots.has(Slot::kUdpSegmentation))
    request.udp_segmentation = read_udp_segmentation(fields(Slot::kUdpSegmentation));
  if (slots.has(Slot::kTcpSendOffloadsSupplemental))
    request.supplemental = read_supplemental(fields(Slot::kTcpSendOffloadsSupplemental));
  request.tag_control = read_tag(slots);
  return request;
}

Checked<PacketSlots> write_send_slots(const SendRequest& request) noexcept {
  if (const auto reason = why_unspeakable(request)) return std::unexpected(*reason);
  PacketSlots slots;
  if (request.checksum) slots[Slot::kTcpIpChecksum] = write_checksum(*request.checksum);
  if (request.large_send) slots[Slot::kTcpLargeSend] = write_large_send(*request.large_send);
  if (request.udp_segmentation) slots[Slot::kUdpSegmentation] = write_udp_segmentation(*request.udp_segmentation);
  if (request.supplemental) slots[Slot::kTcpSendOffloadsSupplemental] = write_supplemental(*request.supplemental);
  write_tag(request.tag_control, slots);
  return slots;
}

void complete_send_slots(PacketSlots& slots, const offload::SendCompletion& completion) noexcept {
  if (!slots.has(Slot::kTcpLargeSend)) return;
  const auto type = slots.get(Slot::kTcpLargeSend, LargeSend::Transmit::Type);
  const bool is_v1 = type == NDIS_TCP_LARGE_SEND_OFFLOAD_V1_TYPE;
  const auto sent = is_v1 ? static_cast<ULONG>(completion.payload_bytes) : 0;
  slots[Slot::kTcpLargeSend] =
      LargeSend::Transmit::Type.place(type) | LargeSend::LsoV1TransmitComplete::TcpPayload.place(sent);
}

offload::ActiveOffloads announced_at(offload::ActiveOffloads active, NdisVersion version) noexcept {
  const auto revision = offload_revision(version);
  if (revision < NDIS_OFFLOAD_REVISION_3) active.encapsulated = {};
  if (revision < NDIS_OFFLOAD_REVISION_6) active.uso.active = {};
  if (revision < NDIS_OFFLOAD_REVISION_7) active.encapsulated.uso = {};
  return active;
}

NDIS_STATUS SendBinding::send(PacketSlots& slots, std::span<const offload::GatherList> packets,
                              offload::PacketSink& sink) noexcept {
  const auto request = read_send_slots(slots, packets);
  auto allowed = announced_at(adapter_.active(), miniport_.version());
  if (!miniport_.may_offload(client_)) allowed = without_transmit_tasks(allowed);
  completion_ = adapter_.send(request, allowed, sink);
  complete_send_slots(slots, completion_);
  return completion_.succeeded() ? NDIS_STATUS_SUCCESS : NDIS_STATUS_FAILURE;
}

}  // namespace nvgre::ndis
