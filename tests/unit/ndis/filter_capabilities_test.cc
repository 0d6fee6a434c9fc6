#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/queue_bench.h"

namespace nvgre::ndis {
namespace {

using test::Buffer;
using test::buffer_of;
using test::filter_request;
using test::filters_of;
using test::free_queue;
using test::mac_field;
using test::queue_parameters;
using test::QueueBench;
using test::structure_at;
using ::testing::SizeIs;

TEST(FilterCapabilities, VMQ_37_capabilities_of_queues_and_filters) {
  auto backend = offload::OffloadSet::software();
  backend.vmq.queues = 16;
  backend.vmq.filters = 40;
  QueueBench bench({}, test::vmq_keywords(), backend);
  const auto capabilities = bench.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES);
  EXPECT_EQ(capabilities.EnabledFilterTypes, 0x1U);
  EXPECT_EQ(capabilities.EnabledQueueTypes, 0x1U);
  EXPECT_EQ(capabilities.NumQueues, 16U);
  EXPECT_EQ(capabilities.MaxMacHeaderFilters, 40U);
  EXPECT_EQ(capabilities.SupportedQueueProperties, 0x1U | 0x2U | 0x8U | 0x10U);
  EXPECT_EQ(capabilities.SupportedFilterTests, 0x1U);
  EXPECT_EQ(capabilities.SupportedHeaders, 0x1U);
  EXPECT_EQ(capabilities.SupportedMacHeaderFields, 0x1U | 0x8U);
  QueueBench without_vlan({}, test::keywords_of({{"RssOrVmqPreference", "1"}, {"VMQVlanFiltering", "0"}}));
  EXPECT_EQ(without_vlan.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES)
                .SupportedMacHeaderFields,
            0x1U);
  const auto global = bench.answered<NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS>(OID_RECEIVE_FILTER_GLOBAL_PARAMETERS);
  EXPECT_EQ(global.EnabledFilterTypes, 0x1U);
  EXPECT_EQ(global.EnabledQueueTypes, 0x1U);
}

TEST(FilterCapabilities, KEY_28_without_VMQ_queue_requests_are_not_supported) {
  QueueBench bench({}, offload::Keywords());
  auto queue = buffer_of(queue_parameters());
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ALLOCATE_QUEUE, queue).status, NDIS_STATUS_NOT_SUPPORTED);
  auto filter = filter_request(0, {mac_field(1)});
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_SET_FILTER, filter).status, NDIS_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(1)).status, NDIS_STATUS_NOT_SUPPORTED);
  EXPECT_EQ(
      bench.answered<NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS>(OID_RECEIVE_FILTER_GLOBAL_PARAMETERS).EnabledQueueTypes,
      0U);
}

TEST(FilterCapabilities, CAP_9_an_older_version_answers_in_its_revision_and_reads_both) {
  QueueBench bench({6, 20});
  EXPECT_THAT(bench.answer(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES), SizeIs(56));
  const auto queue = bench.allocate();
  EXPECT_THAT(bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES), SizeIs(16 + 1088));
  const auto info = structure_at<NDIS_RECEIVE_QUEUE_INFO>(bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES), 16);
  EXPECT_EQ(info.Header.Size, 1084);
  auto buffer = filters_of(queue);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer).bytes_written, 20U);
}

TEST(FilterCapabilities, CAP_9_before_NDIS_6_20_there_are_no_receive_filters) {
  QueueBench bench({6, 1});
  for (const auto& oid : oid_table()) {
    if (!oid.name.starts_with("OID_RECEIVE_FILTER")) continue;
    for (const auto type : {NdisRequestQueryInformation, NdisRequestSetInformation, NdisRequestMethod}) {
      Buffer buffer(4096);
      EXPECT_EQ(bench.request(type, oid.oid, buffer), OidCompletion{.status = NDIS_STATUS_NOT_SUPPORTED}) << oid.name;
    }
  }
}

}  // namespace
}  // namespace nvgre::ndis
