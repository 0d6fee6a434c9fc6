#include "nvgre/offload/udp_coalescing.h"

#include <algorithm>

namespace nvgre::offload {
namespace {

/// Whether nothing may follow: the last datagram was a shorter one, or the unit is full.
bool is_complete(const UnitInProgress& unit) noexcept {
  const bool is_full = unit.slice_count == std::min(unit.slices.size(), kMaxUnitDatagrams);
  return is_full || unit.slices[unit.slice_count - 1].size() < unit.segment_size;
}

}  // namespace

bool is_udp_candidate(const ReceivedFrame& frame) noexcept {
  const wire::NetworkHeader& ip = frame.map.inner_ip;
  if (frame.map.is_malformed()) return false;  // a unit's length would hide it
  if (ip.has_options || ip.is_fragment || ip.is_truncated) return false;
  return is_all_payload(frame.map) && !transport_payload(frame).empty() && has_valid_checksums(frame);
}

JoinVerdict judge_udp(const UnitInProgress& unit, const ReceivedFrame& frame, wire::Bytes payload,
                      std::size_t max_ip_length) noexcept {
  if (is_complete(unit)) return JoinVerdict::kRestartBySize;
  if (!unit.has_ip_fields_of(frame) || unit.hop_limit != hop_limit_of(frame)) return JoinVerdict::kAlone;
  if (payload.size() > unit.segment_size) return JoinVerdict::kAlone;
  return unit.ip_length_with(payload.size()) > max_ip_length ? JoinVerdict::kRestartBySize : JoinVerdict::kJoin;
}

}  // namespace nvgre::offload
