// A request's way: is the client bound; is the OID known to this version; is this kind of request supported; then its
// handler, which reads the buffer, asks the adapter, and writes the answer.
#include "nvgre/ndis/miniport.h"

#include <algorithm>

#include "nvgre/ndis/offload_translation.h"
#include "nvgre/ndis/oid_table.h"

namespace nvgre::ndis {

namespace {

OidEntry::Handler handler_of(const OidEntry& entry, ULONG type) noexcept {
  switch (type) {
    case NdisRequestQueryInformation:
    case NdisRequestQueryStatistics:
      return entry.query;
    case NdisRequestSetInformation:
      return entry.set;
    case NdisRequestMethod:
      return entry.method;
    default:
      return nullptr;
  }
}

/// A query reads nothing, a set writes nothing, a method does both in one buffer.
Call call_of(offload::Adapter& adapter, const OidEntry& entry, const OidRequest& request) noexcept {
  Call call{.adapter = adapter,
            .version = {},
            .client = {},
            .role = {},
            .input = {},
            .output = {},
            .short_output = entry.short_output};
  if (request.type == NdisRequestSetInformation) call.input = request.buffer;
  if (request.type != NdisRequestSetInformation) call.output = request.buffer;
  if (request.type == NdisRequestMethod)
    call.input = request.buffer.first(std::min(request.input_length, request.buffer.size()));
  return call;
}

std::vector<std::uint8_t> copy_of(wire::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

std::vector<std::uint8_t> offload_bytes(const offload::OffloadSet& set, NdisVersion version, OffloadUse use) {
  return copy_of(bytes_of(offload_structure(set, version, use)));
}

StatusIndication queue_stopped(offload::QueueId queue) {
  NDIS_RECEIVE_QUEUE_STATE state{};
  state.Header = header<NDIS_RECEIVE_QUEUE_STATE>(NDIS_OBJECT_TYPE_DEFAULT, NDIS_RECEIVE_QUEUE_STATE_REVISION_1);
  state.QueueId = static_cast<ULONG>(queue);
  state.QueueState = NdisReceiveQueueOperationalStateDmaStopped;
  return {.code = NDIS_STATUS_RECEIVE_QUEUE_STATE, .buffer = copy_of(bytes_of(state))};
}

}  // namespace

NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES OffloadAttributes::structure() const noexcept {
  const auto address = [](const std::vector<std::uint8_t>& bytes) {
    return static_cast<PVOID>(reinterpret_cast<std::uintptr_t>(bytes.data()));
  };
  NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES structure{};
  structure.Header = header<NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES>(
      NDIS_OBJECT_TYPE_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES, NDIS_MINIPORT_ADAPTER_OFFLOAD_ATTRIBUTES_REVISION_1);
  structure.DefaultOffloadConfiguration = address(default_configuration);
  structure.HardwareOffloadCapabilities = address(hardware_capabilities);
  return structure;
}

Miniport::Miniport(offload::Adapter& adapter, NdisVersion version)
    : adapter_(adapter),
      version_(std::max(version, NdisVersion{6, 0})),
      subscription_(adapter.subscribe([this](const offload::AdapterEvent& event) { hear(event); })) {}

Miniport::~Miniport() {
  adapter_.unsubscribe(subscription_);
}

OffloadAttributes Miniport::offload_attributes() const {
  return {.default_configuration = offload_bytes(adapter_.current_configuration(), version_, OffloadUse::kAnswer),
          .hardware_capabilities = offload_bytes(adapter_.hardware_capabilities(), version_, OffloadUse::kAnswer)};
}

ClientId Miniport::bind(ClientRole role) {
  const ClientId client{next_client_++};
  clients_.emplace(client, Client{.role = role});
  return client;
}

offload::ReceiveQueues::Leftovers Miniport::close(ClientId client) {
  if (clients_.erase(client) == 0) return {};
  std::erase_if(pending_frees_, [client](const auto& pending) { return pending.second.client == client; });
  return adapter_.close(client);
}

bool Miniport::may_offload(ClientId client) const noexcept {
  const auto found = clients_.find(client);
  return found != clients_.end() && !found->second.offloads_refused && !adapter_.configuration().disable_task_offload;
}

OidCompletion Miniport::request(ClientId client, const OidRequest& request) {
  const auto found = clients_.find(client);
  if (found == clients_.end()) return refused(NDIS_STATUS_CLOSING);
  const OidEntry* const entry = find_entry(request.oid);
  const auto handler = entry == nullptr ? nullptr : handler_of(*entry, request.type);
  if (handler == nullptr || version_ < entry->since) return refused(NDIS_STATUS_NOT_SUPPORTED);
  auto call = call_of(adapter_, *entry, request);
  call.version = version_;
  call.client = client;
  call.role = found->second.role;
  auto completion = handler(call);
  if (request.oid == OID_OFFLOAD_ENCAPSULATION && request.type == NdisRequestSetInformation)
    found->second.offloads_refused = completion.status != NDIS_STATUS_SUCCESS;  // STATE-15
  if (completion.status == NDIS_STATUS_PENDING) {
    const auto queue = load<NDIS_RECEIVE_QUEUE_FREE_PARAMETERS>(call.input).QueueId;
    completion.ticket = next_ticket_++;
    pending_frees_[offload::QueueId{queue}] = {.client = client, .completion = completion};
  }
  return completion;
}

void Miniport::hear(const offload::AdapterEvent& event) {
  using Kind = offload::AdapterEvent::Kind;
  switch (event.kind) {
    case Kind::kCurrentConfiguration:
      return tell(StatusIndication{.code = NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG,
                                   .buffer = offload_bytes(event.set, version_, OffloadUse::kConfigurationChange)});
    case Kind::kHardwareCapabilities:
      return tell(StatusIndication{.code = NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES,
                                   .buffer = offload_bytes(event.set, version_, OffloadUse::kAnswer)});
    case Kind::kReceiveScaling:
      return;
    case Kind::kQueueStopped:
      return tell(queue_stopped(event.queue));
    case Kind::kQueueReleased:
      return complete_free(event.queue);
  }
}

/// A queue that was released at once has nothing pending.
void Miniport::complete_free(offload::QueueId queue) {
  const auto pending = pending_frees_.extract(queue);
  if (pending.empty()) return;
  auto completion = pending.mapped().completion;
  completion.status = NDIS_STATUS_SUCCESS;
  tell(RequestCompletion{
      .client = pending.mapped().client, .oid = OID_RECEIVE_FILTER_FREE_QUEUE, .completion = completion});
}

void Miniport::tell(const MiniportEvent& event) const {
  if (listener_) listener_(event);
}

}  // namespace nvgre::ndis
