/// The endpoint's receive side: from the underlay's packets to the ports' units.
#pragma once

#include <cstdint>

#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/overlay/decapsulation.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/port_delivery.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::overlay {

/// What a burst works with.
struct ReceiveBurst {
  const Snapshot& snapshot;
  Output output;
  PortDelivery ports;  ///< Towards output.ports.
};

/// The receive side of one worker. @note That worker's thread only; allocates in its constructor only.
class Receiver {
 public:
  Receiver(unsigned worker, EndpointCounters& counters);

  void set_vendor_handler(VendorHandler* handler) noexcept { vendor_handler_ = handler; }
  /// Takes one packet and counts its outcome. Its bytes stay where they are until finish().
  void receive(ReceiveBurst& burst, UnderlayFrame& frame);
  /// Ends the burst: delivers what is held (RSC-4).
  void finish(ReceiveBurst& burst);
  /// Exceptions that ended coalescing. Any thread.
  [[nodiscard]] offload::CoalescingStatistics coalescing() const noexcept { return coalescer_.statistics(); }

 private:
  void refuse(ReceiveBurst& burst, const UnderlayFrame& frame, const wire::HeaderMap& map, wire::DropReason reason);
  void learn_path_mtu(ReceiveBurst& burst, const UnderlayFrame& frame, const wire::HeaderMap& map);
  /// Takes a packet that open_tunnel() let through. @return The reason if it is not delivered.
  [[nodiscard]] std::optional<wire::DropReason> take(ReceiveBurst& burst, const UnderlayFrame& frame,
                                                     const wire::HeaderMap& map, const TunnelPacket& packet);
  [[nodiscard]] std::optional<wire::DropReason> take_vendor(const TunnelPacket& packet);
  [[nodiscard]] std::optional<wire::DropReason> deliver(ReceiveBurst& burst, const VirtualSubnet& subnet,
                                                        const offload::ReceivedFrame& frame);
  [[nodiscard]] std::optional<wire::DropReason> flood(ReceiveBurst& burst, const VirtualSubnet& subnet,
                                                      const offload::ReceivedFrame& frame);
  [[nodiscard]] std::optional<wire::DropReason> deliver_to(ReceiveBurst& burst, PortIndex port,
                                                           offload::ReceivedFrame frame);
  [[nodiscard]] std::optional<wire::DropReason> deliver_cut(ReceiveBurst& burst, PortIndex port,
                                                            const offload::ReceivedFrame& frame);
  void count_queue(ReceiveBurst& burst, PortIndex port, const offload::ReceivedFrame& frame) noexcept;
  void count_checksum(const offload::ReceiveChecksum& checksum) noexcept;

  unsigned worker_;
  EndpointCounters& counters_;
  offload::Coalescer coalescer_{offload::UnitChecksums::kPartial};
  VendorHandler* vendor_handler_ = nullptr;
};

}  // namespace nvgre::overlay
