// What the adapter's state means for requests: the same ones before, during and after changes, judged by SlowPacket.
#include <array>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/offload_race.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::offload {
namespace {

using test::CollectingSink;
using test::SampleFrame;
using test::Seed;
using test::SlowPacket;
using test::Submission;
using wire::DropReason;
using wire::IpVersion;

constexpr std::uint8_t kTcp = 6;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint32_t kMss = 1'000;

/// One kind of request with the frame that it is for.
struct Kind {
  const char* name;
  const char* keyword_v4;  ///< Turns it off for an inner header of that version.
  const char* keyword_v6;
  std::uint8_t protocol;
  Seed seed;
  void (*ask)(Submission&, const SampleFrame&);
};
void ask_checksum(Submission& submission, const SampleFrame& frame) {
  const auto first = frame.outer.value_or(frame.inner);
  submission.request.checksum = ChecksumRequest{.is_ipv4 = first == IpVersion::kV4,
                                                .is_ipv6 = first == IpVersion::kV6,
                                                .ip_header = true,
                                                .tcp = frame.protocol == kTcp,
                                                .udp = frame.protocol == kUdp};
}
constexpr std::array<Kind, 4> kKinds = {{
    {"large send", "LsoV2IPv4", "LsoV2IPv6", kTcp, Seed::kWithoutLength,
     [](Submission& submission, const SampleFrame&) { submission.large_send(kMss); }},
    {"UDP segmentation", "UsoIPv4", "UsoIPv6", kUdp, Seed::kWithoutLength,
     [](Submission& submission, const SampleFrame&) { submission.udp_segmentation(kMss); }},
    {"TCP checksum", "TCPChecksumOffloadIPv4", "TCPChecksumOffloadIPv6", kTcp, Seed::kWithLength, ask_checksum},
    {"UDP checksum", "UDPChecksumOffloadIPv4", "UDPChecksumOffloadIPv6", kUdp, Seed::kWithLength, ask_checksum},
}};

SampleFrame frame_of(const Kind& kind, std::optional<IpVersion> outer, IpVersion inner) {
  const bool is_checksum = kind.seed == Seed::kWithLength;
  return {.outer = outer,
          .inner = inner,
          .protocol = kind.protocol,
          .payload_size = is_checksum ? 900U : 3'001U,
          .seed = kind.seed};
}

/// Sends one request; everything that leaves has to be right, whatever the answer.
SendCompletion send(const Kind& kind, const SampleFrame& frame,
                    const std::function<SendCompletion(const SendRequest&, PacketSink&)>& adapter) {
  Submission submission(frame);
  kind.ask(submission, frame);
  CollectingSink sink;
  const auto completion = adapter(submission.request, sink);
  EXPECT_EQ(sink.packets.size(), completion.packets);
  EXPECT_TRUE(completion.succeeded() || completion.packets == 0) << kind.name << ": half done";
  for (const auto& packet : sink.packets)
    EXPECT_EQ(SlowPacket(packet, frame.outer.has_value()).problems(), "") << kind.name;
  return completion;
}

std::optional<DropReason> outcome(Adapter& adapter, const Kind& kind, std::optional<IpVersion> outer, IpVersion inner) {
  return send(kind, frame_of(kind, outer, inner),
              [&](const SendRequest& request, PacketSink& sink) { return adapter.send(request, sink); })
      .failure;
}

bool set(Adapter& adapter, std::string name, std::string value) {
  const std::array<KeywordSetting, 1> settings = {{{std::move(name), std::move(value)}}};
  return adapter.set_keywords(settings).has_value();
}

constexpr auto kRefused = std::optional(DropReason::kOffloadInactive);
constexpr auto kDone = std::optional<DropReason>();

TEST(AdapterSend, STATE_3_and_STATE_4_encapsulated_requests_fail_until_NVGRE_is_turned_on) {
  for (const auto& kind : kKinds) {
    for (const auto [outer, inner] : test::kAllVersions) {
      Adapter adapter;
      EXPECT_EQ(outcome(adapter, kind, outer, inner), kRefused) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, std::nullopt, inner), kDone) << kind.name << ": plain ones work (STATE-15)";
      ASSERT_TRUE(adapter.activate_nvgre());
      EXPECT_EQ(outcome(adapter, kind, outer, inner), kDone) << kind.name;
    }
  }
}

TEST(AdapterSend, LSO_25_USO_17_and_STATE_21_after_NVGRE_is_off_encapsulated_requests_fail_and_plain_ones_do_not) {
  Adapter adapter;
  adapter.turn_everything_on();
  ASSERT_TRUE(adapter.deactivate_nvgre());
  for (const auto& kind : kKinds) {
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV4, IpVersion::kV4), kRefused) << kind.name;
    EXPECT_EQ(outcome(adapter, kind, std::nullopt, IpVersion::kV4), kDone) << kind.name;
  }
}

