/// The fields of a packet and, for each task of a device, the rule that says what has to be in them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "cli/conformance/device_case.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::cli {

/// Whether a field is compared as it is or by what it does.
enum class FieldKind : std::uint8_t {
  kBytes,
  kFlags,              ///< TCP's flags: those that belong to one segment have a rule of their own.
  kInnerId,            ///< May deviate.
  kOuterIpChecksum,    ///< Has to be right for the header it stands in.
  kInnerIpChecksum,    ///< Likewise.
  kTransportChecksum,  ///< Likewise.
};

struct PacketField {
  std::string_view name;  ///< "inner IPv4 identification".
  std::string_view rule;  ///< "LSO-13".
  std::uint32_t begin = 0;
  std::uint32_t end = 0;  ///< Behind its last byte.
  FieldKind kind = FieldKind::kBytes;
};

/// All bytes of a packet, each in one field. @param map  Of that packet.
[[nodiscard]] std::vector<PacketField> fields_of(DeviceTask task, const wire::HeaderMap& map, std::size_t size);

/// The rule about the number of packets and their sizes.
[[nodiscard]] std::string_view count_rule(DeviceTask task) noexcept;
/// The rule about FIN, PSH and CWR.
[[nodiscard]] std::string_view single_segment_flags_rule(DeviceTask task) noexcept;

}  // namespace nvgre::cli
