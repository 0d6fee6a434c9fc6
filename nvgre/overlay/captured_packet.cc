#include "nvgre/overlay/captured_packet.h"

#include <algorithm>

#include "nvgre/overlay/decapsulation.h"
#include "nvgre/overlay/ecn.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/locate.h"

namespace nvgre::overlay {
namespace {

using wire::DropReason;

bool is_ip(wire::EtherType type) noexcept {
  return type == wire::EtherType::kIpv4 || type == wire::EtherType::kIpv6;
}

/// Whether the outer packet has a mark for an inner header that was not captured: nobody can say what becomes of it.
bool loses_mark(wire::Bytes captured, const wire::HeaderMap& map, const UnwrappedFrame& frame) noexcept {
  if (map.inner_ip || !is_ip(map.inner_link.ether_type) || frame.bytes.size() == frame.size) return false;
  const Ecn outer = ecn_of(traffic_class_of(captured.subspan(map.outer_ip.offset), map.outer_ip.version));
  return outer == Ecn::kCongestionExperienced || outer == Ecn::kEct1;
}

/// The outer headers, in the order of the packet.
std::optional<DropReason> refuse_outer(wire::Bytes captured, const wire::HeaderMap& map) noexcept {
  if (!map.outer_ip) return map.problem && !map.inner_ip ? *map.problem : DropReason::kNotGre;
  if (const auto reason = judge_outer_ip(captured, map)) return reason;
  return map.outer_ip.is_malformed ? std::optional(DropReason::kMalformedIp) : std::nullopt;
}

}  // namespace

wire::Checked<TunnelEntrance::Packet> TunnelEntrance::wrap(wire::Bytes captured, std::size_t frame_size) noexcept {
  const auto frame = TenantFrame::parse(captured, {});
  if (!frame) return std::unexpected(frame.error());
  const FlowHash flow = frame->flow_hash();
  if (flow_id_ == FlowIdSource::kFlowHash) tunnel_.flow_id = flow.flow_id();
  tunnel_.flow_label = flow.flow_label();
  tunnel_.traffic_class = outer_traffic_class(frame->traffic_class(), std::nullopt);
  const std::size_t inner_size = frame_size - frame->tags_size();
  const std::size_t tunnel_size = write_tunnel_headers(headers_, tunnel_, inner_size);
  frame->write_link(wire::MutableBytes(headers_).subspan(tunnel_size));
  ++tunnel_.identification;
  return Packet{.headers = wire::Bytes(headers_).first(tunnel_size + wire::EthernetView::kSize),
                .payload = frame->payload(),
                .size = tunnel_size + inner_size};
}

wire::Checked<UnwrappedFrame> unwrap(wire::MutableBytes captured, std::size_t packet_size) noexcept {
  const auto map = wire::locate(captured, {.frame_size = packet_size, .max_header_size = kMaxHeadersFollowed});
  if (const auto reason = refuse_outer(captured, map)) return std::unexpected(*reason);
  const auto& ip = map.outer_ip;
  const std::size_t captured_end = std::min<std::size_t>(ip.payload_end, captured.size());
  const auto nvgre = wire::NvgreView::parse(captured.subspan(ip.end(), captured_end - ip.end()));
  if (!nvgre) return std::unexpected(nvgre.error());
  if (!nvgre->vsid().is_tenant()) return std::unexpected(DropReason::kReservedVsid);
  const std::size_t inner_offset = ip.end() + wire::NvgreView::kSize;
  if (captured_end - inner_offset < wire::EthernetView::kSize) return std::unexpected(DropReason::kTruncatedInner);
  const UnwrappedFrame frame{.vsid = nvgre->vsid(),
                             .bytes = captured.subspan(inner_offset, captured_end - inner_offset),
                             .size = ip.payload_end - inner_offset};
  if (has_inner_tag(frame.bytes)) return std::unexpected(DropReason::kInnerVlan);
  if (loses_mark(captured, map, frame)) return std::unexpected(DropReason::kTruncatedInner);
  if (const auto marked = combine_marks(captured, map); !marked) return std::unexpected(marked.error());
  return frame;
}

}  // namespace nvgre::overlay
