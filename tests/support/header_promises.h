/// What header_map.h promises of every map of every frame, whatever its bytes; and a reader of every field of every
/// view.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

#include "nvgre/wire/arp.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/neighbor_discovery.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::test {

template <typename Header>
[[nodiscard]] bool lies_inside(const Header& header, std::size_t begin, std::size_t end) {
  return !header || (header.offset >= begin && header.offset < header.end() && header.end() <= end);
}

[[nodiscard]] inline bool payload_is_bounded(const wire::NetworkHeader& header, std::size_t frame_size) {
  return !header || (header.payload_end >= header.end() && header.payload_end <= frame_size);
}

/// What holds for every map of every frame, as header_map.h promises it. Returns what does not.
[[nodiscard]] inline std::string broken_promise(const wire::HeaderMap& map, std::size_t captured,
                                                std::size_t frame_size, bool past_packet_end = false) {
  const bool is_bounded = map.outer_ip && !past_packet_end;
  const std::size_t bound = is_bounded ? std::min<std::size_t>(captured, map.outer_ip.payload_end) : captured;
  if (!lies_inside(map.outer_link, 0, captured)) return "outer_link";
  if (!lies_inside(map.outer_ip, map.outer_link.end(), captured)) return "outer_ip";
  if (!lies_inside(map.gre, map.outer_ip.end(), bound)) return "gre";
  if (!lies_inside(map.inner_link, map.gre.end(), bound)) return "inner_link";
  if (!lies_inside(map.inner_ip, map.inner_link.end(), bound)) return "inner_ip";
  if (!lies_inside(map.transport, map.inner_ip.end(), bound)) return "transport";
  if (!payload_is_bounded(map.outer_ip, frame_size)) return "outer payload_end";
  if (!payload_is_bounded(map.inner_ip, frame_size)) return "inner payload_end";
  if (map.outer_ip && map.inner_ip.payload_end > std::max(map.outer_ip.payload_end, map.inner_ip.end()))
    return "inner packet outside the outer one";
  if (map.transport && (!map.inner_ip || map.inner_ip.is_fragment)) return "transport without a whole packet";
  if (map.transport &&
      (map.transport.payload_end < map.transport.end() || map.transport.payload_end > map.inner_ip.payload_end))
    return "transport payload_end";
  if (map.encapsulation == wire::Encapsulation::kNone && (map.outer_link || map.outer_ip || map.gre)) return "kNone";
  if (map.encapsulation == wire::Encapsulation::kUnsupported && (map.inner_link || map.inner_ip || map.transport))
    return "kUnsupported";
  if (map.encapsulation == wire::Encapsulation::kUnsupported && !map.problem) return "kUnsupported without a problem";
  if (map.problem_is_inner && !map.problem) return "problem_is_inner";
  return {};
}

/// Reads every field of every view that accepts the bytes.
inline std::size_t read_everything(wire::Bytes bytes) {
  std::string text;
  const auto add = [&](const auto& view) {
    if (view) text += describe(*view);
  };
  add(wire::EthernetView::parse(bytes));
  add(wire::Ipv4View::parse(bytes));
  add(wire::Ipv6View::parse(bytes));
  add(wire::IpView::parse(bytes));
  add(wire::GreView::parse(bytes));
  add(wire::NvgreView::parse(bytes));
  add(wire::TcpView::parse(bytes));
  add(wire::UdpView::parse(bytes));
  add(wire::IcmpView::parse(wire::IpVersion::kV4, bytes));
  add(wire::IcmpView::parse(wire::IpVersion::kV6, bytes));
  add(wire::ArpView::parse(bytes));
  add(wire::NeighborView::parse(bytes));
  if (wire::Ipv6View::parse(bytes)) {
    for (const auto& address : {wire::ipv6_final_destination(bytes), wire::ipv6_home_address_option(bytes),
                                wire::ipv6_routing_home_address(bytes)})
      if (address) text += address->to_string();
  }
  return text.size();
}

}  // namespace nvgre::test
