// A packet's way:
//  1. its headers are made contiguous and mapped (SendPacket)
//  2. request, headers and active offloads are held against each other; a request is refused before any packet leaves
//  3. transport header and payload are summed onto the seed, the payload in the pass that copies it
//  4. the checksum fields that were asked for are written, and the packet is emitted
#include "nvgre/offload/transmit_checksum.h"

#include <cstddef>
#include <cstdint>
#include <optional>

#include "nvgre/offload/packet_emitter.h"
#include "nvgre/offload/send_packet.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::offload {
namespace {

using wire::DropReason;
using wire::HeaderMap;
using wire::IpProtocol;
using wire::IpVersion;

/// TXC-1: a slot that names no IP version asks for nothing. One that names a version is judged, whatever it asks for.
bool has_checksum_request(const SendRequest& request) noexcept {
  return request.checksum && (request.checksum->is_ipv4 || request.checksum->is_ipv6);
}

/// TXC-10: what the request says of the first IP header, the outer one of an encapsulated packet.
std::optional<DropReason> check_version(const ChecksumRequest& request, const HeaderMap& map) noexcept {
  const auto& first_ip = map.outer_ip ? map.outer_ip : map.inner_ip;
  const bool agrees = first_ip && request.is_ipv4 == first_ip.is_v4() && request.is_ipv6 == !first_ip.is_v4();
  return agrees ? std::nullopt : std::optional(DropReason::kVersionMismatch);
}

/// TXC-13; and the lengths that say what the checksum covers have to be true (TXC-16).
std::optional<DropReason> check_summed(const ChecksumRequest& request, const HeaderMap& map) noexcept {
  if (request.tcp && request.udp) return DropReason::kConflictingRequest;
  if (!request.tcp && !request.udp) return std::nullopt;
  const auto reason = request.tcp ? check_transport(map, IpProtocol::kTcp, request.tcp_header_offset)
                                  : check_transport(map, IpProtocol::kUdp, 0);  // LOC-16: no offset for UDP
  if (reason) return reason;
  if (map.is_malformed()) return DropReason::kMalformedIp;
  return map.inner_ip.is_truncated || map.outer_ip.is_truncated ? map.obstacle : std::nullopt;
}

/// CAP-12, STATE-27: encapsulated, each base offload has to be active for the versions of both headers. An IPv6 header
/// has no checksum, so there is nothing to be active for it.
bool is_active(const ChecksumRequest& request, const HeaderMap& map, const ActiveOffloads& offloads) noexcept {
  if (!request.ip_header && !request.tcp && !request.udp) return true;
  if (!offloads.transmit_options.covers(map)) return false;
  const auto& tasks = offloads.transmit_checksum;
  const auto covers = [&](const wire::NetworkHeader& ip) {
    return (!request.ip_header || !ip.is_v4() || tasks.ip_v4) && (!request.tcp || tasks.tcp.of(ip.version)) &&
           (!request.udp || tasks.udp.of(ip.version));
  };
  if (map.inner_ip && !covers(map.inner_ip)) return false;
  if (!map.is_encapsulated()) return true;
  const auto mask = offloads.encapsulated.transmit_checksum;
  if (map.inner_ip) return covers(map.outer_ip) && mask.covers(map.inner_ip.version, map.outer_ip.version);
  // Without an inner IP header only the outer version counts.
  return covers(map.outer_ip) &&
         (mask.covers(IpVersion::kV4, map.outer_ip.version) || mask.covers(IpVersion::kV6, map.outer_ip.version));
}

std::optional<DropReason> check_checksums(const SendRequest& request, const HeaderMap& map,
                                          const ActiveOffloads& offloads) noexcept {
  if (const auto reason = check_headers(request, map)) return reason;
  if (const auto reason = check_version(*request.checksum, map)) return reason;
  if (const auto reason = check_summed(*request.checksum, map)) return reason;
  return is_active(*request.checksum, map, offloads) ? std::nullopt : std::optional(DropReason::kOffloadInactive);
}

std::optional<DropReason> check(const SendRequest& request, const SendPacket& packet,
                                const ActiveOffloads& offloads) noexcept {
  if (packet.header_size() == 0) return packet.map().problem.value_or(DropReason::kTruncatedEthernet);
  if (has_checksum_request(request)) {
    if (const auto reason = check_checksums(request, packet.map(), offloads)) return reason;
  }
  const bool fits = packet.pieces().size() <= kMaxSlices || packet.size() + kTagSize <= kMaxCopiedSize;
  return fits ? std::nullopt : std::optional(DropReason::kSegmentTooLarge);
}

/// TXC-8; for a packet that is not encapsulated the first header is the only one in the map (TXC-14).
void write_ip_checksums(SendPacket& packet) noexcept {
  for (const auto* ip : {&packet.map().outer_ip, &packet.map().inner_ip})
    if (*ip && ip->is_v4()) wire::Ipv4Writer(packet.head().subspan(ip->offset)).update_checksum();
}

/// Steps 3 and 4 for the transport checksum. It covers what the lengths of IP and UDP say (TXC-16), because a receiver
/// goes by them. @return Bytes of the payload, taken.
std::size_t append_summed(SendPacket& packet, GatherCursor& payload, PacketEmitter& emitter) noexcept {
  const auto& transport = packet.map().transport;
  const auto header = packet.head().subspan(transport.offset, transport.size);
  const auto field = transport.is_tcp() ? wire::TcpLayout::kChecksum : wire::UdpLayout::kChecksum;
  const std::size_t size = transport.payload_end - transport.end();
  wire::InternetSum sum(wire::load_big_endian<std::uint16_t>(header, field));  // the seed, trusted (TXC-6)
  wire::store_big_endian<std::uint16_t>(header, 0, field);
  sum.add(header);
  emitter.append(payload, size, sum);
  const auto checksum = transport.is_tcp() ? sum.checksum() : wire::udp_checksum_to_send(sum.checksum());  // TXC-7
  wire::store_big_endian(header, checksum, field);
  return size;
}

/// Steps 3 and 4. @return Whether the sink took the packet.
bool emit_completed(const ChecksumRequest& asked, SendPacket& packet, PacketEmitter& emitter,
                    SendCompletion& completion) noexcept {
  const auto headers = packet.headers();
  const auto behind_headers = packet.size() - packet.header_size();
  GatherCursor payload(packet.pieces(), packet.header_size());
  emitter.begin(headers.size(), behind_headers);
  std::size_t summed = 0;
  if (asked.tcp || asked.udp) summed = append_summed(packet, payload, emitter);
  emitter.append(payload, behind_headers - summed);
  if (asked.ip_header) write_ip_checksums(packet);
  if (!emitter.finish(headers)) return false;
  completion.add(summed, headers.size() + behind_headers);
  return true;
}

/// Steps 1 and 2 for a packet that may not leave yet, because others of the request are still to be judged.
std::optional<DropReason> check_only(const SendRequest& request, GatherList pieces,
                                     const ActiveOffloads& offloads) noexcept {
  const SendPacket packet(pieces, locate_options(request, offloads, false));
  return check(request, packet, offloads);
}

/// All steps for one packet. @return Why it was not sent.
std::optional<DropReason> send_completed(const SendRequest& request, GatherList pieces, const ActiveOffloads& offloads,
                                         PacketSink& sink, SendCompletion& completion) noexcept {
  SendPacket packet(pieces, locate_options(request, offloads, false));
  if (const auto reason = check(request, packet, offloads)) return reason;
  if (const auto tag = effective_tag(request, offloads); tag != 0) packet.insert_tag(tag);
  const auto asked = has_checksum_request(request) ? *request.checksum : ChecksumRequest{};
  const bool taken = with_emitter(
      sink, pieces, [&](PacketEmitter& emitter) { return emit_completed(asked, packet, emitter, completion); });
  return taken ? std::nullopt : std::optional(DropReason::kEmitFailed);
}

/// A packet of which nothing changes, however many pieces it has.
std::optional<DropReason> send_untouched(GatherList pieces, PacketSink& sink, SendCompletion& completion) noexcept {
  const auto size = total_size(pieces);
  OutgoingPacket packet;
  if (const auto room = sink.room(size); size > 0 && room.size() >= size) {
    copy_prefix(pieces, room.first(size));
    packet.headers = room.first(size);
  } else if (!pieces.empty()) {
    packet = {.headers = pieces.front(), .payload = pieces.subspan(1)};
  }
  if (!sink.emit(packet)) return DropReason::kEmitFailed;
  completion.add(0, size);
  return std::nullopt;
}

}  // namespace

SendCompletion send_with_checksums(const SendRequest& request, const ActiveOffloads& offloads,
                                   PacketSink& sink) noexcept {
  const bool untouched = !has_checksum_request(request) && effective_tag(request, offloads) == 0;
  SendCompletion completion;
  if (!untouched && request.packets.size() > 1) {
    for (const auto pieces : request.packets)
      if (const auto reason = check_only(request, pieces, offloads)) return {.failure = reason};
  }
  for (const auto pieces : request.packets) {
    completion.failure = untouched ? send_untouched(pieces, sink, completion)
                                   : send_completed(request, pieces, offloads, sink, completion);
    if (completion.failure) break;
  }
  return completion;
}

}  // namespace nvgre::offload
