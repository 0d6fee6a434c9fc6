#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/wire/frame_builder.h"
#include "nvgre/wire/locate.h"
#include "tests/support/adapter_snapshot.h"
#include "tests/support/queue_bench.h"

namespace nvgre::ndis {
namespace {

using offload::FieldTest;
using offload::FilterId;
using offload::FilterMatch;
using offload::QueueId;
using test::Buffer;
using test::clear_filter;
using test::filter_query;
using test::filter_request;
using test::filters_of;
using test::mac_field;
using test::QueueBench;
using test::snapshot_of;
using test::structure_at;
using test::vlan_field;
using ::testing::ElementsAre;

using Field = NDIS_RECEIVE_FILTER_FIELD_PARAMETERS;
constexpr ULONG kGre = NDIS_RECEIVE_FILTER_PACKET_ENCAPSULATION_GRE;
constexpr ULONG kUntagged = NDIS_RECEIVE_FILTER_FIELD_MAC_HEADER_VLAN_UNTAGGED_OR_ZERO;

OidCompletion set(QueueBench& bench, Buffer buffer) {
  return bench.method(OID_RECEIVE_FILTER_SET_FILTER, buffer);
}

void expect_refused(QueueBench& bench, Buffer buffer, NDIS_STATUS status) {
  const auto before = snapshot_of(bench.adapter);
  const auto bytes = buffer;
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_SET_FILTER, buffer).status, status);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
  EXPECT_EQ(buffer, bytes);
}

Buffer patched(Buffer buffer, std::size_t offset, std::uint32_t value) {
  std::memcpy(buffer.data() + offset, &value, sizeof(value));
  return buffer;
}

/// The filters that were set, as the adapter has them.
std::vector<offload::ReceiveFilter> filters(const QueueBench& bench) {
  std::vector<offload::ReceiveFilter> found;
  for (const auto& info : snapshot_of(bench.adapter).filters) found.push_back(info.filter);
  return found;
}

TEST(FilterRequests, VMQ_2_ids_are_unique_over_all_queues_and_begin_with_1) {
  QueueBench bench;
  const auto one = bench.allocate();
  const auto other = bench.allocate();
  EXPECT_EQ(bench.set_filter(one, 1), 1U);
  EXPECT_EQ(bench.set_filter(other, 2), 2U);
  EXPECT_EQ(bench.set_filter(0, 3), 3U);
}

TEST(FilterRequests, VMQ_2_setting_hands_the_parameters_back_with_the_id) {
  QueueBench bench;
  const auto queue = bench.allocate();
  auto buffer = filter_request(queue, {mac_field(1), vlan_field(0, 5)});
  const auto given = buffer;
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_SET_FILTER, buffer),
            (OidCompletion{.bytes_read = 48 + 2 * 56, .bytes_written = 44}));
  EXPECT_EQ(buffer, patched(given, 16, 1));
}

TEST(FilterRequests, an_answer_has_the_newest_revision_that_is_known_with_its_size) {
  QueueBench bench;
  auto buffer = filter_request(0, {mac_field(1)});
  buffer[1] = 3;  // Header.Revision
  ASSERT_EQ(bench.method(OID_RECEIVE_FILTER_SET_FILTER, buffer).status, NDIS_STATUS_SUCCESS);
  const auto answer = structure_at<NDIS_RECEIVE_FILTER_PARAMETERS>(buffer);
  EXPECT_EQ(answer.Header.Revision, NDIS_RECEIVE_FILTER_PARAMETERS_REVISION_2);
  EXPECT_EQ(answer.Header.Size, NDIS_SIZEOF_RECEIVE_FILTER_PARAMETERS_REVISION_2);
}

TEST(FilterRequests, VMQ_9_VMQ_11_fields_are_tests_that_all_have_to_pass_in_network_byte_order) {
  QueueBench bench;
  ASSERT_EQ(set(bench, filter_request(0, {mac_field(1), vlan_field(0x01, 0x23)})).status, NDIS_STATUS_SUCCESS);
  const wire::MacAddress mac({0x02, 0, 0, 0, 0, 1});
  EXPECT_THAT(
      filters(bench),
      ElementsAre(offload::ReceiveFilter{.tests = {FieldTest::destination_mac(mac), FieldTest::vlan_id(0x123)}}));
}

