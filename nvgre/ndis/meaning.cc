#include "nvgre/ndis/meaning.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdio>

#include "nvgre/ndis/constants.h"

namespace nvgre::ndis {
namespace {

struct Name {
  std::string_view text;
  std::uint64_t value;
};

constexpr std::array kNames = {
#define NVGRE_NDIS_OID(name, value)
#define NVGRE_NDIS_STATUS(name, value, source)
#define NVGRE_NDIS_INDICATION(name, value, source)
#define NVGRE_NDIS_CONSTANT(name, value, source) Name{#name, value},
#include "nvgre/ndis/constants.def"
};

/// How the names of a field's values are found.
enum class Kind : std::uint8_t {
  kValue,   ///< The name whose value it is.
  kFlags,   ///< All names whose bits are set.
  kStatus,  ///< A completion status.
};

/// Fields whose name ends with `field`, of structures whose name begins with `structure`, take the names that begin
/// with `prefix` and do not end with `but_not`. Of several rows for one field all are used.
struct Rule {
  std::string_view structure, field;
  Kind kind;
  std::string_view prefix, but_not;
};

constexpr std::string_view kAny;
constexpr std::array kRules = {
    Rule{kAny, "Header.Type", Kind::kValue, "NDIS_OBJECT_TYPE_", kAny},
    Rule{"NDIS_OFFLOAD_ENCAPSULATION", "Enabled", Kind::kValue, "NDIS_OFFLOAD_SET_", kAny},
    Rule{kAny, "Encapsulation", Kind::kFlags, "NDIS_ENCAPSULATION_IEEE_", kAny},
    Rule{kAny, "EncapsulationType", Kind::kFlags, "NDIS_ENCAPSULATION_IEEE_", kAny},
    Rule{kAny, "EncapsulationTypes", Kind::kFlags, "NDIS_ENCAPSULATION_TYPE_", kAny},
    Rule{"NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "OffloadSupported", Kind::kFlags,
         "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_", kAny},
    Rule{"NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "LsoV2Supported", Kind::kFlags,
         "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_", kAny},
    Rule{"NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "RssSupported", Kind::kFlags,
         "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_", kAny},
    Rule{"NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "VmqSupported", Kind::kFlags,
         "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_", kAny},
    Rule{"NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD", "UsoSupported", Kind::kFlags,
         "NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "v4Checksum", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_TX_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "v4Checksum", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_RX_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "v6Checksum", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_TX_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "v6Checksum", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_RX_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "LsoV1", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_LSOV1_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "LsoV2IPv4", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_LSOV2_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "LsoV2IPv6", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_LSOV2_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "RscIPv4", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_RSC_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "RscIPv6", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_RSC_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "UdpSegmentation.IPv4", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_USO_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "UdpSegmentation.IPv6", Kind::kValue, "NDIS_OFFLOAD_PARAMETERS_USO_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "EncapsulatedPacketTaskOffload", Kind::kValue, "NDIS_OFFLOAD_SET_", kAny},
    Rule{"NDIS_OFFLOAD_PARAMETERS", "Flags", Kind::kFlags, "NDIS_OFFLOAD_PARAMETERS_SKIP_", kAny},
    Rule{"NDIS_RECEIVE_SCALE_CAPABILITIES", "CapabilitiesFlags", Kind::kFlags, "NdisHashFunction", kAny},
    Rule{"NDIS_RECEIVE_SCALE_CAPABILITIES", "CapabilitiesFlags", Kind::kFlags, "NDIS_RSS_CAPS_", kAny},
    Rule{"NDIS_RECEIVE_SCALE_PARAMETERS", "Flags", Kind::kFlags, "NDIS_RSS_PARAM_FLAG_", kAny},
    Rule{"NDIS_RECEIVE_HASH_PARAMETERS", "Flags", Kind::kFlags, "NDIS_RECEIVE_HASH_FLAG_", kAny},
    Rule{kAny, "HashInformation", Kind::kFlags, "NdisHashFunction", kAny},
    Rule{kAny, "HashInformation", Kind::kFlags, "NDIS_HASH_", "_MASK"},
    Rule{kAny, "EnabledFilterTypes", Kind::kFlags, "NDIS_RECEIVE_FILTER_VMQ_FILTERS_", kAny},
    Rule{kAny, "EnabledFilterTypes", Kind::kFlags, "NDIS_RECEIVE_FILTER_PACKET_COALESCING_FILTERS_", kAny},
    Rule{kAny, "EnabledQueueTypes", Kind::kFlags, "NDIS_RECEIVE_FILTER_VM_QUEUES_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_MSI_X_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_VM_QUEUE_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_LOOKAHEAD_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_DYNAMIC_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_INTERRUPT_", kAny},
    Rule{kAny, "SupportedQueueProperties", Kind::kFlags, "NDIS_RECEIVE_FILTER_ANY_VLAN_", kAny},
    Rule{kAny, "SupportedFilterTests", Kind::kFlags, "NDIS_RECEIVE_FILTER_TEST_", kAny},
    Rule{kAny, "SupportedHeaders", Kind::kFlags, "NDIS_RECEIVE_FILTER_MAC_HEADER_SUPPORTED", kAny},
    Rule{kAny, "SupportedMacHeaderFields", Kind::kFlags, "NDIS_RECEIVE_FILTER_MAC_HEADER_", "HEADER_SUPPORTED"},
    Rule{"NDIS_RECEIVE_FILTER_PARAMETERS", "Flags", Kind::kFlags, "NDIS_RECEIVE_FILTER_PACKET_ENCAPSULATION", kAny},
    Rule{"NDIS_RECEIVE_FILTER_FIELD_PARAMETERS", "Flags", Kind::kFlags, "NDIS_RECEIVE_FILTER_FIELD_", kAny},
    Rule{kAny, "FilterType", Kind::kValue, "NdisReceiveFilterType", kAny},
    Rule{kAny, "FrameHeader", Kind::kValue, "NdisFrameHeader", kAny},
    Rule{kAny, "ReceiveFilterTest", Kind::kValue, "NdisReceiveFilterTest", kAny},
    Rule{kAny, "HeaderField", Kind::kValue, "NdisMacHeaderField", kAny},
    Rule{kAny, "QueueType", Kind::kValue, "NdisReceiveQueueType", kAny},
    Rule{kAny, "QueueState", Kind::kValue, "NdisReceiveQueueOperationalState", kAny},
    Rule{"NDIS_RECEIVE_QUEUE_PARAMETERS", "Flags", Kind::kFlags, "NDIS_RECEIVE_QUEUE_PARAMETERS_", "_MASK"},
    Rule{kAny, "CompletionStatus", Kind::kStatus, kAny, kAny},
};

bool applies(const Rule& rule, std::string_view structure, std::string_view field) {
  return field.ends_with(rule.field) && structure.starts_with(rule.structure);
}

bool is_of(const Rule& rule, const Name& name) {
  return name.text.starts_with(rule.prefix) && (rule.but_not.empty() || !name.text.ends_with(rule.but_not));
}

void append(std::string& out, std::string_view text) {
  if (!out.empty()) out += " | ";
  out += text;
}

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 2 + 16 + 1> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

}  // namespace

std::string meaning_of(std::string_view structure, std::string_view field, std::uint64_t value) {
  std::string out;
  std::uint64_t unnamed = value;
  bool is_flags = false;
  for (const auto& rule : kRules) {
    if (!applies(rule, structure, field)) continue;
    if (rule.kind == Kind::kStatus) return std::string(status_name(static_cast<NDIS_STATUS>(value)));
    is_flags = is_flags || rule.kind == Kind::kFlags;
    for (const auto& name : kNames) {
      if (!is_of(rule, name)) continue;
      if (rule.kind == Kind::kValue && name.value == value) return std::string(name.text);
      if (rule.kind == Kind::kValue || name.value == 0 || (value & name.value) != name.value) continue;
      append(out, name.text);
      unnamed &= ~name.value;
    }
  }
  if (is_flags && !out.empty() && unnamed != 0) append(out, hexadecimal(unnamed));
  return out;
}

}  // namespace nvgre::ndis
