/// OID requests as `nvgre oid` and the API write them: a name and hexadecimal digits in, everything that the miniport
/// said out. The same words for a running endpoint and for an adapter that only lives for the question.
///
///     {"oid": "OID_TCP_OFFLOAD_CURRENT_CONFIG", "type": "query", "hex": "", "length": 4096}
///     {"oid", "number", "type", "status", "status_code", "bytes_needed", "bytes_read", "bytes_written", "hex",
///      "structure", "fields": [...], "indications": [{"status", "status_code", "hex", "structure", "fields"}]}
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/ndis/miniport.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

inline constexpr std::uint32_t kLargestOidBuffer = 1 << 20;  ///< Bytes; no answer is larger.

/// Every OID, its number, the kinds of requests that it takes and the structure of its buffer.
[[nodiscard]] nlohmann::json oid_list();

/// Makes one request. @param request  "oid" (a name or a number) and "type" ("query", "set", "method" or "statistics")
/// are needed; "hex" is the input, "length" the bytes of the whole buffer, no fewer than the input's; without it as
/// many as the input has, and for queries as many as the answer needs.
/// @return  What came of it, also if the miniport refused; an error if the request itself makes no sense.
[[nodiscard]] Result<nlohmann::json> make_oid_request(ndis::Miniport& miniport, ndis::ClientId client,
                                                      const nlohmann::json& request);

/// Whether a request makes sense; asks nothing.
[[nodiscard]] Result<void> judge_oid_request(const nlohmann::json& request);

/// A buffer field by field, as in "fields" above; "problem" says what of it does not lie in it, or is null. @param
/// structure  A structure, or an OID whose buffer it is.
[[nodiscard]] Result<nlohmann::json> decode_buffer(const std::string& structure, std::span<const std::uint8_t> buffer);

/// Hexadecimal digits in pairs; blanks, colons, commas and 0x before a pair are passed over. "00*12" is twelve times
/// the byte 00.
[[nodiscard]] Result<std::vector<std::uint8_t>> parse_hex(std::string_view text);

/// "6.30". @return  Nothing: no NDIS version.
[[nodiscard]] std::optional<ndis::NdisVersion> parse_ndis_version(std::string_view text);

}  // namespace nvgre::control
