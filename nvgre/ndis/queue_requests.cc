// OID_RECEIVE_FILTER_*: what is offered, and the life of queues.
#include "nvgre/ndis/counted_string.h"
#include "nvgre/ndis/handlers.h"

namespace nvgre::ndis {

namespace {

using offload::QueueId;
using offload::ReceiveQueueChange;
using offload::ReceiveQueueInfo;
using offload::ReceiveQueueParameters;
using offload::ReceiveQueues;

constexpr BufferRules kRules{};

NDIS_RECEIVE_FILTER_CAPABILITIES filter_capabilities(const offload::VmqSupport& support, NdisVersion version) noexcept {
  NDIS_RECEIVE_FILTER_CAPABILITIES structure{};
  structure.Header =
      header<NDIS_RECEIVE_FILTER_CAPABILITIES>(NDIS_OBJECT_TYPE_DEFAULT, receive_filter_revision(version));
  structure.EnabledFilterTypes = NDIS_RECEIVE_FILTER_VMQ_FILTERS_ENABLED;
  structure.EnabledQueueTypes = NDIS_RECEIVE_FILTER_VM_QUEUES_ENABLED;
  structure.NumQueues = support.queues;
  structure.SupportedQueueProperties = NDIS_RECEIVE_FILTER_MSI_X_SUPPORTED | NDIS_RECEIVE_FILTER_VM_QUEUE_SUPPORTED |
                                       NDIS_RECEIVE_FILTER_DYNAMIC_PROCESSOR_AFFINITY_CHANGE_SUPPORTED |
                                       NDIS_RECEIVE_FILTER_INTERRUPT_VECTOR_COALESCING_SUPPORTED;
  structure.SupportedFilterTests = NDIS_RECEIVE_FILTER_TEST_HEADER_FIELD_EQUAL_SUPPORTED;
  structure.SupportedHeaders = NDIS_RECEIVE_FILTER_MAC_HEADER_SUPPORTED;
  structure.SupportedMacHeaderFields = NDIS_RECEIVE_FILTER_MAC_HEADER_DEST_ADDR_SUPPORTED;
  if (support.vlan_filtering) structure.SupportedMacHeaderFields |= NDIS_RECEIVE_FILTER_MAC_HEADER_VLAN_ID_SUPPORTED;
  structure.MaxMacHeaderFilters = support.filters;
  return structure;
}

OidCompletion answer_capabilities(const Call& call, const offload::VmqSupport& support) {
  if (!support.supported) return refused(NDIS_STATUS_NOT_SUPPORTED);
  return answer(call, bytes_of(filter_capabilities(support, call.version)));
}

/// A member that only one of the two queue structures has does not matter here.
struct Affinity {
  static offload::ProcessorAffinity of(const GROUP_AFFINITY& affinity) noexcept {
    return {.mask = affinity.Mask, .group = affinity.Group};
  }
  static GROUP_AFFINITY structure(const offload::ProcessorAffinity& affinity) noexcept {
    return {.Mask = affinity.mask, .Group = affinity.group, .Reserved = {}};
  }
};

/// What a queue is allocated with. Nothing: it is no queue for a virtual machine, or a name is no text.
std::optional<ReceiveQueueParameters> parameters_of(const NDIS_RECEIVE_QUEUE_PARAMETERS& structure) {
  constexpr ULONG kFlags = NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION |
                           NDIS_RECEIVE_QUEUE_PARAMETERS_LOOKAHEAD_SPLIT_REQUIRED;  // the latter is ignored (VMQ-34)
  const auto vm_name = text_of(structure.VmName);
  const auto queue_name = text_of(structure.QueueName);
  if ((structure.Flags & ~kFlags) != 0 || structure.QueueType != NdisReceiveQueueTypeVMQueue || !vm_name || !queue_name)
    return std::nullopt;
  return ReceiveQueueParameters{
      .per_queue_indication = (structure.Flags & NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION) != 0,
      .affinity = Affinity::of(structure.ProcessorAffinity),
      .suggested_receive_buffers = structure.NumSuggestedReceiveBuffers,
      .port = structure.PortId,
      .vm_name = *vm_name,
      .queue_name = *queue_name};
}

/// The members whose CHANGED flag is set; the others keep their values (VMQ-30). Nothing: as above.
std::optional<ReceiveQueueChange> change_of(const NDIS_RECEIVE_QUEUE_PARAMETERS& structure) {
  constexpr ULONG kFlags =
      NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION |
      NDIS_RECEIVE_QUEUE_PARAMETERS_LOOKAHEAD_SPLIT_REQUIRED | NDIS_RECEIVE_QUEUE_PARAMETERS_FLAGS_CHANGED |
      NDIS_RECEIVE_QUEUE_PARAMETERS_PROCESSOR_AFFINITY_CHANGED |
      NDIS_RECEIVE_QUEUE_PARAMETERS_SUGGESTED_RECV_BUFFER_NUMBERS_CHANGED | NDIS_RECEIVE_QUEUE_PARAMETERS_NAME_CHANGED |
      NDIS_RECEIVE_QUEUE_PARAMETERS_INTERRUPT_COALESCING_DOMAIN_ID_CHANGED;  // reserved: ignored
  if ((structure.Flags & ~kFlags) != 0 || structure.QueueType != NdisReceiveQueueTypeVMQueue) return std::nullopt;
  const auto changes = [&](ULONG flag) { return (structure.Flags & flag) != 0; };
  ReceiveQueueChange change;
  if (changes(NDIS_RECEIVE_QUEUE_PARAMETERS_FLAGS_CHANGED))
    change.per_queue_indication = changes(NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION);
  if (changes(NDIS_RECEIVE_QUEUE_PARAMETERS_PROCESSOR_AFFINITY_CHANGED))
    change.affinity = Affinity::of(structure.ProcessorAffinity);
  if (changes(NDIS_RECEIVE_QUEUE_PARAMETERS_SUGGESTED_RECV_BUFFER_NUMBERS_CHANGED))
    change.suggested_receive_buffers = structure.NumSuggestedReceiveBuffers;
  if (!changes(NDIS_RECEIVE_QUEUE_PARAMETERS_NAME_CHANGED)) return change;
  change.vm_name = text_of(structure.VmName);
  change.queue_name = text_of(structure.QueueName);
  if (!change.vm_name || !change.queue_name) return std::nullopt;
  return change;
}

/// The members that NDIS_RECEIVE_QUEUE_PARAMETERS and NDIS_RECEIVE_QUEUE_INFO share.
template <typename Structure>
Structure queue_structure(const ReceiveQueueInfo& info, NdisVersion version) noexcept {
  Structure structure{};
  structure.Header = header<Structure>(NDIS_OBJECT_TYPE_DEFAULT, receive_filter_revision(version));
  structure.QueueType = NdisReceiveQueueTypeVMQueue;
  structure.QueueId = static_cast<ULONG>(info.id);
  structure.ProcessorAffinity = Affinity::structure(info.parameters.affinity);
  structure.NumSuggestedReceiveBuffers = info.parameters.suggested_receive_buffers;
  structure.VmName = counted_string(info.parameters.vm_name);
  structure.QueueName = counted_string(info.parameters.queue_name);
  return structure;
}

NDIS_RECEIVE_QUEUE_PARAMETERS parameters_structure(const ReceiveQueueInfo& info, NdisVersion version) noexcept {
  auto structure = queue_structure<NDIS_RECEIVE_QUEUE_PARAMETERS>(info, version);
  if (info.parameters.per_queue_indication)
    structure.Flags = NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION;
  structure.PortId = info.parameters.port;
  return structure;
}

NDIS_RECEIVE_QUEUE_INFO info_structure(const ReceiveQueueInfo& info, NdisVersion version) noexcept {
  auto structure = queue_structure<NDIS_RECEIVE_QUEUE_INFO>(info, version);
  structure.QueueState = static_cast<ULONG>(offload::reported(info.state));
  structure.NumFilters = info.filter_count;
  return structure;
}

constexpr std::size_t aligned(std::size_t size) noexcept {
  return (size + 7) / 8 * 8;
}

/// The elements of QUEUE_ALLOCATION_COMPLETE, all inside the input; or how the request ends.
std::expected<std::vector<std::size_t>, OidCompletion> element_offsets(
    const NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY& array, wire::Bytes input) {
  using Element = NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS;
  if (array.Flags != 0 || array.NumElements == 0 || array.FirstElementOffset < array.Header.Size)
    return std::unexpected(refused(NDIS_STATUS_INVALID_PARAMETER));
  if (array.ElementSize < sizeof(Element)) return std::unexpected(refused(NDIS_STATUS_INVALID_LENGTH));
  const std::uint64_t end = array.FirstElementOffset + std::uint64_t{array.NumElements} * array.ElementSize;
  if (end > input.size())
    return std::unexpected(too_short(NDIS_STATUS_INVALID_LENGTH, std::min<std::uint64_t>(end, ~ULONG{0})));
  std::vector<std::size_t> offsets;
  for (std::size_t index = 0; index < array.NumElements; ++index) {
    const std::size_t offset = array.FirstElementOffset + index * array.ElementSize;
    if (const auto element = read<Element>(input.subspan(offset, array.ElementSize), kRules); !element)
      return std::unexpected(refused(element.error().status));
    offsets.push_back(offset);
  }
  return offsets;
}

}  // namespace

OidCompletion query_filter_hardware_capabilities(const Call& call) {
  return answer_capabilities(call, call.adapter.hardware_capabilities().vmq);
}

OidCompletion query_filter_current_capabilities(const Call& call) {
  return answer_capabilities(call, call.adapter.current_configuration().vmq);
}

OidCompletion query_filter_global_parameters(const Call& call) {
  NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS structure{};
  structure.Header = header<NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS>(NDIS_OBJECT_TYPE_DEFAULT,
                                                                   NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS_REVISION_1);
  if (call.adapter.current_configuration().vmq.supported) {
    structure.EnabledFilterTypes = NDIS_RECEIVE_FILTER_VMQ_FILTERS_ENABLED;
    structure.EnabledQueueTypes = NDIS_RECEIVE_FILTER_VM_QUEUES_ENABLED;
  }
  return answer(call, bytes_of(structure));
}

OidCompletion allocate_queue(const Call& call) {
  ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  auto structure = read<NDIS_RECEIVE_QUEUE_PARAMETERS>(call.input, kRules);
  if (!structure) return structure.error();
  const auto size = size_of_revision<NDIS_RECEIVE_QUEUE_PARAMETERS>(structure->Header.Revision);
  if (call.output.size() < size) return too_short(call.short_output, size);
  const auto parameters = parameters_of(*structure);
  if (!parameters) return refused(NDIS_STATUS_INVALID_PARAMETER);
  const auto queue = queues->allocate(call.client, *parameters);
  if (!queue) return refused(status_of(queue.error()));
  structure->QueueId = static_cast<ULONG>(*queue);
  structure->Flags &= NDIS_RECEIVE_QUEUE_PARAMETERS_PER_QUEUE_RECEIVE_INDICATION;
  structure->LookaheadSize = 0;  // VMQ-34
  structure->Header = answer_header(*structure);
  auto completion = answer(call, bytes_of(*structure));
  completion.bytes_read = size;
  return completion;
}

OidCompletion complete_queue_allocation(const Call& call) {
  using Element = NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS;
  ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto array = read<NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY>(call.input, kRules);
  if (!array) return array.error();
  const auto offsets = element_offsets(*array, call.input);
  if (!offsets) return offsets.error();
  const std::size_t end = offsets->back() + array->ElementSize;
  if (call.output.size() < end) return too_short(call.short_output, end);
  std::vector<std::uint8_t> written(call.input.begin(), call.input.begin() + static_cast<std::ptrdiff_t>(end));
  for (const std::size_t offset : *offsets) {  // each is judged by itself (VMQ-6)
    auto element = load<Element>(call.input.subspan(offset, sizeof(Element)));
    const auto done = queues->complete_allocation(call.client, QueueId{element.QueueId});
    element.CompletionStatus = done ? NDIS_STATUS_SUCCESS : status_of(done.error());
    std::memcpy(written.data() + offset, &element, sizeof(element));
  }
  auto completion = answer(call, written);
  completion.bytes_read = static_cast<ULONG>(end);
  return completion;
}

OidCompletion query_queue_parameters(const Call& call) {
  const ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto structure = read<NDIS_RECEIVE_QUEUE_PARAMETERS>(call.input, kRules);
  if (!structure) return structure.error();
  const auto info = queues->info(QueueId{structure->QueueId});
  if (!info) return refused(status_of(info.error()));
  auto completion = answer(call, bytes_of(parameters_structure(*info, call.version)));
  if (completion.status == NDIS_STATUS_SUCCESS)
    completion.bytes_read = size_of_revision<NDIS_RECEIVE_QUEUE_PARAMETERS>(structure->Header.Revision);
  return completion;
}

OidCompletion set_queue_parameters(const Call& call) {
  ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto structure = read<NDIS_RECEIVE_QUEUE_PARAMETERS>(call.input, kRules);
  if (!structure) return structure.error();
  const auto change = change_of(*structure);
  if (!change) return refused(NDIS_STATUS_INVALID_PARAMETER);
  if (const auto done = queues->change(call.client, QueueId{structure->QueueId}, *change); !done)
    return refused(status_of(done.error()));
  return has_read(size_of_revision<NDIS_RECEIVE_QUEUE_PARAMETERS>(structure->Header.Revision));
}

OidCompletion query_queues(const Call& call) {
  const ReceiveQueues* const queues = call.adapter.receive_queues();
  if (queues == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const bool sees_all = call.role == ClientRole::kAdministrator;
  const auto infos = queues->queues(sees_all ? std::nullopt : std::optional(call.client));
  const auto stride = aligned(size_of_revision<NDIS_RECEIVE_QUEUE_INFO>(receive_filter_revision(call.version)));
  NDIS_RECEIVE_QUEUE_INFO_ARRAY array{};
  array.Header =
      header<NDIS_RECEIVE_QUEUE_INFO_ARRAY>(NDIS_OBJECT_TYPE_DEFAULT, NDIS_RECEIVE_QUEUE_INFO_ARRAY_REVISION_1);
  array.FirstElementOffset = static_cast<ULONG>(aligned(array.Header.Size));
  array.NumElements = static_cast<ULONG>(infos.size());
  array.ElementSize = static_cast<ULONG>(stride);
  std::vector<std::uint8_t> bytes;
  append(bytes, bytes_of(array));
  for (std::size_t index = 0; index < infos.size(); ++index) {
    bytes.resize(array.FirstElementOffset + index * stride);
    append(bytes, bytes_of(info_structure(infos[index], call.version)));
  }
  bytes.resize(array.FirstElementOffset + infos.size() * stride);
  return answer(call, bytes);
}

OidCompletion free_queue(const Call& call) {
  const auto structure = read<NDIS_RECEIVE_QUEUE_FREE_PARAMETERS>(call.input, kRules);
  if (call.adapter.receive_queues() == nullptr) return refused(NDIS_STATUS_NOT_SUPPORTED);
  if (!structure) return structure.error();
  if (structure->Flags != 0) return refused(NDIS_STATUS_INVALID_PARAMETER);
  const auto released = call.adapter.free_queue(call.client, QueueId{structure->QueueId});
  if (!released) return refused(status_of(released.error()));
  auto completion = has_read(NDIS_SIZEOF_RECEIVE_QUEUE_FREE_PARAMETERS_REVISION_1);
  if (!*released) completion.status = NDIS_STATUS_PENDING;
  return completion;
}

}  // namespace nvgre::ndis
