// A super-frame's way:
//  1. the request becomes a Task: what LSO and USO have in common
//  2. its headers are made contiguous and mapped (SendPacket)
//  3. request, headers and active offloads are held against each other; what does not fit is refused as a whole
//  4. the headers become a template (SegmentTemplate)
//  5. for each segment the payload is summed, the template's fields are written, the packet is emitted
#include "nvgre/offload/segmentation.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "nvgre/offload/packet_emitter.h"
#include "nvgre/offload/segment_template.h"
#include "nvgre/offload/send_packet.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::offload {
namespace {

using wire::DropReason;
using wire::HeaderMap;
using wire::IpProtocol;

constexpr std::uint32_t kMaxMss = 0xF'FFFF;  // 20 bits (LSO-19)

/// One segmentation request, the same for LSO and USO.
struct Task {
  IpProtocol protocol{};
  std::uint32_t mss = 0;                                     ///< Payload bytes.
  std::uint16_t header_offset = 0;                           ///< Of the transport header, as the request says.
  std::optional<wire::IpVersion> ip_version = std::nullopt;  ///< As the request says; plain packets only.
  bool has_ip_length = false;  ///< LSOv1: the IP length is real. Otherwise every length field is ignored (D-4).
  SegmentationTasks active;
  EncapsulatedMask encapsulated;
};

Task tcp_task(const LargeSendRequest& request, const ActiveOffloads& offloads) noexcept {
  Task task{.protocol = IpProtocol::kTcp,
            .mss = request.mss,
            .header_offset = request.tcp_header_offset,
            .ip_version = request.ip_version,
            .active = offloads.lso,
            .encapsulated = offloads.encapsulated.lso};
  if (request.version == LargeSendRequest::Version::kV1) {  // LSO-23: plain IPv4 only
    task.has_ip_length = true;
    task.active.active = {.v4 = offloads.lso_v1, .v6 = false};
    task.active.max_offload_size = offloads.lso_v1_max_offload_size;
    task.active.options = offloads.lso_v1_options;
    task.encapsulated = {};
  }
  return task;
}

Task udp_task(const UdpSegmentationRequest& request, const ActiveOffloads& offloads) noexcept {
  return {.protocol = IpProtocol::kUdp,
          .mss = request.mss,
          .header_offset = request.udp_header_offset,
          .ip_version = request.ip_version,
          .active = offloads.uso,
          .encapsulated = offloads.encapsulated.uso};
}

/// To the packet's end, or with a real IP length to the IP packet's (LSO-4, LSO-23).
std::size_t payload_size(const HeaderMap& map) noexcept {
  return map.transport.payload_end - map.transport.end();
}

/// CAP-12, STATE-27: encapsulated, the base offload has to be active for the versions of both headers.
std::optional<DropReason> check_active(const HeaderMap& map, const Task& task) noexcept {
  bool active = task.active.active.of(map.inner_ip.version) && task.active.options.covers(map);  // USO-11
  if (map.is_encapsulated())
    active = active && task.active.active.of(map.outer_ip.version) &&
             task.encapsulated.covers(map.inner_ip.version, map.outer_ip.version);
  return active ? std::nullopt : std::optional(DropReason::kOffloadInactive);
}

/// Whether an extension header holds the length of the packet before it is cut (RFC 2675).
bool is_jumbogram(SendPacket& packet, const wire::NetworkHeader& ip) noexcept {
  if (!ip || ip.is_v4() || !ip.has_options) return false;
  return wire::is_ipv6_jumbogram(packet.head().subspan(ip.offset, ip.size));
}

/// LSO-11, LSO-12: what cannot be repeated in every segment.
std::optional<DropReason> check_repeatable(SendPacket& packet) noexcept {
  const auto& map = packet.map();
  if (map.gre.sequence) return DropReason::kGreFlags;  // a number for one packet
  if (is_jumbogram(packet, map.outer_ip) || is_jumbogram(packet, map.inner_ip)) return DropReason::kUnsupportedHeader;
  if (!map.transport.is_tcp()) return std::nullopt;
  using wire::TcpFlags;
  const auto tcp = wire::TcpView::parse(packet.head().subspan(map.transport.offset));
  const bool refused = !tcp || has_any(tcp->flags(), TcpFlags::kSyn | TcpFlags::kRst | TcpFlags::kUrg);
  return refused ? std::optional(DropReason::kTcpFlags) : std::nullopt;
}

/// Sizes of payload and segments (LSO-19 to LSO-21, USO-3, USO-14).
std::optional<DropReason> check_sizes(const SendPacket& packet, const Task& task, std::size_t link_mtu) noexcept {
  const auto& map = packet.map();
  if (task.has_ip_length && !map.inner_ip.has_length) return map.obstacle.value_or(DropReason::kMalformedIp);
  const auto payload = payload_size(map);
  if (payload == 0) return DropReason::kNoPayload;
  if (payload > task.active.max_offload_size) return DropReason::kPayloadTooLarge;
  if (task.protocol == IpProtocol::kUdp && !task.active.sub_mss_final && payload % task.mss != 0)
    return DropReason::kSubMss;
  const auto& first_ip = map.outer_ip ? map.outer_ip : map.inner_ip;  // also the larger one
  const auto ip_size = packet.header_size() - first_ip.offset + std::min<std::size_t>(payload, task.mss);
  const auto limit = link_mtu == 0 ? wire::kMaxIpPacketSize : std::min(link_mtu, wire::kMaxIpPacketSize);
  if (task.mss > kMaxMss || ip_size > limit) return DropReason::kSegmentTooLarge;
  return std::nullopt;
}

/// The whole judgement, so that nothing is emitted for a request that cannot be done (STATE-19).
std::optional<DropReason> check(const SendRequest& request, const Task& task, SendPacket& packet,
                                const ActiveOffloads& offloads) noexcept {
  if (task.mss == 0) return DropReason::kZeroMss;
  if (task.has_ip_length && is_encapsulated(request)) return DropReason::kConflictingRequest;  // D-17
  if (const auto reason = check_headers(request, packet.map())) return reason;
  if (const auto reason = check_transport(packet.map(), task.protocol, task.header_offset)) return reason;
  const bool names_other = task.ip_version.value_or(packet.map().inner_ip.version) != packet.map().inner_ip.version;
  if (names_other && !packet.map().is_encapsulated()) return DropReason::kVersionMismatch;  // D-9
  if (const auto reason = check_active(packet.map(), task)) return reason;
  if (const auto reason = check_repeatable(packet)) return reason;
  return check_sizes(packet, task, offloads.link_mtu);
}

/// Steps 4 and 5.
template <typename TransportPatch>
SendCompletion emit_segments(SendPacket& packet, const Task& task, PacketEmitter& emitter) noexcept {
  SegmentTemplate<TransportPatch> headers(packet);
  GatherCursor payload(packet.pieces(), packet.header_size());
  const auto header_bytes = packet.headers();
  const auto total = payload_size(packet.map());
  SendCompletion completion;
  while (completion.payload_bytes < total) {
    const auto left = total - completion.payload_bytes;
    const Segment segment{.payload_size = static_cast<std::uint32_t>(std::min<std::size_t>(task.mss, left)),
                          .is_first = completion.payload_bytes == 0,
                          .is_last = left <= task.mss};
    emitter.begin(header_bytes.size(), segment.payload_size);
    auto sum = headers.start();
    if (headers.has_checksum()) {
      emitter.append(payload, segment.payload_size, sum);
    } else {
      emitter.append(payload, segment.payload_size);
    }
    headers.write(segment, sum);
    if (!emitter.finish(header_bytes)) {
      completion.failure = DropReason::kEmitFailed;  // LSO-29, USO-18
      break;
    }
    completion.add(segment.payload_size, header_bytes.size() + segment.payload_size);
  }
  return completion;
}

/// Steps 2 to 5.
template <typename TransportPatch>
SendCompletion segment(const SendRequest& request, const Task& task, const ActiveOffloads& offloads,
                       PacketSink& sink) noexcept {
  if (request.packets.size() != 1) return {.failure = DropReason::kPacketCount};  // LSO-1, USO-1
  SendPacket packet(request.packets.front(), locate_options(request, offloads, !task.has_ip_length));
  if (const auto reason = check(request, task, packet, offloads)) return {.failure = reason};
  if (const auto tag = effective_tag(request, offloads); tag != 0) packet.insert_tag(tag);
  return with_emitter(sink, packet.pieces(),
                      [&](PacketEmitter& emitter) { return emit_segments<TransportPatch>(packet, task, emitter); });
}

}  // namespace

SendCompletion segment_tcp(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept {
  assert(request.large_send);
  return segment<TcpPatch>(request, tcp_task(*request.large_send, offloads), offloads, sink);
}

SendCompletion segment_udp(const SendRequest& request, const ActiveOffloads& offloads, PacketSink& sink) noexcept {
  assert(request.udp_segmentation);
  return segment<UdpPatch>(request, udp_task(*request.udp_segmentation, offloads), offloads, sink);
}

}  // namespace nvgre::offload