TEST(FilterRequests, VMQ_10_VMQ_12_tests_that_are_not_advertised_are_refused) {
  QueueBench bench;
  for (const ULONG header_field :
       {NdisMacHeaderFieldUndefined, NdisMacHeaderFieldSourceAddress, NdisMacHeaderFieldProtocol,
        NdisMacHeaderFieldPriority, NdisMacHeaderFieldPacketType, ULONG{7}}) {
    auto field = mac_field(1);
    field.HeaderField = header_field;
    expect_refused(bench, filter_request(0, {field}), NDIS_STATUS_INVALID_PARAMETER);
  }
  for (const ULONG test :
       {NdisReceiveFilterTestUndefined, NdisReceiveFilterTestMaskEqual, NdisReceiveFilterTestNotEqual, ULONG{4}}) {
    auto field = mac_field(1);
    field.ReceiveFilterTest = test;
    expect_refused(bench, filter_request(0, {field}), NDIS_STATUS_INVALID_PARAMETER);
  }
  for (const ULONG frame_header : {NdisFrameHeaderUndefined, NdisFrameHeaderArp, NdisFrameHeaderUdp}) {
    auto field = mac_field(1);
    field.FrameHeader = frame_header;
    expect_refused(bench, filter_request(0, {field}), NDIS_STATUS_INVALID_PARAMETER);
  }
}

TEST(FilterRequests, VMQ_10_KEY_27_VLAN_tests_are_offered_by_keyword) {
  QueueBench bench({}, test::keywords_of({{"RssOrVmqPreference", "1"}, {"VMQVlanFiltering", "0"}}));
  expect_refused(bench, filter_request(0, {mac_field(1), vlan_field(0, 5)}), NDIS_STATUS_INVALID_PARAMETER);
  EXPECT_EQ(set(bench, filter_request(0, {mac_field(1)})).status, NDIS_STATUS_SUCCESS);
}

/// Which queue an outer frame to 02:00:00:00:00:01 with this VLAN ID goes to; -1: it has no tag.
FilterMatch match(const QueueBench& bench, int vlan) {
  Buffer frame = {0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 9};
  if (vlan >= 0)
    frame.insert(frame.end(), {0x81, 0x00, static_cast<std::uint8_t>(vlan >> 8), static_cast<std::uint8_t>(vlan)});
  frame.insert(frame.end(), {0x08, 0x06});
  frame.resize(64);
  return bench.adapter.receive_queues()->table()->find(frame, wire::locate(frame), bench.adapter.active());
}

TEST(FilterRequests, VMQ_13_untagged_or_zero_matches_no_VLAN) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(queue, {mac_field(1, kUntagged)})).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match(bench, -1).queue, QueueId{queue});
  EXPECT_EQ(match(bench, 0).queue, QueueId{queue});
  EXPECT_EQ(match(bench, 5).queue, offload::kDefaultQueue);
}

TEST(FilterRequests, VMQ_14_D_28_without_the_flag_every_VLAN_matches_and_the_tag_is_stripped) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(queue, {mac_field(1)})).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match(bench, -1).queue, QueueId{queue});
  EXPECT_EQ(match(bench, 5), (FilterMatch{.queue = QueueId{queue}, .filter = FilterId{1}, .strip_tag = true}));
}

TEST(FilterRequests, VMQ_15_with_a_VLAN_test_both_have_to_match) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(queue, {mac_field(1), vlan_field(0, 5)})).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match(bench, 5).queue, QueueId{queue});
  for (const int other : {-1, 0, 6}) EXPECT_EQ(match(bench, other).queue, offload::kDefaultQueue) << other;
}

