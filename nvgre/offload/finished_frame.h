/// Transmit offloads for frames that nobody made a request for, as they lie in captures: the request is read from the
/// frame's own bytes, for an adapter with every offload active. Checksum seeds are computed from the addresses where a
/// sender would have left them; a length field that is real bounds the payload, 0 means the frame's length.
#pragma once

#include <cstdint>
#include <optional>

#include "nvgre/offload/packet_sink.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::offload {

/// How a frame fared.
struct FrameTreatment {
  enum class Outcome : std::uint8_t {
    kDone,         ///< The sink has what became of it.
    kFits,         ///< Segmentation: the payload is no larger than one segment's.
    kNothingToDo,  ///< The frame has no header that this is about.
    kRefused,      ///< It can't be done: `reason`.
  };
  Outcome outcome = Outcome::kNothingToDo;
  std::optional<wire::DropReason> reason = std::nullopt;
  std::uint32_t packet_count = 0;  ///< kDone: how many packets the sink got.
};

/// Which frames are cut.
struct SegmentationWish {
  std::uint32_t mss = 0;             ///< Payload of one segment, bytes.
  bool with_fitting_frames = false;  ///< Frames whose payload fits one segment are requests, too.
};

/// LSO for TCP, USO for UDP, in a plain or an NVGRE frame. Whatever the transport checksum field holds is ignored,
/// except that a UDP checksum of 0 stays 0 (USO-9).
/// @param frame  The whole frame; not changed.
/// @param sink   Gets the segments; nothing unless the outcome is kDone.
/// @note         Any thread; allocates nothing.
[[nodiscard]] FrameTreatment segment_frame(wire::Bytes frame, const SegmentationWish& wish, PacketSink& sink) noexcept;

/// What a transport checksum field holds before the checksum is filled in.
enum class ChecksumField : std::uint8_t {
  kAnything,  ///< Nothing that matters.
  kSeed,      ///< The pseudo-header sum, to be trusted (TXC-4, TXC-6).
};

/// Fills in the IPv4 checksums, outer and inner, and the TCP or UDP checksum of a plain or an NVGRE frame; of other
/// GRE, and of a fragment of the outer packet, the outer IPv4 checksum. A frame in which the headers can't be trusted
/// to be what they seem (HeaderMap::obstacle) is refused whole.
[[nodiscard]] FrameTreatment fill_checksums(wire::Bytes frame, ChecksumField field, PacketSink& sink) noexcept;

}  // namespace nvgre::offload
