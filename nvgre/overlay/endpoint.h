/// The NVGRE endpoint of one worker: what happens to a burst of frames in either direction. It owns only what no other
/// worker shares (IP IDs, coalescer, rate limiter); policy, underlay and active offloads are read from a snapshot that
/// the data plane holds for the length of a burst. No socket, no thread, no clock: time is passed in.
///
/// Send, tenant to wire (transmit):                    Receive, wire to tenant (receive):
///  1. the port's tag is removed, its source checked    1. locate() maps the headers; other traffic is handed on
///  2. ARP and ND for known addresses are answered      2. outer header, GRE, VSID and source PA are checked
///  3. the lookup record or the flood list is found     3. checksums are validated, ECN is combined
///  4. what cannot fit is answered with "too big"       4. the frame is decapsulated; its port is found
///  5. the tunnel headers are written                   5. segments are coalesced
///  6. the adapter segments and checksums               6. units go to the port
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/frame_metadata.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

class Policy;
struct Underlay;

/// Time since any fixed moment.
using Instant = std::chrono::nanoseconds;

/// Slot of a port: stable for the same device across policy changes.
using PortIndex = std::uint32_t;

/// A frame as a tenant's port hands it over.
struct PortFrame {
  PortIndex port = 0;
  wire::Bytes bytes;                         ///< From the Ethernet header on; without FCS.
  std::optional<std::uint16_t> tag_control;  ///< A tag that the device took out of the bytes.
  offload::FrameMetadata metadata;
};

/// A frame as the underlay interface hands it over.
struct UnderlayFrame {
  wire::MutableBytes bytes;                  ///< From the outer Ethernet header on; ECN may be rewritten in place.
  std::optional<std::uint16_t> tag_control;  ///< A tag that the device took out of the bytes.
  offload::FrameMetadata metadata;  ///< Of a frame that the kernel merged or never finished; offsets from bytes' start.
};

/// What the endpoint tells the control side. Called on the worker, rarely; must not block.
class EndpointEvents {
 public:
  virtual ~EndpointEvents() = default;
  /// The next hop towards `destination` is not resolved: keep a copy of `frame` for a moment and hand it to
  /// Endpoint::transmit_to() when it is. @return false if there is no room (counted as next_hop_queue_full).
  virtual bool hold(const wire::ProviderAddress& destination, const PortFrame& frame) = 0;
  /// A router on the way reported that `destination` takes at most `mtu` bytes of outer IP packet (OVL-13).
  virtual void path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) = 0;
  /// UnknownMode::kReport: no record for this address (OVL-18).
  virtual void miss(wire::Vsid vsid, const wire::MacAddress& destination) = 0;
};

/// What a burst is judged by; all of it stays alive and unchanged until the burst ends.
struct Snapshot {
  const Policy& policy;
  const Underlay& underlay;
  const offload::ActiveOffloads& offloads;
};

/// Where a burst's results go.
struct Output {
  offload::PacketSink& underlay;  ///< Finished outer packets, Ethernet header included.
  offload::UnitSink& ports;       ///< Frames and units for ports: ReceivedUnit::consumer is the PortIndex.
  EndpointEvents& events;
};

}  // namespace nvgre::overlay
