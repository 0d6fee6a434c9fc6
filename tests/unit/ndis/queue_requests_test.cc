#include <functional>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/adapter_snapshot.h"
#include "tests/support/queue_bench.h"

namespace nvgre::ndis {
namespace {

using offload::QueueId;
using test::allocation_complete;
using test::Buffer;
using test::buffer_of;
using test::clear_filter;
using test::filter_query;
using test::filter_request;
using test::filters_of;
using test::free_queue;
using test::mac_field;
using test::queue_parameters;
using test::QueueBench;
using test::snapshot_of;
using test::structure_at;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr ULONG kRunning = NdisReceiveQueueOperationalStateRunning;
constexpr ULONG kPaused = NdisReceiveQueueOperationalStatePaused;
constexpr ULONG kUndefined = NdisReceiveQueueOperationalStateUndefined;

void expect_refused(QueueBench& bench, ULONG type, NDIS_OID oid, Buffer buffer, NDIS_STATUS status) {
  const auto before = snapshot_of(bench.adapter);
  const auto events = bench.events;
  const auto bytes = buffer;
  EXPECT_EQ(bench.request(type, oid, buffer).status, status);
  EXPECT_EQ(snapshot_of(bench.adapter), before);
  EXPECT_EQ(bench.events, events);
  EXPECT_EQ(buffer, bytes);
}
void expect_method_refused(QueueBench& bench, NDIS_OID oid, const Buffer& buffer, NDIS_STATUS status) {
  expect_refused(bench, NdisRequestMethod, oid, buffer, status);
}
void expect_set_refused(QueueBench& bench, NDIS_OID oid, const Buffer& buffer, NDIS_STATUS status) {
  expect_refused(bench, NdisRequestSetInformation, oid, buffer, status);
}

NDIS_RECEIVE_QUEUE_PARAMETERS parameters_of(QueueBench& bench, ULONG queue) {
  auto buffer = buffer_of(queue_parameters(0, queue));
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer).status, NDIS_STATUS_SUCCESS);
  return structure_at<NDIS_RECEIVE_QUEUE_PARAMETERS>(buffer);
}

TEST(QueueRequests, VMQ_1_the_default_queue_is_never_freed_allocated_or_changed) {
  QueueBench bench;
  expect_set_refused(bench, OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(0), NDIS_STATUS_INVALID_PARAMETER);
  expect_set_refused(bench, OID_RECEIVE_FILTER_QUEUE_PARAMETERS,
                     buffer_of(queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_FLAGS_CHANGED, 0)),
                     NDIS_STATUS_INVALID_PARAMETER);
  EXPECT_GE(bench.allocate(), 1U);
}

TEST(QueueRequests, VMQ_2_ids_of_queues_in_use_never_collide) {
  auto backend = offload::OffloadSet::software();
  backend.vmq.queues = 2;
  QueueBench bench({}, test::vmq_keywords(), backend);
  EXPECT_EQ(bench.allocate(), 1U);
  EXPECT_EQ(bench.allocate(), 2U);
  expect_method_refused(bench, OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer_of(queue_parameters()), NDIS_STATUS_RESOURCES);
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(1)), (OidCompletion{.bytes_read = 12}));
  EXPECT_EQ(bench.allocate(), 1U);
}

TEST(QueueRequests, VMQ_2_allocation_hands_the_parameters_back_with_the_id) {
  QueueBench bench;
  auto buffer = buffer_of(queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION));
  const auto given = buffer;
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer),
            (OidCompletion{.bytes_read = 1092, .bytes_written = 1092}));
  auto expected = given;
  expected[12] = 1;  // QueueId
  EXPECT_EQ(buffer, expected);
  const auto queue = bench.adapter.receive_queues()->info(QueueId{1});
  ASSERT_TRUE(queue);
  EXPECT_EQ(queue->parameters, (offload::ReceiveQueueParameters{.per_queue_indication = true,
                                                                .affinity = {.mask = 6, .group = 1},
                                                                .suggested_receive_buffers = 512,
                                                                .port = 7,
                                                                .vm_name = "blue",
                                                                .queue_name = "queue of blue"}));
}

