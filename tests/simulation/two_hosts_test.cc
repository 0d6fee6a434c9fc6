#include "tests/simulation/two_hosts.h"

#include <chrono>
#include <tuple>

#include <gtest/gtest.h>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/locate.h"

namespace nvgre::datapath::memory {
namespace {

using std::chrono::seconds;
using wire::IpVersion;

/// Outer version, inner version, whether offloads are on.
class Calm : public testing::TestWithParam<std::tuple<IpVersion, IpVersion, bool>> {
 protected:
  IpVersion outer() const { return std::get<0>(GetParam()); }
  IpVersion inner() const { return std::get<1>(GetParam()); }
  bool offloads() const { return std::get<2>(GetParam()); }
  TwoHosts hosts_{7637, outer(), offloads() ? offload::ActiveOffloads::all() : offload::ActiveOffloads{}};
};

TEST_P(Calm, WIRE_6_echo_crosses_for_both_tenants) {
  for (const auto vsid : {kBlue, kRed}) {
    auto& first = hosts_.tenant(device(vsid, 1));
    first.ping(customer(2, inner()), 56);
    EXPECT_TRUE(hosts_.run_until([&] { return first.counts().echo_replies_received == 1; }, seconds(1)))
        << device(vsid, 1);
  }
}

TEST_P(Calm, a_stream_arrives_as_it_was_sent_and_stays_with_its_tenant) {
  auto& sender = hosts_.tenant("blue1");
  const auto stream = hosts_.random().bytes(300'000);
  const auto port = sender.send_stream(customer(2, inner()), stream);
  ASSERT_TRUE(
      hosts_.run_until([&] { return sender.sent_stream(customer(2, inner()), port)->is_finished(); }, seconds(5)));
  const auto* received = hosts_.tenant("blue2").received_stream(customer(1, inner()), port);
  ASSERT_NE(received, nullptr);
  EXPECT_EQ(received->received(), stream);
  EXPECT_EQ(sender.sent_stream(customer(2, inner()), port)->retransmissions(), 0U);
  EXPECT_EQ(hosts_.tenant("red2").received_stream(customer(1, inner()), port), nullptr);
  EXPECT_EQ(hosts_.tenant("red2").counts().frames_received, 0U);
}

TEST_P(Calm, super_frames_travel_only_while_offloads_are_on) {
  auto& sender = hosts_.tenant("red1");
  const auto port = sender.send_stream(customer(2, inner()), hosts_.random().bytes(300'000));
  ASSERT_TRUE(
      hosts_.run_until([&] { return sender.sent_stream(customer(2, inner()), port)->is_finished(); }, seconds(5)));
  const auto sent = hosts_.plane(0).report().workers.front().counts;
  const auto received = hosts_.plane(1).report().workers.front().counts;
  EXPECT_EQ(sent.lso_super_frames > 0, offloads());
  EXPECT_EQ(received.rsc_units > 0, offloads());
  if (!offloads()) return;
  EXPECT_GT(sent.lso_segments, 8 * sent.lso_super_frames);
  EXPECT_GT(received.rsc_segments, 8 * received.rsc_units);
}

TEST_P(Calm, USO_2_datagrams_arrive_one_by_one) {
  auto& sender = hosts_.tenant("blue1");
  const auto payload = hosts_.random().bytes(12'500);
  sender.send_datagrams(customer(2, inner()), payload, 1'200);
  auto& receiver = hosts_.tenant("blue2");
  ASSERT_TRUE(hosts_.run_until([&] { return receiver.datagrams().size() == 11; }, seconds(1)));
  std::vector<std::uint8_t> joined;
  for (const auto& datagram : receiver.datagrams()) {
    EXPECT_LE(datagram.payload.size(), 1'200U);
    joined.insert(joined.end(), datagram.payload.begin(), datagram.payload.end());
  }
  EXPECT_EQ(joined, payload);
}

TEST_P(Calm, OVL_32_every_packet_on_the_wire_fits_and_has_right_checksums) {
  std::size_t largest = 0, wrong = 0, packets = 0;
  hosts_.network().set_observer([&](overlay::Instant, wire::Bytes frame) {
    const auto map = wire::locate(frame);
    const auto verdicts = offload::judge_checksums(frame, map);
    const auto is_bad = [](offload::ChecksumVerdict verdict) { return verdict == offload::ChecksumVerdict::kBad; };
    if (map.encapsulation != wire::Encapsulation::kNvgre || map.problem || is_bad(verdicts.outer_ip) ||
        is_bad(verdicts.inner_ip) || is_bad(verdicts.transport))
      ++wrong;
    largest = std::max(largest, frame.size());
    ++packets;
  });
  auto& sender = hosts_.tenant("blue1");
  const auto port = sender.send_stream(customer(2, inner()), hosts_.random().bytes(100'000));
  ASSERT_TRUE(
      hosts_.run_until([&] { return sender.sent_stream(customer(2, inner()), port)->is_finished(); }, seconds(5)));
  EXPECT_EQ(wrong, 0U) << "of " << packets;
  EXPECT_EQ(largest, 1514U);
}

std::string name_of(const testing::TestParamInfo<Calm::ParamType>& info) {
  const auto version = [](IpVersion value) { return value == IpVersion::kV4 ? "v4" : "v6"; };
  return std::string("outer_") + version(std::get<0>(info.param)) + "_inner_" + version(std::get<1>(info.param)) +
         (std::get<2>(info.param) ? "_offloads_on" : "_offloads_off");
}

INSTANTIATE_TEST_SUITE_P(TwoHosts, Calm,
                         testing::Combine(testing::Values(IpVersion::kV4, IpVersion::kV6),
                                          testing::Values(IpVersion::kV4, IpVersion::kV6), testing::Bool()),
                         name_of);

}  // namespace
}  // namespace nvgre::datapath::memory
