// A packet's way from the underlay, each function a step:
//   1. receive: its headers are mapped and judged (decapsulation.h); what is not ours is left to the host;
//   2. take: its subnet is found, ECN is combined, checksums are validated, the tunnel headers are left behind;
//   3. deliver: its ports are found; each gets it through the coalescer.
#include "nvgre/overlay/receive.h"

#include <algorithm>
#include <optional>

#include "nvgre/overlay/moved_map.h"
#include "nvgre/overlay/path_mtu.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/locate.h"

namespace nvgre::overlay {
namespace {

using wire::DropReason;

/// Whether the unfinished checksum of a frame is that of its inner TCP or UDP header.
bool is_partial_transport(const UnderlayFrame& frame, const wire::HeaderMap& map) noexcept {
  return frame.metadata.needs_checksum && map.transport && frame.metadata.checksum_start == map.transport.offset;
}

offload::TransportTrust trust_in(const UnderlayFrame& frame, const wire::HeaderMap& map) noexcept {
  if (is_partial_transport(frame, map)) return offload::TransportTrust::kPartial;
  return frame.metadata.checksum_valid ? offload::TransportTrust::kValidated : offload::TransportTrust::kNone;
}

/// Checksum results of the inner frame (RXC-20). None where headers are longer than the active limit (LOC-12), nor
/// where another checksum than the inner transport's is still unfinished.
offload::ReceiveChecksum validated(const UnderlayFrame& frame, const wire::HeaderMap& map,
                                   const offload::ActiveOffloads& offloads) noexcept {
  if (map.headers_end() > offloads.max_header_size) return {};
  if (frame.metadata.needs_checksum && !is_partial_transport(frame, map)) return {};
  return offload::after_decapsulation(offload::validate(frame.bytes, map, offloads, trust_in(frame, map)), map,
                                      offloads);
}

/// What is left of a kernel's metadata when `removed` bytes in front of the inner frame are gone.
offload::FrameMetadata inner_metadata(const offload::FrameMetadata& outer, const wire::HeaderMap& map,
                                      std::size_t removed) noexcept {
  offload::FrameMetadata inner = outer;
  inner.checksum_valid = false;  // ReceiveChecksum says it better
  if (!outer.needs_checksum || outer.checksum_start < removed) {
    inner.needs_checksum = false;
    inner.checksum_start = inner.checksum_offset = 0;
  } else {
    inner.checksum_start = static_cast<std::uint16_t>(outer.checksum_start - removed);
  }
  inner.header_size =
      outer.is_super_frame() ? static_cast<std::uint16_t>(map.headers_end() - removed) : std::uint16_t{0};
  return inner;
}

}  // namespace

Receiver::Receiver(unsigned worker, EndpointCounters& counters) : worker_(worker), counters_(counters) {}

void Receiver::receive(ReceiveBurst& burst, UnderlayFrame& frame) {
  ++counters_.packets_from_underlay;
  counters_.bytes_from_underlay += frame.bytes.size();
  const auto map = wire::locate(frame.bytes, {.max_header_size = kMaxHeadersFollowed});
  const auto packet = open_tunnel(frame, map, burst.snapshot.policy);
  if (!packet) return refuse(burst, frame, map, packet.error());
  if (const auto reason = take(burst, frame, map, *packet)) refuse(burst, frame, map, *reason);
}

void Receiver::refuse(ReceiveBurst& burst, const UnderlayFrame& frame, const wire::HeaderMap& map, DropReason reason) {
  ++counters_.drops[reason];
  if (is_handed_on(reason)) ++counters_.handed_on;
  if (reason == DropReason::kNotGre && is_too_big_message(frame.bytes, map)) learn_path_mtu(burst, frame, map);
}

void Receiver::learn_path_mtu(ReceiveBurst& burst, const UnderlayFrame& frame, const wire::HeaderMap& map) {
  const auto report = judge_too_big(frame.bytes, map, burst.snapshot.policy, burst.snapshot.underlay);
  ++(report ? counters_.path_mtu_accepted : counters_.path_mtu_ignored);
  if (report) burst.output.events.path_mtu(report->destination, report->mtu);
}

std::optional<DropReason> Receiver::take(ReceiveBurst& burst, const UnderlayFrame& frame, const wire::HeaderMap& map,
                                         const TunnelPacket& packet) {
  if (packet.vsid.value() == wire::Vsid::kMax) return take_vendor(packet);
  const auto subnet = admit(packet, burst.snapshot.policy);
  if (!subnet) return subnet.error();
  const auto marked = combine_marks(frame.bytes, map);
  if (!marked) return marked.error();
  if (*marked) ++counters_.ecn_marked;

  const auto inner_offset = static_cast<std::uint32_t>(packet.inner.data() - frame.bytes.data());
  offload::ReceivedFrame received{.bytes = packet.inner,
                                  .map = without_tunnel(map, inner_offset),
                                  .vsid = packet.vsid,
                                  .checksum = validated(frame, map, burst.snapshot.offloads),
                                  .metadata = inner_metadata(frame.metadata, map, inner_offset)};
  if (const auto reason = deliver(burst, **subnet, received)) return reason;
  ++counters_.packets_decapsulated;
  if (frame.metadata.is_super_frame()) ++counters_.super_frames_from_underlay;
  count_checksum(received.checksum);
  auto& counters = (*subnet)->counters(worker_);
  ++counters.packets_received;
  counters.bytes_received += frame.bytes.size();
  return std::nullopt;
}

std::optional<DropReason> Receiver::take_vendor(const TunnelPacket& packet) {
  if (vendor_handler_ == nullptr) return DropReason::kReservedVsid;
  ++counters_.vendor_packets;
  vendor_handler_->receive(packet.source, packet.inner);
  return std::nullopt;
}

/// Groups reach every port of the subnet here, and so do unknown addresses where they are flooded: whoever sent the
/// frame did not know where the address is either (OVL-18).
std::optional<DropReason> Receiver::deliver(ReceiveBurst& burst, const VirtualSubnet& subnet,
                                            const offload::ReceivedFrame& frame) {
  const auto destination = wire::MacAddress::load(frame.bytes);
  const Location* location = destination.is_group() ? nullptr : subnet.find(destination);
  if (location != nullptr) {
    const auto* port = std::get_if<PortIndex>(location);
    if (port == nullptr) return DropReason::kUnknownPort;  // it has moved to another host
    count_queue(burst, *port, frame);
    return deliver_to(burst, *port, frame);
  }
  const bool is_flooded = destination.is_group() || subnet.description().unknown == UnknownMode::kFlood;
  if (!is_flooded || subnet.local_ports().empty()) return DropReason::kUnknownPort;
  return flood(burst, subnet, frame);
}

/// The filter of a VM queue is the address and the subnet by which the port was found just now (VMQ-16, VMQ-21).
void Receiver::count_queue(ReceiveBurst& burst, PortIndex port, const offload::ReceivedFrame& frame) noexcept {
  if (!burst.ports.abilities(port).has_queue) return;
  auto& counters = burst.snapshot.policy.port(port)->counters(worker_);
  ++counters.queue_packets;
  counters.queue_bytes += frame.bytes.size();
}

/// @return The last port's reason, if no port got the frame.
std::optional<DropReason> Receiver::flood(ReceiveBurst& burst, const VirtualSubnet& subnet,
                                          const offload::ReceivedFrame& frame) {
  bool is_delivered = false;
  std::optional<DropReason> reason;
  for (const PortIndex port : subnet.local_ports()) {
    const auto failure = deliver_to(burst, port, frame);
    if (failure) reason = failure;
    is_delivered = is_delivered || !failure;
  }
  return is_delivered ? std::nullopt : reason;
}

std::optional<DropReason> Receiver::deliver_to(ReceiveBurst& burst, PortIndex port, offload::ReceivedFrame frame) {
  if (frame.metadata.is_super_frame() && !burst.ports.accepts(port, frame.metadata.segmentation))
    return deliver_cut(burst, port, frame);
  const auto abilities = burst.ports.abilities(port);
  frame.consumer = port;
  frame.accepts_units = abilities.accepts_units;
  frame.accepts_udp_units = abilities.accepts_udp_units;
  coalescer_.add(frame, burst.snapshot.offloads, burst.ports);
  return std::nullopt;
}

/// What the kernel merged and the port does not take is cut again, behind the units of its flow.
std::optional<DropReason> Receiver::deliver_cut(ReceiveBurst& burst, PortIndex port,
                                                const offload::ReceivedFrame& frame) {
  coalescer_.finish(burst.ports);
  const auto merged = TenantFrame::parse(frame.bytes, frame.metadata);
  const auto reason = merged ? burst.ports.deliver_local(port, *merged) : merged.error();
  if (reason) ++burst.snapshot.policy.port(port)->counters(worker_).drops[*reason];
  return reason;
}

void Receiver::finish(ReceiveBurst& burst) {
  coalescer_.finish(burst.ports);
}

void Receiver::count_checksum(const offload::ReceiveChecksum& checksum) noexcept {
  if (checksum.ip_failed || checksum.transport_failed())
    ++counters_.receive_checksum_bad;
  else if (checksum.transport_succeeded())
    ++counters_.receive_checksum_good;
  else
    ++counters_.receive_checksum_not_validated;
}

}  // namespace nvgre::overlay
