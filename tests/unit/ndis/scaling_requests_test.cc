#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/adapter_snapshot.h"
#include "tests/support/miniport_bench.h"

namespace nvgre::ndis {
namespace {

using offload::ProcessorNumber;
using offload::RssHashType;
using test::Buffer;
using test::buffer_of;
using test::MiniportBench;
using test::snapshot_of;
using test::structure_at;
using ::testing::ElementsAre;
using ::testing::SizeIs;

constexpr ULONG kToeplitzTcpIpv4 = NdisHashFunctionToeplitz | NDIS_HASH_TCP_IPV4;

/// A set request in the making: header, table and key one behind the other.
struct ScaleRequest {
  explicit ScaleRequest(std::size_t entries = 4, UCHAR revision = 2) {
    structure = test::with_header<NDIS_RECEIVE_SCALE_PARAMETERS>(NDIS_OBJECT_TYPE_RSS_PARAMETERS, revision);
    structure.HashInformation = kToeplitzTcpIpv4;
    const std::size_t each = revision == 1 ? 1 : 4;
    for (std::size_t index = 0; index < entries; ++index) {
      table.resize(table.size() + each);
      table[index * each + (revision == 1 ? 0 : 2)] = static_cast<std::uint8_t>(index % 4);
    }
    for (std::uint8_t byte = 1; byte <= 40; ++byte) key.push_back(byte);
    structure.IndirectionTableOffset = structure.Header.Size;
    structure.IndirectionTableSize = static_cast<USHORT>(table.size());
    structure.HashSecretKeyOffset = structure.IndirectionTableOffset + structure.IndirectionTableSize;
    structure.HashSecretKeySize = 40;
  }
  [[nodiscard]] Buffer bytes() const {
    auto buffer = buffer_of(structure, structure.Header.Size);
    buffer.insert(buffer.end(), table.begin(), table.end());
    buffer.insert(buffer.end(), key.begin(), key.end());
    return buffer;
  }

