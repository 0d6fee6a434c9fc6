#include "nvgre/wire/tcp.h"

#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

/// Ports 49152 and 443, ACK and PSH, options: two no-operations and timestamps; three bytes of payload.
const std::vector<std::uint8_t> kSegment = {0xC0, 0x00, 0x01, 0xBB, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x02,
                                            0x80, 0x18, 0x10, 0x00, 0x12, 0x34, 0x00, 0x05, 0x01, 0x01, 0x08, 0x0A,
                                            0x00, 0x00, 0x03, 0xE8, 0x00, 0x00, 0x07, 0xD0, 0xAA, 0xBB, 0xCC};

TEST(TcpView, reads_every_field) {
  const auto view = TcpView::parse(kSegment);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source_port(), 49152);
  EXPECT_EQ(view->destination_port(), 443);
  EXPECT_EQ(view->sequence_number(), 1U);
  EXPECT_EQ(view->acknowledgment_number(), 2U);
  EXPECT_EQ(view->data_offset(), 8);
  EXPECT_EQ(view->header_size(), 32U);
  EXPECT_EQ(view->flags(), TcpFlags::kAck | TcpFlags::kPsh);
  EXPECT_EQ(view->window(), 4096);
  EXPECT_EQ(view->checksum(), 0x1234);
  EXPECT_EQ(view->urgent_pointer(), 5);
  EXPECT_EQ(view->options().size(), 12U);
  EXPECT_EQ(view->payload().size(), 3U);
}

TEST(TcpView, finds_timestamps_behind_padding) {
  const auto timestamps = TcpView::parse(kSegment)->timestamps();
  ASSERT_TRUE(timestamps);
  EXPECT_EQ(timestamps->value, 1000U);
  EXPECT_EQ(timestamps->echo_reply, 2000U);
  EXPECT_EQ(timestamps->offset, 24U);
}

TEST(TcpView, refuses_cut_headers) {
  for (std::size_t size = 0; size < 20; ++size)
    EXPECT_EQ(TcpView::parse(Bytes(kSegment).first(size)).error(), DropReason::kTruncatedTransport) << size;
}

TEST(TcpView, LOC_11_refuses_data_offsets_below_5_and_past_the_end) {
  for (const unsigned data_offset : {0U, 4U, 9U, 15U}) {  // 35 bytes hold a data offset of 8
    auto segment = kSegment;
    segment[12] = static_cast<std::uint8_t>(data_offset << 4);
    EXPECT_EQ(TcpView::parse(segment).error(), DropReason::kMalformedTransport) << data_offset;
  }
}

TEST(TcpFlags, combine_and_invert_within_12_bits) {
  EXPECT_EQ(~TcpFlags::kNone, TcpFlags::kAll);
  EXPECT_EQ(~TcpFlags::kFin & TcpFlags::kFin, TcpFlags::kNone);
  EXPECT_TRUE(has_any(TcpFlags::kSyn | TcpFlags::kAck, TcpFlags::kSyn | TcpFlags::kRst));
  EXPECT_FALSE(has_any(TcpFlags::kAck, TcpFlags::kSyn | TcpFlags::kRst));
  TcpFlags flags = TcpFlags::kAck;
  flags |= TcpFlags::kPsh;
  flags &= ~TcpFlags::kAck;
  EXPECT_EQ(flags, TcpFlags::kPsh);
}

TEST(TcpOptionWalker, steps_over_padding_and_stops_at_the_end_of_the_list) {
  const std::vector<std::uint8_t> options = {0x02, 0x04, 0x05, 0xB4, 0x01, 0x04, 0x02, 0x00, 0x03, 0x03, 0x07, 0x00};
  TcpOptionWalker walker(options);
  const auto segment_size = walker.next();
  ASSERT_TRUE(segment_size);
  EXPECT_EQ(segment_size->kind, TcpOptionKind::kMaximumSegmentSize);
  EXPECT_EQ(segment_size->data.size(), 2U);
  const auto sack = walker.next();
  ASSERT_TRUE(sack);
  EXPECT_EQ(sack->kind, TcpOptionKind::kSackPermitted);
  EXPECT_EQ(sack->offset, 5U);
  EXPECT_TRUE(sack->data.empty());
  EXPECT_FALSE(walker.next());
  EXPECT_FALSE(walker.malformed());
}

TEST(TcpOptionWalker, stops_at_a_length_that_contradicts_the_header) {
  for (const auto& options : {std::vector<std::uint8_t>{0x08, 0x00, 0, 0},
                              {0x08, 0x01, 0, 0},
                              {0x08, 0x05, 0, 0},
                              {0x01, 0x01, 0x01, 0x08}}) {
    TcpOptionWalker walker(options);
    EXPECT_FALSE(walker.next());
    EXPECT_TRUE(walker.malformed());
    EXPECT_FALSE(walker.next());
  }
}

TEST(WriteTcp, writes_the_bytes_that_the_view_reads) {
  std::vector<std::uint8_t> segment = kSegment;
  const Bytes options = Bytes(kSegment).subspan(20, 12);
  std::fill(segment.begin(), segment.begin() + 32, std::uint8_t{0xFF});
  EXPECT_EQ(write_tcp(segment, {.source_port = 49152,
                                .destination_port = 443,
                                .sequence_number = 1,
                                .acknowledgment_number = 2,
                                .flags = TcpFlags::kAck | TcpFlags::kPsh,
                                .window = 4096,
                                .checksum = 0x1234,
                                .urgent_pointer = 5,
                                .options = options}),
            32U);
  EXPECT_EQ(segment, kSegment);
}

TEST(TcpWriter, LSO_10_changes_flags_and_keeps_the_data_offset) {
  auto segment = kSegment;
  TcpWriter(segment).set_flags(TcpFlags::kAe | TcpFlags::kReserved | TcpFlags::kFin);
  EXPECT_EQ(segment[12], 0x8F);
  EXPECT_EQ(segment[13], 0x01);
  EXPECT_EQ(TcpView::parse(segment)->data_offset(), 8);
}

TEST(TcpWriter, changes_sequence_number_and_timestamps_in_place) {
  auto segment = kSegment;
  auto timestamps = *TcpView::parse(segment)->timestamps();
  timestamps.value = 5;
  timestamps.echo_reply = 6;
  TcpWriter(segment).set_sequence_number(0xFFFF'FF00).set_timestamps(timestamps);
  const auto view = *TcpView::parse(segment);
  EXPECT_EQ(view.sequence_number(), 0xFFFF'FF00U);
  EXPECT_EQ(view.timestamps()->value, 5U);
  EXPECT_EQ(view.timestamps()->echo_reply, 6U);
  EXPECT_EQ(view.window(), 4096);
}

TEST(TcpView, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*TcpView::parse(kSegment)),
            "tcp 49152 > 443 sequence 1 acknowledgment 2 flags PSH,ACK window 4096 urgent 5 timestamps 1000/2000 "
            "payload 3");
}

}  // namespace
}  // namespace nvgre::wire
