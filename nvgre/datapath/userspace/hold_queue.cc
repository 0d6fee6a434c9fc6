#include "nvgre/datapath/userspace/hold_queue.h"

#include <cstring>

namespace nvgre::datapath::userspace {

bool HoldQueue::hold(const wire::ProviderAddress& destination, const overlay::PortFrame& frame,
                     overlay::Instant now) noexcept {
  Held* free = nullptr;
  std::size_t of_address = 0;
  for (auto& held : held_) {
    if (!held.is_used)
      free = &held;
    else if (held.destination == destination)
      ++of_address;
  }
  if (free == nullptr || of_address >= kMaxFramesOfOneAddress) return false;
  const auto slot = buffers_.slot(static_cast<std::size_t>(free - held_.data()));
  if (frame.bytes.size() > slot.size()) return false;
  std::memcpy(slot.data(), frame.bytes.data(), frame.bytes.size());
  *free = {.is_used = true, .order = next_order_++, .since = now, .destination = destination, .frame = frame};
  free->frame.bytes = slot.first(frame.bytes.size());
  ++count_;
  return true;
}

bool HoldQueue::is_decided(const overlay::Underlay& underlay, const Held& held) noexcept {
  const auto& source = held.frame.held_from;
  const auto* hop = source ? underlay.find(*source, held.destination) : underlay.find(held.destination);
  return hop != nullptr && (!hop->macs.empty() || !hop->has_route);
}

HoldQueue::Held* HoldQueue::oldest(const overlay::Underlay& underlay, overlay::Instant now, std::size_t end) noexcept {
  Held* oldest = nullptr;
  for (auto& held : held_) {
    if (!held.is_used || held.order >= end) continue;
    if (now - held.since < kMaxAge && !is_decided(underlay, held)) continue;
    if (oldest == nullptr || held.order < oldest->order) oldest = &held;
  }
  return oldest;
}

}  // namespace nvgre::datapath::userspace
