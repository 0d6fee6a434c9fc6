/// Requests to a miniport: what a caller hands in and gets back, and the list of OIDs that are answered.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "nvgre/ndis/constants.h"
#include "nvgre/ndis/version.h"

namespace nvgre::ndis {

/// What matters of NDIS_OID_REQUEST.
struct OidRequest {
  static constexpr std::size_t kWholeBuffer = std::numeric_limits<std::size_t>::max();

  ULONG type = NdisRequestQueryInformation;  ///< NdisRequest*.
  NDIS_OID oid = 0;
  std::span<std::uint8_t> buffer;  ///< InformationBuffer: input, output, or both of a method request.
  /// Methods only: InputBufferLength; the output may fill the buffer. More than the buffer counts as all of it.
  std::size_t input_length = kWholeBuffer;
};

/// How a request ended.
struct OidCompletion {
  NDIS_STATUS status = NDIS_STATUS_SUCCESS;
  ULONG bytes_needed = 0;    ///< Length of the buffer that would have been enough; 0 unless it was too short.
  ULONG bytes_read = 0;      ///< Set and method requests that succeeded.
  ULONG bytes_written = 0;   ///< Query and method requests that succeeded; else the buffer was not touched.
  std::uint64_t ticket = 0;  ///< With NDIS_STATUS_PENDING: names the completion that will be told later.
  friend constexpr bool operator==(const OidCompletion&, const OidCompletion&) noexcept = default;
};

/// One OID.
struct OidDescription {
  NDIS_OID oid = 0;
  std::string_view name;       ///< "OID_TCP_OFFLOAD_PARAMETERS".
  std::string_view structure;  ///< That the buffer begins with; see layout.h.
  bool query = false;
  bool set = false;
  bool method = false;
  NdisVersion since{6, 0};
};

/// Those that are answered, and OID_RECEIVE_FILTER_MOVE_FILTER, which is known and refused.
[[nodiscard]] std::span<const OidDescription> oid_table() noexcept;
/// nullptr: unknown, or no such name.
[[nodiscard]] const OidDescription* find_oid(NDIS_OID oid) noexcept;
[[nodiscard]] const OidDescription* find_oid(std::string_view name) noexcept;

}  // namespace nvgre::ndis
