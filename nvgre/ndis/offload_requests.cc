// OID_TCP_OFFLOAD_*, OID_OFFLOAD_ENCAPSULATION and OID_TCP_RSC_STATISTICS.
#include "nvgre/ndis/handlers.h"
#include "nvgre/ndis/offload_translation.h"

namespace nvgre::ndis {

namespace {

/// A change of offloads that is not well formed is bad data, however it is bad.
constexpr BufferRules kParametersRules{
    .type = NDIS_OBJECT_TYPE_DEFAULT, .short_input = NDIS_STATUS_INVALID_DATA, .malformed = NDIS_STATUS_INVALID_DATA};
constexpr BufferRules kEncapsulationRules{.type = NDIS_OBJECT_TYPE_OFFLOAD_ENCAPSULATION,
                                          .short_input = NDIS_STATUS_INVALID_DATA,
                                          .malformed = NDIS_STATUS_INVALID_DATA};

/// What the request holds is at fault, or else what stands behind the adapter.
OidCompletion refused_because(const Error& error, NDIS_STATUS at_fault) noexcept {
  return refused(error.code == ErrorCode::kInvalid ? at_fault : NDIS_STATUS_FAILURE);
}

OidCompletion answer_offload(const Call& call, const offload::OffloadSet& set) {
  return answer(call, bytes_of(offload_structure(set, call.version, OffloadUse::kAnswer)));
}

}  // namespace

OidCompletion query_current_configuration(const Call& call) {
  return answer_offload(call, call.adapter.current_configuration());
}

OidCompletion query_hardware_capabilities(const Call& call) {
  return answer_offload(call, call.adapter.hardware_capabilities());
}

OidCompletion set_offload_parameters(const Call& call) {
  if (call.adapter.has_no_task()) return refused(NDIS_STATUS_NOT_SUPPORTED);  // STATE-24
  const auto structure = read<NDIS_OFFLOAD_PARAMETERS>(call.input, kParametersRules);
  if (!structure) return structure.error();
  const auto parameters = parameters_of(*structure);
  if (!parameters) return refused(NDIS_STATUS_INVALID_DATA);
  if (const auto done = call.adapter.set_parameters(*parameters); !done)
    return refused_because(done.error(), NDIS_STATUS_INVALID_DATA);
  return has_read(size_of_revision<NDIS_OFFLOAD_PARAMETERS>(structure->Header.Revision));
}

OidCompletion query_encapsulation(const Call& call) {
  const auto& encapsulation = call.adapter.encapsulation();
  if (!encapsulation) return refused(NDIS_STATUS_FAILURE);  // STATE-16
  return answer(call, bytes_of(encapsulation_structure(*encapsulation)));
}

OidCompletion set_encapsulation(const Call& call) {
  if (call.adapter.has_no_task()) return refused(NDIS_STATUS_NOT_SUPPORTED);  // STATE-24
  const auto structure = read<NDIS_OFFLOAD_ENCAPSULATION>(call.input, kEncapsulationRules);
  if (!structure) return structure.error();
  if (const auto done = call.adapter.set_encapsulation(encapsulation_of(*structure)); !done)
    return refused_because(done.error(), NDIS_STATUS_INVALID_PARAMETER);
  return has_read(NDIS_SIZEOF_OFFLOAD_ENCAPSULATION_REVISION_1);
}

OidCompletion query_rsc_statistics(const Call& call) {
  if (call.adapter.hardware_capabilities().tasks.rsc == offload::PerVersion{})
    return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto statistics = call.adapter.coalescing_statistics();
  NDIS_RSC_STATISTICS_INFO structure{};
  structure.Header = header<NDIS_RSC_STATISTICS_INFO>(NDIS_OBJECT_TYPE_DEFAULT, NDIS_RSC_STATISTICS_REVISION_1);
  structure.CoalescedPkts = statistics.coalesced_packets;
  structure.CoalescedOctets = statistics.coalesced_octets;
  structure.CoalesceEvents = statistics.coalesce_events;
  structure.Aborts = statistics.aborts;
  return answer(call, bytes_of(structure));
}

}  // namespace nvgre::ndis
