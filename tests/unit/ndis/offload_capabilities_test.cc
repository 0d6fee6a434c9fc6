#include <random>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/miniport_bench.h"

namespace nvgre::ndis {
namespace {

using test::Buffer;
using test::MiniportBench;
using test::structure_at;
using Gre = NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD;

constexpr ULONG kAllFrames = 0x2 | 0x4 | 0x8;  // 802.3, with 802.1Q in the frame, with 802.1Q out of band

NDIS_OFFLOAD hardware(MiniportBench& bench) {
  return bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES);
}
NDIS_OFFLOAD current(MiniportBench& bench) {
  return bench.answered<NDIS_OFFLOAD>(OID_TCP_OFFLOAD_CURRENT_CONFIG);
}

TEST(OffloadCapabilities, CAP_1_both_sets_are_published_when_the_miniport_is_initialized) {
  MiniportBench bench(test::keywords_of({{"RscIPv4", "0"}}));
  const auto attributes = bench.miniport.offload_attributes();
  EXPECT_EQ(attributes.default_configuration, bench.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG));
  EXPECT_EQ(attributes.hardware_capabilities, bench.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES));
  EXPECT_EQ(structure_at<NDIS_OFFLOAD>(attributes.default_configuration).Rsc.IPv4.Enabled, 0);
  EXPECT_EQ(structure_at<NDIS_OFFLOAD>(attributes.hardware_capabilities).Rsc.IPv4.Enabled, 1);
  const auto structure = attributes.structure();
  EXPECT_EQ(structure.Header.Type, NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES);
  EXPECT_EQ(structure.Header.Size, 40);
  EXPECT_EQ(structure.HardwareOffloadCapabilities,
            reinterpret_cast<std::uintptr_t>(attributes.hardware_capabilities.data()));
  EXPECT_EQ(structure.DefaultTcpConnectionOffloadConfiguration, 0U);
}

TEST(OffloadCapabilities, CAP_2_every_task_of_NVGRE_is_advertised_for_all_versions) {
  MiniportBench bench;
  const auto gre = hardware(bench).EncapsulatedPacketTaskOffloadGre;
  EXPECT_EQ(gre.Word, 0x00FF'FFFFU);
  for (const auto task : {Gre::TransmitChecksumOffloadSupported, Gre::ReceiveChecksumOffloadSupported,
                          Gre::LsoV2Supported, Gre::RssSupported, Gre::VmqSupported, Gre::UsoSupported})
    EXPECT_EQ(task.of(gre.Word), 0xFU);
}

TEST(OffloadCapabilities, CAP_4_a_mask_without_an_outer_version_is_published_as_0) {
  auto backend = offload::OffloadSet::software();
  backend.encapsulated.lso = offload::EncapsulatedMask(offload::EncapsulatedMask::kInnerV4);
  MiniportBench bench({}, {}, backend);
  const auto word = hardware(bench).EncapsulatedPacketTaskOffloadGre.Word;
  EXPECT_EQ(Gre::LsoV2Supported.of(word), 0U);
  EXPECT_EQ(Gre::UsoSupported.of(word), 0xFU);
}

TEST(OffloadCapabilities, CAP_5_the_largest_header_is_256_bytes_unless_the_backend_says_otherwise) {
  MiniportBench bench;
  EXPECT_EQ(hardware(bench).EncapsulatedPacketTaskOffloadGre.MaxHeaderSizeSupported, 256U);
  auto backend = offload::OffloadSet::software();
  backend.max_header_size = 600;
  MiniportBench other({}, {}, backend);
  EXPECT_EQ(hardware(other).EncapsulatedPacketTaskOffloadGre.MaxHeaderSizeSupported, 600U);
}

struct VersionCase {
  NdisVersion version;
  UCHAR revision;
  USHORT size;
};
class OffloadRevisions : public ::testing::TestWithParam<VersionCase> {};

TEST_P(OffloadRevisions, CAP_6_CAP_9_a_version_is_answered_in_its_revision_and_exactly_its_size) {
  const auto [version, revision, size] = GetParam();
  MiniportBench bench({}, version);
  for (const auto oid : {OID_TCP_OFFLOAD_CURRENT_CONFIG, OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES}) {
    const auto bytes = bench.answer(oid);
    EXPECT_EQ(bytes.size(), size);
    const auto header = structure_at<NDIS_OBJECT_HEADER>(bytes);
    EXPECT_EQ(header.Type, 0xA7);
    EXPECT_EQ(header.Revision, revision);
    EXPECT_EQ(header.Size, size);
  }
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, test::nvgre_on());
  EXPECT_EQ(std::get<StatusIndication>(bench.events.at(0)).buffer.size(), size);
}

