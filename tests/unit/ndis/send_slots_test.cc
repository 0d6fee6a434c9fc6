// Requests as a protocol driver makes them: by the words of a NET_BUFFER_LIST's slots. What each word has to be is
// written here by hand, from the published bit positions.
#include "nvgre/ndis/send_slots.h"

#include <cstdint>
#include <optional>
#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/ndis/constants.h"
#include "tests/support/adapter_support.h"
#include "tests/support/miniport_bench.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::ndis {
namespace {

using offload::Adapter;
using test::ByteString;
using test::CollectingSink;
using test::SampleFrame;
using test::Seed;
using test::SlowPacket;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint64_t kEncapsulated = 0x1;
constexpr std::uint64_t kLsoV2 = 0x4000'0000;
constexpr std::uint64_t kOuterV4 = 0x1;
constexpr std::uint64_t kOuterV6 = 0x2;
constexpr std::uint64_t kTcpChecksum = 0x4;
constexpr std::uint64_t kUdpChecksum = 0x8;
constexpr std::uint64_t kIpChecksum = 0x10;

/// What came of one NET_BUFFER_LIST.
struct Outcome {
  NDIS_STATUS status = 0;
  std::optional<DropReason> failure;
  PacketSlots slots;
  std::vector<ByteString> packets;
};

/// An adapter with everything on, and a binding to it.
class SendSlots : public testing::Test {
 protected:
  SendSlots() { adapter_.turn_everything_on(); }

  Outcome send(const ByteString& packet, PacketSlots slots, NdisVersion version = {}, std::size_t count = 1) {
    Miniport miniport(adapter_, version);
    SendBinding binding(adapter_, miniport, miniport.bind());
    return send(binding, packet, slots, count);
  }
  static Outcome send(SendBinding& binding, const ByteString& packet, PacketSlots slots, std::size_t count = 1) {
    Submission submission(packet);
    submission.repeat(count);
    CollectingSink sink;
    const auto status = binding.send(slots, submission.request.packets, sink);
    return {status, binding.completion().failure, slots, std::move(sink.packets)};
  }
  /// The segments are right, and as many as expected.
  static void expect_segments(const Outcome& outcome, std::size_t count, bool encapsulated) {
    EXPECT_EQ(outcome.status, NDIS_STATUS_SUCCESS);
    EXPECT_EQ(outcome.packets.size(), count);
    for (const auto& packet : outcome.packets) EXPECT_EQ(SlowPacket(packet, encapsulated).problems(), "");
  }
  static void expect_failure(const Outcome& outcome, DropReason reason) {
    EXPECT_EQ(outcome.status, NDIS_STATUS_FAILURE);
    EXPECT_EQ(outcome.failure, reason);
    EXPECT_TRUE(outcome.packets.empty());
  }

  Adapter adapter_;
};

PacketSlots slots_of(std::initializer_list<std::pair<Slot, std::uint64_t>> words) {
  PacketSlots slots;
  for (const auto& [slot, word] : words) slots[slot] = word;
  return slots;
}

ByteString super_frame(std::optional<IpVersion> outer, IpVersion inner, std::uint8_t protocol) {
  return test::write({.outer = outer, .inner = inner, .protocol = protocol, .payload_size = 3'001});
}

TEST_F(SendSlots, LOC_13_the_published_example_word_means_offsets_42_14_and_20) {
  const offload::SupplementalRequest supplemental{.is_encapsulated = true,
                                                  .offsets_valid = true,
                                                  .inner_frame_offset = 42,
                                                  .transport_ip_header_relative_offset = 14,
                                                  .tcp_header_relative_offset = 20};
  const auto written = write_send_slots({.packets = {}, .supplemental = supplemental});
  ASSERT_TRUE(written);
  EXPECT_EQ((*written)[Slot::kTcpSendOffloadsSupplemental], 0x001438ABU);
  const auto read = read_send_slots(*written, {}).supplemental;
  ASSERT_TRUE(read);
  EXPECT_EQ(read->inner_frame_offset, 42);
  EXPECT_EQ(read->transport_ip_header_relative_offset, 14);
  EXPECT_EQ(read->tcp_header_relative_offset, 20);
  expect_segments(
      send(super_frame(IpVersion::kV4, IpVersion::kV4, kTcp),
           slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}, {Slot::kTcpSendOffloadsSupplemental, 0x001438AB}})),
      4, true);
}

