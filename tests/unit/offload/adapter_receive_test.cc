// What the adapter's state means for received frames: the same ones before, during and after changes.
#include <deque>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/receive_checksum.h"
#include "nvgre/wire/locate.h"
#include "tests/support/adapter_support.h"
#include "tests/support/coalescing_batch.h"

namespace nvgre::offload {
namespace {

using test::kBlue;
using test::kEthernetOn;
using wire::ByteVector;
using wire::IpVersion;

constexpr IpVersion kVersions[] = {IpVersion::kV4, IpVersion::kV6};

/// The receive side of one worker: it keeps the published offloads and ends its batch when they change.
class Worker {
 public:
  explicit Worker(Adapter& adapter) {
    adapter.attach([this](const ActiveOffloads& next) {
      coalescer_.finish(collector);
      offloads_ = next;
    });
  }
  /// Takes segment `index` of one stream; the batch stays open.
  /// @param vsid  It came encapsulated in this virtual subnet.
  void receive(IpVersion version, std::size_t index, std::optional<wire::Vsid> vsid = std::nullopt) {
    storage_.push_back(test::data_segment(version, index).build());
    auto frame = test::received(storage_.back(), offloads_);
    frame.vsid = vsid;
    coalescer_.add(frame, offloads_, collector);
  }
  void end_batch() { coalescer_.finish(collector); }

  test::Collector collector;