  NDIS_RECEIVE_SCALE_PARAMETERS structure;
  Buffer table;
  Buffer key;
};

OidCompletion set(MiniportBench& bench, const ScaleRequest& request) {
  return bench.set(OID_GEN_RECEIVE_SCALE_PARAMETERS, request.bytes());
}

void expect_refused(MiniportBench& bench, NDIS_OID oid, const Buffer& buffer, NDIS_STATUS status) {
  const auto before = snapshot_of(bench.adapter);
  EXPECT_EQ(bench.set(oid, buffer).status, status);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
}
void expect_refused(MiniportBench& bench, const ScaleRequest& request, NDIS_STATUS status) {
  expect_refused(bench, OID_GEN_RECEIVE_SCALE_PARAMETERS, request.bytes(), status);
}

/// The queue that a hash leads to.
std::uint32_t queue_of(const MiniportBench& bench, std::uint32_t hash) {
  return bench.adapter.receive_scaling()->target_of({.value = hash, .type = RssHashType::kTcpIpv4}).queue;
}

TEST(ScalingRequests, RSS_3_every_combination_of_hash_types_is_accepted_and_no_unknown_one) {
  MiniportBench bench;
  ScaleRequest request;
  for (ULONG types = 1; types < 512; ++types) {
    request.structure.HashInformation = NdisHashFunctionToeplitz | types << 8;
    ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS) << types;
    EXPECT_EQ(bench.answered<NDIS_RECEIVE_SCALE_PARAMETERS>(OID_GEN_RECEIVE_SCALE_PARAMETERS).HashInformation,
              request.structure.HashInformation);
  }
  for (const ULONG information : {0x1U, 0x2'0001U, 0x0100'0101U, 0x0102U, 0x0103U}) {
    request.structure.HashInformation = information;
    expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
  }
}

TEST(ScalingRequests, RSS_3_each_hash_type_is_the_one_of_its_name) {
  struct Row {
    ULONG bit;
    RssHashType type;
  };
  for (const Row row :
       {Row{0x100, RssHashType::kIpv4}, Row{0x200, RssHashType::kTcpIpv4}, Row{0x400, RssHashType::kIpv6},
        Row{0x800, RssHashType::kIpv6Ex}, Row{0x1000, RssHashType::kTcpIpv6}, Row{0x2000, RssHashType::kTcpIpv6Ex},
        Row{0x4000, RssHashType::kUdpIpv4}, Row{0x8000, RssHashType::kUdpIpv6},
        Row{0x10000, RssHashType::kUdpIpv6Ex}}) {
    MiniportBench bench;
    ScaleRequest request;
    request.structure.HashInformation = NdisHashFunctionToeplitz | row.bit;
    set(bench, request);
    offload::RssHashTypes expected;
    expected.enable(row.type);
    EXPECT_EQ(bench.adapter.rss_parameters()->hash_types, expected) << row.bit;
  }
}

TEST(ScalingRequests, RSS_14_tables_have_a_power_of_two_of_entries_up_to_128) {
  MiniportBench bench;
  for (const std::size_t entries : {1U, 2U, 64U, 128U}) {
    EXPECT_EQ(set(bench, ScaleRequest(entries)).status, NDIS_STATUS_SUCCESS) << entries;
    EXPECT_THAT(bench.adapter.rss_parameters()->indirection_table, SizeIs(entries));
  }
  for (const std::size_t entries : {0U, 3U, 127U, 129U, 256U})
    expect_refused(bench, ScaleRequest(entries), NDIS_STATUS_INVALID_PARAMETER);
  EXPECT_EQ(queue_of(bench, 130), 2U) << "entry 130 & 127";
}

TEST(ScalingRequests, RSS_14_no_table_is_longer_than_what_is_advertised) {
  auto backend = offload::OffloadSet::software();
  backend.rss.indirection_entries = 64;
  MiniportBench bench({}, {}, backend);
  EXPECT_EQ(bench.answered<NDIS_RECEIVE_SCALE_CAPABILITIES>(OID_GEN_RECEIVE_SCALE_CAPABILITIES)
                .NumberOfIndirectionTableEntries,
            64);
  EXPECT_EQ(set(bench, ScaleRequest(64)).status, NDIS_STATUS_SUCCESS);
  expect_refused(bench, ScaleRequest(128), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(ScalingRequests, RSS_15_the_size_of_the_table_is_in_bytes) {
  MiniportBench bench;
  EXPECT_EQ(ScaleRequest(128).structure.IndirectionTableSize, 512);
  EXPECT_EQ(set(bench, ScaleRequest(128)), (OidCompletion{.bytes_read = 40 + 512 + 40}));
  EXPECT_THAT(bench.adapter.rss_parameters()->indirection_table, SizeIs(128));
  EXPECT_EQ(set(bench, ScaleRequest(128, 1)), (OidCompletion{.bytes_read = 28 + 128 + 40}));
  EXPECT_EQ(bench.adapter.rss_parameters()->indirection_table[3], (ProcessorNumber{.group = 0, .number = 3}));
  ScaleRequest odd(4);
  odd.structure.IndirectionTableSize = 15;
  expect_refused(bench, odd, NDIS_STATUS_INVALID_PARAMETER);
}

TEST(ScalingRequests, RSS_15_entries_name_group_and_number) {
  MiniportBench bench;
  ScaleRequest request(2);
  request.table = {0x02, 0x01, 0x07, 0, 0, 0, 63, 0};
  ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS);
  EXPECT_THAT(bench.adapter.rss_parameters()->indirection_table,
              ElementsAre(ProcessorNumber{.group = 0x0102, .number = 7}, ProcessorNumber{.group = 0, .number = 63}));
  request.table[6] = 64;  // a group has 64 processors
  expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
}

TEST(ScalingRequests, RSS_16_the_base_processor_is_stored_and_steers_nothing) {
  MiniportBench bench;
  set(bench, ScaleRequest());
  const auto before = queue_of(bench, 2);
  ScaleRequest request;
  request.structure.BaseCpuNumber = 3;
  ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(queue_of(bench, 2), before);
  EXPECT_EQ(bench.answered<NDIS_RECEIVE_SCALE_PARAMETERS>(OID_GEN_RECEIVE_SCALE_PARAMETERS).BaseCpuNumber, 3);
  request.structure.BaseCpuNumber = 9;
  request.structure.Flags = NDIS_RSS_PARAM_FLAG_BASE_CPU_UNCHANGED;
  set(bench, request);
  EXPECT_EQ(bench.adapter.rss_parameters()->base_processor, 3);
}

TEST(ScalingRequests, RSS_18_revision_3_names_the_processor_of_packets_without_a_hash) {
  MiniportBench bench;
  ScaleRequest request(4, 3);
  request.structure.DefaultProcessorNumber = {.Group = 0, .Number = 2, .Reserved = 0};
  ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.receive_scaling()->target_of({}).processor, (ProcessorNumber{.group = 0, .number = 2}));
  request.structure.DefaultProcessorNumber.Number = 64;
  expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
  request.structure.Flags = NDIS_RSS_PARAM_FLAG_DEFAULT_PROCESSOR_UNCHANGED;
  ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.rss_parameters()->default_processor, (ProcessorNumber{.group = 0, .number = 2}));
}

