#include <chrono>
#include <iostream>
#include <random>

#include <gtest/gtest.h>

#include "tests/simulation/two_hosts.h"

namespace nvgre::datapath::memory {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using wire::IpVersion;

/// Each run prints its seed; the first ones are always the same, the last is new every time.
class Faulty : public testing::TestWithParam<int> {
 protected:
  static std::uint64_t choose_seed() {
    constexpr int kFixedSeeds = 8;
    return GetParam() < kFixedSeeds ? static_cast<std::uint64_t>(GetParam()) : std::random_device{}();
  }
  const std::uint64_t seed_ = choose_seed();
  TwoHosts hosts_{seed_, seed_ % 2 == 0 ? IpVersion::kV4 : IpVersion::kV6};
  const IpVersion inner_ = seed_ / 2 % 2 == 0 ? IpVersion::kV4 : IpVersion::kV6;

  void SetUp() override { std::cout << "seed " << seed_ << '\n'; }

  /// Sends a stream both ways at once and expects both to arrive as they were sent.
  void expect_streams_to_survive(const Faults& faults) {
    hosts_.network().set_faults(faults);
    const auto there = hosts_.random().bytes(400'000), back = hosts_.random().bytes(100'000);
    auto& first = hosts_.tenant("blue1");
    auto& second = hosts_.tenant("blue2");
    const auto port_there = first.send_stream(customer(2, inner_), there);
    const auto port_back = second.send_stream(customer(1, inner_), back);
    ASSERT_TRUE(hosts_.run_until(
        [&] {
          return first.sent_stream(customer(2, inner_), port_there)->is_finished() &&
                 second.sent_stream(customer(1, inner_), port_back)->is_finished();
        },
        seconds(120)))
        << "seed " << seed_;
    EXPECT_EQ(second.received_stream(customer(1, inner_), port_there)->received(), there) << "seed " << seed_;
    EXPECT_EQ(first.received_stream(customer(2, inner_), port_back)->received(), back) << "seed " << seed_;
  }

  /// Every packet that a host took from the network was decapsulated or refused for one reason.
  void expect_every_packet_accounted_for() {
    for (const std::size_t host : {0, 1}) {
      const auto counts = hosts_.plane(host).report().workers.front().counts;
      EXPECT_EQ(counts.packets_from_underlay, counts.packets_decapsulated + counts.vendor_packets + total(counts.drops))
          << "host " << host + 1 << ", seed " << seed_;
    }
  }
};

TEST_P(Faulty, streams_survive_loss) {
  expect_streams_to_survive({.loss = 0.03});
  EXPECT_GT(hosts_.network().counts().lost, 0U);
}

TEST_P(Faulty, streams_survive_reordering) {
  expect_streams_to_survive({.reordering = 0.05});
  EXPECT_GT(hosts_.network().counts().reordered, 0U);
}

TEST_P(Faulty, streams_survive_duplication) {
  expect_streams_to_survive({.duplication = 0.05});
  EXPECT_GT(hosts_.network().counts().duplicated, 0U);
}

TEST_P(Faulty, no_corrupted_byte_that_a_checksum_covers_is_accepted) {
  expect_streams_to_survive({.corruption = 0.04, .target = CorruptionTarget::kCovered});
  EXPECT_GT(hosts_.network().counts().corrupted, 0U);
  const auto refused = [this](std::size_t host) {
    return total(hosts_.plane(host).report().workers.front().counts.drops);
  };
  const auto thrown_away =
      hosts_.tenant("blue1").counts().bad_checksums + hosts_.tenant("blue2").counts().bad_checksums;
  EXPECT_GT(thrown_away + refused(0) + refused(1), 0U);
  expect_every_packet_accounted_for();
}

TEST_P(Faulty, flips_in_headers_without_a_checksum_are_survived_and_counted) {
  hosts_.network().set_faults({.corruption = 0.5, .target = CorruptionTarget::kUncovered});
  auto& sender = hosts_.tenant("red1");
  sender.send_stream(customer(2, inner_), hosts_.random().bytes(200'000));
  hosts_.run_for(milliseconds(300));
  EXPECT_GT(hosts_.network().counts().corrupted, 0U);
  expect_every_packet_accounted_for();
}

TEST_P(Faulty, everything_at_once) {
  expect_streams_to_survive({.loss = 0.005, .duplication = 0.005, .reordering = 0.01, .corruption = 0.005});
  expect_every_packet_accounted_for();
}

INSTANTIATE_TEST_SUITE_P(Seeds, Faulty, testing::Range(0, 9));

TEST(Simulation, the_same_seed_gives_the_same_run) {
  const auto run = [] {
    TwoHosts hosts(42);
    std::vector<std::uint8_t> seen;
    hosts.network().set_observer(
        [&seen](overlay::Instant, wire::Bytes frame) { seen.insert(seen.end(), frame.begin(), frame.end()); });
    hosts.network().set_faults({.loss = 0.02, .duplication = 0.01, .reordering = 0.02, .corruption = 0.01});
    hosts.tenant("blue1").send_stream(customer(2, IpVersion::kV4), hosts.random().bytes(100'000));
    hosts.run_for(seconds(1));
    return seen;
  };
  EXPECT_EQ(run(), run());
}

}  // namespace
}  // namespace nvgre::datapath::memory