 private:
  ActiveOffloads offloads_;
  Coalescer coalescer_{UnitChecksums::kComplete};
  std::deque<ByteVector> storage_;
};

ReceiveChecksum verdict(const Adapter& adapter, const ByteVector& frame) {
  return validate(frame, wire::locate(frame), adapter.active());
}

ByteVector plain_udp(IpVersion version) {
  return test::tenant(version).udp(5'000, 5'001).counting_payload(100).build();
}

ByteVector encapsulated_udp(IpVersion outer, IpVersion inner) {
  return test::tunnelled(outer, inner).udp(5'000, 5'001).counting_payload(100).build();
}

TEST(AdapterReceive, RXC_1_and_STATE_14_nothing_is_validated_before_the_version_is_switched_on) {
  for (const auto version : kVersions) {
    Adapter adapter;
    EXPECT_EQ(verdict(adapter, plain_udp(version)), ReceiveChecksum{});
    const bool is_v4 = version == IpVersion::kV4;
    const OffloadEncapsulation on{.v4 = is_v4 ? VersionEncapsulation::ethernet() : VersionEncapsulation{},
                                  .v6 = is_v4 ? VersionEncapsulation{} : VersionEncapsulation::ethernet()};
    ASSERT_TRUE(adapter.set_encapsulation(on));
    EXPECT_TRUE(verdict(adapter, plain_udp(version)).udp_succeeded);
    EXPECT_FALSE(verdict(adapter, plain_udp(is_v4 ? IpVersion::kV6 : IpVersion::kV4)).udp_succeeded);
  }
}

TEST(AdapterReceive, RXC_9_and_STATE_4_inner_headers_are_validated_while_NVGRE_is_on) {
  for (const auto outer : kVersions) {
    for (const auto inner : kVersions) {
      const auto frame = encapsulated_udp(outer, inner);
      Adapter adapter;
      ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
      const ReceiveChecksum outer_only{.ip_succeeded = outer == IpVersion::kV4};
      EXPECT_EQ(verdict(adapter, frame), outer_only);
      ASSERT_TRUE(adapter.activate_nvgre());
      EXPECT_TRUE(verdict(adapter, frame).udp_succeeded);
      ASSERT_TRUE(adapter.deactivate_nvgre());
      EXPECT_EQ(verdict(adapter, frame), outer_only);
    }
  }
}

TEST(AdapterReceive, RXC_19_transmit_only_leaves_received_TCP_of_that_version_unjudged) {
  Adapter adapter;
  adapter.turn_everything_on();
  ASSERT_TRUE(adapter.set_parameters({.tcp_v4_checksum = ChecksumSetting::kTransmit}));
  const auto v4 = verdict(adapter, test::data_segment(IpVersion::kV4, 0).build());
  EXPECT_FALSE(v4.tcp_succeeded || v4.tcp_failed);
  EXPECT_TRUE(v4.ip_succeeded);
  EXPECT_TRUE(verdict(adapter, test::data_segment(IpVersion::kV6, 0).build()).tcp_succeeded);
}

TEST(AdapterReceive, RSC_3_nothing_is_coalesced_before_RSC_was_enabled_by_a_change) {
  for (const auto version : kVersions) {
    Adapter adapter;
    ASSERT_TRUE(adapter.set_encapsulation(kEthernetOn));
    Worker worker(adapter);
    for (std::size_t index = 0; index < 3; ++index) worker.receive(version, index);
    worker.end_batch();
    EXPECT_EQ(worker.collector.shape(), (std::vector<std::size_t>{1, 1, 1}));
    ASSERT_TRUE(adapter.set_parameters({.rsc_v4 = TaskSetting::kOn, .rsc_v6 = TaskSetting::kOn}));
    for (std::size_t index = 3; index < 6; ++index) worker.receive(version, index);
    worker.end_batch();
    EXPECT_EQ(worker.collector.shape(), (std::vector<std::size_t>{1, 1, 1, 3}));
  }
}

TEST(AdapterReceive, RSC_27_and_STATE_18_what_is_held_is_delivered_before_the_change_returns) {
  for (const auto version : kVersions) {
    Adapter adapter;
    adapter.turn_everything_on();
    Worker worker(adapter);
    worker.receive(version, 0);
    worker.receive(version, 1);
    EXPECT_EQ(worker.collector.shape(), std::vector<std::size_t>{}) << "held in a unit";
    ASSERT_TRUE(adapter.set_parameters({.rsc_v4 = TaskSetting::kOff, .rsc_v6 = TaskSetting::kOff}));
    EXPECT_EQ(worker.collector.shape(), std::vector<std::size_t>{2}) << "as the old setting has it";
    worker.receive(version, 2);
    worker.receive(version, 3);
    worker.end_batch();
    EXPECT_EQ(worker.collector.shape(), (std::vector<std::size_t>{2, 1, 1}));
    ByteVector payload;
    for (const auto& unit : worker.collector.units)
      payload.insert(payload.end(), unit.payload().begin(), unit.payload().end());
    EXPECT_EQ(payload, test::stream(0, 4)) << "none lost or doubled";
  }
}

TEST(AdapterReceive, STATE_18_and_STATE_21_after_NVGRE_is_off_inner_frames_stay_alone_and_plain_ones_still_join) {
  Adapter adapter;
  adapter.turn_everything_on();
  Worker worker(adapter);
  for (const std::size_t index : {0U, 1U}) worker.receive(IpVersion::kV4, index, kBlue);
  ASSERT_TRUE(adapter.deactivate_nvgre());
  EXPECT_EQ(worker.collector.shape(), std::vector<std::size_t>{2}) << "held at OFF, delivered before it completes";
  for (const std::size_t index : {2U, 3U}) worker.receive(IpVersion::kV4, index, kBlue);
  worker.end_batch();
  EXPECT_EQ(worker.collector.shape(), (std::vector<std::size_t>{2, 1, 1})) << "plain treatment";
  for (const std::size_t index : {4U, 5U}) worker.receive(IpVersion::kV4, index);
  worker.end_batch();
  EXPECT_EQ(worker.collector.shape(), (std::vector<std::size_t>{2, 1, 1, 2}));
}

TEST(AdapterReceive, RSS_11_and_STATE_27_inner_headers_are_hashed_while_NVGRE_is_on) {
  const auto frame = encapsulated_udp(IpVersion::kV4, IpVersion::kV6);
  Adapter adapter;
  ASSERT_TRUE(adapter.set_receive_scaling(RssParameters()));
  const auto type = [&] {
    return adapter.receive_scaling()->hash_of(frame, wire::locate(frame), adapter.active()).type;
  };
  EXPECT_EQ(type(), RssHashType::kIpv4) << "outer addresses";
  ASSERT_TRUE(adapter.activate_nvgre());
  EXPECT_EQ(type(), RssHashType::kUdpIpv6);
}

TEST(AdapterReceive, VMQ_19_the_inner_MAC_chooses_a_queue_while_NVGRE_is_on) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set(Keyword::kRssOrVmqPreference, 1));
  Adapter adapter{Capabilities(), keywords};
  auto& queues = *adapter.receive_queues();
  const ClientId client{1};
  const auto queue = queues.allocate(client, {});
  ASSERT_TRUE(queue);
  ASSERT_TRUE(queues.set_filter(
      client, *queue, {.tests = {FieldTest::destination_mac(test::kReceiver)}, .encapsulated = true, .vsid = kBlue}));
  ASSERT_TRUE(queues.complete_allocation(client, *queue));
  const auto frame = encapsulated_udp(IpVersion::kV4, IpVersion::kV4);
  const auto found = [&] { return queues.table()->find(frame, wire::locate(frame), adapter.active()).queue; };
  EXPECT_EQ(found(), kDefaultQueue);
  ASSERT_TRUE(adapter.activate_nvgre());
  EXPECT_EQ(found(), *queue);
}

}  // namespace
}  // namespace nvgre::offload