TEST(QueueRequests, an_answer_has_the_newest_revision_that_is_known_with_its_size) {
  QueueBench bench;
  auto structure = queue_parameters();
  structure.Header.Revision = 3;
  structure.Header.Size = 1096;
  auto buffer = buffer_of(structure);
  buffer.resize(1096);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer).bytes_written, 1092U);
  const auto answer = structure_at<NDIS_RECEIVE_QUEUE_PARAMETERS>(buffer);
  EXPECT_EQ(answer.Header.Revision, NDIS_RECEIVE_QUEUE_PARAMETERS_REVISION_2);
  EXPECT_EQ(answer.Header.Size, NDIS_SIZEOF_RECEIVE_QUEUE_PARAMETERS_REVISION_2);
}

TEST(QueueRequests, VMQ_5_a_complete_queue_waits_paused_for_its_first_filter) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  EXPECT_EQ(bench.state_of(queue), kPaused);
  bench.set_filter(queue, 1);
  EXPECT_EQ(bench.state_of(queue), kRunning);
}

TEST(QueueRequests, VMQ_6_each_element_of_a_batch_has_its_own_status) {
  QueueBench bench;
  const auto queue = bench.allocate();
  auto buffer = allocation_complete({queue, 9, queue});
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE, buffer),
            (OidCompletion{.bytes_read = 68, .bytes_written = 68}));
  std::vector<NDIS_STATUS> statuses;
  for (const std::size_t offset : {20U, 36U, 52U})
    statuses.push_back(
        structure_at<NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS>(buffer, offset).CompletionStatus);
  EXPECT_THAT(statuses, ElementsAre(NDIS_STATUS_SUCCESS, NDIS_STATUS_INVALID_PARAMETER, NDIS_STATUS_INVALID_PARAMETER));
  EXPECT_EQ(bench.state_of(queue), kPaused);
}

TEST(QueueRequests, VMQ_6_a_batch_that_is_not_well_formed_completes_nothing) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto oid = OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE;
  expect_method_refused(bench, oid, allocation_complete({}), NDIS_STATUS_INVALID_PARAMETER);
  const auto patched = [&](std::size_t offset, std::uint32_t value) {
    auto buffer = allocation_complete({queue, queue});
    std::memcpy(buffer.data() + offset, &value, sizeof(value));
    return buffer;
  };
  expect_method_refused(bench, oid, patched(4, 1), NDIS_STATUS_INVALID_PARAMETER);             // Flags
  expect_method_refused(bench, oid, patched(8, 0), NDIS_STATUS_INVALID_PARAMETER);             // in the header
  expect_method_refused(bench, oid, patched(8, 21), NDIS_STATUS_INVALID_LENGTH);               // beyond the end
  expect_method_refused(bench, oid, patched(12, 3), NDIS_STATUS_INVALID_LENGTH);               // one too many
  expect_method_refused(bench, oid, patched(12, 0xFFFF'FFFF), NDIS_STATUS_INVALID_LENGTH);     // wraps in 32 bits
  expect_method_refused(bench, oid, patched(16, 15), NDIS_STATUS_INVALID_LENGTH);              // too small an element
  expect_method_refused(bench, oid, patched(36, 0x0010'0181), NDIS_STATUS_INVALID_PARAMETER);  // second one's type
}

TEST(QueueRequests, VMQ_7_freeing_waits_for_the_last_packet_and_says_so_in_order) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  bench.adapter.receive_queues()->indicated(QueueId{queue}, 2);
  const auto pending = bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue));
  EXPECT_EQ(pending, (OidCompletion{.status = NDIS_STATUS_PENDING, .bytes_read = 12, .ticket = 1}));
  EXPECT_THAT(bench.indicated(), ElementsAre(NDIS_STATUS_RECEIVE_QUEUE_STATE));
  EXPECT_FALSE(bench.adapter.receive_queues()->returned(QueueId{queue}, 1));
  EXPECT_THAT(bench.events, SizeIs(1)) << "one packet is still out";
  ASSERT_TRUE(bench.adapter.receive_queues()->returned(QueueId{queue}, 1));
  ASSERT_TRUE(bench.adapter.release_queue(QueueId{queue}));
  ASSERT_THAT(bench.events, SizeIs(2));
  EXPECT_EQ(std::get<RequestCompletion>(bench.events[1]),
            (RequestCompletion{.client = bench.client,
                               .oid = OID_RECEIVE_FILTER_FREE_QUEUE,
                               .completion = {.bytes_read = 12, .ticket = 1}}));
  EXPECT_EQ(bench.state_of(queue), kUndefined);
}

