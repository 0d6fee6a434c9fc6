// What a driver reads of received packets in the slots of a NET_BUFFER_LIST, and what must be cleared before such a
// list is sent on. What each word has to be is written here by hand, from the published bit positions.
#include "nvgre/ndis/receive_slots.h"

#include <optional>
#include <random>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/ndis/send_slots.h"
#include "nvgre/wire/locate.h"
#include "tests/support/adapter_support.h"
#include "tests/support/coalescing_batch.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/submission.h"

namespace nvgre::ndis {
namespace {

using offload::ActiveOffloads;
using offload::ReceiveChecksum;
using offload::RssHash;
using offload::RssHashType;
using test::kBlue;
using wire::ByteVector;
using wire::IpVersion;

constexpr IpVersion kVersions[] = {IpVersion::kV4, IpVersion::kV6};

PacketSlots slots_of(const Indication& indication, PacketSlots slots = {}) {
  write_receive_slots(indication, ActiveOffloads::all(), slots);
  return slots;
}

/// Fills the slots of every unit that is delivered.
class SlotSink : public offload::UnitSink {
 public:
  std::vector<PacketSlots> lists;
  std::vector<ByteVector> packets;

  void deliver(const offload::ReceivedUnit& unit) override {
    lists.push_back(slots_of(Indication::of(unit, RssHash{}, offload::FilterMatch{})));
    ByteVector bytes(unit.headers.begin(), unit.headers.end());
    for (const auto slice : unit.payload) bytes.insert(bytes.end(), slice.begin(), slice.end());
    packets.push_back(std::move(bytes));
  }
};

/// Coalesces frames in one batch.
SlotSink coalesced(const std::vector<ByteVector>& frames,
                   offload::UnitChecksums form = offload::UnitChecksums::kComplete) {
  SlotSink sink;
  offload::Coalescer coalescer(form);
  for (const auto& frame : frames) coalescer.add(test::received(frame), ActiveOffloads::all(), sink);
  coalescer.finish(sink);
  return sink;
}

TEST(ReceiveSlots, RXC_2_each_result_has_its_bit) {
  const std::pair<bool ReceiveChecksum::*, std::uint64_t> kBits[] = {
      {&ReceiveChecksum::tcp_failed, 0x01},        {&ReceiveChecksum::udp_failed, 0x02},
      {&ReceiveChecksum::ip_failed, 0x04},         {&ReceiveChecksum::tcp_succeeded, 0x08},
      {&ReceiveChecksum::udp_succeeded, 0x10},     {&ReceiveChecksum::ip_succeeded, 0x20},
      {&ReceiveChecksum::tcp_value_invalid, 0x80}, {&ReceiveChecksum::ip_value_invalid, 0x100}};
  for (const auto& [result, word] : kBits) {
    Indication indication;
    indication.checksum.*result = true;
    EXPECT_EQ(slots_of(indication)[Slot::kTcpIpChecksum], word);
    EXPECT_EQ(read_receive_slots(slots_of(indication)), indication);
  }
}

TEST(ReceiveSlots, RXC_3_RXC_6_and_RXC_8_verdicts_of_the_engine_reach_the_slot) {
  for (const auto outer : kVersions) {
    for (const auto inner : kVersions) {
      auto frame = test::tunnelled(outer, inner).tcp(1, 2).counting_payload(100).build();
      const auto word = [&] {
        Indication indication;
        indication.checksum = offload::validate(frame, wire::locate(frame), ActiveOffloads::all());
        return slots_of(indication)[Slot::kTcpIpChecksum];
      };
      const bool has_ipv4 = outer == IpVersion::kV4 || inner == IpVersion::kV4;
      const std::uint64_t ip_good = has_ipv4 ? 0x20 : 0;
      EXPECT_EQ(word(), ip_good | 0x08);
      frame.back() ^= 1;
      EXPECT_EQ(word(), ip_good | 0x01) << "a bad TCP checksum";
      frame.resize(frame.size() - 50);
      EXPECT_EQ(word() & 0x09, 0U) << "cut: not validated";
    }
  }
}

TEST(ReceiveSlots, RXC_17_the_loopback_bit_is_what_it_was) {
  constexpr std::uint64_t kLoopback = 0x40;
  for (const bool succeeded : {false, true}) {
    Indication indication;
    indication.checksum.udp_succeeded = succeeded;
    PacketSlots preset;
    EXPECT_EQ(slots_of(indication, preset)[Slot::kTcpIpChecksum] & kLoopback, 0U);
    preset[Slot::kTcpIpChecksum] = kLoopback | 0x3F;
    const auto slots = slots_of(indication, preset);
    EXPECT_EQ(slots[Slot::kTcpIpChecksum], kLoopback | (succeeded ? 0x10U : 0U)) << "only it stays";
    EXPECT_TRUE(read_receive_slots(slots).checksum.loopback);
  }
}

TEST(ReceiveSlots, RXC_18_and_RSC_24_only_a_unit_with_a_stale_checksum_says_that_its_value_is_invalid) {
  const std::vector<ByteVector> frames = {test::data_segment(IpVersion::kV4, 0).build(),
                                          test::data_segment(IpVersion::kV4, 1).build()};
  EXPECT_EQ(coalesced({frames[0]}).lists.at(0)[Slot::kTcpIpChecksum], 0x28U) << "alone";
  EXPECT_EQ(coalesced(frames).lists.at(0)[Slot::kTcpIpChecksum], 0x28U) << "recomputed";
  const auto stale = coalesced(frames, offload::UnitChecksums::kPartial).lists.at(0)[Slot::kTcpIpChecksum];
  EXPECT_EQ(stale & 0x80, 0x80U);
}

TEST(ReceiveSlots, RSC_20_and_RSC_21_the_count_of_segments_is_2_or_more_or_0) {
  for (const auto version : kVersions) {
    std::vector<ByteVector> frames;
    for (std::uint64_t count = 1; count <= 3; ++count) {
      frames.push_back(test::data_segment(version, count - 1).build());
      const auto sink = coalesced(frames);
      ASSERT_EQ(sink.lists.size(), 1U);
      EXPECT_EQ(sink.lists[0][Slot::kTcpRecvSegCoalesce], count == 1 ? 0 : count) << "and DupAckCount 0 above it";
    }
  }
}

TEST(ReceiveSlots, RSC_19_the_timestamp_delta_is_there_only_with_a_count) {
  Indication indication{.coalesced_segment_count = 3, .timestamp_delta = 30};
  EXPECT_EQ(slots_of(indication)[Slot::kRscTcpTimestampDelta], 30U);
  indication.coalesced_segment_count = 0;
  EXPECT_EQ(slots_of(indication)[Slot::kRscTcpTimestampDelta], 0U);
}

TEST(ReceiveSlots, RSS_19_hash_function_and_type_are_reported_with_the_hash) {
  const std::pair<RssHashType, std::uint64_t> kTypes[] = {
      {RssHashType::kIpv4, 0x101},   {RssHashType::kTcpIpv4, 0x201},    {RssHashType::kUdpIpv4, 0x4001},
      {RssHashType::kIpv6, 0x401},   {RssHashType::kTcpIpv6, 0x1001},   {RssHashType::kUdpIpv6, 0x8001},
      {RssHashType::kIpv6Ex, 0x801}, {RssHashType::kTcpIpv6Ex, 0x2001}, {RssHashType::kUdpIpv6Ex, 0x10001}};
  for (const auto& [type, info] : kTypes) {
    const Indication indication{.hash = {.value = 0x51ccc178, .type = type}};
    const auto slots = slots_of(indication);
    EXPECT_EQ(slots[Slot::kHashValue], 0x51ccc178U);
    EXPECT_EQ(slots[Slot::kHashInfo], info);
    EXPECT_EQ(read_receive_slots(slots), indication);
  }
  const auto none = slots_of({});
  EXPECT_EQ(none[Slot::kHashValue], 0U);
  EXPECT_EQ(none[Slot::kHashInfo], 0U);
}

TEST(ReceiveSlots, RSS_19_the_fallback_reports_the_type_of_the_outer_version) {
  const auto scaling = offload::ReceiveScaling::make(offload::RssParameters(), 1);
  for (const auto outer : kVersions) {
    // An inner packet without TCP or UDP has no 4-tuple.
    const auto frame = test::tunnelled(outer, IpVersion::kV4).icmp(8).counting_payload(60).build();
    const auto map = wire::locate(frame);
    const auto slots = slots_of({.hash = scaling->hash_of(frame, map, ActiveOffloads::all())});
    EXPECT_EQ(slots[Slot::kHashInfo], outer == IpVersion::kV4 ? 0x101U : 0x401U);
  }
}

TEST(ReceiveSlots, VMQ_27_an_indication_carries_its_queue_and_filter_0) {
  const offload::FilterMatch match{.queue = offload::QueueId{3}, .filter = offload::FilterId{7}};
  const auto indication = Indication::of(offload::ReceivedUnit{}, RssHash{}, match);
  EXPECT_EQ(slots_of(indication)[Slot::kFiltering], 0x0003'0000U);
  EXPECT_EQ(read_receive_slots(slots_of(indication)).queue, offload::QueueId{3});
}

TEST(ReceiveSlots, KEY_30_bits_of_a_tag_are_handed_up_only_if_they_are_enabled) {
  const Indication indication{.tag_control = static_cast<std::uint16_t>(5 << 13 | 100)};
  for (const bool priority : {false, true}) {
    for (const bool vlan_id : {false, true}) {
      auto offloads = ActiveOffloads::all();
      offloads.insert_priority = priority;
      offloads.insert_vlan_id = vlan_id;
      PacketSlots slots;
      write_receive_slots(indication, offloads, slots);
      EXPECT_EQ(slots[Slot::kIeee8021Q], (priority ? 5U : 0U) | (vlan_id ? 100U << 4 : 0U));
    }
  }
}

TEST(ReceiveSlots, D_29_the_virtual_subnet_stands_in_its_slot) {
  const auto slots = slots_of({.vsid = kBlue});
  EXPECT_EQ(slots[Slot::kVirtualSubnet], 5001U);
  EXPECT_EQ(read_receive_slots(slots).vsid, kBlue);
  EXPECT_EQ(slots_of({})[Slot::kVirtualSubnet], 0U);
}

TEST(ReceiveSlots, slots_that_task_offload_has_no_word_in_stay) {
  PacketSlots preset;
  constexpr auto kCancelId = static_cast<Slot>(5);
  preset[kCancelId] = 77;
  EXPECT_EQ(slots_of({.hash = {.value = 1, .type = RssHashType::kIpv4}}, preset)[kCancelId], 77U);
}

/// How a NET_BUFFER_LIST ends that is given to an adapter with everything on.
std::pair<NDIS_STATUS, std::vector<test::ByteString>> send_on(const ByteVector& packet, PacketSlots slots) {
  offload::Adapter adapter;
  adapter.turn_everything_on();
  Miniport miniport(adapter);
  SendBinding binding(adapter, miniport, miniport.bind());
  test::Submission submission(test::ByteString(packet.begin(), packet.end()));
  test::CollectingSink sink;
  const auto status = binding.send(slots, submission.request.packets, sink);
  return {status, std::move(sink.packets)};
}

TEST(ReceiveSlots, RSC_30_a_coalesced_packet_is_sent_on_as_what_it_is_once_its_slots_were_made_fit) {
  for (const auto version : kVersions) {
    const auto sink = coalesced({test::data_segment(version, 0).build(), test::data_segment(version, 1, 100).build()});
    ASSERT_EQ(sink.lists.size(), 1U);
    auto slots = sink.lists[0];
    EXPECT_EQ(slots[Slot::kUdpSegmentation], 2U) << "on send, an MSS of 2";
    EXPECT_NE(send_on(sink.packets[0], slots).first, 0U) << "taken for UDP segmentation";
    reuse_for_sending(slots);
    EXPECT_EQ(slots[Slot::kUdpSegmentation], 0U);
    EXPECT_EQ(slots[Slot::kTcpSendOffloadsSupplemental], 0U);
    const auto [status, packets] = send_on(sink.packets[0], slots);
    EXPECT_EQ(status, 0U);
    ASSERT_EQ(packets.size(), 1U);
    EXPECT_EQ(packets[0], test::ByteString(sink.packets[0].begin(), sink.packets[0].end())) << "untouched";
  }
}

TEST(ReceiveSlots, RSC_30_what_means_the_same_on_both_ways_stays) {
  auto slots = slots_of({.checksum = {.tcp_failed = true},
                         .hash = {.value = 9, .type = RssHashType::kTcpIpv6},
                         .queue = offload::QueueId{4},
                         .tag_control = std::uint16_t{100},
                         .vsid = kBlue,
                         .coalesced_segment_count = 2,
                         .timestamp_delta = 1});
  reuse_for_sending(slots);
  EXPECT_EQ(slots[Slot::kTcpIpChecksum], 0U) << "a failed TCP checksum is IsIPv4 on send";
  EXPECT_EQ(read_receive_slots(slots), (Indication{.hash = {.value = 9, .type = RssHashType::kTcpIpv6},
                                                   .tag_control = std::uint16_t{100},
                                                   .vsid = kBlue}));
}

}  // namespace
}  // namespace nvgre::ndis
