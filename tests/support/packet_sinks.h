/// Sinks that keep what they are given.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "nvgre/offload/packet_sink.h"
#include "tests/support/sample_frame.h"

namespace nvgre::test {

/// Takes slices, and joins them.
class CollectingSink : public offload::PacketSink {
 public:
  /// @param accepted  Packets that are taken; all later ones are refused.
  explicit CollectingSink(std::size_t accepted = std::numeric_limits<std::size_t>::max()) : accepted_(accepted) {}

  bool emit(const offload::OutgoingPacket& packet) override {
    if (packets.size() == accepted_) return false;
    ByteString joined(packet.headers.begin(), packet.headers.end());
    for (const auto slice : packet.payload) joined.insert(joined.end(), slice.begin(), slice.end());
    slice_count += packet.payload.size();
    packets.push_back(std::move(joined));
    return true;
  }

  std::vector<ByteString> packets;
  std::size_t slice_count = 0;

 private:
  std::size_t accepted_;
};

/// Offers room, with some bytes to spare, and checks that it is used.
class RoomySink : public CollectingSink {
 public:
  wire::MutableBytes room(std::size_t size) override {
    room_.assign(size + kSpare, kUnused);
    return room_;
  }
  bool emit(const offload::OutgoingPacket& packet) override {
    used_room = used_room && packet.payload.empty() && packet.headers.data() == room_.data() &&
                packet.headers.size() + kSpare == room_.size();
    for (std::size_t i = room_.size() - kSpare; i < room_.size(); ++i) used_room = used_room && room_[i] == kUnused;
    return CollectingSink::emit(packet);
  }

  bool used_room = true;

 private:
  static constexpr std::size_t kSpare = 16;
  static constexpr std::uint8_t kUnused = 0xCC;
  ByteString room_;
};

}  // namespace nvgre::test
