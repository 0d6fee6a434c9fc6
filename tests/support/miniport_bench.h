/// A miniport on an adapter of its own, with one client bound and every event kept.
#pragma once

#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/ndis/miniport.h"
#include "tests/support/adapter_support.h"
#include "tests/support/oid_buffers.h"

namespace nvgre::test {

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

}  // namespace nvgre::test
