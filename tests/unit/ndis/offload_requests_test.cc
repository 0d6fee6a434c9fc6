#include <bit>
#include <functional>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/adapter_snapshot.h"
#include "tests/support/miniport_bench.h"

namespace nvgre::ndis {
namespace {

using offload::Keyword;
using test::Buffer;
using test::buffer_of;
using test::ethernet;
using test::MiniportBench;
using test::nvgre_on;
using test::offload_parameters;
using test::snapshot_of;
using test::structure_at;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// What an indicated status carries.
NDIS_OFFLOAD carried_by(const MiniportEvent& event) {
  return structure_at<NDIS_OFFLOAD>(std::get<StatusIndication>(event).buffer);
}

ULONG gre_mask(const NDIS_OFFLOAD& offload, Bits task) {
  return task.of(offload.EncapsulatedPacketTaskOffloadGre.Word);
}

TEST(OffloadRequests, STATE_1_current_configuration_and_hardware_capabilities_are_queried_and_never_set) {
  MiniportBench bench(test::keywords_of({{"LsoV2IPv4", "0"}}));
  EXPECT_EQ(bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_CURRENT_CONFIG).LsoV2.IPv4.MaxOffLoadSize, 0U);
  EXPECT_EQ(bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES).LsoV2.IPv4.MaxOffLoadSize, 262'144U);
  for (const auto oid : {OID_TCP_OFFLOAD_CURRENT_CONFIG, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES}) {
    const auto bytes = bench.answer(oid);
    EXPECT_EQ(bench.set(oid, bytes).status, NDIS_STATUS_NOT_SUPPORTED);
    auto buffer = bytes;
    EXPECT_EQ(bench.method(oid, buffer).status, NDIS_STATUS_NOT_SUPPORTED);
  }
}

TEST(OffloadRequests, STATE_2_a_buffer_one_byte_short_is_told_how_long_it_has_to_be) {
  MiniportBench bench;
  for (const auto oid : {OID_TCP_OFFLOAD_CURRENT_CONFIG, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES}) {
    Buffer buffer(215, 0xEE);
    EXPECT_EQ(bench.query(oid, buffer), (OidCompletion{.status = NDIS_STATUS_BUFFER_TOO_SHORT, .bytes_needed = 216}));
    EXPECT_THAT(buffer, ::testing::Each(0xEE));
    buffer.assign(300, 0xEE);
    EXPECT_EQ(bench.query(oid, buffer), (OidCompletion{.bytes_written = 216}));
    EXPECT_EQ(buffer[216], 0xEE) << "exactly the revision's size is written";
  }
}

TEST(OffloadRequests, STATE_3_a_fresh_adapter_reports_NVGRE_and_does_nothing_for_it) {
  MiniportBench bench;
  const auto current = bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_CURRENT_CONFIG);
  EXPECT_EQ(gre_mask(current, NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD::LsoV2Supported), 0xFU);
  EXPECT_EQ(current.EncapsulationTypes, NDIS_ENCAPSULATION_TYPE_GRE_MAC);
  EXPECT_EQ(bench.adapter.active().encapsulated, offload::EncapsulatedTasks{});
}

TEST(OffloadRequests, STATE_4_a_successful_set_with_SET_ON_and_GRE_MAC_makes_NVGRE_active) {
  MiniportBench bench;
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on()), (OidCompletion{.bytes_read = 34}));
  EXPECT_EQ(bench.adapter.active().encapsulated.lso.bits(), 0xF);
  EXPECT_EQ(bench.adapter.active().encapsulated.receive_checksum.bits(), 0) << "its base waits for encapsulation";
  EXPECT_EQ(bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON)).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.active().encapsulated.receive_checksum.bits(), 0xF);
  auto off = offload_parameters();
  off.EncapsulatedPacketTaskOffload = NDIS_OFFLOAD_SET_OFF;
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, off).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.active().encapsulated, offload::EncapsulatedTasks{});
}

/// A request that is refused with this status and leaves everything as it was.
void expect_refused(MiniportBench& bench, NDIS_OID oid, const Buffer& buffer, NDIS_STATUS status) {
  const auto before = snapshot_of(bench.adapter);
  const auto events = bench.events;
  EXPECT_EQ(bench.set(oid, buffer).status, status);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
  EXPECT_EQ(bench.events, events);
}

