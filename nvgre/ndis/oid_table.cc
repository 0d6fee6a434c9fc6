#include "nvgre/ndis/oid_table.h"

#include <algorithm>
#include <array>

namespace nvgre::ndis {

namespace {

constexpr auto kTooShort = NDIS_STATUS_BUFFER_TOO_SHORT;   // STATE-2
constexpr auto kWrongLength = NDIS_STATUS_INVALID_LENGTH;  // VMQ-35
constexpr NdisVersion kHashing{6, 20};
constexpr NdisVersion kFilters{6, 20};
constexpr NdisVersion kCoalescing{6, 30};

#define NVGRE_NAMED(oid) oid, #oid
// OID and name, structure, status for a short buffer, query, set, method, since.
constexpr std::array<OidEntry, 21> kTable = {{
    {NVGRE_NAMED(OID_TCP_OFFLOAD_CURRENT_CONFIG), "NDIS_OFFLOAD", kTooShort, query_current_configuration},
    {NVGRE_NAMED(OID_TCP_OFFLOAD_PARAMETERS), "NDIS_OFFLOAD_PARAMETERS", kTooShort, nullptr, set_offload_parameters},
    {NVGRE_NAMED(OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES), "NDIS_OFFLOAD", kTooShort, query_hardware_capabilities},
    {NVGRE_NAMED(OID_OFFLOAD_ENCAPSULATION), "NDIS_OFFLOAD_ENCAPSULATION", kTooShort, query_encapsulation,
     set_encapsulation},
    {NVGRE_NAMED(OID_TCP_RSC_STATISTICS), "NDIS_RSC_STATISTICS_INFO", kTooShort, query_rsc_statistics, nullptr, nullptr,
     kCoalescing},
    {NVGRE_NAMED(OID_GEN_RECEIVE_SCALE_CAPABILITIES), "NDIS_RECEIVE_SCALE_CAPABILITIES", kWrongLength,
     query_scale_capabilities},
    {NVGRE_NAMED(OID_GEN_RECEIVE_SCALE_PARAMETERS), "NDIS_RECEIVE_SCALE_PARAMETERS", kWrongLength,
     query_scale_parameters, set_scale_parameters},
    {NVGRE_NAMED(OID_GEN_RECEIVE_HASH), "NDIS_RECEIVE_HASH_PARAMETERS", kWrongLength, query_receive_hash,
     set_receive_hash, nullptr, kHashing},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_HARDWARE_CAPABILITIES), "NDIS_RECEIVE_FILTER_CAPABILITIES", kWrongLength,
     query_filter_hardware_capabilities, nullptr, nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_CURRENT_CAPABILITIES), "NDIS_RECEIVE_FILTER_CAPABILITIES", kWrongLength,
     query_filter_current_capabilities, nullptr, nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_GLOBAL_PARAMETERS), "NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS", kWrongLength,
     query_filter_global_parameters, nullptr, nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_ALLOCATE_QUEUE), "NDIS_RECEIVE_QUEUE_PARAMETERS", kWrongLength, nullptr, nullptr,
     allocate_queue, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE), "NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY",
     kWrongLength, nullptr, nullptr, complete_queue_allocation, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_QUEUE_PARAMETERS), "NDIS_RECEIVE_QUEUE_PARAMETERS", kWrongLength, nullptr,
     set_queue_parameters, query_queue_parameters, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_ENUM_QUEUES), "NDIS_RECEIVE_QUEUE_INFO_ARRAY", kWrongLength, query_queues, nullptr,
     nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_FREE_QUEUE), "NDIS_RECEIVE_QUEUE_FREE_PARAMETERS", kWrongLength, nullptr,
     free_queue, nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_SET_FILTER), "NDIS_RECEIVE_FILTER_PARAMETERS", kWrongLength, nullptr, nullptr,
     set_filter, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_PARAMETERS), "NDIS_RECEIVE_FILTER_PARAMETERS", kWrongLength, nullptr, nullptr,
     query_filter_parameters, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_ENUM_FILTERS), "NDIS_RECEIVE_FILTER_INFO_ARRAY", kWrongLength, nullptr, nullptr,
     enumerate_filters, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_CLEAR_FILTER), "NDIS_RECEIVE_FILTER_CLEAR_PARAMETERS", kWrongLength, nullptr,
     clear_filter, nullptr, kFilters},
    {NVGRE_NAMED(OID_RECEIVE_FILTER_MOVE_FILTER), "", kWrongLength},  // of SR-IOV only: never supported
}};
#undef NVGRE_NAMED

using Descriptions = std::array<OidDescription, kTable.size()>;

Descriptions make_descriptions() noexcept {
  Descriptions descriptions;
  std::ranges::transform(kTable, descriptions.begin(), [](const OidEntry& entry) {
    return OidDescription{.oid = entry.oid,
                          .name = entry.name,
                          .structure = entry.structure,
                          .query = entry.query != nullptr,
                          .set = entry.set != nullptr,
                          .method = entry.method != nullptr,
                          .since = entry.since};
  });
  return descriptions;
}

const Descriptions& descriptions() noexcept {
  static const Descriptions kDescriptions = make_descriptions();
  return kDescriptions;
}

template <typename Key>
const OidDescription* find_by(const Key& key, Key OidDescription::* member) noexcept {
  const auto found = std::ranges::find(descriptions(), key, member);
  return found == descriptions().end() ? nullptr : &*found;
}

}  // namespace

const OidEntry* find_entry(NDIS_OID oid) noexcept {
  const auto found = std::ranges::find(kTable, oid, &OidEntry::oid);
  return found == kTable.end() ? nullptr : &*found;
}

std::span<const OidDescription> oid_table() noexcept {
  return descriptions();
}

const OidDescription* find_oid(NDIS_OID oid) noexcept {
  return find_by(oid, &OidDescription::oid);
}

const OidDescription* find_oid(std::string_view name) noexcept {
  return find_by(name, &OidDescription::name);
}

}  // namespace nvgre::ndis
