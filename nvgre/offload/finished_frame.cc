// A frame's way:
//  1. its headers are mapped as on receive, because only its bytes say whether it is encapsulated;
//  2. what can't be asked of an adapter is refused by its reason;
//  3. its headers are copied, the checksum field becomes the seed that a sender would have put there (FrameRequest);
//  4. the request is sent.
#include "nvgre/offload/finished_frame.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/pseudo_header.h"
#include "nvgre/offload/send.h"
#include "nvgre/offload/send_packet.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/locate.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::offload {
namespace {

using wire::DropReason;
using wire::HeaderMap;
using wire::IpProtocol;
using Outcome = FrameTreatment::Outcome;

constexpr auto kOffloads = ActiveOffloads::all();

constexpr FrameTreatment refused(DropReason reason) noexcept {
  return {.outcome = Outcome::kRefused, .reason = reason};
}

bool is_tcp_or_udp(const wire::NetworkHeader& ip) noexcept {
  return ip && (ip.protocol == IpProtocol::kTcp || ip.protocol == IpProtocol::kUdp);
}

/// One request for one frame, and the header bytes that differ from the frame's.
class FrameRequest {
 public:
  /// @param end  Where the packet ends: bytes behind it are not sent. @pre the map has a header
  FrameRequest(wire::Bytes frame, const HeaderMap& map, std::size_t end) noexcept : map_(map) {
    const std::size_t size = std::min<std::size_t>(map.headers_end(), headers_.size());
    std::copy_n(frame.begin(), size, headers_.begin());
    pieces_ = {wire::Bytes(headers_).first(size), frame.first(end).subspan(size)};
    request.packets = packets_;
    if (map.is_encapsulated()) request.supplemental = SupplementalRequest{.is_encapsulated = true};
  }
  FrameRequest(const FrameRequest&) = delete;
  FrameRequest& operator=(const FrameRequest&) = delete;

  [[nodiscard]] std::uint16_t checksum_field() const noexcept {
    return wire::load_big_endian<std::uint16_t>(wire::Bytes(headers_), field_offset());
  }
  /// Writes the sum of the pseudo-header with this length. @return false if the packet's ends can't be told
  [[nodiscard]] bool seed_checksum(wire::Bytes frame, std::uint32_t length) noexcept {
    const auto seed = inner_pseudo_header_sum(frame, map_, length);
    if (seed) wire::store_big_endian(wire::MutableBytes(headers_), *seed, field_offset());
    return seed.has_value();
  }
  [[nodiscard]] FrameTreatment send(PacketSink& sink) const noexcept {
    const auto completion = offload::send(request, kOffloads, sink);
    if (completion.failure) return refused(*completion.failure);
    return {.outcome = Outcome::kDone, .packet_count = completion.packets};
  }

  SendRequest request;

 private:
  [[nodiscard]] std::size_t field_offset() const noexcept {
    const auto& transport = map_.transport;
    return transport.offset + (transport.is_tcp() ? wire::TcpLayout::kChecksum : wire::UdpLayout::kChecksum);
  }

  const HeaderMap& map_;
  std::array<std::uint8_t, kMaxHeaderCapacity> headers_;  // filled as far as pieces_ says
  std::array<wire::Bytes, 2> pieces_;
  std::array<GatherList, 1> packets_{pieces_};
};

/// A UDP super-frame may have a real IP length and none of its own: then the IP packet's end bounds the datagram.
void find_unsized_datagram(wire::Bytes frame, HeaderMap& map) noexcept {
  const auto& ip = map.inner_ip;
  const bool is_candidate = map.obstacle == DropReason::kMalformedTransport && ip.protocol == IpProtocol::kUdp &&
                            !map.outer_ip.is_truncated && ip.has_length;
  if (!is_candidate || wire::load_big_endian<std::uint16_t>(frame, ip.end() + wire::UdpLayout::kLength) != 0) return;
  map = wire::locate(frame.first(ip.payload_end), {.ignore_lengths = true});
}

FrameTreatment why_not_cut(const HeaderMap& map) noexcept {
  if (map.obstacle) return refused(*map.obstacle);
  if (map.inner_ip.is_fragment && is_tcp_or_udp(map.inner_ip)) return refused(DropReason::kFragmentRequest);
  return {.outcome = Outcome::kNothingToDo};
}

void ask_for_segments(SendRequest& request, const HeaderMap& map, std::uint32_t mss) noexcept {
  if (map.transport.is_tcp())
    request.large_send = LargeSendRequest{.mss = mss};
  else
    request.udp_segmentation = UdpSegmentationRequest{.mss = mss};
}

/// What the checksums of this frame are, for the header that the adapter sees first (TXC-10, LOC-6).
ChecksumRequest checksums_of(const HeaderMap& map) noexcept {
  const auto& first = map.outer_ip ? map.outer_ip : map.inner_ip;
  return {.is_ipv4 = first.is_v4(),
          .is_ipv6 = !first.is_v4(),
          .ip_header = true,
          .tcp = map.transport.is_tcp(),
          .udp = map.transport.is_udp()};
}

bool has_checksum(const HeaderMap& map) noexcept {
  return map.transport || (map.outer_ip && map.outer_ip.is_v4()) || (map.inner_ip && map.inner_ip.is_v4());
}

}  // namespace

FrameTreatment segment_frame(wire::Bytes frame, const SegmentationWish& wish, PacketSink& sink) noexcept {
  HeaderMap map = wire::locate(frame);
  find_unsized_datagram(frame, map);
  if (!map.transport || map.obstacle) return why_not_cut(map);
  const std::uint32_t payload_bytes = map.transport.payload_end - map.transport.end();
  if (payload_bytes <= wish.mss && !wish.with_fitting_frames) return {.outcome = Outcome::kFits};
  FrameRequest request(frame, map, map.transport.payload_end);
  const bool has_no_checksum = map.transport.is_udp() && request.checksum_field() == 0;
  if (!has_no_checksum && !request.seed_checksum(frame, 0)) return refused(DropReason::kUnsupportedHeader);
  ask_for_segments(request.request, map, wish.mss);
  return request.send(sink);
}

FrameTreatment fill_checksums(wire::Bytes frame, ChecksumField field, PacketSink& sink) noexcept {
  const HeaderMap map = wire::locate(frame);
  // An outer fragment, like any other, has only its IP header's.
  if (map.obstacle && map.obstacle != DropReason::kOuterFragment) return refused(*map.obstacle);
  if (!has_checksum(map)) return why_not_cut(map);
  FrameRequest request(frame, map, frame.size());
  request.request.checksum = checksums_of(map);
  if (map.transport && field == ChecksumField::kAnything &&
      !request.seed_checksum(frame, map.transport.payload_end - map.transport.offset))
    return refused(DropReason::kUnsupportedHeader);
  return request.send(sink);
}

}  // namespace nvgre::offload
