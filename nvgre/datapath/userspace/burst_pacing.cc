#include "nvgre/datapath/userspace/burst_pacing.h"

#include "nvgre/wire/tcp.h"

namespace nvgre::datapath::userspace {

void BulkData::add(const offload::ReceivedUnit& unit) noexcept {
  if (!unit.map.transport.is_tcp()) return;
  const auto tcp = wire::TcpView::parse(unit.headers.subspan(unit.map.transport.offset));
  if (!tcp) return;
  const bool has_push = wire::has_any(tcp->flags(), wire::TcpFlags::kPsh);
  const bool is_unit = unit.coalesced_segment_count != 0;
  if (has_push || is_unit) is_pushed = has_push;  // an ACK alone says nothing of a message's end
  joined_segments += unit.coalesced_segment_count;
}

bool BurstPacing::gathers(Instant now, std::size_t waiting) noexcept {
  if (waiting == 0 || waiting >= kFullBurst) return false;
  if (waiting_ == 0) {
    if (pushed_at_ && now - *pushed_at_ > kPause) bulk_segments_ = 0;
    began_ = now;
  }
  if (waiting > waiting_) grew_ = now;
  waiting_ = waiting;
  return bulk_segments_ >= kBulkSegments && now - grew_ < kGap && now - began_ < kLongest;
}

void BurstPacing::took(Instant now, const BulkData& bulk) noexcept {
  waiting_ = 0;
  pushed_at_.reset();
  if (bulk.is_pushed) pushed_at_ = now;
  const bool was_bulk = bulk_segments_ >= kBulkSegments;
  bulk_segments_ += bulk.joined_segments;
  // It was given time and yet is no train: what goes on now is something else.
  if (was_bulk && bulk.joined_segments == 0) bulk_segments_ = 0;
}

}  // namespace nvgre::datapath::userspace