TEST(ScalingRequests, RSS_20_disabling_ignores_all_else_and_goes_back_to_the_start) {
  for (const bool by_flag : {true, false}) {
    MiniportBench bench;
    const auto fresh = snapshot_of(bench.adapter);
    ASSERT_EQ(set(bench, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
    auto disable = test::with_header<NDIS_RECEIVE_SCALE_PARAMETERS>(NDIS_OBJECT_TYPE_RSS_PARAMETERS, 2);
    if (by_flag) disable.Flags = NDIS_RSS_PARAM_FLAG_DISABLE_RSS;
    if (by_flag) disable.HashInformation = 0xFFFF'FFFF;
    disable.IndirectionTableSize = 3;
    disable.IndirectionTableOffset = 0xFFFF'FFFF;
    disable.HashSecretKeySize = 1;
    EXPECT_EQ(bench.set(OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer_of(disable, 40)), (OidCompletion{.bytes_read = 40}));
    EXPECT_EQ(snapshot_of(bench.adapter), fresh);
    EXPECT_EQ(bench.adapter.receive_scaling(), nullptr);
    ScaleRequest again;
    again.structure.Flags = NDIS_RSS_PARAM_FLAG_ITABLE_UNCHANGED | NDIS_RSS_PARAM_FLAG_HASH_KEY_UNCHANGED;
    ASSERT_EQ(set(bench, again).status, NDIS_STATUS_SUCCESS);
    EXPECT_THAT(bench.adapter.rss_parameters()->indirection_table, ElementsAre(ProcessorNumber{}));
    EXPECT_EQ(bench.adapter.rss_parameters()->key, offload::kMicrosoftVerificationKey);
  }
}

TEST(ScalingRequests, RSS_21_what_a_flag_calls_unchanged_may_be_garbage) {
  MiniportBench bench;
  ASSERT_EQ(set(bench, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
  const auto before = *bench.adapter.rss_parameters();
  ScaleRequest request;
  request.structure.Flags = NDIS_RSS_PARAM_FLAG_ITABLE_UNCHANGED | NDIS_RSS_PARAM_FLAG_HASH_KEY_UNCHANGED |
                            NDIS_RSS_PARAM_FLAG_HASH_INFO_UNCHANGED;
  request.structure.IndirectionTableSize = 3;
  request.structure.IndirectionTableOffset = 0xFFFF'FFFF;
  request.structure.HashSecretKeySize = 7;
  request.structure.HashInformation = 0xFFFF'FFFF;
  EXPECT_EQ(set(bench, request), (OidCompletion{.bytes_read = 40}));
  EXPECT_EQ(*bench.adapter.rss_parameters(), before);
  request.structure.Flags = 0x40;
  expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
}

TEST(ScalingRequests, RSS_22_the_newest_parameters_replace_the_old_ones_whole) {
  MiniportBench bench;
  ScaleRequest request;
  request.structure.HashInformation = NdisHashFunctionToeplitz | NDIS_HASH_IPV4 | NDIS_HASH_TCP_IPV6;
  set(bench, request);
  request.structure.HashInformation = NdisHashFunctionToeplitz | NDIS_HASH_TCP_IPV6;
  set(bench, request);
  EXPECT_FALSE(bench.adapter.rss_parameters()->hash_types.has(RssHashType::kIpv4));
  EXPECT_TRUE(bench.adapter.rss_parameters()->hash_types.has(RssHashType::kTcpIpv6));
}

TEST(ScalingRequests, RSS_23_a_key_has_40_bytes_and_lies_inside_the_buffer) {
  MiniportBench bench;
  for (const USHORT size : {0, 39, 41}) {
    ScaleRequest request;
    request.structure.HashSecretKeySize = size;
    request.key.resize(50);
    expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
  }
  ScaleRequest outside;
  outside.key.pop_back();
  expect_refused(bench, outside, NDIS_STATUS_INVALID_LENGTH);
  ScaleRequest far_outside;
  far_outside.structure.HashSecretKeyOffset = 0xFFFF'FFF0;
  expect_refused(bench, far_outside, NDIS_STATUS_INVALID_LENGTH);
  ScaleRequest table_outside;
  table_outside.structure.IndirectionTableOffset = 0xFFFF'FFFF;
  expect_refused(bench, table_outside, NDIS_STATUS_INVALID_LENGTH);
  ScaleRequest masks_outside;
  masks_outside.structure.ProcessorMasksEntrySize = 16;
  masks_outside.structure.NumberOfProcessorMasks = 0x1000'0001;  // times 16 is 16 in 32 bits
  expect_refused(bench, masks_outside, NDIS_STATUS_INVALID_LENGTH);
  ASSERT_EQ(set(bench, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(bench.adapter.rss_parameters()->key.front(), 1);
  EXPECT_EQ(bench.adapter.rss_parameters()->key.back(), 40);
}

Buffer hash_request(ULONG flags = NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH, ULONG information = kToeplitzTcpIpv4) {
  auto structure = test::with_header<NDIS_RECEIVE_HASH_PARAMETERS>(NDIS_OBJECT_TYPE_DEFAULT, 1);
  structure.Flags = flags;
  structure.HashInformation = information;
  structure.HashSecretKeySize = 40;
  structure.HashSecretKeyOffset = 20;
  auto buffer = buffer_of(structure);
  for (std::uint8_t byte = 1; byte <= 40; ++byte) buffer.push_back(byte);
  return buffer;
}

TEST(ScalingRequests, RSS_24_RSS_and_hashing_exclude_each_other_in_both_orders) {
  MiniportBench bench;
  ASSERT_EQ(set(bench, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
  expect_refused(bench, OID_GEN_RECEIVE_HASH, hash_request(), NDIS_STATUS_NOT_SUPPORTED);
  MiniportBench other;
  ASSERT_EQ(other.set(OID_GEN_RECEIVE_HASH, hash_request()).status, NDIS_STATUS_SUCCESS);
  expect_refused(other, ScaleRequest(), NDIS_STATUS_NOT_SUPPORTED);
  ASSERT_EQ(other.set(OID_GEN_RECEIVE_HASH, hash_request(0)).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(set(other, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
}

TEST(ScalingRequests, RSS_24_hashing_alone_is_set_queried_and_turned_off) {
  MiniportBench bench;
  auto off = test::with_header<NDIS_RECEIVE_HASH_PARAMETERS>(NDIS_OBJECT_TYPE_DEFAULT, 1);
  EXPECT_EQ(bench.answer(OID_GEN_RECEIVE_HASH), buffer_of(off));
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_HASH, hash_request()), (OidCompletion{.bytes_read = 60}));
  EXPECT_EQ(bench.answer(OID_GEN_RECEIVE_HASH), hash_request());
  EXPECT_EQ(bench.adapter.receive_hashing()->target_of({.value = 3, .type = RssHashType::kTcpIpv4}).queue, 0U);
  auto keep = hash_request(NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH | NDIS_RECEIVE_HASH_FLAG_HASH_KEY_UNCHANGED |
                           NDIS_RECEIVE_HASH_FLAG_HASH_INFO_UNCHANGED);
  keep.resize(20);
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_HASH, keep), (OidCompletion{.bytes_read = 20}));
  EXPECT_EQ(bench.answer(OID_GEN_RECEIVE_HASH), hash_request());
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_HASH, hash_request(NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH, 0)).bytes_read, 20U);
  EXPECT_EQ(bench.adapter.receive_hashing(), nullptr) << "hash function 0";
  auto short_key = hash_request();
  short_key.pop_back();
  expect_refused(bench, OID_GEN_RECEIVE_HASH, short_key, NDIS_STATUS_INVALID_LENGTH);
  expect_refused(bench, OID_GEN_RECEIVE_HASH, hash_request(9), NDIS_STATUS_INVALID_PARAMETER);
  expect_refused(bench, OID_GEN_RECEIVE_HASH, hash_request(1, 0x102), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(ScalingRequests, RSS_27_UDP_hash_types_are_switched_separately) {
  MiniportBench bench;
  ScaleRequest request;
  request.structure.HashInformation = NdisHashFunctionToeplitz | NDIS_HASH_IPV4 | NDIS_HASH_TCP_IPV4;
  set(bench, request);
  EXPECT_FALSE(bench.adapter.rss_parameters()->hash_types.has(RssHashType::kUdpIpv4));
  request.structure.HashInformation |= NDIS_HASH_UDP_IPV4;
  set(bench, request);
  EXPECT_TRUE(bench.adapter.rss_parameters()->hash_types.has(RssHashType::kUdpIpv4));
}

TEST(ScalingRequests, RSS_28_capabilities_are_what_was_configured) {
  MiniportBench bench(test::keywords_of({{"NumRSSQueues", "8"}}));
  const auto bytes = bench.answer(OID_GEN_RECEIVE_SCALE_CAPABILITIES);
  EXPECT_THAT(bytes, SizeIs(18));
  const auto capabilities = structure_at<NDIS_RECEIVE_SCALE_CAPABILITIES>(bytes);
  EXPECT_EQ(capabilities.Header.Type, 0x88);
  EXPECT_EQ(capabilities.Header.Revision, 2);
  EXPECT_EQ(capabilities.NumberOfReceiveQueues, 8U);
  EXPECT_EQ(capabilities.NumberOfInterruptMessages, 8U);
  EXPECT_EQ(capabilities.NumberOfIndirectionTableEntries, 128);
  EXPECT_EQ(capabilities.CapabilitiesFlags & 0xFU, 1U) << "Toeplitz";
  EXPECT_EQ(capabilities.CapabilitiesFlags & 0xFF00U, 0x3F00U) << "TCP and UDP, IPv4 and IPv6";
  MiniportBench older({}, {6, 20});
  EXPECT_THAT(older.answer(OID_GEN_RECEIVE_SCALE_CAPABILITIES), SizeIs(16));
  EXPECT_EQ(
      older.answered<NDIS_RECEIVE_SCALE_CAPABILITIES>(OID_GEN_RECEIVE_SCALE_CAPABILITIES).CapabilitiesFlags & 0xFF00U,
      0x0700U)
      << "UDP came with NDIS 6.80";
}

class ScaleParameterRevisions : public ::testing::TestWithParam<std::pair<NdisVersion, UCHAR>> {};

TEST_P(ScaleParameterRevisions, RSS_15_what_was_set_is_answered_in_the_revision_of_the_version) {
  const auto [version, revision] = GetParam();
  MiniportBench bench({}, version);
  ScaleRequest request(8, revision);
  request.structure.DefaultProcessorNumber = {.Group = 0, .Number = 1, .Reserved = 0};
  ASSERT_EQ(set(bench, request).status, NDIS_STATUS_SUCCESS);
  const auto answered = bench.answer(OID_GEN_RECEIVE_SCALE_PARAMETERS);
  EXPECT_EQ(answered, request.bytes());
  Buffer short_buffer(answered.size() - 1);
  EXPECT_EQ(bench.query(OID_GEN_RECEIVE_SCALE_PARAMETERS, short_buffer),
            (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = static_cast<ULONG>(answered.size())}));
}

INSTANTIATE_TEST_SUITE_P(Versions, ScaleParameterRevisions,
                         ::testing::Values(std::pair(NdisVersion{6, 0}, UCHAR{1}),
                                           std::pair(NdisVersion{6, 20}, UCHAR{2}),
                                           std::pair(NdisVersion{6, 79}, UCHAR{2}),
                                           std::pair(NdisVersion{6, 80}, UCHAR{3}),
                                           std::pair(NdisVersion{6, 85}, UCHAR{3})));

TEST(ScalingRequests, RSS_20_an_answer_while_RSS_is_off_says_so_and_can_be_set_again) {
  MiniportBench bench;
  const auto answered = bench.answer(OID_GEN_RECEIVE_SCALE_PARAMETERS);
  EXPECT_EQ(structure_at<NDIS_RECEIVE_SCALE_PARAMETERS>(answered).Flags, NDIS_RSS_PARAM_FLAG_DISABLE_RSS);
  const auto before = snapshot_of(bench.adapter);
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_SCALE_PARAMETERS, answered).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
}

TEST(ScalingRequests, RSS_22_a_set_indicates_nothing_because_the_offload_configuration_stays) {
  MiniportBench bench;
  ASSERT_EQ(set(bench, ScaleRequest()).status, NDIS_STATUS_SUCCESS);
  EXPECT_THAT(bench.events, ::testing::IsEmpty());
}

TEST(ScalingRequests, D_32_under_VMQ_preference_there_is_no_RSS_to_set) {
  MiniportBench bench(test::vmq_keywords());
  expect_refused(bench, ScaleRequest(), NDIS_STATUS_NOT_SUPPORTED);
  Buffer buffer(200);
  EXPECT_EQ(bench.query(OID_GEN_RECEIVE_SCALE_PARAMETERS, buffer).status, NDIS_STATUS_NOT_SUPPORTED);
}

TEST(ScalingRequests, a_header_of_another_type_or_too_small_a_size_is_refused) {
  MiniportBench bench;
  ScaleRequest request;
  request.structure.Header.Type = static_cast<UCHAR>(NDIS_OBJECT_TYPE_DEFAULT);
  expect_refused(bench, request, NDIS_STATUS_INVALID_PARAMETER);
  auto small = ScaleRequest().bytes();
  small[2] = 39;
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_SCALE_PARAMETERS, small),
            (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = 40}));
  EXPECT_EQ(bench.set(OID_GEN_RECEIVE_HASH, Buffer(3)),
            (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = 20}));
}

}  // namespace
}  // namespace nvgre::ndis