TEST(FilterRequests, VMQ_16_flag_2_makes_it_a_filter_on_the_inner_address) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(queue, {mac_field(1)}, kGre)).status, NDIS_STATUS_SUCCESS);
  EXPECT_TRUE(filters(bench).front().encapsulated);
  EXPECT_EQ(match(bench, -1).queue, offload::kDefaultQueue) << "a plain frame with that address";
  expect_refused(bench, filter_request(queue, {mac_field(2)}, 1), NDIS_STATUS_INVALID_PARAMETER);
  expect_refused(bench, filter_request(queue, {mac_field(2)}, 4), NDIS_STATUS_INVALID_PARAMETER);
}

/// An NVGRE packet to outer address 02:00:00:00:00:01 that carries an ARP frame to 02:00:00:00:00:02.
FilterMatch match_encapsulated(const QueueBench& bench) {
  Buffer frame = {
      0x02, 0,    0,    0,    0,    1,    0x02, 0,    0,  0,  0, 9, 0x08, 0x00,                       // Ethernet
      0x45, 0,    0,    88,   0,    0,    0x40, 0,    64, 47, 0, 0, 198,  18,   0, 1, 198, 18, 0, 2,  // IPv4, GRE
      0x20, 0x00, 0x65, 0x58, 0x00, 0x13, 0x89, 0x00,                                                 // VSID 5001
      0x02, 0,    0,    0,    0,    2,    0x02, 0,    0,  0,  0, 8, 0x08, 0x06, 0, 1, 8,   0,  6, 4,
      0,    1};  // inner ARP
  frame.resize(14 + 88);
  return bench.adapter.receive_queues()->table()->find(frame, wire::locate(frame), bench.adapter.active());
}

TEST(FilterRequests, VMQ_17_VMQ_20_filters_on_the_inner_address_come_first) {
  QueueBench bench;
  ASSERT_EQ(bench.set(OID_TCP_OFFLOAD_PARAMETERS, test::nvgre_on()).status, NDIS_STATUS_SUCCESS);
  const auto outer = bench.allocated_and_complete();
  const auto inner = bench.allocated_and_complete();
  bench.set_filter(outer, 1);
  ASSERT_EQ(set(bench, filter_request(inner, {mac_field(2)}, kGre)).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match_encapsulated(bench).queue, QueueId{inner});
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(inner, 2));
  EXPECT_EQ(match_encapsulated(bench).queue, QueueId{outer});
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(outer, 1));
  EXPECT_EQ(match_encapsulated(bench).queue, offload::kDefaultQueue);
}

TEST(FilterRequests, VMQ_4_only_a_running_queue_gets_packets) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto filter = bench.set_filter(queue, 1);
  EXPECT_EQ(match(bench, -1).queue, offload::kDefaultQueue) << "its allocation is not complete";
  bench.complete(queue);
  EXPECT_EQ(match(bench, -1).queue, QueueId{queue});
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(queue, filter));
  EXPECT_EQ(match(bench, -1).queue, offload::kDefaultQueue);
}

TEST(FilterRequests, VMQ_18_IP_directly_in_GRE_goes_by_the_outermost_address) {
  QueueBench bench;
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, test::nvgre_on());
  const auto queue = bench.allocated_and_complete();
  bench.set_filter(queue, 1);
  Buffer frame = {0x02, 0,    0,    0,    0,    1,    0x02, 0,   0,  0,  0, 9, 0x08, 0x00,  // Ethernet
                  0x45, 0,    0,    48,   0,    0,    0x40, 0,   64, 47, 0, 0, 198,  18,
                  0,    1,    198,  18,   0,    2,                  // IPv4, GRE
                  0x20, 0x00, 0x08, 0x00, 0x00, 0x13, 0x89, 0x00};  // of IPv4
  frame.resize(14 + 48);
  const auto& table = *bench.adapter.receive_queues()->table();
  EXPECT_EQ(table.find(frame, wire::locate(frame), bench.adapter.active()).queue, QueueId{queue});
}

TEST(FilterRequests, VMQ_19_filters_on_the_inner_address_match_nothing_before_NVGRE_is_on) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(queue, {mac_field(2)}, kGre)).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match_encapsulated(bench).queue, offload::kDefaultQueue);
  bench.set(OID_TCP_OFFLOAD_PARAMETERS, test::nvgre_on());
  EXPECT_EQ(match_encapsulated(bench).queue, QueueId{queue});
}

