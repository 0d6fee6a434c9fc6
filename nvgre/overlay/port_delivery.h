/// The last step before a port: counts what tenants are given, and hands frames of this host's own making over.
#pragma once

#include <cstdint>

#include "nvgre/offload/coalescing.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Stands between the endpoint and a burst's UnitSink. @note Made anew for each burst; the worker's thread only.
class PortDelivery : public offload::UnitSink {
 public:
  PortDelivery(const Snapshot& snapshot, unsigned worker, EndpointCounters& counters, offload::UnitSink& next) noexcept
      : snapshot_(snapshot), worker_(worker), counters_(counters), next_(next) {}

  /// Counts and passes on.
  void deliver(const offload::ReceivedUnit& unit) override;

  /// A frame that the endpoint made: an answer, an ICMP message. Complete in itself.
  void deliver_own(PortIndex to, wire::Bytes frame);

  /// A frame from another port of this host: super-frames stay whole, unfinished checksums unfinished, because they
  /// never leave the host. Where the port does not take super-frames of the kind, they are cut.
  /// @return The reason if the frame could not be cut.
  [[nodiscard]] std::optional<wire::DropReason> deliver_local(PortIndex to, const TenantFrame& frame);

  /// Whether a port takes super-frames of a kind whole.
  [[nodiscard]] bool accepts(PortIndex port, offload::SegmentationKind kind) const noexcept {
    return kind == offload::SegmentationKind::kUdp ? abilities(port).accepts_udp_units : abilities(port).accepts_units;
  }
  [[nodiscard]] PortAbilities abilities(PortIndex port) const noexcept {
    return port < snapshot_.ports.size() ? snapshot_.ports[port] : PortAbilities();
  }

 private:
  void deliver_whole(PortIndex to, const TenantFrame& frame);
  [[nodiscard]] std::optional<wire::DropReason> deliver_cut(PortIndex to, const TenantFrame& frame);
  void count_unit(const offload::ReceivedUnit& unit) noexcept;

  const Snapshot& snapshot_;
  unsigned worker_;
  EndpointCounters& counters_;
  offload::UnitSink& next_;
};

}  // namespace nvgre::overlay