TEST(OffloadRequests, STATE_5_types_are_read_only_when_NVGRE_is_turned_on) {
  MiniportBench bench;
  for (const ULONG setting : {NDIS_OFFLOAD_SET_NO_CHANGE, NDIS_OFFLOAD_SET_OFF}) {
    auto structure = nvgre_on();
    structure.EncapsulatedPacketTaskOffload = static_cast<UCHAR>(setting);
    expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_DATA);
  }
}

TEST(OffloadRequests, STATE_6_D_38_no_type_and_types_that_are_not_supported_are_invalid_data) {
  MiniportBench bench;
  for (const UCHAR types : {0, 2, 3, 0x80}) {
    auto structure = nvgre_on();
    structure.EncapsulationTypes = types;
    expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_DATA);
  }
}

/// One member of NDIS_OFFLOAD_PARAMETERS and the largest value that it takes.
struct Member {
  std::size_t offset;
  UCHAR largest;
};

class OffloadParameterMembers : public ::testing::TestWithParam<Member> {};

TEST_P(OffloadParameterMembers, STATE_7_takes_the_values_that_it_has_and_no_others) {
  for (UCHAR value = 0; value <= 5; ++value) {
    MiniportBench bench;
    auto buffer = buffer_of(offload_parameters());
    buffer[GetParam().offset] = value;
    if (value <= GetParam().largest) {
      EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, buffer).status, NDIS_STATUS_SUCCESS) << unsigned{value};
    } else {
      expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer, NDIS_STATUS_INVALID_DATA);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Checksums, OffloadParameterMembers,
                         ::testing::Values(Member{4, 4}, Member{5, 4}, Member{6, 4}, Member{7, 4}, Member{8, 4}));
INSTANTIATE_TEST_SUITE_P(Tasks, OffloadParameterMembers,
                         ::testing::Values(Member{9, 2}, Member{11, 2}, Member{12, 2}, Member{22, 2}, Member{23, 2},
                                           Member{32, 2}, Member{33, 2}));
// IPsec and TCP connection offload can only be turned off (CAP-18).
INSTANTIATE_TEST_SUITE_P(Absent, OffloadParameterMembers,
                         ::testing::Values(Member{10, 1}, Member{13, 1}, Member{14, 1}, Member{20, 1}, Member{21, 1}));

TEST(OffloadRequests, STATE_7_every_member_reaches_its_own_task) {
  MiniportBench bench;
  auto structure = offload_parameters();
  structure.TCPIPv4Checksum = NDIS_OFFLOAD_PARAMETERS_TX_ENABLED_RX_DISABLED;
  structure.UDPIPv6Checksum = NDIS_OFFLOAD_PARAMETERS_RX_ENABLED_TX_DISABLED;
  structure.IPv4Checksum = NDIS_OFFLOAD_PARAMETERS_TX_RX_DISABLED;
  structure.LsoV2IPv6 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  structure.RscIPv4 = NDIS_OFFLOAD_PARAMETERS_RSC_DISABLED;
  structure.UdpSegmentation.IPv6 = NDIS_OFFLOAD_PARAMETERS_USO_DISABLED;
  ASSERT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure).status, NDIS_STATUS_SUCCESS);
  auto expected = offload::OffloadSet::software().tasks;
  expected.receive_checksum.tcp.v4 = false;
  expected.transmit_checksum.udp.v6 = false;
  expected.transmit_checksum.ip_v4 = expected.receive_checksum.ip_v4 = false;
  expected.lso.v6 = expected.rsc.v4 = expected.uso.v6 = false;
  EXPECT_EQ(bench.adapter.current_configuration().tasks, expected);
}

TEST(OffloadRequests, STATE_8_one_bad_member_among_good_ones_changes_nothing) {
  MiniportBench bench;
  auto structure = nvgre_on();
  structure.LsoV2IPv4 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  structure.UdpSegmentation.IPv6 = 3;
  expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_DATA);
}

TEST(OffloadRequests, STATE_8_what_the_hardware_lacks_cannot_be_enabled) {
  auto backend = offload::OffloadSet::software();
  backend.tasks.uso.v6 = false;
  MiniportBench bench({}, {}, backend);
  auto structure = offload_parameters();
  structure.UdpSegmentation.IPv6 = NDIS_OFFLOAD_PARAMETERS_USO_ENABLED;
  expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_DATA);
}

