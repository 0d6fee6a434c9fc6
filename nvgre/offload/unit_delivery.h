/// The last step of coalescing: gives a frame or a unit the headers and the metadata in which its consumer takes it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/unit_in_progress.h"

namespace nvgre::offload {

/// One caller at a time: what a sink is given lies in here until it returns.
class UnitDelivery {
 public:
  explicit UnitDelivery(UnitChecksums form) noexcept : form_(form) {}

  [[nodiscard]] UnitChecksums form() const noexcept { return form_; }
  /// A frame that joined no other: byte for byte, except for the transport checksum's form.
  void deliver_frame(const ReceivedFrame& frame, UnitSink& sink);
  /// A unit, also of one frame. @pre unit.is_open
  void deliver_unit(const UnitInProgress& unit, UnitSink& sink);

 private:
  /// MaxHeaderSizeSupported at its largest (CAP-5), and some tags: longer headers are not rewritten.
  static constexpr std::size_t kMaxHeaderSize = 1152;

  void deliver_unfinished(const ReceivedFrame& frame, UnitSink& sink);
  void deliver_finished(const ReceivedFrame& frame, UnitSink& sink);
  void deliver_rewritten(const ReceivedFrame& frame, std::uint16_t checksum, const FrameMetadata& metadata,
                         UnitSink& sink);
  void finish_checksum(wire::MutableBytes headers, const UnitInProgress& unit) const noexcept;
  [[nodiscard]] bool can_rewrite(const ReceivedFrame& frame) const noexcept;
  /// @pre can_rewrite(frame)
  [[nodiscard]] wire::MutableBytes copy_headers(const ReceivedFrame& frame) noexcept;

  UnitChecksums form_;
  std::array<std::uint8_t, kMaxHeaderSize> headers_{};
};

}  // namespace nvgre::offload
