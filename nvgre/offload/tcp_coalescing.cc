#include "nvgre/offload/tcp_coalescing.h"

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/ip.h"

namespace nvgre::offload {
namespace {

using wire::TcpFlags;

constexpr TcpFlags kEcnFlags = TcpFlags::kEce | TcpFlags::kCwr;
constexpr TcpFlags kMergeableFlags = TcpFlags::kAck | TcpFlags::kPsh | kEcnFlags;

/// Whether `a` is `b` or comes after it, modulo 2^32 (RFC 9293, section 3.4).
constexpr bool not_before(std::uint32_t a, std::uint32_t b) noexcept {
  return static_cast<std::int32_t>(a - b) >= 0;
}

constexpr bool has_mergeable_flags(TcpFlags flags) noexcept {
  return has_any(flags, TcpFlags::kAck) && !has_any(flags, ~kMergeableFlags);
}

/// Reads options of which at most one is a timestamps option and the rest is NOP padding.
/// @return  False for any other options: the end-of-list option is one of them, too.
bool read_options(wire::Bytes options, std::optional<wire::TcpTimestamps>& timestamps) noexcept {
  constexpr std::size_t kKindAndLength = 2;
  constexpr std::size_t kOptionSize = kKindAndLength + wire::TcpTimestamps::kDataSize;
  std::size_t at = 0;
  while (at < options.size()) {
    const auto kind = wire::TcpOptionKind{options[at]};
    if (kind == wire::TcpOptionKind::kNoOperation) {
      ++at;
      continue;
    }
    if (kind != wire::TcpOptionKind::kTimestamps || timestamps) return false;
    if (options.size() - at < kOptionSize || options[at + 1] != kOptionSize) return false;
    timestamps = wire::TcpTimestamps{
        wire::load_big_endian<std::uint32_t>(options, at + kKindAndLength),
        wire::load_big_endian<std::uint32_t>(options, at + kKindAndLength + sizeof(std::uint32_t)),
        wire::TcpLayout::kOptions + at + kKindAndLength,
    };
    at += kOptionSize;
  }
  return true;
}

/// Timestamps at the same place or in neither, and never going back (RSC-13, RSC-18).
bool timestamps_follow(const std::optional<wire::TcpTimestamps>& before,
                       const std::optional<wire::TcpTimestamps>& after) noexcept {
  if (!before || !after) return !before && !after;
  return before->offset == after->offset && not_before(after->value, before->value);
}

/// What has to hold of every segment of a unit, with payload or without (RSC-7, RSC-8, RSC-13, RSC-18).
bool headers_agree(const UnitInProgress& unit, const ReceivedFrame& frame, const TcpSegment& segment) noexcept {
  return unit.has_ip_fields_of(frame) && unit.first.map.transport.size == frame.map.transport.size &&
         (unit.tcp.flags & kEcnFlags) == (segment.flags & kEcnFlags) &&
         timestamps_follow(unit.tcp.timestamps, segment.timestamps);
}

}  // namespace

std::optional<TcpSegment> read_tcp_segment(const ReceivedFrame& frame) noexcept {
  const wire::NetworkHeader& ip = frame.map.inner_ip;
  if (frame.map.is_malformed()) return std::nullopt;  // a unit's length would hide it
  if (ip.has_options || ip.is_fragment || ip.is_truncated) return std::nullopt;
  // Without a real length in its IP header it may be longer: no unit could say so.
  if (ip.payload_end - ip.offset > wire::kMaxIpPacketSize) return std::nullopt;
  const auto view = wire::TcpView::parse(frame.bytes.subspan(frame.map.transport.offset));
  if (!view || !has_mergeable_flags(view->flags())) return std::nullopt;
  TcpSegment segment{view->sequence_number(), view->acknowledgment_number(), view->window(), view->flags(), {}};
  if (!read_options(view->options(), segment.timestamps)) return std::nullopt;
  if (!has_valid_checksums(frame)) return std::nullopt;  // last, for it may read the payload
  return segment;
}

JoinVerdict judge_tcp_data(const UnitInProgress& unit, const ReceivedFrame& frame, const TcpSegment& segment,
                           wire::Bytes payload, std::size_t max_ip_length) noexcept {
  if (segment.sequence_number != unit.next_sequence_number()) return JoinVerdict::kRestart;
  if (!not_before(segment.acknowledgment_number, unit.tcp.acknowledgment_number)) return JoinVerdict::kRestart;
  if (!headers_agree(unit, frame, segment)) return JoinVerdict::kRestart;
  if (unit.ip_length_with(payload.size()) > max_ip_length) return JoinVerdict::kRestartBySize;
  return unit.slice_count == unit.slices.size() ? JoinVerdict::kAlone : JoinVerdict::kJoin;
}

bool is_window_update(const UnitInProgress& unit, const ReceivedFrame& frame, const TcpSegment& segment) noexcept {
  return segment.sequence_number == unit.next_sequence_number() &&
         segment.acknowledgment_number == unit.tcp.acknowledgment_number && segment.window != unit.tcp.window &&
         headers_agree(unit, frame, segment);
}

void merge_tcp_header(UnitInProgress& unit, const TcpSegment& segment) noexcept {
  unit.tcp.acknowledgment_number = segment.acknowledgment_number;
  unit.tcp.window = segment.window;
  unit.tcp.flags |= segment.flags & TcpFlags::kPsh;
  unit.tcp.timestamps = segment.timestamps;
}

}  // namespace nvgre::offload