TEST(OffloadRequests, STATE_9_each_revision_is_accepted_from_its_size_on_and_read_no_further) {
  constexpr std::array<std::size_t, 5> kSizes = {20, 22, 26, 32, 34};
  for (UCHAR revision = 1; revision <= 5; ++revision) {
    const std::size_t size = kSizes[revision - 1U];
    for (const std::size_t length : {size, size + 1, std::size_t{64}}) {
      MiniportBench bench;
      auto structure = offload_parameters(revision);
      structure.Header.Size = static_cast<USHORT>(length);
      structure.LsoV1 = NDIS_OFFLOAD_PARAMETERS_LSOV1_DISABLED;
      auto buffer = buffer_of(structure, length);
      for (std::size_t index = size; index < length; ++index) buffer[index] = 0xFF;  // not a member of this revision
      EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, buffer), (OidCompletion{.bytes_read = static_cast<ULONG>(size)}));
      EXPECT_FALSE(bench.adapter.current_configuration().tasks.lso_v1);
    }
  }
}

TEST(OffloadRequests, STATE_9_a_size_below_the_revision_or_beyond_the_buffer_is_invalid_data) {
  MiniportBench bench;
  auto structure = offload_parameters(3);
  structure.Header.Size = 25;
  Buffer buffer = buffer_of(structure);
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, buffer),
            (OidCompletion{.status = NDIS_STATUS_INVALID_DATA, .bytes_needed = 26}));
  structure.Header.Size = 26;
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure, 25)),
            (OidCompletion{.status = NDIS_STATUS_INVALID_DATA, .bytes_needed = 26}));
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, Buffer()),
            (OidCompletion{.status = NDIS_STATUS_INVALID_DATA, .bytes_needed = 20}));
  structure.Header.Type = static_cast<UCHAR>(NDIS_OBJECT_TYPE_OFFLOAD);
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure), OidCompletion{.status = NDIS_STATUS_INVALID_DATA});
  structure = offload_parameters(3);
  structure.Header.Revision = 0;
  EXPECT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure), OidCompletion{.status = NDIS_STATUS_INVALID_DATA});
}

TEST(OffloadRequests, STATE_10_D_45_keywords_follow_unless_SKIP_REGISTRY_UPDATE_is_set) {
  MiniportBench bench;
  auto structure = offload_parameters();
  structure.LsoV2IPv6 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  ASSERT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.keywords().given(Keyword::kLsoV2Ipv6), 0U);
  structure = offload_parameters();
  structure.LsoV2IPv4 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  structure.Flags = NDIS_OFFLOAD_PARAMETERS_SKIP_REGISTRY_UPDATE;
  ASSERT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.keywords().given(Keyword::kLsoV2Ipv4), std::nullopt);
  EXPECT_FALSE(bench.adapter.current_configuration().tasks.lso.v4);
  structure.Flags = 2;
  expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_DATA);
}

TEST(OffloadRequests, STATE_10_a_provider_that_fails_leaves_keywords_and_configuration_as_they_were) {
  MiniportBench bench;
  bool has_seen_keyword = false;
  bench.adapter.set_admission([&](const offload::ActiveOffloads&) -> Result<void> {
    has_seen_keyword = bench.adapter.keywords().given(Keyword::kLsoV2Ipv4) == 0U;
    return failure(ErrorCode::kSystem, "no memory");
  });
  auto structure = offload_parameters();
  structure.LsoV2IPv4 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(structure), NDIS_STATUS_FAILURE);
  EXPECT_TRUE(has_seen_keyword) << "keywords first, then the provider";
  expect_refused(bench, OID_OFFLOAD_ENCAPSULATION, buffer_of(ethernet(NDIS_OFFLOAD_SET_OFF)), NDIS_STATUS_FAILURE);
}

