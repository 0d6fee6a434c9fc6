#include "nvgre/datapath/memory/tcp_connection.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace nvgre::datapath::memory {
namespace {

using wire::TcpFlags;

constexpr overlay::Instant kRetransmissionTime = std::chrono::milliseconds(20);
constexpr unsigned kDuplicateThreshold = 3;  // RFC 5681, section 3.2

/// Whether `a` comes before `b` in sequence space (RFC 9293, section 3.4).
constexpr bool before(std::uint32_t a, std::uint32_t b) {
  return static_cast<std::int32_t>(a - b) < 0;
}

}  // namespace

TcpConnection TcpConnection::opener(std::vector<std::uint8_t> stream, std::uint32_t initial_sequence) {
  TcpConnection connection;
  connection.stream_ = std::move(stream);
  connection.initial_ = connection.unacknowledged_ = connection.next_ = initial_sequence;
  return connection;
}

TcpConnection TcpConnection::accepter(std::uint32_t initial_sequence) {
  TcpConnection connection = opener({}, initial_sequence);
  connection.opens_ = false;
  connection.state_ = State::kListening;
  return connection;
}

void TcpConnection::receive(const wire::TcpView& segment, overlay::Instant now) {
  const auto flags = segment.flags();
  if (state_ == State::kOpening && !has_any(flags, TcpFlags::kSyn)) return;
  if (has_any(flags, TcpFlags::kSyn)) {
    const bool is_first = state_ == State::kListening || state_ == State::kOpening;
    if (is_first) expected_ = segment.sequence_number() + 1;
    if (state_ == State::kListening) state_ = State::kEstablished;
    owes_acknowledgment_ = true;
  }
  if (state_ == State::kListening) return;
  if (has_any(flags, TcpFlags::kAck)) receive_acknowledgment(segment, now);
  if (!has_any(flags, TcpFlags::kSyn)) receive_payload(segment);
}

void TcpConnection::receive_acknowledgment(const wire::TcpView& segment, overlay::Instant now) {
  const auto acknowledged = segment.acknowledgment_number();
  const auto end = initial_ + 1 + static_cast<std::uint32_t>(stream_.size()) + 1;  // SYN, the stream, FIN
  if (before(end, acknowledged)) return;
  peer_window_ = segment.window();
  if (before(unacknowledged_, acknowledged)) {
    unacknowledged_ = acknowledged;
    if (before(next_, acknowledged)) next_ = acknowledged;
    duplicate_acknowledgments_ = 0;
    timer_.reset();
    if (state_ == State::kOpening) state_ = State::kEstablished;
    if (opens_ && acknowledged == end) state_ = State::kFinished;
    return;
  }
  const bool is_duplicate = acknowledged == unacknowledged_ && segment.payload().empty() && before(acknowledged, next_);
  if (is_duplicate && ++duplicate_acknowledgments_ == kDuplicateThreshold) go_back(now);
}

void TcpConnection::receive_payload(const wire::TcpView& segment) {
  const auto payload = segment.payload();
  const bool ends = has_any(segment.flags(), TcpFlags::kFin);
  if (payload.empty() && !ends) return;
  owes_acknowledgment_ = true;
  const auto sequence = segment.sequence_number();
  if (before(expected_, sequence) || opens_) return;  // a hole: the acknowledgment asks for what is missing
  const auto known = static_cast<std::size_t>(expected_ - sequence);
  if (known < payload.size()) {
    const auto fresh = payload.subspan(known);
    received_.insert(received_.end(), fresh.begin(), fresh.end());
    expected_ += static_cast<std::uint32_t>(fresh.size());
  }
  if (ends && !has_end_ && expected_ == sequence + static_cast<std::uint32_t>(payload.size())) {
    has_end_ = true;
    ++expected_;
  }
}

void TcpConnection::go_back(overlay::Instant now) {
  if (next_ != unacknowledged_) ++retransmissions_;
  next_ = unacknowledged_;
  duplicate_acknowledgments_ = 0;
  timer_ = now + kRetransmissionTime;
}

TcpSegment TcpConnection::segment(std::uint32_t sequence, TcpFlags flags, wire::Bytes payload) const {
  return {.sequence_number = sequence, .acknowledgment_number = expected_, .flags = flags, .payload = payload};
}

std::vector<TcpSegment> TcpConnection::poll(std::size_t limit, overlay::Instant now) {
  std::vector<TcpSegment> segments;
  if (state_ == State::kListening) return segments;
  if (timer_ && *timer_ <= now) go_back(now);
  if (next_ == initial_) {
    segments.push_back(segment(next_++, opens_ ? TcpFlags::kSyn : TcpFlags::kSyn | TcpFlags::kAck));
    owes_acknowledgment_ = false;
  }
  const auto stream_end = initial_ + 1 + static_cast<std::uint32_t>(stream_.size());
  while (opens_ && state_ == State::kEstablished && before(next_, stream_end)) {
    const auto in_flight = static_cast<std::size_t>(next_ - unacknowledged_);
    const auto room = peer_window_ > in_flight ? peer_window_ - in_flight : 0;
    const auto size = std::min({limit, room, stream_.size() - offset_of(next_)});
    if (size == 0) break;
    const bool is_last = offset_of(next_) + size == stream_.size();
    segments.push_back(segment(next_, is_last ? TcpFlags::kAck | TcpFlags::kPsh : TcpFlags::kAck,
                               wire::Bytes(stream_).subspan(offset_of(next_), size)));
    next_ += static_cast<std::uint32_t>(size);
  }
  if (opens_ && state_ == State::kEstablished && next_ == stream_end)
    segments.push_back(segment(next_++, TcpFlags::kAck | TcpFlags::kFin));
  if (segments.empty() && owes_acknowledgment_) segments.push_back(segment(next_, TcpFlags::kAck));
  owes_acknowledgment_ = false;
  if (next_ == unacknowledged_)
    timer_.reset();
  else if (!timer_)
    timer_ = now + kRetransmissionTime;
  return segments;
}

}  // namespace nvgre::datapath::memory
