#include "nvgre/offload/unit_delivery.h"

#include <algorithm>
#include <cassert>
#include <optional>

#include "nvgre/offload/pseudo_header.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::offload {
namespace {

/// Where the checksum field stands in the transport header.
std::size_t checksum_offset(const wire::TransportHeader& transport) noexcept {
  return transport.is_tcp() ? wire::TcpLayout::kChecksum : wire::UdpLayout::kChecksum;
}

void set_checksum(wire::MutableBytes headers, const wire::TransportHeader& transport, std::uint16_t value) noexcept {
  wire::store_big_endian(headers, value, transport.offset + checksum_offset(transport));
}

/// The value of a checksum field over everything that `sum` holds (TXC-7).
std::uint16_t finished(const wire::InternetSum& sum, const wire::TransportHeader& transport) noexcept {
  return transport.is_udp() ? wire::udp_checksum_to_send(sum.checksum()) : sum.checksum();
}

FrameMetadata unfinished_checksum(const wire::TransportHeader& transport) noexcept {
  FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = static_cast<std::uint16_t>(transport.offset);
  metadata.checksum_offset = static_cast<std::uint16_t>(checksum_offset(transport));
  return metadata;
}

SegmentationKind segmentation_of(const wire::HeaderMap& map) noexcept {
  if (map.transport.is_udp()) return SegmentationKind::kUdp;
  return map.inner_ip.is_v4() ? SegmentationKind::kTcpV4 : SegmentationKind::kTcpV6;
}

ReceivedUnit unit_of(const ReceivedFrame& frame) noexcept {
  ReceivedUnit unit;
  unit.headers = frame.bytes;
  unit.vsid = frame.vsid;
  unit.consumer = frame.consumer;
  unit.label = frame.label;
  unit.map = frame.map;
  unit.checksum = frame.checksum;
  unit.metadata = frame.metadata;
  return unit;
}

/// Length, smallest hop limit and header checksum; the ID stays the first frame's (RSC-14, RSC-15).
void finish_ip_header(wire::MutableBytes header, const UnitInProgress& unit) noexcept {
  const auto length = static_cast<std::uint16_t>(unit.ip_length_with(0));
  if (unit.first.map.inner_ip.is_v4()) {
    wire::Ipv4Writer(header).set_total_length(length).set_time_to_live(unit.hop_limit).update_checksum();
  } else {
    wire::Ipv6Writer(header).set_payload_length(length).set_hop_limit(unit.hop_limit);
  }
}

/// All but the checksum, which becomes 0.
void finish_transport_header(wire::MutableBytes header, const UnitInProgress& unit) noexcept {
  if (unit.first.map.transport.is_udp()) {
    wire::UdpWriter(header).set_length(static_cast<std::uint16_t>(wire::UdpView::kSize + unit.payload_bytes));
    wire::UdpWriter(header).set_checksum(0);
    return;
  }
  wire::TcpWriter writer(header);
  writer.set_acknowledgment_number(unit.tcp.acknowledgment_number).set_window(unit.tcp.window);
  writer.set_flags(unit.tcp.flags).set_checksum(0);
  if (unit.tcp.timestamps) writer.set_timestamps(*unit.tcp.timestamps);
}

/// A unit's results are good by construction (RSC-23, D-24), except that the unfinished form leaves a stale TCP value
/// (RSC-24); the IPv4 checksum is always recomputed.
ReceiveChecksum results_of(const wire::HeaderMap& map, UnitChecksums form) noexcept {
  ReceiveChecksum results;
  results.ip_succeeded = map.inner_ip.is_v4();
  results.tcp_succeeded = map.transport.is_tcp();
  results.udp_succeeded = map.transport.is_udp();
  results.tcp_value_invalid = map.transport.is_tcp() && form == UnitChecksums::kPartial;
  return results;
}

FrameMetadata metadata_of(const UnitInProgress& unit, UnitChecksums form) noexcept {
  const wire::HeaderMap& map = unit.first.map;
  FrameMetadata metadata;
  metadata.checksum_valid = true;
  if (form == UnitChecksums::kComplete) return metadata;
  metadata = unfinished_checksum(map.transport);
  if (unit.slice_count < 2) return metadata;
  metadata.segmentation = segmentation_of(map);
  metadata.has_ecn = map.transport.is_tcp() && has_any(unit.tcp.flags, wire::TcpFlags::kCwr);
  metadata.segment_size = unit.segment_size;
  metadata.header_size = static_cast<std::uint16_t>(map.transport.end());
  return metadata;
}

}  // namespace