TEST(OffloadRequests, STATE_11_a_processed_set_indicates_the_whole_configuration_before_it_completes) {
  MiniportBench bench;
  auto structure = offload_parameters();
  structure.LsoV2IPv4 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  std::vector<std::string> order;
  bench.adapter.attach([&](const offload::ActiveOffloads&) { order.emplace_back("frames"); });
  bench.miniport.listen([&](const MiniportEvent& event) {
    order.emplace_back(status_name(std::get<StatusIndication>(event).code));
    bench.events.push_back(event);
  });
  order.clear();
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure);
  order.emplace_back("completed");
  EXPECT_THAT(order, ElementsAre("frames", "NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG", "completed"));
  const auto indicated = carried_by(bench.events[0]);
  EXPECT_EQ(std::get<StatusIndication>(bench.events[0]).buffer.size(), 216U);
  EXPECT_EQ(indicated.LsoV2.IPv4.Encapsulation, 0U);
  EXPECT_EQ(indicated.LsoV2.IPv6.MaxOffLoadSize, 262'144U);
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, offload_parameters());
  bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  EXPECT_EQ(bench.events.size(), 3U) << "also when nothing changed";
  EXPECT_EQ(bench.events[1], bench.events[0]);
}

TEST(OffloadRequests, STATE_11_in_a_status_what_is_off_reads_SET_OFF_and_in_an_answer_NOT_SUPPORTED) {
  MiniportBench bench;
  auto structure = offload_parameters();
  structure.UDPIPv4Checksum = NDIS_OFFLOAD_PARAMETERS_RX_ENABLED_TX_DISABLED;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure);
  constexpr auto kUdp = NdisChecksumBlock::UdpChecksum;
  const auto indicated = carried_by(bench.events.at(0)).Checksum;
  EXPECT_EQ(kUdp.of(indicated.IPv4Transmit.Word), NDIS_OFFLOAD_SET_OFF);
  EXPECT_EQ(kUdp.of(indicated.IPv4Receive.Word), NDIS_OFFLOAD_SET_ON);
  const auto answered = bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_CURRENT_CONFIG).Checksum;
  EXPECT_EQ(kUdp.of(answered.IPv4Transmit.Word), NDIS_OFFLOAD_NOT_SUPPORTED);
  EXPECT_EQ(kUdp.of(answered.IPv4Receive.Word), NDIS_OFFLOAD_SUPPORTED);
}

TEST(OffloadRequests, STATE_12_type_and_header_size_go_with_Enabled_1_only) {
  MiniportBench bench;
  for (const auto& change : std::vector<std::function<void(NDIS_OFFLOAD_ENCAPSULATION&)>>{
           [](auto& structure) { structure.IPv4.Enabled = 3; },
           [](auto& structure) { structure.IPv6.Enabled = 0x101; },  // its low byte alone would be SET_ON
           [](auto& structure) { structure.IPv4.Enabled = NDIS_OFFLOAD_SET_OFF; },
           [](auto& structure) { structure.IPv6.HeaderSize = 0; },  // of an Ethernet header it can't be
           [](auto& structure) { structure.IPv6.Enabled = NDIS_OFFLOAD_SET_NO_CHANGE; },
           [](auto& structure) {
             structure.IPv6 = {.Enabled = NDIS_OFFLOAD_SET_OFF, .EncapsulationType = 0, .HeaderSize = 14};
           }}) {
    auto structure = ethernet(NDIS_OFFLOAD_SET_ON);
    change(structure);
    expect_refused(bench, OID_OFFLOAD_ENCAPSULATION, buffer_of(structure), NDIS_STATUS_INVALID_PARAMETER);
  }
}

TEST(OffloadRequests, STATE_13_only_802_3_is_supported) {
  MiniportBench bench;
  auto structure = ethernet(NDIS_OFFLOAD_SET_ON);
  structure.IPv4.EncapsulationType = NDIS_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;
  expect_refused(bench, OID_OFFLOAD_ENCAPSULATION, buffer_of(structure), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(OffloadRequests, STATE_14_encapsulation_activates_and_deactivates_without_changing_the_configuration) {
  MiniportBench bench;
  const auto configured = bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG);
  EXPECT_FALSE(bench.adapter.active().receive_checksum.tcp.v4);
  ASSERT_EQ(bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON)), (OidCompletion{.bytes_read = 28}));
  EXPECT_TRUE(bench.adapter.active().receive_checksum.tcp.v4);
  auto off = ethernet(NDIS_OFFLOAD_SET_OFF);
  off.IPv6.Enabled = NDIS_OFFLOAD_SET_NO_CHANGE;
  ASSERT_EQ(bench.set(OID_OFFLOAD_ENCAPSULATION, off).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.active().lso.active, (offload::PerVersion{.v4 = false, .v6 = true}));
  EXPECT_EQ(bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG), configured);
}