TEST(QueueRequests, VMQ_7_a_queue_without_packets_out_is_freed_when_the_request_returns) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue)), (OidCompletion{.bytes_read = 12}));
  ASSERT_THAT(bench.events, SizeIs(1));
  const auto& status = std::get<StatusIndication>(bench.events[0]);
  const Buffer expected = {0x80, 1, 16, 0, 0, 0, 0, 0, static_cast<std::uint8_t>(queue), 0, 0, 0, 3, 0, 0, 0};
  EXPECT_EQ(status, (StatusIndication{.code = 0x4002'000D, .buffer = expected}));
  EXPECT_EQ(bench.state_of(queue), kUndefined);
}

TEST(QueueRequests, VMQ_7_a_queue_with_filters_is_not_freed) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  bench.set_filter(queue, 1);
  expect_set_refused(bench, OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(QueueRequests, VMQ_8_stopping_for_lack_of_filters_indicates_nothing) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  const auto filter = bench.set_filter(queue, 1);
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(queue, filter)), (OidCompletion{.bytes_read = 16}));
  EXPECT_EQ(bench.state_of(queue), kPaused);
  EXPECT_THAT(bench.events, IsEmpty());
}

TEST(QueueRequests, VMQ_24_a_queue_is_freed_and_changed_by_its_owner_only) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  bench.client = bench.miniport.bind();
  expect_set_refused(bench, OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue), NDIS_STATUS_NOT_ACCEPTED);
  expect_set_refused(bench, OID_RECEIVE_FILTER_QUEUE_PARAMETERS,
                     buffer_of(queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_FLAGS_CHANGED, queue)),
                     NDIS_STATUS_INVALID_PARAMETER);
}

TEST(QueueRequests, VMQ_28_per_queue_indication_is_set_at_allocation_and_changed_later) {
  QueueBench bench;
  const auto queue = bench.allocate(NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION);
  EXPECT_EQ(parameters_of(bench, queue).Flags, NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION);
  bench.set(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_FLAGS_CHANGED, queue));
  EXPECT_EQ(parameters_of(bench, queue).Flags, 0U);
}

TEST(QueueRequests, VMQ_29_a_send_that_names_a_freed_queue_uses_the_default_queue) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto& queues = *bench.adapter.receive_queues();
  EXPECT_EQ(queues.transmit_queue(QueueId{queue}), QueueId{queue});
  bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue));
  EXPECT_EQ(queues.transmit_queue(QueueId{queue}), offload::kDefaultQueue);
}

TEST(QueueRequests, VMQ_30_only_members_whose_CHANGED_flag_is_set_change) {
  QueueBench bench;
  const auto queue = bench.allocate();
  auto structure = queue_parameters(0, queue);
  structure.ProcessorAffinity.Mask = 0x8;
  structure.NumSuggestedReceiveBuffers = 9;
  structure.VmName = test::counted("red");
  structure.QueueName = test::counted("");
  const auto original = parameters_of(bench, queue);
  EXPECT_EQ(bench.set(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, structure), (OidCompletion{.bytes_read = 1092}));
  EXPECT_EQ(buffer_of(parameters_of(bench, queue)), buffer_of(original));
  structure.Flags = NDIS_RECEIVE_QUEUE_PARAMETERS_PROCESSOR_AFFINITY_CHANGED;
  bench.set(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, structure);
  EXPECT_EQ(parameters_of(bench, queue).ProcessorAffinity.Mask, 0x8U);
  EXPECT_EQ(parameters_of(bench, queue).NumSuggestedReceiveBuffers, 512U);
  structure.Flags =
      NDIS_RECEIVE_QUEUE_PARAMETERS_SUGGESTED_RECV_BUFFER_NUMBERS_CHANGED | NDIS_RECEIVE_QUEUE_PARAMETERS_NAME_CHANGED;
  bench.set(OID_RECEIVE_FILTER_QUEUE_PARAMETERS, structure);
  EXPECT_EQ(parameters_of(bench, queue).NumSuggestedReceiveBuffers, 9U);
  EXPECT_EQ(parameters_of(bench, queue).VmName.Length, 6);
  EXPECT_EQ(parameters_of(bench, queue).QueueName.Length, 0);
}