void UnitDelivery::deliver_frame(const ReceivedFrame& frame, UnitSink& sink) {
  const bool is_partial = form_ == UnitChecksums::kPartial;
  const bool is_unfinished = has_unfinished_checksum(frame);
  const bool is_known = is_unfinished || (frame.checksum.transport_succeeded() && !frame.metadata.needs_checksum);
  if (!frame.map.transport || frame.metadata.is_super_frame() || !is_known || is_unfinished == is_partial)
    return sink.deliver(unit_of(frame));  // bad, not validated, or as wanted already: byte for byte
  if (is_partial) return deliver_unfinished(frame, sink);
  deliver_finished(frame, sink);
}

void UnitDelivery::deliver_unfinished(const ReceivedFrame& frame, UnitSink& sink) {
  const wire::TransportHeader& transport = frame.map.transport;
  const std::uint32_t length = transport.payload_end - transport.offset;
  const auto seed = inner_pseudo_header_sum(frame.bytes, frame.map, length);
  // Whoever finishes a checksum takes in all that follows: so it can't be asked for if more follows than is covered.
  if (seed && is_all_payload(frame.map) && can_rewrite(frame))
    return deliver_rewritten(frame, *seed, unfinished_checksum(transport), sink);
  ReceivedUnit unit = unit_of(frame);
  unit.metadata.checksum_valid = true;
  sink.deliver(unit);
}

void UnitDelivery::deliver_finished(const ReceivedFrame& frame, UnitSink& sink) {
  const wire::TransportHeader& transport = frame.map.transport;
  if (!can_rewrite(frame)) return sink.deliver(unit_of(frame));
  wire::InternetSum sum;  // the pseudo-header's share stands in the field already
  sum.add(frame.bytes.subspan(transport.offset, transport.payload_end - transport.offset));
  FrameMetadata metadata;
  metadata.checksum_valid = true;
  deliver_rewritten(frame, finished(sum, transport), metadata, sink);
}

void UnitDelivery::deliver_rewritten(const ReceivedFrame& frame, std::uint16_t checksum, const FrameMetadata& metadata,
                                     UnitSink& sink) {
  const wire::MutableBytes headers = copy_headers(frame);
  set_checksum(headers, frame.map.transport, checksum);
  const wire::Bytes payload = frame.bytes.first(frame.map.inner_ip.payload_end).subspan(headers.size());
  ReceivedUnit unit = unit_of(frame);
  unit.headers = headers;
  unit.payload = {&payload, 1};
  unit.metadata = metadata;
  sink.deliver(unit);
}

void UnitDelivery::deliver_unit(const UnitInProgress& unit, UnitSink& sink) {
  assert(unit.is_open);
  if (unit.is_single_frame()) return deliver_frame(unit.first, sink);
  const wire::HeaderMap& map = unit.first.map;
  const wire::MutableBytes headers = copy_headers(unit.first);
  finish_ip_header(headers.subspan(map.inner_ip.offset), unit);
  finish_transport_header(headers.subspan(map.transport.offset), unit);
  finish_checksum(headers, unit);

  ReceivedUnit result = unit_of(unit.first);
  result.headers = headers;
  result.label = unit.last_label;
  result.payload = unit.slices.first(unit.slice_count);
  result.map.transport.payload_end = static_cast<std::uint32_t>(map.transport.end() + unit.payload_bytes);
  result.map.inner_ip.payload_end = result.map.transport.payload_end;
  result.checksum = results_of(map, form_);
  result.metadata = metadata_of(unit, form_);
  if (unit.slice_count > 1) {  // one data segment with window updates counts as none (RSC-20)
    result.coalesced_segment_count = static_cast<std::uint16_t>(unit.slice_count);
    if (unit.tcp.timestamps) result.timestamp_delta = unit.tcp.timestamps->value - unit.first_timestamp;
  }
  sink.deliver(result);
}

void UnitDelivery::finish_checksum(wire::MutableBytes headers, const UnitInProgress& unit) const noexcept {
  const wire::HeaderMap& map = unit.first.map;
  const auto length = static_cast<std::uint32_t>(map.transport.size + unit.payload_bytes);
  // Units have no extension headers, so the seed is always known.
  const std::uint16_t seed = inner_pseudo_header_sum(unit.first.bytes, map, length).value_or(0);
  if (form_ == UnitChecksums::kPartial) return set_checksum(headers, map.transport, seed);
  wire::InternetSum sum(seed);
  sum.add(headers.subspan(map.transport.offset));
  sum.add_folded(unit.payload_sum.folded());
  set_checksum(headers, map.transport, finished(sum, map.transport));
}

bool UnitDelivery::can_rewrite(const ReceivedFrame& frame) const noexcept {
  return frame.map.transport.end() <= headers_.size() && !frame.map.inner_ip.is_truncated;
}

wire::MutableBytes UnitDelivery::copy_headers(const ReceivedFrame& frame) noexcept {
  const std::size_t size = frame.map.transport.end();
  assert(size <= headers_.size());
  std::copy_n(frame.bytes.begin(), size, headers_.begin());
  return wire::MutableBytes(headers_).first(size);
}

}  // namespace nvgre::offload