TEST(OffloadRequests, STATE_15_after_a_failed_encapsulation_its_sender_uses_no_offload) {
  MiniportBench bench;
  const auto other = bench.miniport.bind();
  EXPECT_TRUE(bench.miniport.may_offload(bench.client)) << "transmit offloads may be used once configured";
  auto structure = ethernet(NDIS_OFFLOAD_SET_ON);
  structure.IPv4.EncapsulationType = NDIS_ENCAPSULATION_IEEE_LLC_SNAP_ROUTED;
  bench.set(OID_OFFLOAD_ENCAPSULATION, structure);
  EXPECT_FALSE(bench.miniport.may_offload(bench.client));
  EXPECT_TRUE(bench.miniport.may_offload(other));
  bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  EXPECT_TRUE(bench.miniport.may_offload(bench.client));
}

TEST(OffloadRequests, KEY_32_a_host_that_disables_task_offload_has_no_sender_that_may_use_it) {
  MiniportBench bench;
  ASSERT_TRUE(test::set(bench.adapter, {{"DisableTaskOffload", "1"}}));
  EXPECT_FALSE(bench.miniport.may_offload(bench.client));
}

TEST(OffloadRequests, STATE_16_a_query_of_encapsulation_returns_what_was_last_set) {
  MiniportBench bench;
  Buffer buffer(28);
  EXPECT_EQ(bench.query(OID_OFFLOAD_ENCAPSULATION, buffer), OidCompletion{.status = NDIS_STATUS_FAILURE});
  bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  EXPECT_EQ(bench.answer(OID_OFFLOAD_ENCAPSULATION), buffer_of(ethernet(NDIS_OFFLOAD_SET_ON)));
  buffer.resize(27);
  EXPECT_EQ(bench.query(OID_OFFLOAD_ENCAPSULATION, buffer),
            (OidCompletion{.status = NDIS_STATUS_BUFFER_TOO_SHORT, .bytes_needed = 28}));
}

TEST(OffloadRequests, STATE_17_parameters_and_encapsulation_in_either_order_end_in_the_same_state) {
  MiniportBench one;
  one.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  one.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  MiniportBench other;
  other.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  other.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  EXPECT_EQ(snapshot_of(one.adapter), snapshot_of(other.adapter));
  EXPECT_EQ(one.adapter.active().encapsulated.receive_checksum.bits(), 0xF);
  EXPECT_EQ(one.adapter.active().encapsulated.rss.bits(), 0) << "RSS needs its own OID";
}

TEST(OffloadRequests, STATE_18_turning_NVGRE_off_lets_the_frame_path_deliver_before_the_request_completes) {
  MiniportBench bench;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  std::vector<std::string> order;
  bench.adapter.attach([&](const offload::ActiveOffloads& next) { order.emplace_back(next.nvgre ? "on" : "off"); });
  bench.miniport.listen([&](const MiniportEvent&) { order.emplace_back("status"); });
  order.clear();
  auto off = offload_parameters();
  off.EncapsulatedPacketTaskOffload = NDIS_OFFLOAD_SET_OFF;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, off);
  order.emplace_back("completed");
  EXPECT_THAT(order, ElementsAre("off", "status", "completed"));
}

TEST(OffloadRequests, STATE_21_turning_NVGRE_off_leaves_the_base_offloads_alone) {
  MiniportBench bench;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  auto off = offload_parameters();
  off.EncapsulatedPacketTaskOffload = NDIS_OFFLOAD_SET_OFF;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, off);
  EXPECT_EQ(bench.adapter.active().lso.active, (offload::PerVersion{.v4 = true, .v6 = true}));
  const auto current = bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_CURRENT_CONFIG);
  EXPECT_EQ(current.LsoV2.IPv4.MaxOffLoadSize, 262'144U);
  EXPECT_EQ(current.EncapsulatedPacketTaskOffloadGre.Word, 0U);
}

TEST(OffloadRequests, STATE_22_after_a_restart_NVGRE_is_as_enabled_as_before_and_not_active) {
  MiniportBench bench;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  auto structure = offload_parameters();
  structure.LsoV2IPv6 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure);
  MiniportBench again(bench.adapter.keywords());
  EXPECT_EQ(again.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG), bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG));
  EXPECT_EQ(again.adapter.active().encapsulated, offload::EncapsulatedTasks{});
}