TEST(QueueRequests, VMQ_30_what_is_immutable_or_unknown_is_refused) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto refused = [&](const NDIS_RECEIVE_QUEUE_PARAMETERS& structure) {
    expect_set_refused(bench, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_PARAMETER);
  };
  auto structure = queue_parameters(0, queue);
  structure.QueueType = NdisReceiveQueueTypeUnspecified;
  refused(structure);
  structure = queue_parameters(0x0020'0000, queue);  // no such CHANGED flag
  refused(structure);
  structure = queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_NAME_CHANGED, queue);
  structure.VmName.Length = 3;  // half a character
  refused(structure);
  refused(queue_parameters(0, queue + 1));
}

TEST(QueueRequests, VMQ_31_no_queue_is_without_a_processor) {
  QueueBench bench;
  auto structure = queue_parameters();
  structure.ProcessorAffinity.Mask = 0;
  expect_method_refused(bench, OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer_of(structure), NDIS_STATUS_INVALID_PARAMETER);
  structure.QueueId = bench.allocate();
  structure.Flags = NDIS_RECEIVE_QUEUE_PARAMETERS_PROCESSOR_AFFINITY_CHANGED;
  expect_set_refused(bench, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, buffer_of(structure), NDIS_STATUS_INVALID_PARAMETER);
}

TEST(QueueRequests, VMQ_31_only_queues_of_virtual_machines_with_readable_names_are_allocated) {
  QueueBench bench;
  for (const auto& change : std::vector<std::function<void(NDIS_RECEIVE_QUEUE_PARAMETERS&)>>{
           [](auto& structure) { structure.QueueType = NdisReceiveQueueTypeUnspecified; },
           [](auto& structure) { structure.Flags = 4; },
           [](auto& structure) { structure.Flags = NDIS_RECEIVE_QUEUE_PARAMETERS_NAME_CHANGED; },
           [](auto& structure) { structure.QueueName.Length = 514; },
           [](auto& structure) { structure.VmName.String[0] = 0xD800; }}) {
    auto structure = queue_parameters();
    change(structure);
    expect_method_refused(bench, OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer_of(structure),
                          NDIS_STATUS_INVALID_PARAMETER);
  }
}

/// Ids of the queues that an enumeration shows to `client`.
std::vector<ULONG> queues_seen_by(QueueBench& bench, ClientId client) {
  bench.client = client;
  const auto bytes = bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES);
  const auto array = structure_at<NDIS_RECEIVE_QUEUE_INFO_ARRAY>(bytes);
  std::vector<ULONG> ids;
  for (std::size_t index = 0; index < array.NumElements; ++index)
    ids.push_back(
        structure_at<NDIS_RECEIVE_QUEUE_INFO>(bytes, array.FirstElementOffset + index * array.ElementSize).QueueId);
  return ids;
}

TEST(QueueRequests, VMQ_32_a_client_sees_its_own_queues_and_an_administrator_all) {
  QueueBench bench;
  const auto one = bench.client;
  const auto other = bench.miniport.bind();
  const auto administrator = bench.miniport.bind(ClientRole::kAdministrator);
  bench.allocate();
  bench.client = other;
  bench.allocate();
  bench.allocate();
  EXPECT_THAT(queues_seen_by(bench, one), ElementsAre(1));
  EXPECT_THAT(queues_seen_by(bench, other), ElementsAre(2, 3));
  EXPECT_THAT(queues_seen_by(bench, administrator), ElementsAre(1, 2, 3));
}

