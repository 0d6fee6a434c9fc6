/// Sends one inner frame to one Provider Address: finds the way, holds the frame against the path MTU, writes the
/// tunnel headers, and lets the adapter finish (steps 4 to 6 of endpoint.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/flow_hash.h"
#include "nvgre/overlay/identification.h"
#include "nvgre/overlay/policy.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/overlay/tunnel_headers.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ip.h"

namespace nvgre::overlay {

/// What became of a frame. A refused one has a reason; one that was too big, what would have fitted.
struct Outcome {
  enum class Kind : std::uint8_t { kEncapsulated, kLocal, kAnswered, kHeld, kRefused };
  Kind kind = Kind::kRefused;
  wire::DropReason reason{};
  std::size_t inner_mtu = 0;  ///< Largest inner IP packet that fits, bytes; with DropReason::kTooBig.

  [[nodiscard]] static constexpr Outcome refused(wire::DropReason why) noexcept { return {Kind::kRefused, why, 0}; }
  [[nodiscard]] static constexpr Outcome too_big(std::size_t mtu) noexcept {
    return {Kind::kRefused, wire::DropReason::kTooBig, mtu};
  }
  [[nodiscard]] constexpr bool is_too_big() const noexcept {
    return kind == Kind::kRefused && reason == wire::DropReason::kTooBig;
  }
};

/// A tenant's frame with who sent it.
struct SentFrame {
  const Port& port;
  const PortFrame& given;    ///< As the port handed it over: what is held.
  const TenantFrame& frame;  ///< As it is carried.
};

/// The sender of one worker. @note That worker's thread only; allocates nothing.
class TunnelSender {
 public:
  TunnelSender(unsigned worker, EndpointCounters& counters) noexcept
      : worker_(worker), counters_(counters), identifications_(worker) {}

  /// Sends the frame to one PA or PA multicast group, whole or cut by the adapter, or has it held.
  Outcome send(const Snapshot& snapshot, const SentFrame& sent, const wire::ProviderAddress& destination,
               const Output& output);

  /// Sends a frame with VSID 0xFFFFFF as it is. @return The reason if it was not sent.
  std::optional<wire::DropReason> send_vendor(const Snapshot& snapshot, const wire::ProviderAddress& peer,
                                              wire::Bytes inner_frame, const Output& output);

 private:
  /// How one destination is reached now.
  struct Way {
    wire::ProviderAddress source;
    wire::ProviderAddress destination;
    const NextHop* next_hop = nullptr;  ///< nullptr: a multicast group.
    std::size_t inner_mtu = 0;          ///< Largest inner IP packet that fits, bytes.
  };
  [[nodiscard]] static wire::Checked<Way> find_way(const Snapshot& snapshot, const wire::ProviderAddress* source,
                                                   const wire::ProviderAddress& destination) noexcept;
  /// FlowID, traffic class and identification are left 0.
  [[nodiscard]] static TunnelFields fields_for(const Snapshot& snapshot, const Way& way, wire::Vsid vsid,
                                               const FlowHash& hash) noexcept;

  Outcome send_on(const Snapshot& snapshot, const SentFrame& sent, const Way& way, const Output& output);
  /// The frame with no checksum left to finish: its own could not be, once it is in pieces.
  [[nodiscard]] wire::Checked<TenantFrame> with_finished_checksum(const TenantFrame& frame);
  Outcome send_fragments(const Snapshot& snapshot, const VirtualSubnet& subnet, const TenantFrame& frame,
                         const Way& way, const Output& output);
  Outcome hand_over(const Snapshot& snapshot, const VirtualSubnet& subnet, const TenantFrame& frame, const Way& way,
                    const Output& output);
  void count_super_frame(const TenantFrame& frame, std::size_t mss, std::size_t segments) noexcept;

  static constexpr std::size_t kFrameCapacity = wire::EthernetView::kSize + wire::kMaxIpPacketSize;

  unsigned worker_;
  EndpointCounters& counters_;
  IdentificationCounters identifications_;
  std::array<std::uint8_t, kFrameCapacity> whole_{};                    ///< One frame before it is cut (OVL-12).
  std::array<std::uint8_t, kFrameCapacity> fragment_{};                 ///< One inner fragment at a time (OVL-12).
  std::array<std::uint8_t, kMaxTunnelSize + kFrameCapacity> packet_{};  ///< One packet that is copied together.
};

}  // namespace nvgre::overlay