TEST(FilterRequests, VMQ_21_D_29_a_filter_of_NDIS_matches_any_VSID) {
  QueueBench bench;
  ASSERT_EQ(set(bench, filter_request(0, {mac_field(2)}, kGre)).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(filters(bench).front().vsid, std::nullopt);
}

TEST(FilterRequests, VMQ_22_of_overlapping_filters_the_older_one_wins) {
  QueueBench bench;
  const auto one = bench.allocated_and_complete();
  const auto other = bench.allocated_and_complete();
  ASSERT_EQ(set(bench, filter_request(other, {mac_field(1), vlan_field(0, 5)})).status, NDIS_STATUS_SUCCESS);
  ASSERT_EQ(set(bench, filter_request(one, {mac_field(1)})).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(match(bench, 5).queue, QueueId{other});
  EXPECT_EQ(match(bench, 6).queue, QueueId{one});
}

TEST(FilterRequests, VMQ_23_the_same_tests_are_not_set_twice) {
  QueueBench bench;
  const auto queue = bench.allocate();
  bench.set_filter(0, 1);
  expect_refused(bench, filter_request(queue, {mac_field(1)}), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(FilterRequests, VMQ_24_filters_of_a_queue_are_set_by_its_owner_and_those_of_the_default_queue_by_anyone) {
  QueueBench bench;
  const auto queue = bench.allocate();
  bench.client = bench.miniport.bind();
  expect_refused(bench, filter_request(queue, {mac_field(1)}), NDIS_STATUS_INVALID_PARAMETER);
  EXPECT_EQ(set(bench, filter_request(0, {mac_field(1)})).status, NDIS_STATUS_SUCCESS);
}

TEST(FilterRequests, VMQ_25_one_filter_too_many_finds_no_resources) {
  auto backend = offload::OffloadSet::software();
  backend.vmq.queues = 2;
  backend.vmq.filters = 3;
  QueueBench bench({}, test::vmq_keywords(), backend);
  for (std::uint8_t last = 1; last <= 3; ++last) bench.set_filter(0, last);
  expect_refused(bench, filter_request(0, {mac_field(4)}), NDIS_STATUS_RESOURCES);
}

TEST(FilterRequests, VMQ_26_a_filter_is_cleared_by_its_setter_and_on_its_queue) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto filter = bench.set_filter(queue, 1);
  const auto before = snapshot_of(bench.adapter);
  const auto status_of = [&](ULONG on, ULONG id) {
    return bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(on, id)).status;
  };
  EXPECT_EQ(status_of(queue, filter + 1), NDIS_STATUS_FILE_NOT_FOUND);
  EXPECT_EQ(status_of(queue, 0), NDIS_STATUS_FILE_NOT_FOUND);
  EXPECT_EQ(status_of(0, filter), NDIS_STATUS_FILE_NOT_FOUND);
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, patched(clear_filter(queue, filter), 4, 1)).status,
            NDIS_STATUS_INVALID_PARAMETER);
  const auto owner = bench.client;
  bench.client = bench.miniport.bind();
  EXPECT_EQ(status_of(queue, filter), NDIS_STATUS_NOT_ACCEPTED);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
  bench.client = owner;
  EXPECT_EQ(status_of(queue, filter), NDIS_STATUS_SUCCESS);
  EXPECT_EQ(status_of(queue, filter), NDIS_STATUS_FILE_NOT_FOUND);
}

