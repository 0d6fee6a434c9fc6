// STATE-18: NVGRE offload is turned off and on while workers on threads of their own receive; what a worker holds at
// that moment is delivered before the change returns, and nothing is lost, doubled or reordered.
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/coalescing.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::offload {
namespace {

using test::kBlue;
using wire::ByteVector;
using wire::IpVersion;

/// Hands the offloads over to workers as a data plane does: the control thread waits until all of them use the new
/// ones.
class Handover {
 public:
  explicit Handover(std::size_t workers) : workers_(workers) {}

  void publish(const ActiveOffloads& next) {
    std::unique_lock lock(mutex_);
    current_ = next;
    ++generation_;
    taken_ = 0;
    changed_.wait(lock, [this] { return taken_ == workers_ || stopped_; });
  }
  void stop() {
    const std::scoped_lock lock(mutex_);
    stopped_ = true;
    changed_.notify_all();
  }
  /// Whether there are other offloads than those of `generation`, or an end.
  bool has_news(std::size_t generation) {
    const std::scoped_lock lock(mutex_);
    return generation != generation_ || stopped_;
  }
  /// A worker has delivered all that it held. @return false at the end.
  bool take(std::size_t& generation, ActiveOffloads& offloads) {
    const std::scoped_lock lock(mutex_);
    offloads = current_;
    if (generation != generation_) ++taken_;
    generation = generation_;
    changed_.notify_all();
    return !stopped_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  ActiveOffloads current_;
  std::size_t generation_ = 0;
  std::size_t taken_ = 0;
  std::size_t workers_;
  bool stopped_ = false;
};

/// Judges every unit as it is delivered.
class StreamJudge : public UnitSink {
 public:
  void deliver(const ReceivedUnit& unit) override {
    const std::size_t segments = unit.coalesced_segment_count == 0 ? 1 : unit.coalesced_segment_count;
    const auto tcp = *wire::TcpView::parse(unit.headers.subspan(unit.map.transport.offset));
    if (tcp.sequence_number() != static_cast<std::uint32_t>(1 + delivered * test::kSegment)) ++misplaced;
    if (segments > 1 && !is_on) ++joined_while_off;
    if (segments > 1) ++joined;
    delivered += segments;
  }

  bool is_on = false;  ///< NVGRE offload, as the worker knows it.
  std::size_t delivered = 0;
  std::atomic<std::size_t> joined = 0;  ///< Read by the control thread too.
  std::size_t joined_while_off = 0;
  std::size_t misplaced = 0;
};

/// Receives one stream out of a tunnel, some frames a batch, until there is an end.
/// @param received  Frames that were handed to the coalescer.
void receive(Handover& handover, StreamJudge& judge, std::size_t& received) {
  constexpr std::size_t kBatch = 7;
  Coalescer coalescer(UnitChecksums::kComplete);
  ActiveOffloads offloads;
  std::size_t generation = 0;
  while (handover.take(generation, offloads)) {
    judge.is_on = offloads.nvgre;
    while (!handover.has_news(generation)) {
      std::deque<ByteVector> frames;
      for (std::size_t i = 0; i < kBatch && !handover.has_news(generation); ++i) {
        frames.push_back(test::data_segment(IpVersion::kV4, received++).build());
        auto frame = test::received(frames.back(), offloads);
        frame.vsid = kBlue;
        coalescer.add(frame, offloads, judge);
      }
      coalescer.finish(judge);  // the end of the batch, or the change: before the new offloads are taken
    }
  }
}

TEST(Toggling, STATE_18_what_workers_hold_when_NVGRE_goes_off_is_delivered_first_and_nothing_is_lost) {
  constexpr std::size_t kWorkers = 2;
  Adapter adapter;
  adapter.turn_everything_on();
  Handover handover(kWorkers);
  std::array<StreamJudge, kWorkers> judges;
  std::array<std::size_t, kWorkers> received{};
  std::vector<std::jthread> threads;
  for (std::size_t worker = 0; worker < kWorkers; ++worker)
    threads.emplace_back([&, worker] { receive(handover, judges.at(worker), received.at(worker)); });
  adapter.attach([&](const ActiveOffloads& next) { handover.publish(next); });
  // However slow the machine is: until every worker joined something, or never will.
  const auto is_over = [&](int toggle) {
    const bool is_idle = std::ranges::any_of(judges, [](const auto& judge) { return judge.joined == 0; });
    return toggle >= (is_idle ? 20'000 : 100);
  };
  for (int toggle = 0; !is_over(toggle); ++toggle) {
    EXPECT_TRUE(toggle % 2 == 0 ? adapter.deactivate_nvgre() : adapter.activate_nvgre());
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  adapter.detach();
  handover.stop();
  threads.clear();
  for (std::size_t worker = 0; worker < kWorkers; ++worker) {
    EXPECT_EQ(judges.at(worker).delivered, received.at(worker)) << "none lost or doubled";
    EXPECT_EQ(judges.at(worker).misplaced, 0U);
    EXPECT_EQ(judges.at(worker).joined_while_off, 0U) << "later packets get plain treatment";
    EXPECT_GT(judges.at(worker).joined, 0U);
  }
}

}  // namespace
}  // namespace nvgre::offload
