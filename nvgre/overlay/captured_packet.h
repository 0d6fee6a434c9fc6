/// Encapsulation and decapsulation of single frames, without policy, look-up or ports: for captures, of which only the
/// start of a frame may be there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/overlay/tunnel_headers.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// Where the FlowID of a packet comes from.
enum class FlowIdSource : std::uint8_t { kTunnel, kFlowHash };

/// Puts frames into packets of one tunnel. One caller at a time.
class TunnelEntrance {
 public:
  /// A frame's packet: `headers` are valid until the next wrap(), `payload` is the frame's.
  struct Packet {
    wire::Bytes headers;   ///< Those of the tunnel, and the inner Ethernet header without tags.
    wire::Bytes payload;   ///< What was captured of the rest.
    std::size_t size = 0;  ///< Of the whole packet.
  };

  /// @param tunnel  What the headers hold, but for what each frame brings: DSCP and ECN (OVL-22, D-37), an IPv6 flow
  ///                label (OVL-21), FlowID by its source; the IPv4 ID counts up from the one given (WIRE-5).
  TunnelEntrance(const TunnelFields& tunnel, FlowIdSource flow_id) noexcept : tunnel_(tunnel), flow_id_(flow_id) {}

  /// @param captured    The frame, or the start of it.
  /// @param frame_size  Bytes of the whole frame.
  /// @return            kTruncatedEthernet; kUnsupportedHeader for a longer stack of tags than anybody uses.
  [[nodiscard]] wire::Checked<Packet> wrap(wire::Bytes captured, std::size_t frame_size) noexcept;

 private:
  TunnelFields tunnel_;
  FlowIdSource flow_id_;
  std::array<std::uint8_t, kMaxTunnelSize + wire::EthernetView::kSize> headers_{};
};

/// The frame that was in a packet.
struct UnwrappedFrame {
  wire::Vsid vsid;
  wire::MutableBytes bytes;  ///< What was captured of it: a part of the packet's bytes.
  std::size_t size = 0;      ///< Of the whole frame.
};

/// Takes the tunnel headers off a packet that an endpoint with this packet's addresses and subnet would deliver:
/// WIRE-11 to WIRE-16, OVL-7, OVL-10, OVL-23, OVL-26. An outer IP length of 0 means the packet's own.
/// @param captured     The packet, or the start of it; a congestion mark is written into the inner header.
/// @param packet_size  Bytes of the whole packet.
[[nodiscard]] wire::Checked<UnwrappedFrame> unwrap(wire::MutableBytes captured, std::size_t packet_size) noexcept;

}  // namespace nvgre::overlay