INSTANTIATE_TEST_SUITE_P(Versions, OffloadRevisions,
                         ::testing::Values(VersionCase{{6, 0}, 1, 112}, VersionCase{{6, 1}, 2, 144},
                                           VersionCase{{6, 20}, 2, 144}, VersionCase{{6, 30}, 3, 156},
                                           VersionCase{{6, 40}, 3, 156}, VersionCase{{6, 50}, 4, 177},
                                           VersionCase{{6, 70}, 5, 188}, VersionCase{{6, 83}, 6, 216},
                                           VersionCase{{6, 84}, 6, 216}, VersionCase{{6, 85}, 7, 216},
                                           VersionCase{{6, 89}, 7, 216}, VersionCase{{5, 1}, 1, 112}));

TEST(OffloadCapabilities, CAP_7_options_are_advertised_once_for_plain_and_NVGRE_packets) {
  auto backend = offload::OffloadSet::software();
  backend.transmit_options.tcp_options.v4 = false;
  MiniportBench bench({}, {}, backend);
  const auto set = hardware(bench);
  EXPECT_EQ(NdisChecksumBlock::TcpOptionsSupported.of(set.Checksum.IPv4Transmit.Word), 0U);
  EXPECT_EQ(NdisChecksumBlock::TcpOptionsSupported.of(set.Checksum.IPv4Receive.Word), 1U);
  EXPECT_EQ(set.EncapsulatedPacketTaskOffloadGre.Word, 0x00FF'FFFFU) << "six masks and nothing about options";
}

TEST(OffloadCapabilities, CAP_8_UDP_segmentation_is_published_from_revision_6_on) {
  MiniportBench bench({}, {6, 70});
  EXPECT_EQ(bench.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES).size(), 188U) << "it begins there";
  MiniportBench newer({}, {6, 83});
  EXPECT_EQ(hardware(newer).UdpSegmentation.IPv4.MaxOffLoadSize, 262'144U);
}

TEST(OffloadCapabilities, D_40_UDP_segmentation_of_NVGRE_is_published_at_revision_7_only) {
  for (const NdisVersion version : {NdisVersion{6, 30}, NdisVersion{6, 83}}) {
    MiniportBench bench({}, version);
    EXPECT_EQ(hardware(bench).EncapsulatedPacketTaskOffloadGre.Word, 0x000F'FFFFU);
  }
}

TEST(OffloadCapabilities, CAP_10_large_send) {
  MiniportBench bench;
  const auto v1 = hardware(bench).LsoV1.IPv4;
  EXPECT_EQ(v1.Encapsulation, kAllFrames);
  EXPECT_EQ(v1.MaxOffLoadSize, 65'536U);
  EXPECT_EQ(v1.Word, 0x5U) << "TCP options, IP options";
  const auto v2 = hardware(bench).LsoV2;
  EXPECT_EQ(v2.IPv4.Encapsulation, kAllFrames);
  EXPECT_EQ(v2.IPv4.MaxOffLoadSize, 262'144U);
  EXPECT_EQ(v2.IPv4.MinSegmentCount, 2U);
  EXPECT_EQ(v2.IPv6.Encapsulation, kAllFrames);
  EXPECT_EQ(v2.IPv6.MaxOffLoadSize, 262'144U);
  EXPECT_EQ(v2.IPv6.MinSegmentCount, 2U);
  EXPECT_EQ(v2.IPv6.Word, 0x5U) << "extension headers, TCP options";
}

TEST(OffloadCapabilities, CAP_11_UDP_segmentation) {
  MiniportBench bench;
  const auto uso = hardware(bench).UdpSegmentation;
  EXPECT_EQ(uso.IPv4.Encapsulation, kAllFrames);
  EXPECT_EQ(uso.IPv4.MaxOffLoadSize, 262'144U);
  EXPECT_EQ(uso.IPv4.Word, 0x42U) << "2 segments at least, a shorter last one";
  EXPECT_EQ(uso.IPv6.MaxOffLoadSize, 262'144U);
  EXPECT_EQ(uso.IPv6.Word, 0x42U);
  EXPECT_EQ(uso.IPv6.Word2, 0x1U) << "extension headers";
}

TEST(OffloadCapabilities, CAP_12_CAP_14_a_missing_base_takes_its_dependants_along) {
  auto backend = offload::OffloadSet::software();
  backend.tasks.transmit_checksum.tcp.v4 = false;
  backend.tasks.uso = {};
  MiniportBench bench({}, {}, backend);
  const auto set = hardware(bench);
  EXPECT_EQ(set.LsoV1.IPv4.Encapsulation, 0U);
  EXPECT_EQ(set.LsoV2.IPv4.Encapsulation, 0U);
  EXPECT_EQ(set.LsoV2.IPv6.Encapsulation, kAllFrames);
  EXPECT_EQ(Gre::LsoV2Supported.of(set.EncapsulatedPacketTaskOffloadGre.Word), 0xCU) << "IPv6 inside and outside";
  EXPECT_EQ(Gre::UsoSupported.of(set.EncapsulatedPacketTaskOffloadGre.Word), 0U);
}

TEST(OffloadCapabilities, CAP_14_at_run_time_large_send_stays_although_its_checksum_is_off) {
  MiniportBench bench;
  auto structure = test::offload_parameters();
  structure.TCPIPv4Checksum = NDIS_OFFLOAD_PARAMETERS_TX_RX_DISABLED;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, structure);
  EXPECT_EQ(current(bench).LsoV2.IPv4.MaxOffLoadSize, 262'144U);
}

TEST(OffloadCapabilities, CAP_13_base_offloads_take_frames_with_and_without_802_1Q) {
  MiniportBench bench;
  const auto checksum = hardware(bench).Checksum;
  for (const auto& block : {checksum.IPv4Transmit, checksum.IPv4Receive}) {
    EXPECT_EQ(block.Encapsulation, kAllFrames);
    EXPECT_EQ(block.Word, 0x155U) << "IP options, TCP options, TCP, UDP, IP";
  }
  for (const auto& block : {checksum.IPv6Transmit, checksum.IPv6Receive}) {
    EXPECT_EQ(block.Encapsulation, kAllFrames);
    EXPECT_EQ(block.Word, 0x55U) << "extension headers, TCP options, TCP, UDP";
  }
}

TEST(OffloadCapabilities, CAP_15_receive_side_capabilities_come_as_hardware_and_as_current_set) {
  MiniportBench bench(test::keywords_of({{"RssOrVmqPreference", "1"}, {"VMQVlanFiltering", "0"}}));
  const auto possible = bench.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_HARDWARE_CAPABILITIES);
  const auto offered = bench.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES);
  EXPECT_EQ(possible.SupportedMacHeaderFields, 0x9U) << "destination address, VLAN ID";
  EXPECT_EQ(offered.SupportedMacHeaderFields, 0x1U);
  EXPECT_EQ(offered.NumQueues, possible.NumQueues);
}

TEST(OffloadCapabilities, CAP_16_KEY_28_KEY_36_one_of_RSS_and_VMQ_is_current_and_both_are_possible) {
  struct Row {
    const char* preference;
    const char* vmq;
    const char* rss;
    bool has_vmq;
    bool has_rss;
  };
  for (const Row row : {Row{"1", "1", "0", true, false}, Row{"1", "0", "1", false, false},
                        Row{"0", "0", "1", false, true}, Row{"0", "1", "0", false, false}}) {
    MiniportBench bench(
        test::keywords_of({{"RssOrVmqPreference", row.preference}, {"VMQ", row.vmq}, {"RSS", row.rss}}));
    Buffer buffer(100);
    EXPECT_EQ(bench.query(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES, buffer).status,
              row.has_vmq ? NDIS_STATUS_SUCCESS : NDIS_STATUS_NOT_SUPPORTED);
    EXPECT_EQ(bench.query(OID_GEN_RECEIVE_SCALE_CAPABILITIES, buffer).status,
              row.has_rss ? NDIS_STATUS_SUCCESS : NDIS_STATUS_NOT_SUPPORTED);
    EXPECT_EQ(bench.query(OID_RECEIVE_FILTER_HARDWARE_CAPABILITIES, buffer).status, NDIS_STATUS_SUCCESS);
    const auto possible = hardware(bench).EncapsulatedPacketTaskOffloadGre.Word;
    EXPECT_EQ(Gre::RssSupported.of(possible), 0xFU);
    EXPECT_EQ(Gre::VmqSupported.of(possible), 0xFU);
    const auto now = current(bench).EncapsulatedPacketTaskOffloadGre.Word;
    EXPECT_EQ(Gre::RssSupported.of(now), row.has_rss ? 0xFU : 0U);
    EXPECT_EQ(Gre::VmqSupported.of(now), row.has_vmq ? 0xFU : 0U);
  }
}

TEST(OffloadCapabilities, KEY_16_without_the_keyword_RSS_there_is_no_RSS_to_query_or_set) {
  Buffer buffer(200);
  MiniportBench by_default;
  EXPECT_EQ(by_default.query(OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer).status, NDIS_STATUS_SUCCESS);
  MiniportBench bench(test::keywords_of({{"RSS", "0"}}));
  for (const auto oid : {OID_GEN_RECEIVE_SCALE_CAPABILITIES, OID_GEN_RECEIVE_SCALE_PARAMETERS})
    EXPECT_EQ(bench.query(oid, buffer).status, NDIS_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer).status, NDIS_STATUS_NOT_SUPPORTED);
}

TEST(OffloadCapabilities, CAP_17_receive_coalescing_is_published_from_revision_3_on) {
  MiniportBench bench(test::keywords_of({{"RscIPv6", "0"}}), {6, 30});
  EXPECT_EQ(current(bench).Rsc.IPv4.Enabled, 1);
  EXPECT_EQ(current(bench).Rsc.IPv6.Enabled, 0);
  MiniportBench older({}, {6, 20});
  EXPECT_EQ(older.answer(OID_TCP_OFFLOAD_CURRENT_CONFIG).size(), 144U) << "the member begins there";
}

TEST(OffloadCapabilities, CAP_18_what_is_not_supported_is_all_zero) {
  MiniportBench bench;
  const auto bytes = bench.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES);
  const auto zero_from = [&](std::size_t first, std::size_t size) {
    for (std::size_t index = first; index < first + size; ++index) EXPECT_EQ(bytes.at(index), 0) << index;
  };
  zero_from(52, 28);   // IPsecV1
  zero_from(108, 4);   // Flags
  zero_from(112, 32);  // IPsecV2
  zero_from(146, 2);   // padding
  zero_from(156, 20);  // VXLAN
  zero_from(177, 3);   // padding
  zero_from(180, 8);   // 464XLAT
  MiniportBench vmq(test::vmq_keywords());
  const auto filters = vmq.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES);
  EXPECT_EQ(filters.MaxPacketCoalescingFilters, 0U);
  EXPECT_EQ(filters.EnabledFilterTypes, NDIS_RECEIVE_FILTER_VMQ_FILTERS_ENABLED);
}

TEST(OffloadCapabilities, CAP_19_changed_hardware_is_indicated_with_the_whole_structure) {
  MiniportBench bench;
  auto backend = offload::OffloadSet::software();
  backend.tasks.lso = {};
  bench.adapter.set_capabilities(offload::Capabilities(backend));
  const auto& status = std::get<StatusIndication>(bench.events.at(0));
  EXPECT_EQ(status.code, NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES);
  EXPECT_EQ(status.buffer, bench.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES));
  EXPECT_EQ(structure_at<NDIS_OFFLOAD>(status.buffer).LsoV2.IPv4.Encapsulation, 0U);
}

/// What a client reads out of NDIS_OFFLOAD, task by task.
offload::TaskSet tasks_in(const NDIS_OFFLOAD& offload) {
  const auto checksums = [](const NdisChecksumBlock& v4, const NdisChecksumBlock& v6) {
    const auto is_on = [](Bits bits, const NdisChecksumBlock& block) {
      return bits.of(block.Word) == NDIS_OFFLOAD_SUPPORTED && block.Encapsulation != 0;
    };
    return offload::ChecksumTasks{
        .ip_v4 = is_on(NdisChecksumBlock::IpChecksum, v4),
        .tcp = {.v4 = is_on(NdisChecksumBlock::TcpChecksum, v4), .v6 = is_on(NdisChecksumBlock::TcpChecksum, v6)},
        .udp = {.v4 = is_on(NdisChecksumBlock::UdpChecksum, v4), .v6 = is_on(NdisChecksumBlock::UdpChecksum, v6)}};
  };
  return {.transmit_checksum = checksums(offload.Checksum.IPv4Transmit, offload.Checksum.IPv6Transmit),
          .receive_checksum = checksums(offload.Checksum.IPv4Receive, offload.Checksum.IPv6Receive),
          .lso_v1 = offload.LsoV1.IPv4.Encapsulation != 0,
          .lso = {.v4 = offload.LsoV2.IPv4.Encapsulation != 0, .v6 = offload.LsoV2.IPv6.Encapsulation != 0},
          .uso = {.v4 = offload.UdpSegmentation.IPv4.Encapsulation != 0,
                  .v6 = offload.UdpSegmentation.IPv6.Encapsulation != 0},
          .rsc = {.v4 = offload.Rsc.IPv4.Enabled != 0, .v6 = offload.Rsc.IPv6.Enabled != 0}};
}

ULONG masks_of(const offload::EncapsulatedTasks& tasks) {
  ULONG word = 0;
  unsigned shift = 0;
  for (const auto mask :
       {tasks.transmit_checksum, tasks.receive_checksum, tasks.lso, tasks.rss, tasks.vmq, tasks.uso}) {
    word |= ULONG{mask.bits()} << shift;
    shift += 4;
  }
  return word;
}

TEST(OffloadCapabilities, CAP_20_OIDs_and_native_API_agree_after_random_changes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  MiniportBench bench;
  for (int step = 0; step < 300; ++step) {
    auto structure = test::offload_parameters();
    auto buffer = test::buffer_of(structure);
    for (const std::size_t offset : {4U, 5U, 6U, 7U, 8U}) buffer[offset] = static_cast<UCHAR>(random() % 5);
    for (const std::size_t offset : {9U, 11U, 12U, 22U, 23U, 32U, 33U})
      buffer[offset] = static_cast<UCHAR>(random() % 3);
    buffer[24] = static_cast<UCHAR>(random() % 3);
    buffer[25] = buffer[24] == NDIS_OFFLOAD_SET_ON ? 1 : 0;
    ASSERT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, buffer).status, NDIS_STATUS_SUCCESS);
    const auto answered = current(bench);
    const auto native = bench.adapter.current_configuration();
    ASSERT_EQ(tasks_in(answered), native.tasks) << step;
    ASSERT_EQ(answered.EncapsulatedPacketTaskOffloadGre.Word, masks_of(native.encapsulated)) << step;
  }
}

TEST(OffloadCapabilities, KEY_34_keywords_change_the_current_set_and_never_the_hardware_set) {
  MiniportBench bench;
  offload::Keywords keywords;
  for (const auto& description : offload::keyword_table()) {
    if (description.minimum == 0) {
      ASSERT_TRUE(keywords.set(description.keyword, 0));
    }
  }
  MiniportBench off(keywords);
  EXPECT_EQ(off.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES), bench.answer(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES));
  EXPECT_EQ(tasks_in(current(off)), offload::TaskSet{});
  EXPECT_EQ(current(off).EncapsulatedPacketTaskOffloadGre.Word, 0U);
}

}  // namespace
}  // namespace nvgre::ndis
