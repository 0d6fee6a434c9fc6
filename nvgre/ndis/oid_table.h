/// Internal to this room: an OID with what is done for it.
#pragma once

#include "nvgre/ndis/handlers.h"
#include "nvgre/ndis/oid.h"

namespace nvgre::ndis {

struct OidEntry {
  using Handler = OidCompletion (*)(const Call& call);

  NDIS_OID oid;
  std::string_view name;
  std::string_view structure;
  NDIS_STATUS short_output;  ///< What a buffer gets that is too short for the answer.
  Handler query = nullptr;   ///< nullptr: this kind of request is not supported.
  Handler set = nullptr;
  Handler method = nullptr;
  NdisVersion since{6, 0};
};

/// nullptr: unknown.
[[nodiscard]] const OidEntry* find_entry(NDIS_OID oid) noexcept;

}  // namespace nvgre::ndis
