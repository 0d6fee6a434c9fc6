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
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/frame_metadata.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/statistics.h"
#include "nvgre/overlay/underlay.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// Time since any fixed moment.
using Instant = std::chrono::nanoseconds;

/// A frame as a tenant's port hands it over.
struct PortFrame {
  PortIndex port = 0;
  wire::Bytes bytes;                         ///< From the Ethernet header on; without FCS.
  std::optional<std::uint16_t> tag_control;  ///< A tag that the device took out of the bytes.
  offload::FrameMetadata metadata;
  /// Of a frame that is held: the subnet it was sent in, which its port may leave while it waits.
  std::optional<wire::Vsid> held_in = {};
  /// Of a frame that is held: the own Provider Address on whose next hop it waits.
  std::optional<wire::ProviderAddress> held_from = {};
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
  /// The next hop towards `destination` is not resolved: keep a copy of `frame` for a moment and hand it, with
  /// all that PortFrame says, to Endpoint::transmit_to() when it is. @return false if there is no room (counted as
  /// next_hop_queue_full).
  virtual bool hold(const wire::ProviderAddress& destination, const PortFrame& frame) = 0;
  /// A router on the way reported that `destination` takes at most `mtu` bytes of outer IP packet (OVL-13).
  virtual void path_mtu(const wire::ProviderAddress& destination, std::size_t mtu) = 0;
  /// UnknownMode::kReport: no record for this address (OVL-18).
  virtual void miss(wire::Vsid vsid, const wire::MacAddress& destination) = 0;
};

/// What a port's device takes, as the data plane found out when it attached it.
struct PortAbilities {
  bool accepts_units = true;      ///< TCP units and super-frames.
  bool accepts_udp_units = true;  ///< UDP units and super-frames (Linux 6.2 and later).
  bool has_queue = false;         ///< A VM queue of its own, whose filter counts now (VMQ-16, VMQ-19).
};

/// What a burst is judged by; all of it stays alive and unchanged until the burst ends.
struct Snapshot {
  const Policy& policy;
  const Underlay& underlay;
  const offload::ActiveOffloads& offloads;
  std::span<const PortAbilities> ports = {};  ///< By PortIndex; a port beyond the end takes everything.
};

/// Where a burst's results go.
struct Output {
  offload::PacketSink& underlay;  ///< Finished outer packets, Ethernet header included.
  offload::UnitSink& ports;       ///< Frames and units for ports: ReceivedUnit::consumer is the PortIndex.
  EndpointEvents& events;
};

/// Takes what peers of the same vendor exchange with VSID 0xFFFFFF (OVL-26; RFC 7637, section 3.4).
class VendorHandler {
 public:
  virtual ~VendorHandler() = default;
  /// @param inner_frame  What followed the GRE header; valid only during the call.
  virtual void receive(const wire::ProviderAddress& source, wire::Bytes inner_frame) = 0;
};

/// A peer whose vendor the caller has verified, which RFC 7637, section 3.4, demands before VSID 0xFFFFFF is sent to
/// it. Making one is the caller's statement that it did.
class VerifiedPeer {
 public:
  explicit VerifiedPeer(wire::ProviderAddress address) noexcept : address_(address) {}
  [[nodiscard]] const wire::ProviderAddress& address() const noexcept { return address_; }

 private:
  wire::ProviderAddress address_;
};

class Transmitter;
class Receiver;

/// The endpoint of one worker.
/// @note  One thread at a time, counts() excepted. Allocates at construction only.
class Endpoint {
 public:
  /// @param worker  Index of the worker; below the worker_count of every policy it will see.
  explicit Endpoint(unsigned worker);
  ~Endpoint();
  Endpoint(const Endpoint&) = delete;
  Endpoint& operator=(const Endpoint&) = delete;

  /// Carries a burst of frames from tenants' ports: to the underlay, to ports of this host, or back as an answer.
  void transmit(const Snapshot& snapshot, Instant now, std::span<const PortFrame> frames, Output output);

  /// Takes up a frame that EndpointEvents::hold() kept, towards the destination it was kept for, and only there.
  /// Refused if the policy has moved its port to another subnet (port_down) or no longer knows the destination in it.
  void transmit_to(const wire::ProviderAddress& destination, const Snapshot& snapshot, Instant now,
                   const PortFrame& frame, Output output);

  /// Carries a burst of packets from the underlay to ports. Nothing is kept when it returns (RSC-4).
  void receive(const Snapshot& snapshot, Instant now, std::span<UnderlayFrame> frames, Output output);

  /// Sends a frame with VSID 0xFFFFFF: the one way to do so (OVL-27).
  /// @return The reason if it was not sent.
  std::optional<wire::DropReason> transmit_vendor(const VerifiedPeer& peer, const Snapshot& snapshot,
                                                  wire::Bytes inner_frame, Output output);
  /// Who takes received frames with VSID 0xFFFFFF; nullptr (the start): nobody, they are dropped. Not owned.
  void set_vendor_handler(VendorHandler* handler) noexcept;

  /// Counts a frame that the data plane refused: a port or the underlay that takes no more, a malformed virtio header.
  /// @param port  Whose frame it was, if it is known.
  void count_refused(wire::DropReason reason, const Port* port = nullptr) noexcept;

  /// Counts a held frame that waited too long: it is taken up again, and refused for want of a next hop.
  void count_expired(const Port* port) noexcept;

  /// What this worker has done. Any thread.
  [[nodiscard]] EndpointCounts counts() const noexcept;

 private:
  unsigned worker_;
  EndpointCounters counters_;  ///< Written by the worker; read by anyone.
  std::unique_ptr<Transmitter> transmitter_;
  std::unique_ptr<Receiver> receiver_;
};

}  // namespace nvgre::overlay
