#include "nvgre/offload/unit_in_progress.h"

#include <algorithm>
#include <cassert>

#include "nvgre/offload/pseudo_header.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::offload {
namespace {

/// The part of the IP header that has to be the same in all frames of a unit, as one number.
std::uint32_t constant_ip_fields(const ReceivedFrame& frame) noexcept {
  const wire::NetworkHeader& ip = frame.map.inner_ip;
  if (!ip.is_v4()) return wire::load_big_endian<std::uint32_t>(frame.bytes, ip.offset);  // class and flow label
  const std::uint32_t service = wire::load_big_endian<std::uint16_t>(frame.bytes, ip.offset);
  return service << 16 |
         wire::load_big_endian<std::uint16_t>(frame.bytes, ip.offset + wire::Ipv4Layout::kFlagsAndOffset);
}

bool has_tags_of(const ReceivedFrame& one, const ReceivedFrame& other) noexcept {
  if (one.map.inner_link.size != other.map.inner_link.size) return false;
  if (one.map.inner_link.tag_count == 0) return true;
  constexpr std::size_t kTags = 2 * wire::MacAddress::kSize;
  const std::size_t size = one.map.inner_link.size - kTags;
  return std::ranges::equal(one.bytes.subspan(kTags, size), other.bytes.subspan(kTags, size));
}

/// The folded sum of a frame's payload. A complete checksum that was found right says it without another look at the
/// payload: everything under the checksum sums up to ones, so the payload is what the rest lacks.
std::uint16_t payload_sum_of(const ReceivedFrame& frame, wire::Bytes payload) noexcept {
  const wire::TransportHeader& transport = frame.map.transport;
  const auto length = static_cast<std::uint32_t>(transport.size + payload.size());
  const auto seed = inner_pseudo_header_sum(frame.bytes, frame.map, length);
  if (has_unfinished_checksum(frame) || !seed) return wire::internet_sum(payload);
  wire::InternetSum rest(*seed);
  rest.add(frame.bytes.subspan(transport.offset, transport.size));
  return rest.checksum();
}

}  // namespace

void UnitInProgress::start(const ReceivedFrame& frame, wire::Bytes payload, UnitChecksums form) noexcept {
  assert(!is_open && !slices.empty());
  is_open = true;
  first = frame;
  slice_count = 0;
  payload_bytes = 0;
  segment_size = 0;
  hop_limit = hop_limit_of(frame);
  headers_changed = false;
  payload_sum = wire::InternetSum();
  tcp = {};
  append(frame, payload, form);
}

void UnitInProgress::append(const ReceivedFrame& frame, wire::Bytes payload, UnitChecksums form) noexcept {
  assert(slice_count < slices.size());
  if (form == UnitChecksums::kComplete) {
    const std::uint16_t sum = payload_sum_of(frame, payload);
    // A payload that starts at an odd byte has its words shifted by one (RFC 1071, section 2 (B)).
    const bool starts_odd = payload_bytes % 2 != 0;
    payload_sum.add_folded(starts_odd ? static_cast<std::uint16_t>(sum << 8 | sum >> 8) : sum);
  }
  slices[slice_count++] = payload;
  payload_bytes += payload.size();
  segment_size = std::max(segment_size, static_cast<std::uint16_t>(payload.size()));
  meet(frame);
}

void UnitInProgress::meet(const ReceivedFrame& frame) noexcept {
  last_label = frame.label;
  hop_limit = std::min(hop_limit, hop_limit_of(frame));
}

bool UnitInProgress::has_ip_fields_of(const ReceivedFrame& frame) const noexcept {
  return constant_ip_fields(first) == constant_ip_fields(frame) && has_tags_of(first, frame);
}

std::size_t UnitInProgress::ip_length_with(std::size_t more) const noexcept {
  const std::size_t ip_header = first.map.inner_ip.is_v4() ? first.map.inner_ip.size : 0;
  return ip_header + first.map.transport.size + payload_bytes + more;
}

wire::Bytes transport_payload(const ReceivedFrame& frame) noexcept {
  return frame.bytes.first(frame.map.transport.payload_end).subspan(frame.map.transport.end());
}

std::uint8_t hop_limit_of(const ReceivedFrame& frame) noexcept {
  const wire::NetworkHeader& ip = frame.map.inner_ip;
  return frame.bytes[ip.offset + (ip.is_v4() ? wire::Ipv4Layout::kTimeToLive : wire::Ipv6Layout::kHopLimit)];
}

bool has_unfinished_checksum(const ReceivedFrame& frame) noexcept {
  return frame.metadata.needs_checksum && frame.map.transport &&
         frame.metadata.checksum_start == frame.map.transport.offset;
}

bool has_valid_checksums(const ReceivedFrame& frame) noexcept {
  const ReceiveChecksum& found = frame.checksum;
  if (found.ip_failed || found.transport_failed()) return false;
  if (!found.ip_succeeded && judge_ip_header(frame.bytes, frame.map.inner_ip) == ChecksumVerdict::kBad) return false;
  if (frame.metadata.needs_checksum) return has_unfinished_checksum(frame);
  return found.transport_succeeded() || judge_transport(frame.bytes, frame.map) == ChecksumVerdict::kGood;
}

}  // namespace nvgre::offload
