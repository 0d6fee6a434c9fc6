#include "nvgre/datapath/userspace/burst_pacing.h"

#include <array>
#include <chrono>
#include <cstdint>

#include <gtest/gtest.h>

#include "nvgre/wire/tcp.h"

namespace nvgre::datapath::userspace {
namespace {

using std::chrono::microseconds;
using wire::TcpFlags;

constexpr BulkData kTrain{.joined_segments = BurstPacing::kBulkSegments};
constexpr BulkData kLoneFrame{};

class BurstPacingTest : public testing::Test {
 protected:
  void start_bulk() { pacing_.took(now_, kTrain); }
  bool gathers(std::size_t waiting) { return pacing_.gathers(now_, waiting); }

  BurstPacing pacing_;
  BurstPacing::Instant now_ = std::chrono::seconds(1);
};

TEST_F(BurstPacingTest, RSC_4_a_ping_pong_is_never_waited_for) {
  for (int i = 0; i < 100; ++i) {
    EXPECT_FALSE(gathers(1));
    pacing_.took(now_, kLoneFrame);
    now_ += microseconds(5);
  }
}

TEST_F(BurstPacingTest, RSC_4_short_messages_are_never_waited_for) {
  constexpr BulkData kStart{.joined_segments = BurstPacing::kBulkSegments / 2 - 1};
  constexpr BulkData kEnd{.joined_segments = BurstPacing::kBulkSegments / 2, .is_pushed = true};
  for (int i = 0; i < 100; ++i) {
    now_ += BurstPacing::kPause + microseconds(1);
    EXPECT_FALSE(gathers(3)) << "message " << i;
    pacing_.took(now_, kStart);
    EXPECT_FALSE(gathers(3)) << "the end of message " << i;
    pacing_.took(now_, kEnd);
  }
}

TEST_F(BurstPacingTest, a_train_is_awaited_until_no_more_follows) {
  start_bulk();
  EXPECT_TRUE(gathers(1));
  now_ += BurstPacing::kGap - microseconds(1);
  EXPECT_TRUE(gathers(2)) << "one more in time";
  now_ += BurstPacing::kGap - microseconds(1);
  EXPECT_TRUE(gathers(2));
  now_ += microseconds(1);
  EXPECT_FALSE(gathers(2));
}

TEST_F(BurstPacingTest, RSC_4_an_endless_train_is_awaited_for_a_bounded_time) {
  start_bulk();
  const auto began = now_;
  for (std::size_t waiting = 1; gathers(waiting / 4 + 1); ++waiting) {
    now_ += microseconds(1);
    ASSERT_LE(now_ - began, BurstPacing::kLongest);
  }
  EXPECT_EQ(now_ - began, BurstPacing::kLongest);
}

TEST_F(BurstPacingTest, a_full_burst_is_taken_at_once) {
  start_bulk();
  EXPECT_TRUE(gathers(BurstPacing::kFullBurst - 1));
  EXPECT_FALSE(gathers(BurstPacing::kFullBurst));
}

TEST_F(BurstPacingTest, nothing_is_awaited_where_nothing_is) {
  start_bulk();
  EXPECT_FALSE(gathers(0)) << "an idle worker sleeps";
}

TEST_F(BurstPacingTest, each_burst_is_awaited_anew) {
  start_bulk();
  EXPECT_TRUE(gathers(1));
  now_ += BurstPacing::kGap;
  EXPECT_FALSE(gathers(1));
  pacing_.took(now_, kTrain);
  EXPECT_TRUE(gathers(1));
}

TEST_F(BurstPacingTest, a_pushed_segment_ends_a_transfer_only_if_a_pause_follows) {
  constexpr BulkData kPushed{.joined_segments = BurstPacing::kBulkSegments, .is_pushed = true};
  pacing_.took(now_, kPushed);
  now_ += BurstPacing::kPause;
  EXPECT_TRUE(gathers(1)) << "the next super-frame of the same transfer";
  pacing_.took(now_, kPushed);
  now_ += BurstPacing::kPause + microseconds(1);
  EXPECT_FALSE(gathers(1)) << "a new message";
}

TEST_F(BurstPacingTest, a_pause_without_a_push_is_the_networks) {
  start_bulk();
  now_ += std::chrono::milliseconds(1);
  EXPECT_TRUE(gathers(1));
}

TEST_F(BurstPacingTest, a_burst_that_was_awaited_in_vain_ends_the_transfer) {
  start_bulk();
  pacing_.took(now_, kLoneFrame);
  EXPECT_FALSE(gathers(1));
}

/// A unit of TCP as the coalescer hands it over, as far as BulkData looks at it.
class Unit {
 public:
  Unit(TcpFlags flags, std::uint16_t segment_count) {
    wire::write_tcp(header_, {.flags = flags});
    unit_.headers = header_;
    unit_.map.transport = {.offset = 0, .size = wire::TcpView::kSize, .protocol = wire::IpProtocol::kTcp};
    unit_.coalesced_segment_count = segment_count;
  }
  operator const offload::ReceivedUnit&() const { return unit_; }

 private:
  std::array<std::uint8_t, wire::TcpView::kSize> header_{};
  offload::ReceivedUnit unit_;
};

TEST(BulkData, counts_segments_of_units_and_knows_a_push_at_the_end) {
  BulkData bulk;
  bulk.add(Unit(TcpFlags::kAck | TcpFlags::kPsh, 12));
  EXPECT_EQ(bulk.joined_segments, 12U);
  EXPECT_TRUE(bulk.is_pushed);
  bulk.add(Unit(TcpFlags::kAck, 0));
  EXPECT_TRUE(bulk.is_pushed) << "an acknowledgement changes nothing";
  bulk.add(Unit(TcpFlags::kAck, 3));
  EXPECT_EQ(bulk.joined_segments, 15U);
  EXPECT_FALSE(bulk.is_pushed) << "more followed";
  bulk.add(Unit(TcpFlags::kAck | TcpFlags::kPsh, 0));
  EXPECT_EQ(bulk.joined_segments, 15U);
  EXPECT_TRUE(bulk.is_pushed) << "a short last segment alone";
}

TEST(BulkData, other_protocols_are_no_bulk) {
  BulkData bulk;
  offload::ReceivedUnit unit;
  unit.coalesced_segment_count = 40;
  bulk.add(unit);
  EXPECT_EQ(bulk.joined_segments, 0U);
}

}  // namespace
}  // namespace nvgre::datapath::userspace
