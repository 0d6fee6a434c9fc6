/// Frames of one worker that wait until the next hop towards their Provider Address is resolved: a few for each
/// address, for a few seconds, as the kernel does for its own packets.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "nvgre/datapath/userspace/frame_buffers.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/overlay/underlay.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::datapath::userspace {

/// @note  One worker's own. Memory is taken at construction; pages are touched when first used.
class HoldQueue {
 public:
  static constexpr std::size_t kMaxFrames = FrameBuffers::kCount;
  static constexpr std::size_t kMaxFramesOfOneAddress = 16;
  /// The kernel gives up on an address after three requests, one a second.
  static constexpr overlay::Instant kMaxAge = std::chrono::seconds(3);

  /// Copies a frame. @return false if there is no room for it.
  bool hold(const wire::ProviderAddress& destination, const overlay::PortFrame& frame, overlay::Instant now) noexcept;

  [[nodiscard]] bool is_empty() const noexcept { return count_ == 0; }

  /// Ends the waiting of every frame whose address is resolved or has no route (`send` gets it, oldest first), or that
  /// waited too long (`expire` gets it). `send` may hold other frames.
  template <typename Send, typename Expire>
  void release(const overlay::Underlay& underlay, overlay::Instant now, Send send, Expire expire) {
    const std::size_t end = next_order_;  // what `send` adds now waits for the next time
    while (Held* held = oldest(underlay, now, end)) {
      const bool is_expired = now - held->since >= kMaxAge && !is_decided(underlay, *held);
      if (is_expired)
        expire(held->frame);
      else
        send(held->destination, held->frame);
      held->is_used = false;
      --count_;
    }
  }

 private:
  struct Held {
    bool is_used = false;
    std::size_t order = 0;
    overlay::Instant since{};
    wire::ProviderAddress destination;
    overlay::PortFrame frame;
  };
  [[nodiscard]] static bool is_decided(const overlay::Underlay& underlay, const Held& held) noexcept;
  /// The oldest frame whose waiting ends, if it is older than `end`.
  [[nodiscard]] Held* oldest(const overlay::Underlay& underlay, overlay::Instant now, std::size_t end) noexcept;

  FrameBuffers buffers_;
  std::array<Held, kMaxFrames> held_{};
  std::size_t count_ = 0;
  std::size_t next_order_ = 0;
};

}  // namespace nvgre::datapath::userspace
