/// How long a worker lets a burst from the underlay grow. A worker that looks at once finds a frame or two, and only
/// segments of one burst are joined (RSC-4). So while a bulk transfer goes on, it waits for the rest of a train:
///
///     frames    | | | | | |              | | | | | | | | | | | | | ...
///     look                   ^ kGap after the last                  ^ kLongest after the first, or a burst is full
///
/// Latency is no worse for it, as RSC-4 demands of whoever waits: a message of fewer than kBulkSegments segments, and
/// so every ping-pong, is looked for at once to its end. It counts as ended when its last segment was pushed and
/// nothing followed for longer than a sender that has more needs between two super-frames. The worker does not sleep
/// meanwhile (no sleep is as short as kGap) and waits only while frames are there: an idle one sleeps without a timer.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

#include "nvgre/datapath/userspace/frame_buffers.h"
#include "nvgre/offload/coalescing.h"

namespace nvgre::datapath::userspace {

/// What a burst brought of bulk transfers.
struct BulkData {
  std::size_t joined_segments = 0;  ///< TCP segments in units.
  bool is_pushed = false;           ///< The last of them has PSH: for now its sender had no more to send.

  void add(const offload::ReceivedUnit& unit) noexcept;
};

/// @note  One worker's own. Time since any fixed moment is passed in.
class BurstPacing {
 public:
  using Instant = std::chrono::nanoseconds;

  /// From frame to frame of a train lie 2 to 4 us, the kernel's time for a sent packet.
  static constexpr Instant kGap = std::chrono::microseconds(10);
  static constexpr Instant kLongest = std::chrono::microseconds(80);
  static constexpr std::size_t kFullBurst = FrameBuffers::kCount;
  static constexpr std::size_t kBulkSegments = 16;
  /// Reading and cutting a super-frame takes a sender about half of this; a request and its answer take more.
  static constexpr Instant kPause = std::chrono::microseconds(60);

  /// Whether to wait for more before the frames that are there are taken.
  [[nodiscard]] bool gathers(Instant now, std::size_t waiting) noexcept;

  /// A burst was taken and carried to its ports.
  void took(Instant now, const BulkData& bulk) noexcept;

 private:
  std::size_t waiting_ = 0;           ///< Frames that were there when it was last asked.
  Instant began_{}, grew_{};          ///< When the first and the last of them were seen.
  std::size_t bulk_segments_ = 0;     ///< Of the message that is under way.
  std::optional<Instant> pushed_at_;  ///< When the last burst was done, if it ended with a push.
};

}  // namespace nvgre::datapath::userspace
