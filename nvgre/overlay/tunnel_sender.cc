// A frame's way to one Provider Address:
//   1. source PA, next hop and path MTU are found; without a next hop's address the frame is held;
//   2. a TCP super-frame's MSS is lowered to fit (OVL-32); what does not fit is fragmented inside, where that is
//      allowed (OVL-12), else refused;
//   3. the tunnel headers are written;
//   4. the adapter cuts and sums, or the endpoint's software does (OVL-33).
#include "nvgre/overlay/tunnel_sender.h"

#include <algorithm>
#include <array>
#include <span>

#include "nvgre/overlay/checksum_completion.h"
#include "nvgre/overlay/ecn.h"
#include "nvgre/overlay/inner_fragmentation.h"
#include "nvgre/overlay/outgoing_frame.h"
#include "nvgre/overlay/passing_sinks.h"
#include "nvgre/overlay/software_offloads.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"

namespace nvgre::overlay {
namespace {

using wire::DropReason;

/// Bytes of inner IP and transport header of a super-frame.
std::size_t inner_header_size(const TenantFrame& frame) noexcept {
  return frame.map().transport.end() - frame.map().inner_ip.offset;
}

/// Largest payload of a segment that fits; 0: not even one byte does.
std::size_t largest_mss(const TenantFrame& frame, std::size_t inner_mtu) noexcept {
  const std::size_t headers = inner_header_size(frame);
  return inner_mtu > headers ? inner_mtu - headers : 0;
}

/// Whether the frame, or each packet that it will be cut into, fits. TCP alone may be cut smaller than the tenant
/// asked.
bool fits(const TenantFrame& frame, std::size_t inner_mtu) noexcept {
  const std::size_t largest = frame.payload().size();
  switch (frame.metadata().segmentation) {
    case offload::SegmentationKind::kNone:
      return largest <= inner_mtu;
    case offload::SegmentationKind::kUdp:
      return std::min(largest, inner_header_size(frame) + frame.metadata().segment_size) <= inner_mtu;
    case offload::SegmentationKind::kTcpV4:
    case offload::SegmentationKind::kTcpV6:
      break;
  }
  return largest_mss(frame, inner_mtu) > 0;
}

/// The MSS that is asked of the adapter (OVL-32).
std::size_t effective_mss(const TenantFrame& frame, std::size_t inner_mtu) noexcept {
  const std::size_t asked = frame.metadata().segment_size;
  if (!frame.metadata().is_super_frame() || frame.map().transport.is_udp()) return asked;
  return std::min(asked, largest_mss(frame, inner_mtu));
}

const wire::ProviderAddress* first_own_address(const Policy& policy, wire::IpVersion version) noexcept {
  const auto& addresses = policy.provider().addresses;
  const auto found = std::find_if(addresses.begin(), addresses.end(),
                                  [version](const auto& address) { return address.ip().version() == version; });
  return found == addresses.end() ? nullptr : &*found;
}

}  // namespace

wire::Checked<TunnelSender::Way> TunnelSender::find_way(const Snapshot& snapshot, const wire::ProviderAddress* source,
                                                        const wire::ProviderAddress& destination) noexcept {
  const Underlay& underlay = snapshot.underlay;
  if (!underlay.is_up) return std::unexpected(DropReason::kUnderlayDown);
  if (source == nullptr) return std::unexpected(DropReason::kNoSourceAddress);
  Way way{.source = *source, .destination = destination};
  std::size_t path_mtu = std::min(underlay.mtu, wire::kMaxIpPacketSize);
  if (snapshot.offloads.link_mtu != 0) path_mtu = std::min(path_mtu, snapshot.offloads.link_mtu);  // KEY-31
  if (!destination.ip().is_multicast()) {
    way.next_hop = underlay.find(*source, destination);
    if (way.next_hop == nullptr || !way.next_hop->has_route) return std::unexpected(DropReason::kNoNextHop);
    if (way.next_hop->path_mtu != 0) path_mtu = std::min(path_mtu, way.next_hop->path_mtu);
  }
  const std::size_t overhead = tunnel_overhead(destination.ip().version());
  way.inner_mtu = path_mtu > overhead ? path_mtu - overhead : 0;
  return way;
}

TunnelFields TunnelSender::fields_for(const Snapshot& snapshot, const Way& way, wire::Vsid vsid,
                                      const FlowHash& hash) noexcept {
  const auto& provider = snapshot.policy.provider();
  const bool is_group = way.next_hop == nullptr;
  return {.source_mac = snapshot.underlay.mac,
          .destination_mac = is_group ? way.destination.ip().multicast_mac()
                                      : way.next_hop->macs[hash.pick(way.next_hop->macs.size())],
          .vlan = provider.vlan,
          .source = way.source,
          .destination = way.destination,
          .vsid = vsid,
          .time_to_live = provider.time_to_live,
          .flow_label = provider.flow_label ? hash.flow_label() : 0};
}

Outcome TunnelSender::send(const Snapshot& snapshot, const SentFrame& sent, const wire::ProviderAddress& destination,
                           const Output& output) {
  const auto* source = sent.port.subnet().source(destination.ip().version());
  const auto way = find_way(snapshot, source, destination);
  if (!way) return Outcome::refused(way.error());
  if (way->next_hop != nullptr && way->next_hop->macs.empty()) {
    PortFrame held = sent.given;
    held.held_in = sent.port.subnet().vsid();
    held.held_from = way->source;
    if (!output.events.hold(destination, held)) return Outcome::refused(DropReason::kNextHopQueueFull);
    return {.kind = Outcome::Kind::kHeld};
  }
  return send_on(snapshot, sent, *way, output);
}

Outcome TunnelSender::send_on(const Snapshot& snapshot, const SentFrame& sent, const Way& way, const Output& output) {
  const VirtualSubnet& subnet = sent.port.subnet();
  if (fits(sent.frame, way.inner_mtu)) return hand_over(snapshot, subnet, sent.frame, way, output);
  if (!subnet.description().fragment || !InnerFragmenter::may_cut(sent.frame, way.inner_mtu))
    return Outcome::too_big(way.inner_mtu);
  const auto whole = with_finished_checksum(sent.frame);
  if (!whole) return Outcome::refused(whole.error());
  return send_fragments(snapshot, subnet, *whole, way, output);
}

wire::Checked<TenantFrame> TunnelSender::with_finished_checksum(const TenantFrame& frame) {
  if (!frame.metadata().needs_checksum) return frame;
  if (frame.size() > whole_.size()) return std::unexpected(DropReason::kPayloadTooLarge);
  ++counters_.software_checksummed;
  return TenantFrame::parse(complete_checksum(frame, whole_), {}, BytesStay::kDuringCall);
}

Outcome TunnelSender::send_fragments(const Snapshot& snapshot, const VirtualSubnet& subnet, const TenantFrame& frame,
                                     const Way& way, const Output& output) {
  InnerFragmenter fragmenter(frame, way.inner_mtu);
  while (true) {
    const wire::Bytes bytes = fragmenter.next(fragment_);
    if (bytes.empty()) return {.kind = Outcome::Kind::kEncapsulated};
    const auto fragment = TenantFrame::parse(bytes, {}, BytesStay::kDuringCall);
    if (!fragment) return Outcome::refused(fragment.error());
    const auto outcome = hand_over(snapshot, subnet, *fragment, way, output);
    if (outcome.kind == Outcome::Kind::kRefused) return outcome;
    ++counters_.inner_fragments;
  }
}

Outcome TunnelSender::hand_over(const Snapshot& snapshot, const VirtualSubnet& subnet, const TenantFrame& frame,
                                const Way& way, const Output& output) {
  const FlowHash hash = frame.flow_hash();
  std::uint16_t& identification = identifications_.next(way.destination);
  TunnelFields fields = fields_for(snapshot, way, subnet.vsid(), hash);
  fields.identification = identification;
  fields.flow_id = subnet.description().flow_id == FlowIdMode::kHash ? hash.flow_id() : wire::FlowId{0};
  fields.traffic_class = outer_traffic_class(frame.traffic_class(), snapshot.policy.provider().dscp);

  const std::size_t mss = effective_mss(frame, way.inner_mtu);
  const OutgoingFrame outgoing(frame, &fields, mss);
  CountingSink sink(output.underlay);
  CopyingSink copying_sink(sink, packet_);
  const bool is_copied = frame.bytes_stay() == BytesStay::kDuringCall;
  const auto [completion, in_software] = send_covered(
      outgoing.request(), snapshot.offloads, is_copied ? static_cast<offload::PacketSink&>(copying_sink) : sink);
  identification += static_cast<std::uint16_t>(sink.packets);
  counters_.packets_to_underlay += sink.packets;
  counters_.bytes_to_underlay += sink.bytes;
  auto& counters = subnet.counters(worker_);
  counters.packets_sent += sink.packets;
  counters.bytes_sent += sink.bytes;
  if (!completion.succeeded()) return Outcome::refused(*completion.failure);
  if (frame.metadata().is_super_frame()) count_super_frame(frame, mss, completion.packets);
  if (in_software)
    ++(frame.metadata().is_super_frame() ? counters_.software_segmented : counters_.software_checksummed);
  return {.kind = Outcome::Kind::kEncapsulated};
}

void TunnelSender::count_super_frame(const TenantFrame& frame, std::size_t mss, std::size_t segments) noexcept {
  const bool is_udp = frame.map().transport.is_udp();
  ++(is_udp ? counters_.uso_super_frames : counters_.lso_super_frames);
  (is_udp ? counters_.uso_segments : counters_.lso_segments) += segments;
  if (mss < frame.metadata().segment_size) ++counters_.mss_reduced;
}

std::optional<DropReason> TunnelSender::send_vendor(const Snapshot& snapshot, const wire::ProviderAddress& peer,
                                                    wire::Bytes inner_frame, const Output& output) {
  const auto way = find_way(snapshot, first_own_address(snapshot.policy, peer.ip().version()), peer);
  if (!way) return way.error();
  if (way->next_hop == nullptr || way->next_hop->macs.empty()) return DropReason::kNoNextHop;
  if (inner_frame.size() > way->inner_mtu + wire::EthernetView::kSize) return DropReason::kTooBig;
  std::uint16_t& identification = identifications_.next(peer);
  TunnelFields fields = fields_for(snapshot, *way, *wire::Vsid::from(wire::Vsid::kMax), FlowHash());
  fields.identification = identification;
  std::array<std::uint8_t, kMaxTunnelSize> headers;
  const std::size_t size = write_tunnel_headers(headers, fields, inner_frame.size());
  const std::array<wire::Bytes, 2> pieces = {wire::Bytes(headers).first(size), inner_frame};
  const std::array<offload::GatherList, 1> packets = {pieces};
  CountingSink sink(output.underlay);
  const auto completion = offload::send({.packets = packets}, snapshot.offloads, sink);
  identification += static_cast<std::uint16_t>(sink.packets);
  counters_.packets_to_underlay += sink.packets;
  counters_.bytes_to_underlay += sink.bytes;
  return completion.failure;
}

}  // namespace nvgre::overlay