TEST_F(SendSlots, LOC_14_offsets_are_held_against_the_headers_before_they_are_trusted) {
  const auto packet = super_frame(IpVersion::kV4, IpVersion::kV4, kTcp);
  constexpr std::uint64_t kRight = 0x001438AB;
  constexpr std::uint64_t kOffsetsValid = 0x2;
  for (const std::uint64_t wrong :
       {kRight + (2U << 2), kRight + (2U << 10), kRight + (2U << 16), kRight - (2U << 16)}) {
    const auto slots = [&](std::uint64_t word) {
      return slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}, {Slot::kTcpSendOffloadsSupplemental, word}});
    };
    expect_failure(send(packet, slots(wrong)), DropReason::kOffsetMismatch);
    expect_segments(send(packet, slots(wrong & ~kOffsetsValid)), 4, true);
  }
}

TEST_F(SendSlots, LOC_15_an_encapsulated_packets_other_offsets_are_never_read) {
  for (const auto [outer, inner] : test::kAllVersions) {
    const auto tcp = super_frame(outer, inner, kTcp);
    const auto udp = super_frame(outer, inner, kUdp);
    const auto first = outer == IpVersion::kV4 ? kOuterV4 : kOuterV6;
    const auto supplemental = std::pair{Slot::kTcpSendOffloadsSupplemental, kEncapsulated};
    const auto by_offset = [&](std::uint64_t offset) {
      return std::vector{
          send(tcp, slots_of({{Slot::kTcpLargeSend, kLsoV2 | offset << 20 | 1'000}, supplemental})),
          send(udp, slots_of({{Slot::kUdpSegmentation, offset << 20 | 1'000}, supplemental})),
          send(test::write({.outer = outer, .inner = inner, .seed = Seed::kWithLength}),
               slots_of({{Slot::kTcpIpChecksum, offset << 16 | first | kTcpChecksum | kIpChecksum}, supplemental}))};
    };
    const auto zero = by_offset(0);
    const auto largest = by_offset(1'023);
    for (std::size_t i = 0; i < zero.size(); ++i) {
      EXPECT_EQ(zero[i].status, NDIS_STATUS_SUCCESS) << i;
      EXPECT_EQ(zero[i].packets, largest[i].packets) << i;
    }
  }
}

TEST_F(SendSlots, LOC_16_a_plain_packets_offset_says_where_TCP_is_and_UDP_needs_none) {
  const auto tcp = test::write({.seed = Seed::kWithLength});
  const auto at = [&](std::uint64_t offset) {
    return send(tcp, slots_of({{Slot::kTcpIpChecksum, offset << 16 | kOuterV4 | kTcpChecksum}}));
  };
  EXPECT_EQ(at(34).status, NDIS_STATUS_SUCCESS);
  expect_failure(at(36), DropReason::kOffsetMismatch);
  const auto udp = send(test::write({.protocol = kUdp, .seed = Seed::kWithLength}),
                        slots_of({{Slot::kTcpIpChecksum, kOuterV4 | kUdpChecksum | kIpChecksum}}));
  expect_segments(udp, 1, false);
}

TEST_F(SendSlots, LOC_1_and_LOC_19_only_the_supplemental_slot_beside_another_makes_a_packet_encapsulated) {
  const auto packet = test::write({.outer = IpVersion::kV4, .inner = IpVersion::kV4, .seed = Seed::kWithLength});
  const auto alone = send(packet, slots_of({{Slot::kTcpSendOffloadsSupplemental, kEncapsulated}}));
  ASSERT_EQ(alone.packets.size(), 1U);
  EXPECT_EQ(alone.packets[0], packet) << "untouched";
  const auto plain = send(packet, slots_of({{Slot::kTcpIpChecksum, kOuterV4 | kIpChecksum}}));
  ASSERT_EQ(plain.packets.size(), 1U);
  SlowPacket judged(plain.packets[0], true);
  EXPECT_TRUE(judged.ip_verifies(judged.outer_ip));
  EXPECT_FALSE(judged.ip_verifies(judged.inner_ip)) << "the first IP header only";
}

TEST_F(SendSlots, TXC_1_a_slot_that_names_no_version_asks_for_nothing) {
  const auto packet = test::write({});
  const auto outcome = send(packet, slots_of({{Slot::kTcpIpChecksum, kTcpChecksum | kIpChecksum}}));
  ASSERT_EQ(outcome.packets.size(), 1U);
  EXPECT_EQ(outcome.packets[0], packet);
}

TEST_F(SendSlots, TXC_2_each_flag_selects_one_checksum) {
  for (std::uint64_t flags = 0; flags < 8; ++flags) {
    const bool tcp = (flags & 1) != 0;
    const bool udp = (flags & 2) != 0;
    const bool ip = (flags & 4) != 0;
    const SampleFrame frame{.protocol = udp ? kUdp : kTcp, .seed = Seed::kWithLength};
    const auto outcome = send(test::write(frame), slots_of({{Slot::kTcpIpChecksum, kOuterV4 | flags << 2}}));
    if (tcp && udp) {
      expect_failure(outcome, DropReason::kConflictingRequest);
      continue;
    }
    ASSERT_EQ(outcome.packets.size(), 1U) << flags;
    SlowPacket judged(outcome.packets[0], false);
    EXPECT_EQ(judged.ip_verifies(judged.inner_ip), ip) << flags;
    EXPECT_EQ(judged.transport_verifies(), tcp || udp) << flags;
  }
}

TEST_F(SendSlots, TXC_10_the_version_flag_is_about_the_outer_header) {
  for (const auto [outer, inner] : test::kAllVersions) {
    const auto packet = test::write({.outer = outer, .inner = inner, .seed = Seed::kWithLength});
    const bool is_v4 = outer == IpVersion::kV4;
    const auto by = [&](std::uint64_t version) {
      return send(packet, slots_of({{Slot::kTcpIpChecksum, version | kTcpChecksum | kIpChecksum},
                                    {Slot::kTcpSendOffloadsSupplemental, kEncapsulated}}));
    };
    expect_segments(by(is_v4 ? kOuterV4 : kOuterV6), 1, true);
    expect_failure(by(is_v4 ? kOuterV6 : kOuterV4), DropReason::kVersionMismatch);
  }
}

TEST_F(SendSlots, LSO_2_and_LSO_24_the_type_bit_chooses_the_version_and_completion_leaves_what_each_has) {
  const auto packet = super_frame(std::nullopt, IpVersion::kV4, kTcp);
  const auto v2 = send(packet, slots_of({{Slot::kTcpLargeSend, kLsoV2 | 34U << 20 | 1'000}}));
  expect_segments(v2, 4, false);
  EXPECT_EQ(v2.slots[Slot::kTcpLargeSend], kLsoV2) << "Reserved 0, Type 1";
  const auto v1 = send(packet, slots_of({{Slot::kTcpLargeSend, 34U << 20 | 1'000}}));
  expect_segments(v1, 4, false);
  EXPECT_EQ(v1.slots[Slot::kTcpLargeSend], 3'001U) << "TcpPayload, Type 0";
}

TEST_F(SendSlots, LSO_24_and_D_39_a_request_that_failed_sent_nothing_and_says_so) {
  ASSERT_TRUE(test::set(adapter_, {{"LsoV2IPv4", "0"}}));
  const auto packet = super_frame(std::nullopt, IpVersion::kV4, kTcp);
  const auto v1 = send(packet, slots_of({{Slot::kTcpLargeSend, 34U << 20 | 1'000}}));
  expect_failure(v1, DropReason::kOffloadInactive);
  EXPECT_EQ(v1.slots[Slot::kTcpLargeSend], 0U);
  const auto v2 = send(packet, slots_of({{Slot::kTcpLargeSend, kLsoV2 | 34U << 20 | 1'000}}));
  expect_failure(v2, DropReason::kOffloadInactive);
  EXPECT_EQ(v2.slots[Slot::kTcpLargeSend], kLsoV2);
}

TEST_F(SendSlots, LSO_3_an_encapsulated_large_send_of_version_1_fails) {
  for (const auto [outer, inner] : test::kAllVersions)
    expect_failure(send(super_frame(outer, inner, kTcp),
                        slots_of({{Slot::kTcpLargeSend, 1'000}, {Slot::kTcpSendOffloadsSupplemental, kEncapsulated}})),
                   DropReason::kConflictingRequest);
}

TEST_F(SendSlots, LSO_19_the_MSS_has_20_bits_and_0_fails) {
  const auto packet = super_frame(std::nullopt, IpVersion::kV4, kTcp);
  expect_failure(send(packet, slots_of({{Slot::kTcpLargeSend, kLsoV2}})), DropReason::kZeroMss);
  expect_failure(send(packet, slots_of({{Slot::kTcpLargeSend, kLsoV2 | 0xF'FFFF}})), DropReason::kSegmentTooLarge);
}

TEST_F(SendSlots, LSO_1_and_USO_1_a_list_of_two_packets_fails) {
  expect_failure(
      send(super_frame(std::nullopt, IpVersion::kV4, kTcp), slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}}), {}, 2),
      DropReason::kPacketCount);
  expect_failure(
      send(super_frame(std::nullopt, IpVersion::kV4, kUdp), slots_of({{Slot::kUdpSegmentation, 1'000}}), {}, 2),
      DropReason::kPacketCount);
}

TEST_F(SendSlots, LSO_1_and_USO_16_both_segmentations_at_once_fail) {
  expect_failure(send(super_frame(std::nullopt, IpVersion::kV4, kTcp),
                      slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}, {Slot::kUdpSegmentation, 1'000}})),
                 DropReason::kConflictingRequest);
}

TEST_F(SendSlots, USO_1_and_USO_21_a_slot_that_is_not_0_cuts_datagrams_by_offsets_that_point_at_UDP) {
  constexpr std::uint64_t kOffsets = 0x001438AB;  // 42, 14, 20: the last is where UDP starts
  const auto outcome =
      send(super_frame(IpVersion::kV4, IpVersion::kV4, kUdp),
           slots_of({{Slot::kUdpSegmentation, 1'000}, {Slot::kTcpSendOffloadsSupplemental, kOffsets}}));
  expect_segments(outcome, 4, true);
  EXPECT_EQ(outcome.slots[Slot::kUdpSegmentation], 1'000U) << "completion leaves the slot alone";
}

TEST_F(SendSlots, USO_22_encapsulated_datagrams_are_cut_from_NDIS_6_85_on_and_plain_ones_from_6_83_on) {
  const auto encapsulated = super_frame(IpVersion::kV4, IpVersion::kV4, kUdp);
  const auto plain = super_frame(std::nullopt, IpVersion::kV4, kUdp);
  const auto slots = slots_of({{Slot::kUdpSegmentation, 1'000}, {Slot::kTcpSendOffloadsSupplemental, kEncapsulated}});
  const auto plain_slots = slots_of({{Slot::kUdpSegmentation, 1'000}});
  expect_segments(send(encapsulated, slots, {6, 85}), 4, true);
  expect_failure(send(encapsulated, slots, {6, 83}), DropReason::kOffloadInactive);
  expect_segments(send(plain, plain_slots, {6, 83}), 4, false);
  expect_failure(send(plain, plain_slots, {6, 70}), DropReason::kOffloadInactive);
}

TEST_F(SendSlots, CAP_9_no_encapsulated_request_below_NDIS_6_30) {
  const auto packet = super_frame(IpVersion::kV4, IpVersion::kV4, kTcp);
  const auto slots =
      slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}, {Slot::kTcpSendOffloadsSupplemental, kEncapsulated}});
  expect_segments(send(packet, slots, {6, 30}), 4, true);
  expect_failure(send(packet, slots, {6, 20}), DropReason::kOffloadInactive);
}

TEST_F(SendSlots, LSO_27_and_KEY_30_the_802_1Q_slot_tags_every_segment) {
  constexpr std::uint64_t kPriority5Vlan100 = 5 | 100 << 4;
  const auto outcome = send(super_frame(IpVersion::kV4, IpVersion::kV6, kTcp),
                            slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000},
                                      {Slot::kTcpSendOffloadsSupplemental, kEncapsulated},
                                      {Slot::kIeee8021Q, kPriority5Vlan100}}));
  expect_segments(outcome, 4, true);
  for (const auto& packet : outcome.packets) {
    SlowPacket judged(packet, true);
    EXPECT_EQ(judged.word(12), 0x8100);
    EXPECT_EQ(judged.word(14), 5 << 13 | 100);
  }
}

TEST_F(SendSlots, D_9_the_IP_version_bit_counts_for_plain_packets_and_is_ignored_for_encapsulated_ones) {
  constexpr std::uint64_t kV6 = 0x8000'0000;
  for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
    const auto right = inner == IpVersion::kV6 ? kV6 : 0;
    const auto wrong = right ^ kV6;
    const auto tcp = super_frame(std::nullopt, inner, kTcp);
    const auto udp = super_frame(std::nullopt, inner, kUdp);
    expect_segments(send(tcp, slots_of({{Slot::kTcpLargeSend, kLsoV2 | right | 1'000}})), 4, false);
    expect_failure(send(tcp, slots_of({{Slot::kTcpLargeSend, kLsoV2 | wrong | 1'000}})), DropReason::kVersionMismatch);
    expect_segments(send(udp, slots_of({{Slot::kUdpSegmentation, right | 1'000}})), 4, false);
    expect_failure(send(udp, slots_of({{Slot::kUdpSegmentation, wrong | 1'000}})), DropReason::kVersionMismatch);
    for (const auto bit : {right, wrong})
      expect_segments(send(super_frame(IpVersion::kV4, inner, kTcp),
                           slots_of({{Slot::kTcpLargeSend, kLsoV2 | bit | 1'000},
                                     {Slot::kTcpSendOffloadsSupplemental, kEncapsulated}})),
                      4, true);
  }
}

TEST_F(SendSlots, STATE_15_after_its_OID_OFFLOAD_ENCAPSULATION_failed_a_client_is_done_no_offload) {
  test::MiniportBench bench;
  SendBinding binding(bench.adapter, bench.miniport, bench.client);
  const auto tcp = super_frame(std::nullopt, IpVersion::kV4, kTcp);
  const auto large_send = slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}});
  expect_segments(send(binding, tcp, large_send), 4, false);
  auto routed = test::ethernet(NDIS_OFFLOAD_SET_ON);
  routed.IPv4.EncapsulationType = NDIS_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;
  ASSERT_NE(bench.set(OID_OFFLOAD_ENCAPSULATION, routed).status, NDIS_STATUS_SUCCESS);
  expect_failure(send(binding, tcp, large_send), DropReason::kOffloadInactive);
  expect_failure(send(binding, test::write({.seed = Seed::kWithLength}),
                      slots_of({{Slot::kTcpIpChecksum, kOuterV4 | kTcpChecksum}})),
                 DropReason::kOffloadInactive);
  EXPECT_EQ(send(binding, tcp, PacketSlots()).status, NDIS_STATUS_SUCCESS) << "without an offload it sends";
  SendBinding other(bench.adapter, bench.miniport, bench.miniport.bind());
  expect_segments(send(other, tcp, large_send), 4, false);
  ASSERT_EQ(bench.set(OID_OFFLOAD_ENCAPSULATION, test::ethernet(NDIS_OFFLOAD_SET_ON)).status, NDIS_STATUS_SUCCESS);
  expect_segments(send(binding, tcp, large_send), 4, false);
}

TEST_F(SendSlots, every_request_of_the_facade_is_counted_by_how_it_ended) {
  send(super_frame(std::nullopt, IpVersion::kV4, kTcp), slots_of({{Slot::kTcpLargeSend, kLsoV2 | 1'000}}));
  send(super_frame(std::nullopt, IpVersion::kV4, kUdp), slots_of({{Slot::kUdpSegmentation, 1'000}}), {6, 70});
  EXPECT_EQ(adapter_.transmit_statistics().requests, 2U);
  EXPECT_EQ(adapter_.transmit_statistics().lso_segments, 4U);
  EXPECT_EQ(adapter_.transmit_statistics().failures[DropReason::kOffloadInactive], 1U);
}

/// Any request that the slots can say.
offload::SendRequest any_request(std::mt19937& random) {
  const auto flag = [&] { return random() % 2 == 0; };
  const auto number = [&](unsigned bits) { return static_cast<std::uint16_t>(random() & ((1U << bits) - 1)); };
  offload::SendRequest request{.packets = {}};
  if (flag())
    request.checksum = offload::ChecksumRequest{.is_ipv4 = true,
                                                .is_ipv6 = flag(),
                                                .ip_header = flag(),
                                                .tcp = flag(),
                                                .udp = flag(),
                                                .tcp_header_offset = number(10)};
  if (flag())
    request.large_send = offload::LargeSendRequest{.version = offload::LargeSendRequest::Version::kV2,
                                                   .mss = 1 + number(16) * 15U,
                                                   .tcp_header_offset = number(10),
                                                   .ip_version = flag() ? IpVersion::kV4 : IpVersion::kV6};
  if (flag())
    request.udp_segmentation = offload::UdpSegmentationRequest{.mss = 1 + number(16) * 15U,
                                                               .udp_header_offset = number(10),
                                                               .ip_version = flag() ? IpVersion::kV4 : IpVersion::kV6};
  request.supplemental = offload::SupplementalRequest{.is_encapsulated = true,
                                                      .offsets_valid = true,
                                                      .is_inner_ipv6 = flag(),
                                                      .tcp_options_present = flag(),
                                                      .inner_frame_offset = number(8),
                                                      .transport_ip_header_relative_offset = number(6),
                                                      .tcp_header_relative_offset = number(10)};
  if (flag()) request.tag_control = static_cast<std::uint16_t>(1 + random() % 0xFFFF);
  return request;
}

TEST(SendSlotWords, what_is_written_is_read_back) {
  std::mt19937 random(22);
  for (int round = 0; round < 2'000; ++round) {
    const auto request = any_request(random);
    const auto slots = write_send_slots(request);
    ASSERT_TRUE(slots);
    const auto read = read_send_slots(*slots, {});
    EXPECT_EQ(*write_send_slots(read), *slots);
    EXPECT_EQ(read.checksum.has_value(), request.checksum.has_value());
    EXPECT_EQ(read.tag_control, request.tag_control);
    if (request.checksum) {
      EXPECT_EQ(read.checksum->tcp_header_offset, request.checksum->tcp_header_offset);
    }
    if (request.large_send) {
      EXPECT_EQ(read.large_send->mss, request.large_send->mss);
      EXPECT_EQ(read.large_send->ip_version, request.large_send->ip_version);
    }
    if (request.udp_segmentation) {
      EXPECT_EQ(read.udp_segmentation->udp_header_offset, request.udp_segmentation->udp_header_offset);
    }
    EXPECT_EQ(read.supplemental->tcp_header_relative_offset, request.supplemental->tcp_header_relative_offset);
  }
}

TEST(SendSlotWords, what_the_slots_cannot_say_is_refused_and_never_cut_short) {
  const auto why = [](const offload::SendRequest& request) { return write_send_slots(request).error(); };
  EXPECT_EQ(why({.packets = {}, .large_send = offload::LargeSendRequest{.mss = 0}}), DropReason::kZeroMss);
  EXPECT_EQ(why({.packets = {}, .udp_segmentation = offload::UdpSegmentationRequest{.mss = 0}}), DropReason::kZeroMss)
      << "a word of 0 would say that nothing is to be cut";
  EXPECT_EQ(why({.packets = {}, .large_send = offload::LargeSendRequest{.mss = 0x10'0000}}),
            DropReason::kSegmentTooLarge);
  EXPECT_EQ(why({.packets = {}, .checksum = offload::ChecksumRequest{.is_ipv4 = true, .tcp_header_offset = 1'024}}),
            DropReason::kHeaderTooLong);
}

TEST(SendSlotWords, LOC_13_offsets_that_do_not_fit_their_bits_are_left_to_parsing) {
  offload::SupplementalRequest supplemental{.is_encapsulated = true,
                                            .offsets_valid = true,
                                            .inner_frame_offset = 256,
                                            .transport_ip_header_relative_offset = 14,
                                            .tcp_header_relative_offset = 20};
  const auto word = [&] {
    return (*write_send_slots({.packets = {}, .supplemental = supplemental}))[Slot::kTcpSendOffloadsSupplemental];
  };
  EXPECT_EQ(word(), kEncapsulated);
  supplemental.inner_frame_offset = 255;
  EXPECT_EQ(word(), 0x0014'3BFFU);
}

}  // namespace
}  // namespace nvgre::ndis
