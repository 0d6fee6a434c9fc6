#include "nvgre/overlay/endpoint.h"

#include "nvgre/overlay/receive.h"
#include "nvgre/overlay/transmit.h"

namespace nvgre::overlay {

Endpoint::Endpoint(unsigned worker)
    : worker_(worker),
      transmitter_(std::make_unique<Transmitter>(worker, counters_)),
      receiver_(std::make_unique<Receiver>(worker, counters_)) {}

Endpoint::~Endpoint() = default;

void Endpoint::transmit(const Snapshot& snapshot, Instant now, std::span<const PortFrame> frames, Output output) {
  TransmitBurst burst{snapshot, now, output, PortDelivery(snapshot, worker_, counters_, output.ports)};
  for (const PortFrame& frame : frames) transmitter_->transmit(burst, frame);
}

void Endpoint::transmit_to(const wire::ProviderAddress& destination, const Snapshot& snapshot, Instant now,
                           const PortFrame& frame, Output output) {
  TransmitBurst burst{snapshot, now, output, PortDelivery(snapshot, worker_, counters_, output.ports)};
  transmitter_->transmit_to(burst, destination, frame);
}

void Endpoint::receive(const Snapshot& snapshot, Instant /*now*/, std::span<UnderlayFrame> frames, Output output) {
  ReceiveBurst burst{snapshot, output, PortDelivery(snapshot, worker_, counters_, output.ports)};
  for (UnderlayFrame& frame : frames) receiver_->receive(burst, frame);
  receiver_->finish(burst);
}

std::optional<wire::DropReason> Endpoint::transmit_vendor(const VerifiedPeer& peer, const Snapshot& snapshot,
                                                          wire::Bytes inner_frame, Output output) {
  return transmitter_->sender().send_vendor(snapshot, peer.address(), inner_frame, output);
}

void Endpoint::set_vendor_handler(VendorHandler* handler) noexcept {
  receiver_->set_vendor_handler(handler);
}

void Endpoint::count_refused(wire::DropReason reason, const Port* port) noexcept {
  ++counters_.drops[reason];
  if (port != nullptr) ++port->counters(worker_).drops[reason];
}

void Endpoint::count_expired(const Port* port) noexcept {
  ++counters_.frames_resumed;
  count_refused(wire::DropReason::kNoNextHop, port);
}

EndpointCounts Endpoint::counts() const noexcept {
  EndpointCounts counts;
  counts += counters_;
  const auto coalescing = receiver_->coalescing();
  counts.rsc_octets = coalescing.coalesced_octets;
  counts.rsc_aborts = coalescing.aborts;
  return counts;
}

}  // namespace nvgre::overlay