TEST(AdapterSend, CAP_12_KEY_3_to_KEY_13_a_keyword_turns_its_requests_off_plain_and_encapsulated) {
  for (const auto& kind : kKinds) {
    for (const auto inner : {IpVersion::kV4, IpVersion::kV6}) {
      const auto other = inner == IpVersion::kV4 ? IpVersion::kV6 : IpVersion::kV4;
      Adapter adapter;
      adapter.turn_everything_on();
      ASSERT_TRUE(set(adapter, inner == IpVersion::kV4 ? kind.keyword_v4 : kind.keyword_v6, "0"));
      EXPECT_EQ(outcome(adapter, kind, std::nullopt, inner), kRefused) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, inner, inner), kRefused) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, std::nullopt, other), kDone) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, other, other), kDone) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, inner, other), kRefused) << kind.name << ": both versions (STATE-27)";
      EXPECT_EQ(outcome(adapter, kind, other, inner), kRefused) << kind.name << ": both versions (STATE-27)";
      ASSERT_TRUE(set(adapter, inner == IpVersion::kV4 ? kind.keyword_v4 : kind.keyword_v6, "1"));
      EXPECT_EQ(outcome(adapter, kind, inner, inner), kDone) << kind.name;
    }
  }
}

TEST(AdapterSend, STATE_14_and_D_42_a_version_that_is_deactivated_takes_every_request_with_it) {
  for (const auto& kind : kKinds) {
    for (const auto [outer, inner] : test::kAllVersions) {
      Adapter adapter;
      adapter.turn_everything_on();
      ASSERT_TRUE(adapter.set_encapsulation({.v4 = {}, .v6 = VersionEncapsulation::off()}));
      const bool is_all_v4 = outer == IpVersion::kV4 && inner == IpVersion::kV4;
      EXPECT_EQ(outcome(adapter, kind, outer, inner), is_all_v4 ? kDone : kRefused) << kind.name;
      EXPECT_EQ(outcome(adapter, kind, std::nullopt, inner), inner == IpVersion::kV4 ? kDone : kRefused) << kind.name;
      ASSERT_TRUE(adapter.set_encapsulation({.v4 = {}, .v6 = VersionEncapsulation::ethernet()}));
      EXPECT_EQ(outcome(adapter, kind, outer, inner), kDone) << kind.name << ": resumes without a second ON";
    }
  }
}

TEST(AdapterSend, CAP_14_TXC_17_and_USO_20_segmentation_works_with_all_checksums_off) {
  Adapter adapter;
  adapter.turn_everything_on();
  ASSERT_TRUE(set(adapter, "TCPUDPChecksumOffloadIPv4", "0"));
  ASSERT_TRUE(set(adapter, "TCPUDPChecksumOffloadIPv6", "0"));
  for (const auto [outer, inner] : test::kAllVersions) {
    for (const auto& kind : kKinds) {
      const auto expected = kind.seed == Seed::kWithLength ? kRefused : kDone;
      EXPECT_EQ(outcome(adapter, kind, outer, inner), expected) << kind.name;
    }
  }
}

TEST(AdapterSend, CAP_3_a_card_with_mask_0xB_takes_inner_v4_and_refuses_inner_v6) {
  auto backend = OffloadSet::software();
  const EncapsulatedMask mask(0xB);
  backend.encapsulated = {mask, mask, mask, mask, mask, mask};
  Adapter adapter{Capabilities(backend)};
  adapter.turn_everything_on();
  for (const auto& kind : kKinds) {
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV6, IpVersion::kV4), kDone) << kind.name;
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV4, IpVersion::kV4), kDone) << kind.name;
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV4, IpVersion::kV6), kRefused) << kind.name;
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV6, IpVersion::kV6), kRefused) << kind.name;
  }
}

TEST(AdapterSend, LSO_20_and_STATE_23_a_request_built_for_a_former_larger_limit_fails) {
  Adapter adapter;
  adapter.turn_everything_on();
  EXPECT_EQ(outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4), kDone);
  auto backend = OffloadSet::software();
  backend.lso_limits.max_offload_size = 3'000;
  adapter.set_capabilities(Capabilities(backend));
  EXPECT_EQ(outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4), DropReason::kPayloadTooLarge);
}

TEST(AdapterSend, KEY_31_and_LSO_19_segments_never_exceed_the_link) {
  Adapter adapter;
  adapter.turn_everything_on();
  EXPECT_EQ(outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4), kDone);
  adapter.set_device_mtu(1'000);
  EXPECT_EQ(outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4), DropReason::kSegmentTooLarge);
}

