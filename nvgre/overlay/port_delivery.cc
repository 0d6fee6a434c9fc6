#include "nvgre/overlay/port_delivery.h"

#include <array>
#include <span>

#include "nvgre/overlay/moved_map.h"
#include "nvgre/overlay/outgoing_frame.h"
#include "nvgre/overlay/software_offloads.h"

namespace nvgre::overlay {
namespace {

/// Metadata of the frame without its tags: what is counted from the frame's start comes nearer.
offload::FrameMetadata metadata_without_tags(const TenantFrame& frame) noexcept {
  auto metadata = frame.metadata();
  const auto tags_size = static_cast<std::uint16_t>(frame.tags_size());
  if (metadata.needs_checksum) metadata.checksum_start -= tags_size;
  if (metadata.header_size > tags_size) metadata.header_size -= tags_size;
  return metadata;
}

std::uint64_t size_of(const offload::ReceivedUnit& unit) noexcept {
  std::uint64_t size = unit.headers.size();
  for (const auto& slice : unit.payload) size += slice.size();
  return size;
}

/// Turns segments that the engine emits into frames for a port.
class SegmentsToPort : public offload::PacketSink {
 public:
  SegmentsToPort(PortDelivery& delivery, PortIndex to) noexcept : delivery_(delivery), to_(to) {}
  bool emit(const offload::OutgoingPacket& packet) override {
    offload::ReceivedUnit unit;
    unit.headers = packet.headers;
    unit.payload = packet.payload;
    unit.consumer = to_;
    delivery_.deliver(unit);
    return true;
  }

 private:
  PortDelivery& delivery_;
  PortIndex to_;
};

}  // namespace

void PortDelivery::deliver(const offload::ReceivedUnit& unit) {
  const std::uint64_t size = size_of(unit);
  ++counters_.frames_to_ports;
  counters_.bytes_to_ports += size;
  if (const Port* port = snapshot_.policy.port(unit.consumer)) {
    auto& counters = port->counters(worker_);
    ++counters.frames_to_tenant;
    counters.bytes_to_tenant += size;
  }
  count_unit(unit);
  next_.deliver(unit);
}

void PortDelivery::count_unit(const offload::ReceivedUnit& unit) noexcept {
  if (unit.coalesced_segment_count == 0) return;
  const bool is_udp = unit.map.transport.is_udp();
  ++(is_udp ? counters_.udp_units : counters_.rsc_units);
  (is_udp ? counters_.udp_segments : counters_.rsc_segments) += unit.coalesced_segment_count;
}

void PortDelivery::deliver_own(PortIndex to, wire::Bytes frame) {
  offload::ReceivedUnit unit;
  unit.headers = frame;
  unit.consumer = to;
  deliver(unit);
}

std::optional<wire::DropReason> PortDelivery::deliver_local(PortIndex to, const TenantFrame& frame) {
  if (frame.metadata().is_super_frame() && !accepts(to, frame.metadata().segmentation)) return deliver_cut(to, frame);
  deliver_whole(to, frame);
  return std::nullopt;
}

void PortDelivery::deliver_whole(PortIndex to, const TenantFrame& frame) {
  std::array<std::uint8_t, wire::EthernetView::kSize> link;
  frame.write_link(link);
  const std::array<wire::Bytes, 1> payload = {frame.payload()};
  offload::ReceivedUnit unit;
  unit.headers = link;
  unit.payload = payload;
  if (frame.bytes_stay() == BytesStay::kDuringCall) {  // such a frame has no tags
    unit.headers = frame.bytes();
    unit.payload = {};
  }
  unit.consumer = to;
  unit.map = without_tags(frame.map());
  unit.metadata = metadata_without_tags(frame);
  deliver(unit);
}

std::optional<wire::DropReason> PortDelivery::deliver_cut(PortIndex to, const TenantFrame& frame) {
  const OutgoingFrame plain(frame, nullptr, frame.metadata().segment_size);
  SegmentsToPort sink(*this, to);
  auto offloads = snapshot_.offloads;
  offloads.link_mtu = 0;  // that of the underlay: what stays on this host never crosses it
  const auto [completion, in_software] = send_covered(plain.request(), offloads, sink);
  if (in_software && completion.succeeded()) ++counters_.software_segmented;
  return completion.failure;
}

}  // namespace nvgre::overlay
