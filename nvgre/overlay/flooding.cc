#include "nvgre/overlay/flooding.h"

#include <algorithm>
#include <optional>

#include "nvgre/wire/ip.h"

namespace nvgre::overlay {
namespace {

/// The inner multicast group that the frame is for, if it is for one.
std::optional<wire::CustomerAddress> inner_group(const TenantFrame& frame) noexcept {
  if (!frame.map().inner_ip) return std::nullopt;
  const auto destination = wire::destination_address(frame.bytes(), frame.map().inner_ip);
  if (!destination.is_multicast()) return std::nullopt;
  return wire::CustomerAddress(destination);
}

}  // namespace

std::span<const wire::ProviderAddress> flood_destinations(const VirtualSubnet& subnet,
                                                          const TenantFrame& frame) noexcept {
  if (const auto* group = subnet.flood_group(inner_group(frame))) return {group, 1};
  return subnet.flood_peers();
}

void FloodOutcome::add(const Outcome& copy) noexcept {
  switch (copy.kind) {
    case Outcome::Kind::kEncapsulated:
      ++encapsulated_;
      break;
    case Outcome::Kind::kLocal:
    case Outcome::Kind::kAnswered:
      ++local_;
      break;
    case Outcome::Kind::kHeld:
      ++held_;
      break;
    case Outcome::Kind::kRefused:
      if (refused_++ == 0) first_refusal_ = copy;
      if (copy.is_too_big()) too_big_mtu_ = std::min(too_big_mtu_.value_or(copy.inner_mtu), copy.inner_mtu);
      break;
  }
}

Outcome FloodOutcome::result() const noexcept {
  if (encapsulated_ > 0) return {.kind = Outcome::Kind::kEncapsulated};
  if (held_ > 0) return {.kind = Outcome::Kind::kHeld};
  if (local_ > 0) return {.kind = Outcome::Kind::kLocal};
  return first_refusal_;
}

void FloodOutcome::count(EndpointCounters& counters) const noexcept {
  counters.flood_copies += encapsulated_;
  if (encapsulated_ + held_ + local_ > 0) counters.flood_copies_lost += refused_;
}

}  // namespace nvgre::overlay