TEST(FilterRequests, VMQ_32_enumeration_lists_the_filters_of_one_queue) {
  QueueBench bench;
  const auto queue = bench.allocate();
  bench.set_filter(0, 9);
  bench.set_filter(queue, 1);
  bench.set_filter(queue, 2);
  auto buffer = filters_of(queue);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer),
            (OidCompletion{.bytes_read = 28, .bytes_written = 28 + 2 * 16}));
  const auto array = structure_at<NDIS_RECEIVE_FILTER_INFO_ARRAY>(buffer);
  EXPECT_EQ(array.QueueId, queue);
  EXPECT_EQ(array.FirstElementOffset, 28U);
  EXPECT_EQ(array.NumElements, 2U);
  EXPECT_EQ(array.ElementSize, 16U);
  for (const ULONG index : {0U, 1U}) {
    const auto info = structure_at<NDIS_RECEIVE_FILTER_INFO>(buffer, 28 + 16 * index);
    EXPECT_EQ(info.Header.Size, 16);
    EXPECT_EQ(info.FilterType, NdisReceiveFilterTypeVMQueue);
    EXPECT_EQ(info.FilterId, 2 + index);
  }
  buffer = filters_of(queue, 59);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer),
            (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = 60}));
  buffer = patched(filters_of(queue), 20, NDIS_RECEIVE_FILTER_INFO_ARRAY_VPORT_ID_SPECIFIED);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer).status, NDIS_STATUS_INVALID_PARAMETER);
  buffer = filters_of(queue + 1);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ENUM_FILTERS, buffer).status, NDIS_STATUS_INVALID_PARAMETER);
}

TEST(FilterRequests, VMQ_32_a_filters_parameters_are_those_it_was_set_with) {
  QueueBench bench;
  const auto queue = bench.allocate();
  auto request = filter_request(queue, {mac_field(1, kUntagged)}, kGre);
  bench.method(OID_RECEIVE_FILTER_SET_FILTER, request);
  auto buffer = filter_query(1, 104);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_PARAMETERS, buffer),
            (OidCompletion{.bytes_read = 44, .bytes_written = 104}));
  EXPECT_EQ(buffer, request);
  for (const ULONG unknown : {0U, 2U}) {
    buffer = filter_query(unknown);
    EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_PARAMETERS, buffer).status, NDIS_STATUS_INVALID_PARAMETER);
  }
}

TEST(FilterRequests, VMQ_35_fields_lie_inside_the_buffer_and_are_as_large_as_they_say) {
  QueueBench bench;
  const auto request = filter_request(0, {mac_field(1)});
  const auto length = NDIS_STATUS_INVALID_LENGTH;
  const auto parameter = NDIS_STATUS_INVALID_PARAMETER;
  expect_refused(bench, patched(request, 24, 2), length);            // one element too many
  expect_refused(bench, patched(request, 20, 49), length);           // beyond the end
  expect_refused(bench, patched(request, 20, 0xFFFF'FFF0), length);  // wraps in 32 bits
  expect_refused(bench, patched(request, 28, 55), length);           // smaller than an element is
  expect_refused(bench, patched(request, 28, 0x8000'0000), length);  // larger than the buffer
  expect_refused(bench, patched(request, 24, 0), parameter);         // a filter without a test
  expect_refused(bench, patched(request, 24, 0xFFFF'FFFF), parameter);
  expect_refused(bench, patched(request, 20, 0), parameter);            // in the header
  expect_refused(bench, patched(request, 48, 0x0037'0280), length);     // the element's own Size is 55
  expect_refused(bench, patched(request, 48, 0x0038'0089), parameter);  // another type, revision 0
  expect_refused(bench, patched(request, 8, 0), parameter);             // FilterType
  expect_refused(bench, patched(request, 16, 1), parameter);            // FilterId is chosen here
  expect_refused(bench, patched(request, 52, 2), parameter);            // the field's Flags
}

TEST(FilterRequests, VMQ_35_larger_elements_and_structures_are_accepted) {
  QueueBench bench;
  auto request = filter_request(0, {mac_field(1)});
  request.resize(48 + 64);
  EXPECT_EQ(set(bench, patched(request, 28, 64)), (OidCompletion{.bytes_read = 48 + 64, .bytes_written = 44}));
}

TEST(FilterRequests, moving_a_filter_is_not_supported) {
  QueueBench bench;
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_MOVE_FILTER, Buffer(64)), OidCompletion{.status = NDIS_STATUS_NOT_SUPPORTED});
}

}  // namespace
}  // namespace nvgre::ndis
