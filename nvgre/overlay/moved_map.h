/// Header maps of a frame that lost bytes in front or in the middle: its tunnel headers, or its VLAN tags.
#pragma once

#include <cstdint>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::overlay {

namespace internal {

constexpr void move_packet(wire::HeaderMap& map, std::uint32_t distance) noexcept {
  if (map.inner_ip) {
    map.inner_ip.offset -= distance;
    map.inner_ip.payload_end -= distance;
  }
  if (map.transport) {
    map.transport.offset -= distance;
    map.transport.payload_end -= distance;
  }
}

}  // namespace internal

/// The map of the inner frame alone, which started at `inner_offset`.
[[nodiscard]] constexpr wire::HeaderMap without_tunnel(const wire::HeaderMap& map,
                                                       std::uint32_t inner_offset) noexcept {
  wire::HeaderMap inner;
  inner.inner_link = map.inner_link;
  inner.inner_link.offset = 0;
  inner.inner_ip = map.inner_ip;
  inner.transport = map.transport;
  internal::move_packet(inner, inner_offset);
  if (map.problem_is_inner) {
    inner.problem = map.problem;
    inner.obstacle = map.obstacle;
    inner.problem_is_inner = true;
  }
  return inner;
}

/// The map of a plain frame whose tags were taken out.
[[nodiscard]] constexpr wire::HeaderMap without_tags(const wire::HeaderMap& map) noexcept {
  wire::HeaderMap untagged = map;
  untagged.inner_link.size = wire::EthernetView::kSize;
  untagged.inner_link.tag_count = 0;
  untagged.inner_link.tag_control = 0;
  internal::move_packet(untagged, map.inner_link.size - untagged.inner_link.size);
  return untagged;
}

}  // namespace nvgre::overlay