TEST(OffloadRequests, STATE_23_a_limit_that_shrinks_is_indicated) {
  MiniportBench bench;
  auto backend = offload::OffloadSet::software();
  backend.lso_limits.max_offload_size = 65'536;
  bench.adapter.set_capabilities(offload::Capabilities(backend));
  EXPECT_THAT(bench.indicated(),
              ElementsAre(NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES, NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG));
  EXPECT_EQ(carried_by(bench.events[1]).LsoV2.IPv4.MaxOffLoadSize, 65'536U);
}

TEST(OffloadRequests, STATE_24_an_adapter_without_offload_supports_neither_set) {
  MiniportBench bench({}, {}, offload::OffloadSet{});
  expect_refused(bench, OID_TCP_OFFLOAD_PARAMETERS, buffer_of(nvgre_on()), NDIS_STATUS_NOT_SUPPORTED);
  expect_refused(bench, OID_OFFLOAD_ENCAPSULATION, buffer_of(ethernet(NDIS_OFFLOAD_SET_ON)), NDIS_STATUS_NOT_SUPPORTED);
  EXPECT_FALSE(bench.miniport.may_offload(bench.client));
  Buffer buffer(40);
  EXPECT_EQ(bench.query(OID_TCP_RSC_STATISTICS, buffer).status, NDIS_STATUS_NOT_SUPPORTED);
}

TEST(OffloadRequests, STATE_25_a_query_during_a_set_sees_the_whole_old_or_the_whole_new_state) {
  MiniportBench bench;
  const auto before = bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG);
  Buffer while_frames_follow;
  Buffer while_indicating;
  bench.adapter.attach(
      [&](const offload::ActiveOffloads&) { while_frames_follow = bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG); });
  bench.miniport.listen([&](const MiniportEvent&) { while_indicating = bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG); });
  auto structure = nvgre_on();
  structure.LsoV2IPv4 = NDIS_OFFLOAD_PARAMETERS_LSOV2_DISABLED;
  structure.RscIPv6 = NDIS_OFFLOAD_PARAMETERS_RSC_DISABLED;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure);
  EXPECT_EQ(while_frames_follow, before);
  EXPECT_EQ(while_indicating, bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG));
  EXPECT_NE(while_indicating, before);
}

TEST(OffloadRequests, STATE_26_every_status_is_a_native_event_too_in_the_same_order) {
  MiniportBench bench;
  const test::Recorder native(bench.adapter);
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, nvgre_on());
  bench.set(OID_OFFLOAD_ENCAPSULATION, ethernet(NDIS_OFFLOAD_SET_ON));
  auto backend = offload::OffloadSet::software();
  backend.tasks.lso.v6 = false;
  bench.adapter.set_capabilities(offload::Capabilities(backend));
  ASSERT_EQ(native.events.size(), 4U);
  ASSERT_EQ(bench.events.size(), 4U);
  for (std::size_t index = 0; index < 4; ++index)
    EXPECT_EQ(carried_by(bench.events[index]).LsoV2.IPv6.MaxOffLoadSize != 0, native.events[index].set.tasks.lso.v6);
}

TEST(OffloadRequests, RSC_28_statistics_are_those_of_the_coalescers) {
  MiniportBench bench;
  bench.adapter.set_coalescing_count([] {
    return offload::CoalescingStatistics{
        .coalesced_packets = 1, .coalesced_octets = 0x1'0000'0002, .coalesce_events = 3, .aborts = 4};
  });
  const auto statistics = bench.answered<NDIS_RSC_STATISTICS_INFO>(OID_TCP_RSC_STATISTICS);
  EXPECT_EQ(statistics.Header.Size, 40);
  EXPECT_EQ(statistics.CoalescedPkts, 1U);
  EXPECT_EQ(statistics.CoalescedOctets, 0x1'0000'0002U);
  EXPECT_EQ(statistics.CoalesceEvents, 3U);
  EXPECT_EQ(statistics.Aborts, 4U);
  Buffer buffer(40);
  EXPECT_EQ(bench.request(NdisRequestQueryStatistics, OID_TCP_RSC_STATISTICS, buffer).bytes_written, 40U);
}

}  // namespace
}  // namespace nvgre::ndis
