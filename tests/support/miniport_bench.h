/// A miniport on an adapter of its own, with one client bound and every event kept.
#pragma once

#include <cstring>
#include <initializer_list>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/ndis/miniport.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/mac_address.h"
#include "tests/support/adapter_support.h"

namespace nvgre::test {

using Buffer = std::vector<std::uint8_t>;

/// A structure's bytes, cut or padded to `size`.
template <typename Structure>
Buffer buffer_of(const Structure& structure, std::size_t size = sizeof(Structure)) {
  Buffer buffer(size);
  std::memcpy(buffer.data(), &structure, std::min(size, sizeof(Structure)));
  return buffer;
}

/// The structure at `offset`; what lies behind the buffer's end is zero.
template <typename Structure>
Structure structure_at(wire::Bytes buffer, std::size_t offset = 0) {
  Structure structure{};
  if (offset < buffer.size())
    std::memcpy(&structure, buffer.data() + offset, std::min(sizeof(Structure), buffer.size() - offset));
  return structure;
}

/// `Structure` with its header filled in.
template <typename Structure>
Structure with_header(ndis::ULONG type, ndis::UCHAR revision) {
  Structure structure{};
  structure.Header = {.Type = static_cast<ndis::UCHAR>(type),
                      .Revision = revision,
                      .Size = ndis::size_of_revision<Structure>(revision)};
  return structure;
}

/// The keywords that prefer virtual machine queues to RSS.
inline offload::Keywords vmq_keywords() {
  return keywords_of({{"RssOrVmqPreference", "1"}});
}

class MiniportBench {
 public:
  explicit MiniportBench(const offload::Keywords& keywords = {}, ndis::NdisVersion version = {},
                         const offload::OffloadSet& backend = offload::OffloadSet::software())
      : adapter(offload::Capabilities(backend), keywords), miniport(adapter, version), client(miniport.bind()) {
    miniport.listen([this](const ndis::MiniportEvent& event) { events.push_back(event); });
  }
  MiniportBench(const MiniportBench&) = delete;
  MiniportBench& operator=(const MiniportBench&) = delete;

  ndis::OidCompletion request(ndis::ULONG type, ndis::NDIS_OID oid, Buffer& buffer) {
    return miniport.request(client, {.type = type, .oid = oid, .buffer = buffer});
  }
  ndis::OidCompletion query(ndis::NDIS_OID oid, Buffer& buffer) {
    return request(ndis::NdisRequestQueryInformation, oid, buffer);
  }
  ndis::OidCompletion method(ndis::NDIS_OID oid, Buffer& buffer) {
    return request(ndis::NdisRequestMethod, oid, buffer);
  }
  ndis::OidCompletion set(ndis::NDIS_OID oid, Buffer buffer) {
    return request(ndis::NdisRequestSetInformation, oid, buffer);
  }
  template <typename Structure>
  ndis::OidCompletion set(ndis::NDIS_OID oid, const Structure& structure) {
    return set(oid, buffer_of(structure));
  }

  /// What a query answers, in a buffer of the length that the first attempt was told.
  Buffer answer(ndis::NDIS_OID oid) {
    Buffer buffer;
    buffer.resize(query(oid, buffer).bytes_needed);
    const auto completion = query(oid, buffer);
    EXPECT_EQ(completion.status, ndis::NDIS_STATUS_SUCCESS) << ndis::status_name(completion.status);
    EXPECT_EQ(completion.bytes_written, buffer.size());
    return buffer;
  }
  template <typename Structure>
  Structure answered(ndis::NDIS_OID oid) {
    return structure_at<Structure>(answer(oid));
  }

  /// Codes of the statuses that were indicated, in order.
  [[nodiscard]] std::vector<ndis::NDIS_STATUS> indicated() const {
    std::vector<ndis::NDIS_STATUS> codes;
    for (const auto& event : events)
      if (const auto* status = std::get_if<ndis::StatusIndication>(&event)) codes.push_back(status->code);
    return codes;
  }

  offload::Adapter adapter;
  ndis::Miniport miniport;
  ndis::ClientId client;
  std::vector<ndis::MiniportEvent> events;
};

/// NVGRE on, revision 3 (NDIS 6.30).
inline ndis::NDIS_OFFLOAD_PARAMETERS offload_parameters(ndis::UCHAR revision = 5) {
  return with_header<ndis::NDIS_OFFLOAD_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, revision);
}
inline ndis::NDIS_OFFLOAD_PARAMETERS nvgre_on() {
  auto structure = offload_parameters();
  structure.EncapsulatedPacketTaskOffload = ndis::NDIS_OFFLOAD_SET_ON;
  structure.EncapsulationTypes = ndis::NDIS_ENCAPSULATION_TYPE_GRE_MAC;
  return structure;
}
inline ndis::NDIS_OFFLOAD_ENCAPSULATION ethernet(ndis::ULONG enabled) {
  auto structure = with_header<ndis::NDIS_OFFLOAD_ENCAPSULATION>(ndis::NDIS_OBJECT_TYPE_OFFLOAD_ENCAPSULATION, 1);
  const bool is_on = enabled == ndis::NDIS_OFFLOAD_SET_ON;
  structure.IPv4.Enabled = structure.IPv6.Enabled = enabled;
  structure.IPv4.EncapsulationType = structure.IPv6.EncapsulationType = is_on ? ndis::NDIS_ENCAPSULATION_IEEE_802_3 : 0;
  structure.IPv4.HeaderSize = structure.IPv6.HeaderSize = is_on ? 14 : 0;
  return structure;
}

}  // namespace nvgre::test
