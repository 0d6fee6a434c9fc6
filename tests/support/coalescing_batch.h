/// Batches of received frames, and what comes out of a coalescer, for its tests.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "nvgre/offload/coalescing.h"
#include "tests/support/received_frames.h"
#include "tests/support/slow_packet.h"

namespace nvgre::test {

/// A unit with bytes of its own.
struct DeliveredUnit {
  ByteVector bytes;      ///< Headers and payload.
  std::size_t segments;  ///< coalesced_segment_count
  std::size_t duplicate_acknowledgments;
  std::uint32_t timestamp_delta;
  std::optional<Vsid> vsid;
  std::uint32_t consumer;
  std::uint32_t label;
  wire::HeaderMap map;
  offload::ReceiveChecksum checksum;
  offload::FrameMetadata metadata;

  [[nodiscard]] Bytes payload() const {
    return Bytes(bytes).first(map.transport.payload_end).subspan(map.transport.end());
  }
  [[nodiscard]] wire::TcpView tcp() const { return *wire::TcpView::parse(Bytes(bytes).subspan(map.transport.offset)); }
  [[nodiscard]] Bytes ip() const { return Bytes(bytes).subspan(map.inner_ip.offset); }
};

[[nodiscard]] inline ByteVector payload_of(const DeliveredUnit& unit) {
  return {unit.payload().begin(), unit.payload().end()};
}
[[nodiscard]] inline std::vector<ByteVector> bytes_of(const std::vector<DeliveredUnit>& units) {
  std::vector<ByteVector> bytes;
  for (const DeliveredUnit& unit : units) bytes.push_back(unit.bytes);
  return bytes;
}
/// What is wrong with a unit as a packet by itself; empty for a perfect one.
[[nodiscard]] inline std::string problems_of(const DeliveredUnit& unit) {
  return SlowPacket(unit.bytes, false).problems();
}
/// What a kernel or a card would do with an unfinished checksum: sums from the start on, the seed included.
[[nodiscard]] inline ByteVector with_finished_checksum(const DeliveredUnit& unit) {
  ByteVector bytes = unit.bytes;
  const std::size_t start = unit.metadata.checksum_start;
  const auto checksum = static_cast<std::uint16_t>(~slow_sum({Bytes(bytes).subspan(start)}));
  bytes[start + unit.metadata.checksum_offset] = static_cast<std::uint8_t>(checksum >> 8);
  bytes[start + unit.metadata.checksum_offset + 1U] = static_cast<std::uint8_t>(checksum);
  return bytes;
}

class Collector : public offload::UnitSink {
 public:
  std::vector<DeliveredUnit> units;

  void deliver(const offload::ReceivedUnit& unit) override {
    ByteVector bytes(unit.headers.begin(), unit.headers.end());
    for (const Bytes slice : unit.payload) bytes.insert(bytes.end(), slice.begin(), slice.end());
    units.push_back({bytes, unit.coalesced_segment_count, unit.duplicate_ack_count, unit.timestamp_delta, unit.vsid,
                     unit.consumer, unit.label, unit.map, unit.checksum, unit.metadata});
  }
  /// Data segments of each unit, 1 for a frame alone: what most rules are about.
  [[nodiscard]] std::vector<std::size_t> shape() const {
    std::vector<std::size_t> shape;
    for (const DeliveredUnit& unit : units) shape.push_back(unit.segments == 0 ? 1 : unit.segments);
    return shape;
  }
};

/// A received frame over bytes that stay where they are, validated as on its way.
inline offload::ReceivedFrame received(Bytes bytes,
                                       const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  offload::ReceivedFrame frame;
  frame.bytes = bytes;
  frame.map = wire::locate(bytes);
  frame.checksum = offload::validate(bytes, frame.map, offloads);
  return frame;
}

/// One batch: frames are built in, then run through a coalescer.
class Batch {
 public:
  explicit Batch(offload::UnitChecksums form = offload::UnitChecksums::kComplete,
                 const offload::CoalescingLimits& limits = {})
      : coalescer(form, limits) {}

  /// Adds a frame; the result may be changed before run().
  offload::ReceivedFrame& add(const FrameBuilder& builder) { return add(builder.build()); }
  offload::ReceivedFrame& add(ByteVector bytes) {
    storage_.push_back(std::move(bytes));
    frames_.push_back(received(storage_.back(), offloads));
    return frames_.back();
  }
  /// Runs what was added since the last run as one batch, and returns all units so far.
  const std::vector<DeliveredUnit>& run() {
    for (const offload::ReceivedFrame& frame : frames_) coalescer.add(frame, offloads, collector);
    coalescer.finish(collector);
    frames_.clear();
    return collector.units;
  }
  [[nodiscard]] std::vector<std::size_t> shape() {
    run();
    return collector.shape();
  }

  offload::ActiveOffloads offloads = offload::ActiveOffloads::all();
  offload::Coalescer coalescer;
  Collector collector;

 private:
  std::deque<ByteVector> storage_;
  std::deque<offload::ReceivedFrame> frames_;
};

inline constexpr std::size_t kSegment = 1000;

/// Segment `index` of a stream of segments of kSegment bytes; the last one may have another size.
inline FrameBuilder data_segment(IpVersion version, std::size_t index, std::size_t size = kSegment) {
  FrameBuilder builder = tenant(version);
  return builder.identification(static_cast<std::uint16_t>(100 + index))
      .dont_fragment()
      .tcp(40000, 5201)
      .sequence_number(static_cast<std::uint32_t>(1 + index * kSegment))
      .acknowledgment_number(77)
      .window(500)
      .counting_payload(size, index * kSegment);
}
/// A segment without payload that follows segment `index` - 1 of the same stream.
inline FrameBuilder pure_acknowledgment(IpVersion version, std::size_t index) {
  FrameBuilder builder = tenant(version);
  return builder.dont_fragment()
      .tcp(40000, 5201)
      .sequence_number(static_cast<std::uint32_t>(1 + index * kSegment))
      .acknowledgment_number(77)
      .window(500);
}
/// The payload of `count` segments from `first` on.
inline ByteVector stream(std::size_t first, std::size_t count) {
  ByteVector bytes;
  for (std::size_t i = first * kSegment; i < (first + count) * kSegment; ++i)
    bytes.push_back(static_cast<std::uint8_t>(i % 251));
  return bytes;
}

}  // namespace nvgre::test
