/// The endpoint's send side: decides for each frame of a tenant who gets it (steps 1 to 4 of endpoint.h).
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/neighbor_message.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/port_delivery.h"
#include "nvgre/overlay/rate_limiter.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/overlay/tunnel_sender.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"

namespace nvgre::overlay {

/// What a burst works with.
struct TransmitBurst {
  const Snapshot& snapshot;
  Instant now;
  Output output;
  PortDelivery ports;  ///< Towards output.ports.
};

/// The send side of one worker. @note That worker's thread only; allocates nothing.
class Transmitter {
 public:
  Transmitter(unsigned worker, EndpointCounters& counters) noexcept
      : worker_(worker), counters_(counters), sender_(worker, counters) {}

  /// Carries one frame and counts its outcome.
  void transmit(TransmitBurst& burst, const PortFrame& given);
  /// Carries a frame that was held, to the destination for which it was held.
  void transmit_to(TransmitBurst& burst, const wire::ProviderAddress& destination, const PortFrame& given);
  [[nodiscard]] TunnelSender& sender() noexcept { return sender_; }

 private:
  /// Reads the frame, and finishes a checksum that no offload is made for.
  [[nodiscard]] wire::Checked<TenantFrame> prepare(const PortFrame& given);
  Outcome carry(TransmitBurst& burst, const SentFrame& sent);
  void answer(TransmitBurst& burst, const SentFrame& sent, const NeighborMessage& message, const Owner& owner);
  /// Sends to one destination; the tenant is told if the frame is too big for it.
  Outcome send(TransmitBurst& burst, const SentFrame& sent, const wire::ProviderAddress& destination);
  Outcome route(TransmitBurst& burst, const SentFrame& sent);
  Outcome route_unknown(TransmitBurst& burst, const SentFrame& sent);
  Outcome deliver_local(TransmitBurst& burst, const SentFrame& sent, PortIndex to);
  Outcome flood(TransmitBurst& burst, const SentFrame& sent);
  void settle(const Port* port, const Outcome& outcome);
  void tell_too_big(TransmitBurst& burst, const SentFrame& sent, std::size_t inner_mtu);

  /// Messages to one port: enough for every flow to learn a new path MTU soon, too few to be of use in an attack.
  static constexpr std::chrono::milliseconds kTooBigInterval{10};
  static constexpr unsigned kTooBigBurst = 32;
  /// The largest frame whose checksum is finished here.
  static constexpr std::size_t kScratchSize = wire::EthernetView::kSize + wire::kMaxIpPacketSize;

  unsigned worker_;
  EndpointCounters& counters_;
  TunnelSender sender_;
  RateLimiter too_big_limiter_{kTooBigInterval, kTooBigBurst};
  std::array<std::uint8_t, kScratchSize> scratch_{};  ///< One frame at a time.
};

}  // namespace nvgre::overlay
