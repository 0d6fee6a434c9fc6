#include "nvgre/offload/packet_emitter.h"

#include <array>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/packet_sinks.h"

namespace nvgre::offload {
namespace {

using test::ByteString;

constexpr std::array<std::uint8_t, 2> kHeaders{0xA0, 0xA1};

/// Offers room for `room_size` bytes whatever is asked for.
class FixedRoomSink : public test::CollectingSink {
 public:
  explicit FixedRoomSink(std::size_t room_size) : room_(room_size) {}
  wire::MutableBytes room(std::size_t /*size*/) override { return room_; }

 private:
  ByteString room_;
};

bool emit_payload(PacketEmitter& emitter, GatherList pieces, wire::InternetSum& sum) {
  GatherCursor cursor(pieces);
  const auto size = cursor.remaining();
  emitter.begin(kHeaders.size(), size);
  emitter.append(cursor, size, sum);
  return emitter.finish(kHeaders);
}

class Emitter : public testing::Test {
 protected:
  std::array<std::uint8_t, 3> first_{1, 2, 3};
  std::array<std::uint8_t, 2> last_{4, 5};
  std::array<wire::Bytes, 2> pieces_{first_, last_};
  ByteString whole_{0xA0, 0xA1, 1, 2, 3, 4, 5};
  std::uint16_t folded_ = 0x0102 + 0x0304 + 0x0500;
};

TEST_F(Emitter, gives_slices_to_a_sink_without_room) {
  test::CollectingSink sink;
  PacketEmitter emitter(sink);
  wire::InternetSum sum;
  EXPECT_TRUE(emit_payload(emitter, pieces_, sum));
  EXPECT_EQ(sink.packets, test::ByteStrings{whole_});
  EXPECT_EQ(sink.slice_count, 2U);
  EXPECT_EQ(sum.folded(), folded_);
}

TEST_F(Emitter, copies_into_the_room_that_a_sink_offers) {
  test::RoomySink sink;
  PacketEmitter emitter(sink);
  wire::InternetSum sum;
  EXPECT_TRUE(emit_payload(emitter, pieces_, sum));
  EXPECT_EQ(sink.packets, test::ByteStrings{whole_});
  EXPECT_TRUE(sink.used_room);
  EXPECT_EQ(sum.folded(), folded_);
}

TEST_F(Emitter, gives_slices_where_the_room_is_too_small) {
  FixedRoomSink sink(whole_.size() - 1);
  PacketEmitter emitter(sink);
  wire::InternetSum sum;
  EXPECT_TRUE(emit_payload(emitter, pieces_, sum));
  EXPECT_EQ(sink.packets, test::ByteStrings{whole_});
  EXPECT_EQ(sink.slice_count, 2U);
}

TEST_F(Emitter, starts_each_packet_afresh) {
  test::CollectingSink sink;
  PacketEmitter emitter(sink);
  for (int i = 0; i < 2; ++i) {
    wire::InternetSum sum;
    EXPECT_TRUE(emit_payload(emitter, pieces_, sum));
    EXPECT_EQ(sum.folded(), folded_);
  }
  EXPECT_EQ(sink.packets, test::ByteStrings(2, whole_));
}

TEST_F(Emitter, appends_bytes_that_no_checksum_covers) {
  test::CollectingSink slices;
  test::RoomySink room;
  for (test::CollectingSink* sink : {&slices, static_cast<test::CollectingSink*>(&room)}) {
    PacketEmitter emitter(*sink);
    GatherCursor cursor(pieces_);
    wire::InternetSum sum;
    emitter.begin(kHeaders.size(), 5);
    emitter.append(cursor, 2, sum);
    emitter.append(cursor, 3);
    EXPECT_TRUE(emitter.finish(kHeaders));
    EXPECT_EQ(sink->packets, test::ByteStrings{whole_});
    EXPECT_EQ(sum.folded(), 0x0102);
  }
}

TEST_F(Emitter, copies_together_what_is_in_more_pieces_than_slices) {
  const ByteString bytes(kMaxSlices + 1, 0x11);
  std::vector<wire::Bytes> pieces;
  for (const auto& byte : bytes) pieces.emplace_back(&byte, 1);
  test::CollectingSink sink;
  const bool taken = with_emitter(sink, pieces, [&](PacketEmitter& emitter) {
    wire::InternetSum sum;
    return emit_payload(emitter, pieces, sum);
  });
  EXPECT_TRUE(taken);
  EXPECT_EQ(sink.packets.at(0).size(), kHeaders.size() + bytes.size());
  EXPECT_EQ(sink.slice_count, 0U);
}

TEST_F(Emitter, says_when_the_sink_refuses) {
  test::CollectingSink sink(0);
  PacketEmitter emitter(sink);
  wire::InternetSum sum;
  EXPECT_FALSE(emit_payload(emitter, pieces_, sum));
}

}  // namespace
}  // namespace nvgre::offload
