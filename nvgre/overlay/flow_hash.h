/// One hash of an inner flow, and what is drawn from it: FlowID (OVL-20), outer IPv6 flow label (OVL-21), next hop
/// among several (OVL-19). Computed once a frame.
#pragma once

#include <cstddef>
#include <cstdint>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// The same for all frames of one inner flow: addresses, protocol and ports where there is a TCP or UDP header, else
/// addresses, else MAC addresses and EtherType. Fragments of one packet are one flow, because none has a transport.
class FlowHash {
 public:
  constexpr FlowHash() noexcept = default;
  /// @param frame  A plain frame; `map` is of it, its inner half filled. @pre map.inner_link
  FlowHash(wire::Bytes frame, const wire::HeaderMap& map) noexcept;

  /// 8 bits of it (WIRE-9).
  [[nodiscard]] constexpr wire::FlowId flow_id() const noexcept { return static_cast<wire::FlowId>(value_ & 0xFF); }
  /// 20 other bits of it, never 0, which would mean "no label" (RFC 6438, section 3).
  [[nodiscard]] constexpr std::uint32_t flow_label() const noexcept {
    const auto label = static_cast<std::uint32_t>(value_ >> 8) & 0x000F'FFFF;
    return label == 0 ? 1 : label;
  }
  /// One of `count` next hops. @pre count > 0
  [[nodiscard]] constexpr std::size_t pick(std::size_t count) const noexcept { return (value_ >> 32) % count; }

 private:
  std::uint64_t value_ = 0;
};

}  // namespace nvgre::overlay
