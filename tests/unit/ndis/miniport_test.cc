#include "nvgre/ndis/miniport.h"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/adapter_snapshot.h"
#include "tests/support/miniport_bench.h"

namespace nvgre::ndis {
namespace {

using test::Buffer;
using test::MiniportBench;
using ::testing::IsEmpty;

TEST(Miniport, every_OID_is_known_by_number_and_name_once) {
  std::set<NDIS_OID> numbers;
  std::set<std::string_view> names;
  for (const auto& oid : oid_table()) {
    EXPECT_EQ(find_oid(oid.oid), &oid);
    EXPECT_EQ(find_oid(oid.name), &oid);
    EXPECT_TRUE(numbers.insert(oid.oid).second && names.insert(oid.name).second) << oid.name;
  }
  EXPECT_EQ(find_oid(0x12345678), nullptr);
  EXPECT_EQ(find_oid("OID_NO_SUCH_THING"), nullptr);
  EXPECT_EQ(find_oid("OID_TCP_OFFLOAD_PARAMETERS")->oid, 0xFC01020CU);
}

TEST(Miniport, kinds_of_requests_that_an_OID_does_not_have_are_not_supported) {
  MiniportBench bench(test::vmq_keywords());
  const auto before = test::snapshot_of(bench.adapter);
  for (const auto& oid : oid_table())
    for (const ULONG type : {0U, 1U, 2U, 3U, 11U, 12U, 13U, 0xFFFF'FFFFU}) {
      const bool is_query = type == NdisRequestQueryInformation || type == NdisRequestQueryStatistics;
      if ((is_query && oid.query) || (type == NdisRequestSetInformation && oid.set) ||
          (type == NdisRequestMethod && oid.method))
        continue;
      Buffer buffer(4096);
      EXPECT_EQ(bench.request(type, oid.oid, buffer), OidCompletion{.status = NDIS_STATUS_NOT_SUPPORTED}) << oid.name;
    }
  EXPECT_EQ(test::snapshot_of(bench.adapter), before);
  EXPECT_THAT(bench.events, IsEmpty());
}

TEST(Miniport, an_unknown_OID_is_not_supported) {
  MiniportBench bench;
  Buffer buffer(64);
  EXPECT_EQ(bench.query(0x00010101, buffer), OidCompletion{.status = NDIS_STATUS_NOT_SUPPORTED});
}

TEST(Miniport, only_bound_clients_may_ask) {
  MiniportBench bench;
  Buffer buffer(300);
  EXPECT_TRUE(bench.miniport.is_bound(bench.client));
  bench.miniport.close(bench.client);
  EXPECT_FALSE(bench.miniport.is_bound(bench.client));
  EXPECT_EQ(bench.query(OID_TCP_OFFLOAD_CURRENT_CONFIG, buffer), OidCompletion{.status = NDIS_STATUS_CLOSING});
  bench.client = ClientId{77};
  EXPECT_EQ(bench.query(OID_TCP_OFFLOAD_CURRENT_CONFIG, buffer), OidCompletion{.status = NDIS_STATUS_CLOSING});
  EXPECT_FALSE(bench.miniport.may_offload(bench.client));
}

TEST(Miniport, ids_of_clients_are_not_given_out_again) {
  MiniportBench bench;
  bench.miniport.close(bench.client);
  EXPECT_NE(bench.miniport.bind(), bench.client);
}

TEST(Miniport, one_that_is_gone_hears_nothing_of_its_adapter) {
  offload::Adapter adapter;
  int heard = 0;
  {
    Miniport miniport(adapter);
    miniport.listen([&](const MiniportEvent&) { ++heard; });
    ASSERT_TRUE(adapter.activate_nvgre());
  }
  ASSERT_TRUE(adapter.deactivate_nvgre());
  EXPECT_EQ(heard, 1);
}

}  // namespace
}  // namespace nvgre::ndis
