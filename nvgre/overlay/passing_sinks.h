/// Sinks that stand between the adapter and the data plane's sink.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "nvgre/offload/packet_sink.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Counts what passes to the underlay.
class CountingSink : public offload::PacketSink {
 public:
  explicit CountingSink(offload::PacketSink& next) noexcept : next_(next) {}
  [[nodiscard]] wire::MutableBytes room(std::size_t size) override { return next_.room(size); }
  bool emit(const offload::OutgoingPacket& packet) override {
    if (!next_.emit(packet)) return false;
    ++packets;
    bytes += packet.size();
    return true;
  }

  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

 private:
  offload::PacketSink& next_;
};

/// Hands packets over in one piece as their headers, which the next sink has to copy: payload would have to stay where
/// it is until the burst ends.
class CopyingSink : public offload::PacketSink {
 public:
  /// @param room  For one packet.
  CopyingSink(offload::PacketSink& next, wire::MutableBytes room) noexcept : next_(next), room_(room) {}
  [[nodiscard]] wire::MutableBytes room(std::size_t size) override { return next_.room(size); }
  bool emit(const offload::OutgoingPacket& packet) override {
    if (packet.payload.empty()) return next_.emit(packet);
    std::copy(packet.headers.begin(), packet.headers.end(), room_.begin());
    std::size_t size = packet.headers.size();
    for (const auto& slice : packet.payload) {
      std::copy(slice.begin(), slice.end(), room_.begin() + static_cast<std::ptrdiff_t>(size));
      size += slice.size();
    }
    return next_.emit({.headers = room_.first(size), .payload = {}});
  }

 private:
  offload::PacketSink& next_;
  wire::MutableBytes room_;
};

}  // namespace nvgre::overlay
