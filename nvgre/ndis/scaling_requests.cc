// OID_GEN_RECEIVE_SCALE_* and OID_GEN_RECEIVE_HASH. The two exclude each other (RSS-24).
#include "nvgre/ndis/handlers.h"
#include "nvgre/ndis/scaling_translation.h"

namespace nvgre::ndis {

namespace {

constexpr BufferRules kScaleRules{.type = NDIS_OBJECT_TYPE_RSS_PARAMETERS};
constexpr BufferRules kHashRules{.type = NDIS_OBJECT_TYPE_DEFAULT};

/// How far a request was read: to the end of what lies furthest behind.
std::size_t extent(std::size_t structure, std::initializer_list<std::pair<std::size_t, std::size_t>> parts) noexcept {
  for (const auto& [offset, size] : parts)
    if (size != 0) structure = std::max(structure, offset + size);
  return structure;
}

}  // namespace

OidCompletion query_scale_capabilities(const Call& call) {
  const auto support = call.adapter.current_configuration().rss;
  if (!support.supported) return refused(NDIS_STATUS_NOT_SUPPORTED);  // CAP-16
  return answer(call, bytes_of(scale_capabilities(support, call.version)));
}

OidCompletion query_scale_parameters(const Call& call) {
  if (!call.adapter.current_configuration().rss.supported) return refused(NDIS_STATUS_NOT_SUPPORTED);
  return answer(call, scale_parameters_bytes(call.adapter.rss_parameters(), call.version));
}

OidCompletion set_scale_parameters(const Call& call) {
  const auto support = call.adapter.current_configuration().rss;
  if (!support.supported || call.adapter.receive_hashing()) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto structure = read<NDIS_RECEIVE_SCALE_PARAMETERS>(call.input, kScaleRules);
  if (!structure) return structure.error();
  const auto parameters = next_scale_parameters(*structure, call.input, call.adapter.rss_parameters());
  if (!parameters) return refused(parameters.error());
  if (*parameters && (*parameters)->indirection_table.size() > support.indirection_entries)
    return refused(NDIS_STATUS_INVALID_PARAMETER);
  if (!call.adapter.set_receive_scaling(*parameters)) return refused(NDIS_STATUS_INVALID_PARAMETER);
  const auto size = size_of_revision<NDIS_RECEIVE_SCALE_PARAMETERS>(structure->Header.Revision);
  if (!*parameters) return has_read(size);
  const auto read_unless = [&](ULONG flag, std::size_t bytes) { return (structure->Flags & flag) != 0 ? 0 : bytes; };
  return has_read(extent(size, {{structure->IndirectionTableOffset,
                                 read_unless(NDIS_RSS_PARAM_FLAG_ITABLE_UNCHANGED, structure->IndirectionTableSize)},
                                {structure->HashSecretKeyOffset,
                                 read_unless(NDIS_RSS_PARAM_FLAG_HASH_KEY_UNCHANGED, structure->HashSecretKeySize)}}));
}

OidCompletion query_receive_hash(const Call& call) {
  if (!call.adapter.hardware_capabilities().rss.supported) return refused(NDIS_STATUS_NOT_SUPPORTED);
  return answer(call, receive_hash_bytes(call.adapter.receive_hash_parameters()));
}

OidCompletion set_receive_hash(const Call& call) {
  if (!call.adapter.hardware_capabilities().rss.supported || call.adapter.rss_parameters())
    return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto structure = read<NDIS_RECEIVE_HASH_PARAMETERS>(call.input, kHashRules);
  if (!structure) return structure.error();
  const auto parameters = next_receive_hash(*structure, call.input, call.adapter.receive_hash_parameters());
  if (!parameters) return refused(parameters.error());
  if (!call.adapter.set_receive_hashing(*parameters)) return refused(NDIS_STATUS_NOT_SUPPORTED);
  const auto size = size_of_revision<NDIS_RECEIVE_HASH_PARAMETERS>(structure->Header.Revision);
  const bool has_key = *parameters && (structure->Flags & NDIS_RECEIVE_HASH_FLAG_HASH_KEY_UNCHANGED) == 0;
  return has_read(extent(size, {{structure->HashSecretKeyOffset, has_key ? structure->HashSecretKeySize : 0}}));
}

}  // namespace nvgre::ndis
