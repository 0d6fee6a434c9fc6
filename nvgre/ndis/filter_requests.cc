// OID_RECEIVE_FILTER_*: filters.
#include <algorithm>

#include "nvgre/ndis/handlers.h"

namespace nvgre::ndis {

namespace {

using offload::FieldTest;
using offload::FilterField;
using offload::FilterId;
using offload::FilterOperation;
using offload::QueueId;
using offload::ReceiveFilter;
using offload::ReceiveFilterInfo;
using offload::ReceiveQueues;

constexpr BufferRules kRules{};
using Parameters = NDIS_RECEIVE_FILTER_PARAMETERS;
using Field = NDIS_RECEIVE_FILTER_FIELD_PARAMETERS;

/// More tests than fields say something twice, which is refused anyway.
constexpr std::size_t kMaxTests = 5;

struct FieldName {
  ULONG number;
  FilterField field;
};
constexpr std::array<FieldName, 5> kFields = {{{NdisMacHeaderFieldDestinationAddress, FilterField::kDestinationMac},
                                               {NdisMacHeaderFieldSourceAddress, FilterField::kSourceMac},
                                               {NdisMacHeaderFieldProtocol, FilterField::kProtocol},
                                               {NdisMacHeaderFieldVlanId, FilterField::kVlanId},
                                               {NdisMacHeaderFieldPriority, FilterField::kPriority}}};

struct OperationName {
  ULONG number;
  FilterOperation operation;
};
constexpr std::array<OperationName, 3> kOperations = {{{NdisReceiveFilterTestEqual, FilterOperation::kEqual},
                                                       {NdisReceiveFilterTestMaskEqual, FilterOperation::kMaskEqual},
                                                       {NdisReceiveFilterTestNotEqual, FilterOperation::kNotEqual}}};

/// Nothing: a header, field or test that no filter here can have.
std::optional<FieldTest> test_of(const Field& structure) noexcept {
  const auto field = std::ranges::find(kFields, structure.HeaderField, &FieldName::number);
  const auto operation = std::ranges::find(kOperations, structure.ReceiveFilterTest, &OperationName::number);
  if (structure.FrameHeader != NdisFrameHeaderMac || field == kFields.end() || operation == kOperations.end() ||
      (structure.Flags & ~NDIS_RECEIVE_FILTER_FIELD_MAC_HEADER_VLAN_UNTAGGED_OR_ZERO) != 0)
    return std::nullopt;
  FieldTest test{.field = field->field, .operation = operation->operation};
  const auto size = FieldTest::field_size(test.field);
  std::copy_n(structure.FieldValue.begin(), size, test.value.begin());  // network byte order in both (VMQ-11)
  if (test.operation == FilterOperation::kMaskEqual)
    std::copy_n(structure.ResultValue.begin(), size, test.result.begin());
  test.untagged_or_zero = structure.Flags != 0;
  return test;
}

Field structure_of(const FieldTest& test, UCHAR revision) noexcept {
  Field structure{};
  structure.Header = header<Field>(NDIS_OBJECT_TYPE_DEFAULT, revision);
  structure.Flags = test.untagged_or_zero ? NDIS_RECEIVE_FILTER_FIELD_MAC_HEADER_VLAN_UNTAGGED_OR_ZERO : 0;
  structure.FrameHeader = NdisFrameHeaderMac;
  structure.ReceiveFilterTest = std::ranges::find(kOperations, test.operation, &OperationName::operation)->number;
  structure.HeaderField = std::ranges::find(kFields, test.field, &FieldName::field)->number;
  std::ranges::copy(test.value, structure.FieldValue.begin());
  std::ranges::copy(test.result, structure.ResultValue.begin());
  return structure;
}

/// The tests that lie behind the parameters, all inside the input; or how the request ends.
std::expected<std::vector<FieldTest>, OidCompletion> tests_of(const Parameters& parameters, wire::Bytes input) {
  const std::size_t count = parameters.FieldParametersArrayNumElements;
  const std::size_t stride = parameters.FieldParametersArrayElementSize;
  const std::size_t first = parameters.FieldParametersArrayOffset;
  const auto own_size = size_of_revision<Parameters>(parameters.Header.Revision);
  if (count == 0 || count > kMaxTests || first < own_size)
    return std::unexpected(refused(NDIS_STATUS_INVALID_PARAMETER));
  if (stride < sizeof(Field)) return std::unexpected(refused(NDIS_STATUS_INVALID_LENGTH));
  const std::uint64_t end = first + std::uint64_t{count} * stride;
  if (end > input.size())
    return std::unexpected(too_short(NDIS_STATUS_INVALID_LENGTH, std::min<std::uint64_t>(end, ~ULONG{0})));
  std::vector<FieldTest> tests;
  for (std::size_t index = 0; index < count; ++index) {
    const auto structure = read<Field>(input.subspan(first + index * stride, stride), kRules);
    if (!structure) return std::unexpected(refused(structure.error().status));
    const auto test = test_of(*structure);
    if (!test) return std::unexpected(refused(NDIS_STATUS_INVALID_PARAMETER));
    tests.push_back(*test);
  }
  return tests;
}

/// Whether the members that say what kind of filter it is name one for a virtual machine's queue.
bool is_for_queue(const Parameters& parameters) noexcept {
  return (parameters.Flags & ~NDIS_RECEIVE_FILTER_PACKET_ENCAPSULATION_GRE) == 0 &&
         parameters.FilterType == NdisReceiveFilterTypeVMQueue && parameters.FilterId == NDIS_DEFAULT_RECEIVE_FILTER_ID;
}

std::vector<std::uint8_t> parameters_bytes(const ReceiveFilterInfo& info, NdisVersion version) {
  const auto revision = receive_filter_revision(version);
  Parameters structure{};
  structure.Header = header<Parameters>(NDIS_OBJECT_TYPE_DEFAULT, revision);
  structure.Flags = info.filter.encapsulated ? NDIS_RECEIVE_FILTER_PACKET_ENCAPSULATION_GRE : 0;
  structure.FilterType = NdisReceiveFilterTypeVMQueue;
  structure.QueueId = static_cast<ULONG>(info.queue);
  structure.FilterId = static_cast<ULONG>(info.id);
  const std::size_t first = (std::size_t{structure.Header.Size} + 7) / 8 * 8;
  structure.FieldParametersArrayOffset = static_cast<ULONG>(first);
  structure.FieldParametersArrayNumElements = static_cast<ULONG>(info.filter.tests.size());
  structure.FieldParametersArrayElementSize = sizeof(Field);
  std::vector<std::uint8_t> bytes;
  append(bytes, bytes_of(structure));
  bytes.resize(first);
  for (const FieldTest& test : info.filter.tests) append(bytes, bytes_of(structure_of(test, revision)));
  return bytes;
}

}  // namespace

OidCompletion set_filter(const Call& call) {
  ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  auto parameters = read<Parameters>(call.input, kRules);
  if (!parameters) return parameters.error();
  const auto size = size_of_revision<Parameters>(parameters->Header.Revision);
  if (call.output.size() < size) return too_short(call.short_output, size);
  const auto tests = tests_of(*parameters, call.input);
  if (!tests) return tests.error();
  if (!is_for_queue(*parameters)) return refused(NDIS_STATUS_INVALID_PARAMETER);
  const auto filter = queues->set_filter(call.client, QueueId{parameters->QueueId},
                                         ReceiveFilter{.tests = *tests, .encapsulated = parameters->Flags != 0});
  if (!filter) return refused(status_of(filter.error()));
  const auto read_to = parameters->FieldParametersArrayOffset +
                       parameters->FieldParametersArrayNumElements * parameters->FieldParametersArrayElementSize;
  parameters->FilterId = static_cast<ULONG>(*filter);
  parameters->Header = answer_header(*parameters);
  auto completion = answer(call, bytes_of(*parameters));
  completion.bytes_read = read_to;
  return completion;
}

OidCompletion clear_filter(const Call& call) {
  ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto structure = read<NDIS_RECEIVE_FILTER_CLEAR_PARAMETERS>(call.input, kRules);
  if (!structure) return structure.error();
  if (structure->Flags != 0) return refused(NDIS_STATUS_INVALID_PARAMETER);
  const auto done = queues->clear_filter(call.client, QueueId{structure->QueueId}, FilterId{structure->FilterId});
  if (!done) return refused(status_of(done.error()));
  return has_read(NDIS_SIZEOF_RECEIVE_FILTER_CLEAR_PARAMETERS_REVISION_1);
}

OidCompletion enumerate_filters(const Call& call) {
  using Array = NDIS_RECEIVE_FILTER_INFO_ARRAY;
  using Info = NDIS_RECEIVE_FILTER_INFO;
  const ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto asked = read<Array>(call.input, kRules);
  if (!asked) return asked.error();
  if (asked->Flags != 0) return refused(NDIS_STATUS_INVALID_PARAMETER);  // virtual ports are SR-IOV's
  const auto infos = queues->filters(QueueId{asked->QueueId});
  if (!infos) return refused(status_of(infos.error()));
  Array array{};
  array.Header = header<Array>(NDIS_OBJECT_TYPE_DEFAULT, receive_filter_revision(call.version));
  array.QueueId = asked->QueueId;
  array.FirstElementOffset = array.Header.Size;
  array.NumElements = static_cast<ULONG>(infos->size());
  array.ElementSize = sizeof(Info);
  std::vector<std::uint8_t> bytes;
  append(bytes, bytes_of(array));
  for (const ReceiveFilterInfo& info : *infos) {
    Info structure{};
    structure.Header = header<Info>(NDIS_OBJECT_TYPE_DEFAULT, NDIS_RECEIVE_FILTER_INFO_REVISION_1);
    structure.FilterType = NdisReceiveFilterTypeVMQueue;
    structure.FilterId = static_cast<ULONG>(info.id);
    append(bytes, bytes_of(structure));
  }
  auto completion = answer(call, bytes);
  if (completion.status == NDIS_STATUS_SUCCESS) completion.bytes_read = size_of_revision<Array>(asked->Header.Revision);
  return completion;
}

OidCompletion query_filter_parameters(const Call& call) {
  const ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto asked = read<Parameters>(call.input, kRules);
  if (!asked) return asked.error();
  const auto info = queues->filter(FilterId{asked->FilterId});
  if (!info) return refused(status_of(info.error()));
  auto completion = answer(call, parameters_bytes(*info, call.version));
  if (completion.status == NDIS_STATUS_SUCCESS)
    completion.bytes_read = size_of_revision<Parameters>(asked->Header.Revision);
  return completion;
}

}  // namespace nvgre::ndis