TEST(AdapterSend, KEY_32_with_DisableTaskOffload_every_request_for_an_offload_fails) {
  Adapter adapter;
  adapter.turn_everything_on();
  ASSERT_TRUE(set(adapter, "DisableTaskOffload", "1"));
  for (const auto& kind : kKinds) {
    EXPECT_EQ(outcome(adapter, kind, IpVersion::kV4, IpVersion::kV6), kRefused) << kind.name;
    EXPECT_EQ(outcome(adapter, kind, std::nullopt, IpVersion::kV6), kRefused) << kind.name;
  }
}

TEST(AdapterSend, LSO_28_and_USO_19_requests_segments_bytes_and_failures_are_counted) {
  Adapter adapter;
  adapter.turn_everything_on();
  outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4);
  outcome(adapter, kKinds[1], IpVersion::kV4, IpVersion::kV4);
  outcome(adapter, kKinds[2], std::nullopt, IpVersion::kV4);
  ASSERT_TRUE(adapter.deactivate_nvgre());
  outcome(adapter, kKinds[0], IpVersion::kV4, IpVersion::kV4);
  const auto& counted = adapter.transmit_statistics();
  EXPECT_EQ(counted.requests, 4U);
  EXPECT_EQ(counted.packets, 9U);
  // Headers: outer 42 and inner 14 + 20, with 20 of TCP or 8 of UDP; plain TCP 54.
  EXPECT_EQ(counted.bytes, 3'001U + 4 * 96 + 3'001 + 4 * 84 + 900 + 54);
  EXPECT_EQ(counted.lso_super_frames, 1U);
  EXPECT_EQ(counted.lso_segments, 4U);
  EXPECT_EQ(counted.uso_super_frames, 1U);
  EXPECT_EQ(counted.uso_segments, 4U);
  EXPECT_EQ(counted.checksummed, 1U);
  EXPECT_EQ(counted.failures[DropReason::kOffloadInactive], 1U);
  EXPECT_EQ(total(counted.failures), 1U);
}

/// Any one change of the offloads.
void change_anything(Adapter& adapter, std::mt19937& random) {
  static constexpr std::array kKeywords = {
      "EncapsulatedPacketTaskOffload", "LsoV2IPv4",          "LsoV2IPv6", "UsoIPv4", "UsoIPv6",
      "TCPUDPChecksumOffloadIPv4",     "DisableTaskOffload", "RscIPv4"};
  const std::string value(random() % 2 == 0 ? "0" : "1");
  switch (random() % 4) {
    case 0:
      ASSERT_TRUE(adapter.set_encapsulation(
          {.v4 = random() % 2 == 0 ? VersionEncapsulation::off() : VersionEncapsulation::ethernet(), .v6 = {}}));
      break;
    case 1:
      ASSERT_TRUE(value == "0" ? adapter.deactivate_nvgre() : adapter.activate_nvgre());
      break;
    default:
      ASSERT_TRUE(set(adapter, kKeywords[random() % kKeywords.size()], value));
  }
}

TEST(AdapterSend, STATE_19_whatever_is_changed_between_requests_each_is_done_right_or_refused_whole) {
  std::mt19937 random(19);
  Adapter adapter;
  adapter.turn_everything_on();
  std::size_t done = 0;
  std::size_t refused = 0;
  for (int step = 0; step < 5'000; ++step) {
    change_anything(adapter, random);
    const auto& kind = kKinds[random() % kKinds.size()];
    const auto [outer, inner] = test::kAllVersions[random() % test::kAllVersions.size()];
    const auto is_plain = random() % 4 == 0;
    const auto failure = outcome(adapter, kind, is_plain ? std::nullopt : std::optional(outer), inner);
    EXPECT_TRUE(failure == kDone || failure == kRefused);
    ++(failure ? refused : done);
  }
  EXPECT_GT(done, 200U);
  EXPECT_GT(refused, 200U);
}

TEST(AdapterSend, STATE_19_and_STATE_20_requests_that_race_with_a_change_are_done_right_or_refused_whole) {
  Adapter adapter;
  adapter.turn_everything_on();
  std::array<std::mt19937, 2> random{std::mt19937(1), std::mt19937(2)};
  const auto toggle = [&](int call) {
    ASSERT_TRUE(call % 2 == 0 ? adapter.deactivate_nvgre() : adapter.activate_nvgre());
  };
  const auto outcomes = test::race(adapter, toggle, [&](unsigned worker, const ActiveOffloads& offloads) {
    const auto& kind = kKinds[random[worker]() % kKinds.size()];
    const auto [outer, inner] = test::kAllVersions[random[worker]() % test::kAllVersions.size()];
    return send(kind, frame_of(kind, outer, inner),
                [&](const SendRequest& request, PacketSink& sink) { return offload::send(request, offloads, sink); })
        .succeeded();
  });
  EXPECT_GT(outcomes.done, 0U);
  EXPECT_GT(outcomes.refused, 0U);
}

}  // namespace
}  // namespace nvgre::offload