TEST(QueueRequests, VMQ_32_the_array_says_where_its_elements_are) {
  QueueBench bench;
  EXPECT_THAT(bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES), SizeIs(16));
  bench.allocate();
  bench.allocate();
  const auto bytes = bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES);
  EXPECT_THAT(bytes, SizeIs(16 + 2 * 1096));
  const auto array = structure_at<NDIS_RECEIVE_QUEUE_INFO_ARRAY>(bytes);
  EXPECT_EQ(array.FirstElementOffset, 16U);
  EXPECT_EQ(array.ElementSize, 1096U);
  const auto second = structure_at<NDIS_RECEIVE_QUEUE_INFO>(bytes, 16 + 1096);
  EXPECT_EQ(second.Header.Size, 1092);
  EXPECT_EQ(second.QueueId, 2U);
  EXPECT_EQ(second.QueueType, NdisReceiveQueueTypeVMQueue);
  EXPECT_EQ(second.ProcessorAffinity.Mask, 6U);
  EXPECT_EQ(second.ProcessorAffinity.Group, 1);
  EXPECT_EQ(second.VmName.Length, 8);
  EXPECT_EQ(second.VmName.String[0], 'b');
}

TEST(QueueRequests, VMQ_33_NumFilters_counts_the_filters_that_are_set) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto first = bench.set_filter(queue, 1);
  bench.set_filter(queue, 2);
  bench.set_filter(queue, 3);
  bench.set(OID_RECEIVE_FILTER_CLEAR_FILTER, clear_filter(queue, first));
  EXPECT_EQ(structure_at<NDIS_RECEIVE_QUEUE_INFO>(bench.answer(OID_RECEIVE_FILTER_ENUM_QUEUES), 16).NumFilters, 2U);
}

TEST(QueueRequests, VMQ_34_lookahead_split_is_accepted_and_does_not_exist) {
  QueueBench bench;
  auto structure = queue_parameters(NDIS_RECEIVE_QUEUE_PARAMETERS_LOOKAHEAD_SPLIT_REQUIRED);
  structure.LookaheadSize = 128;
  auto buffer = buffer_of(structure);
  EXPECT_EQ(bench.method(OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer).status, NDIS_STATUS_SUCCESS);
  EXPECT_EQ(structure_at<NDIS_RECEIVE_QUEUE_PARAMETERS>(buffer).LookaheadSize, 0U);
  EXPECT_EQ(parameters_of(bench, 1).LookaheadSize, 0U);
  EXPECT_EQ(parameters_of(bench, 1).Flags, 0U);
  const auto capabilities = bench.answered<NDIS_RECEIVE_FILTER_CAPABILITIES>(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES);
  EXPECT_EQ(capabilities.MinLookaheadSplitSize, 0U);
  EXPECT_EQ(capabilities.MaxLookaheadSplitSize, 0U);
}

TEST(QueueRequests, VMQ_35_every_query_with_a_byte_too_few_is_told_the_length) {
  QueueBench bench;
  bench.allocate();
  for (const auto& [oid, size] : std::map<NDIS_OID, ULONG>{{OID_RECEIVE_FILTER_HARDWARE_CAPABILITIES, 84},
                                                           {OID_RECEIVE_FILTER_CURRENT_CAPABILITIES, 84},
                                                           {OID_RECEIVE_FILTER_GLOBAL_PARAMETERS, 16},
                                                           {OID_RECEIVE_FILTER_ENUM_QUEUES, 16 + 1096}}) {
    Buffer buffer(size - 1, 0xEE);
    EXPECT_EQ(bench.query(oid, buffer), (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = size}));
    EXPECT_THAT(buffer, Each(0xEE));
    buffer.resize(size);
    EXPECT_EQ(bench.query(oid, buffer), (OidCompletion{.bytes_written = size}));
  }
}

TEST(QueueRequests, VMQ_35_every_set_and_method_with_a_byte_too_few_is_told_the_length) {
  QueueBench bench;
  const auto queue = bench.allocate();
  const auto filter = bench.set_filter(queue, 1);
  const auto cut = [](Buffer buffer, std::size_t size) {
    buffer.resize(size - 1);
    return buffer;
  };
  struct Case {
    ULONG type;
    NDIS_OID oid;
    Buffer buffer;
    ULONG needed;
  };
  const auto parameters = buffer_of(queue_parameters(0, queue));
  for (auto& [type, oid, buffer, needed] : std::vector<Case>{
           {NdisRequestMethod, OID_RECEIVE_FILTER_ALLOCATE_QUEUE, cut(parameters, 1092), 1092},
           {NdisRequestMethod, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, cut(parameters, 1092), 1092},
           {NdisRequestSetInformation, OID_RECEIVE_FILTER_QUEUE_PARAMETERS, cut(parameters, 1092), 1092},
           {NdisRequestMethod, OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE, cut(allocation_complete({queue}), 36), 36},
           {NdisRequestSetInformation, OID_RECEIVE_FILTER_FREE_QUEUE, cut(free_queue(queue), 12), 12},
           {NdisRequestMethod, OID_RECEIVE_FILTER_SET_FILTER, cut(filter_request(queue, {mac_field(2)}), 104), 104},
           {NdisRequestSetInformation, OID_RECEIVE_FILTER_CLEAR_FILTER, cut(clear_filter(queue, filter), 16), 16},
           {NdisRequestMethod, OID_RECEIVE_FILTER_ENUM_FILTERS, cut(filters_of(queue, 44), 44), 44},
           {NdisRequestMethod, OID_RECEIVE_FILTER_PARAMETERS, cut(filter_query(filter, 104), 104), 104}}) {
    const auto before = snapshot_of(bench.adapter);
    const auto bytes = buffer;
    EXPECT_EQ(bench.request(type, oid, buffer),
              (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = needed}))
        << find_oid(oid)->name;
    EXPECT_EQ(buffer, bytes);
    EXPECT_EQ(snapshot_of(bench.adapter), before);
  }
}

TEST(QueueRequests, VMQ_35_a_method_whose_output_does_not_fit_does_nothing) {
  QueueBench bench;
  auto structure = queue_parameters();
  structure.Header.Revision = 1;
  structure.Header.Size = 1084;
  Buffer buffer = buffer_of(structure);
  // Input and output share the buffer: an input length beyond it counts as all of it.
  EXPECT_EQ(bench.miniport.request(bench.client, {.type = NdisRequestMethod,
                                                  .oid = OID_RECEIVE_FILTER_ALLOCATE_QUEUE,
                                                  .buffer = buffer,
                                                  .input_length = 1083}),
            (OidCompletion{.status = NDIS_STATUS_INVALID_LENGTH, .bytes_needed = 1084}));
  EXPECT_EQ(bench.miniport.request(bench.client, {.type = NdisRequestMethod,
                                                  .oid = OID_RECEIVE_FILTER_ALLOCATE_QUEUE,
                                                  .buffer = buffer,
                                                  .input_length = 99'999}),
            (OidCompletion{.bytes_read = 1084, .bytes_written = 1084}));
}

TEST(QueueRequests, VMQ_36_a_client_that_closes_with_leftovers_has_them_freed) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  const auto filter = bench.set_filter(queue, 1);
  bench.set_filter(0, 2);
  const auto leftovers = bench.miniport.close(bench.client);
  EXPECT_THAT(leftovers.queues, ElementsAre(QueueId{queue}));
  EXPECT_THAT(leftovers.filters, ElementsAre(offload::FilterId{filter}, offload::FilterId{filter + 1}));
  EXPECT_THAT(bench.indicated(), ElementsAre(NDIS_STATUS_RECEIVE_QUEUE_STATE));
  EXPECT_EQ(snapshot_of(bench.adapter).filters, std::vector<offload::ReceiveFilterInfo>{});
  EXPECT_THAT(bench.adapter.receive_queues()->queues(), IsEmpty());
  Buffer buffer(16);
  EXPECT_EQ(bench.query(OID_RECEIVE_FILTER_ENUM_QUEUES, buffer).status, NDIS_STATUS_CLOSING);
}

TEST(QueueRequests, VMQ_36_a_pending_request_of_a_client_that_closes_is_not_completed) {
  QueueBench bench;
  const auto queue = bench.allocated_and_complete();
  bench.adapter.receive_queues()->indicated(QueueId{queue}, 1);
  bench.set(OID_RECEIVE_FILTER_FREE_QUEUE, free_queue(queue));
  EXPECT_THAT(bench.miniport.close(bench.client).queues, IsEmpty()) << "it is being freed already";
  bench.events.clear();
  bench.adapter.receive_queues()->returned(QueueId{queue}, 1);
  EXPECT_TRUE(bench.adapter.release_queue(QueueId{queue}));
  EXPECT_THAT(bench.events, IsEmpty());
}

}  // namespace
}  // namespace nvgre::ndis
