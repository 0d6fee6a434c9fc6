#include "nvgre/ndis/scaling_translation.h"

#include <algorithm>
#include <bit>

#include "nvgre/ndis/hash_types.h"

namespace nvgre::ndis {

namespace {

using offload::ProcessorNumber;
using offload::ReceiveHashParameters;
using offload::RssHashTypes;
using offload::RssParameters;

constexpr std::unexpected<NDIS_STATUS> kInvalid{NDIS_STATUS_INVALID_PARAMETER};
constexpr std::unexpected<NDIS_STATUS> kOutside{NDIS_STATUS_INVALID_LENGTH};

constexpr bool is_disabled(ULONG hash_information) noexcept {
  return (hash_information & NDIS_HASH_FUNCTION_MASK) == 0;  // RSS-20
}

/// Types OR function. Nothing: another function than Toeplitz, a type that is not known, or no type at all.
std::optional<RssHashTypes> hash_types_of(ULONG hash_information) noexcept {
  ULONG rest = hash_information & ~NdisHashFunctionToeplitz;
  RssHashTypes types;
  for (const auto& [bit, type] : kHashTypes) {
    if ((rest & bit) != 0) types.enable(type);
    rest &= ~bit;
  }
  if (rest != 0 || types.empty() || (hash_information & NdisHashFunctionToeplitz) == 0) return std::nullopt;
  return types;
}

ULONG hash_information_of(const RssHashTypes& types) noexcept {
  ULONG information = NdisHashFunctionToeplitz;
  for (const auto& [bit, type] : kHashTypes)
    if (types.has(type)) information |= bit;
  return information;
}

std::expected<offload::ToeplitzKey, NDIS_STATUS> key_at(wire::Bytes buffer, std::size_t offset,
                                                        std::size_t size) noexcept {
  offload::ToeplitzKey key;
  if (size != key.size()) return kInvalid;  // RSS-23
  const auto bytes = part_of(buffer, offset, size);
  if (!bytes) return kOutside;
  std::ranges::copy(*bytes, key.begin());
  return key;
}

std::optional<ProcessorNumber> processor_of(const PROCESSOR_NUMBER& number) noexcept {
  if (number.Number >= ProcessorNumber::kGroupSize) return std::nullopt;
  return ProcessorNumber{.group = number.Group, .number = number.Number};
}

PROCESSOR_NUMBER structure_of(const ProcessorNumber& processor) noexcept {
  return {.Group = processor.group, .Number = processor.number, .Reserved = 0};
}

/// Bytes of an entry of the indirection table: a CPU's number, or a whole PROCESSOR_NUMBER (RSS-15).
constexpr std::size_t entry_size(unsigned revision) noexcept {
  return revision == NDIS_RECEIVE_SCALE_PARAMETERS_REVISION_1 ? 1 : sizeof(PROCESSOR_NUMBER);
}

std::optional<ProcessorNumber> entry_at(wire::Bytes entry) noexcept {
  if (entry.size() == 1) return processor_of({.Group = 0, .Number = entry[0], .Reserved = 0});
  return processor_of(load<PROCESSOR_NUMBER>(entry));
}

std::expected<std::vector<ProcessorNumber>, NDIS_STATUS> table_of(const NDIS_RECEIVE_SCALE_PARAMETERS& structure,
                                                                  wire::Bytes buffer) {
  const std::size_t each = entry_size(structure.Header.Revision);
  const std::size_t count = structure.IndirectionTableSize / each;
  if (structure.IndirectionTableSize % each != 0 || !std::has_single_bit(count) ||
      count > RssParameters::kMaxTableEntries)
    return kInvalid;  // RSS-14
  const auto bytes = part_of(buffer, structure.IndirectionTableOffset, count * each);
  if (!bytes) return kOutside;
  std::vector<ProcessorNumber> table;
  for (std::size_t index = 0; index < count; ++index) {
    const auto processor = entry_at(bytes->subspan(index * each, each));
    if (!processor) return kInvalid;
    table.push_back(*processor);
  }
  return table;
}

/// Nobody here reads the masks, but they must not lie outside either.
bool masks_are_inside(const NDIS_RECEIVE_SCALE_PARAMETERS& structure, wire::Bytes buffer) noexcept {
  const std::uint64_t size = std::uint64_t{structure.NumberOfProcessorMasks} * structure.ProcessorMasksEntrySize;
  return size == 0 ||
         (size <= buffer.size() && part_of(buffer, structure.ProcessorMasksOffset, static_cast<std::size_t>(size)));
}

constexpr USHORT kScaleFlags = NDIS_RSS_PARAM_FLAG_BASE_CPU_UNCHANGED | NDIS_RSS_PARAM_FLAG_HASH_INFO_UNCHANGED |
                               NDIS_RSS_PARAM_FLAG_ITABLE_UNCHANGED | NDIS_RSS_PARAM_FLAG_HASH_KEY_UNCHANGED |
                               NDIS_RSS_PARAM_FLAG_DISABLE_RSS | NDIS_RSS_PARAM_FLAG_DEFAULT_PROCESSOR_UNCHANGED;
constexpr ULONG kHashFlags = NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH | NDIS_RECEIVE_HASH_FLAG_HASH_INFO_UNCHANGED |
                             NDIS_RECEIVE_HASH_FLAG_HASH_KEY_UNCHANGED;

/// Each part of the parameters that the flags do not call unchanged (RSS-21).
std::expected<RssParameters, NDIS_STATUS> changed(RssParameters parameters,
                                                  const NDIS_RECEIVE_SCALE_PARAMETERS& structure, wire::Bytes buffer) {
  const auto changes = [&](ULONG flag) { return (structure.Flags & flag) == 0; };
  if (changes(NDIS_RSS_PARAM_FLAG_HASH_INFO_UNCHANGED)) {
    const auto types = hash_types_of(structure.HashInformation);
    if (!types) return kInvalid;
    parameters.hash_types = *types;
  }
  if (changes(NDIS_RSS_PARAM_FLAG_ITABLE_UNCHANGED)) {
    auto table = table_of(structure, buffer);
    if (!table) return std::unexpected(table.error());
    parameters.indirection_table = std::move(*table);
  }
  if (changes(NDIS_RSS_PARAM_FLAG_HASH_KEY_UNCHANGED)) {
    const auto key = key_at(buffer, structure.HashSecretKeyOffset, structure.HashSecretKeySize);
    if (!key) return std::unexpected(key.error());
    parameters.key = *key;
  }
  if (changes(NDIS_RSS_PARAM_FLAG_BASE_CPU_UNCHANGED)) parameters.base_processor = structure.BaseCpuNumber;
  if (structure.Header.Revision >= NDIS_RECEIVE_SCALE_PARAMETERS_REVISION_3 &&
      changes(NDIS_RSS_PARAM_FLAG_DEFAULT_PROCESSOR_UNCHANGED)) {
    parameters.default_processor = processor_of(structure.DefaultProcessorNumber);
    if (!parameters.default_processor) return kInvalid;
  }
  return parameters;
}

}  // namespace

NDIS_RECEIVE_SCALE_CAPABILITIES scale_capabilities(const offload::RssSupport& support, NdisVersion version) noexcept {
  ULONG flags = NdisHashFunctionToeplitz | NDIS_RSS_CAPS_HASH_TYPE_TCP_IPV4 | NDIS_RSS_CAPS_HASH_TYPE_TCP_IPV6 |
                NDIS_RSS_CAPS_HASH_TYPE_TCP_IPV6_EX | NDIS_RSS_CAPS_MESSAGE_SIGNALED_INTERRUPTS |
                NDIS_RSS_CAPS_CLASSIFICATION_AT_ISR | NDIS_RSS_CAPS_USING_MSI_X | NDIS_RSS_CAPS_SUPPORTS_MSI_X;
  if (version >= NdisVersion{6, 80})
    flags |= NDIS_RSS_CAPS_HASH_TYPE_UDP_IPV4 | NDIS_RSS_CAPS_HASH_TYPE_UDP_IPV6 | NDIS_RSS_CAPS_HASH_TYPE_UDP_IPV6_EX;
  NDIS_RECEIVE_SCALE_CAPABILITIES structure{};
  structure.Header =
      header<NDIS_RECEIVE_SCALE_CAPABILITIES>(NDIS_OBJECT_TYPE_RSS_CAPABILITIES, scale_capabilities_revision(version));
  structure.CapabilitiesFlags = flags;
  structure.NumberOfInterruptMessages = support.queues;  // one for each queue
  structure.NumberOfReceiveQueues = support.queues;
  structure.NumberOfIndirectionTableEntries = static_cast<USHORT>(support.indirection_entries);
  return structure;
}

std::vector<std::uint8_t> scale_parameters_bytes(const std::optional<RssParameters>& parameters, NdisVersion version) {
  const auto revision = scale_parameters_revision(version);
  NDIS_RECEIVE_SCALE_PARAMETERS structure{};
  structure.Header = header<NDIS_RECEIVE_SCALE_PARAMETERS>(NDIS_OBJECT_TYPE_RSS_PARAMETERS, revision);
  std::vector<std::uint8_t> bytes;
  if (!parameters) {
    structure.Flags = NDIS_RSS_PARAM_FLAG_DISABLE_RSS;
    append(bytes, bytes_of(structure));
    return bytes;
  }
  structure.BaseCpuNumber = parameters->base_processor;
  structure.HashInformation = hash_information_of(parameters->hash_types);
  structure.IndirectionTableOffset = structure.Header.Size;
  structure.IndirectionTableSize = static_cast<USHORT>(parameters->indirection_table.size() * entry_size(revision));
  structure.HashSecretKeyOffset = structure.IndirectionTableOffset + structure.IndirectionTableSize;
  structure.HashSecretKeySize = static_cast<USHORT>(parameters->key.size());
  structure.DefaultProcessorNumber = structure_of(parameters->default_processor.value_or(ProcessorNumber{}));
  if (revision >= NDIS_RECEIVE_SCALE_PARAMETERS_REVISION_3 && !parameters->default_processor)
    structure.Flags = NDIS_RSS_PARAM_FLAG_DEFAULT_PROCESSOR_UNCHANGED;
  append(bytes, bytes_of(structure));
  for (const ProcessorNumber& processor : parameters->indirection_table) {
    const auto entry = structure_of(processor);
    if (revision == 1) bytes.push_back(entry.Number);
    if (revision > 1) append(bytes, {reinterpret_cast<const std::uint8_t*>(&entry), sizeof(entry)});
  }
  append(bytes, parameters->key);
  return bytes;
}

std::expected<std::optional<RssParameters>, NDIS_STATUS> next_scale_parameters(
    const NDIS_RECEIVE_SCALE_PARAMETERS& structure, wire::Bytes buffer, const std::optional<RssParameters>& present) {
  const bool keeps_hash = (structure.Flags & NDIS_RSS_PARAM_FLAG_HASH_INFO_UNCHANGED) != 0;
  if ((structure.Flags & NDIS_RSS_PARAM_FLAG_DISABLE_RSS) != 0 ||
      (!keeps_hash && is_disabled(structure.HashInformation)))
    return std::nullopt;
  if ((structure.Flags & ~kScaleFlags) != 0) return kInvalid;
  if (!masks_are_inside(structure, buffer)) return kOutside;
  return changed(present.value_or(RssParameters{}), structure, buffer);
}

std::vector<std::uint8_t> receive_hash_bytes(const std::optional<ReceiveHashParameters>& parameters) {
  NDIS_RECEIVE_HASH_PARAMETERS structure{};
  structure.Header =
      header<NDIS_RECEIVE_HASH_PARAMETERS>(NDIS_OBJECT_TYPE_DEFAULT, NDIS_RECEIVE_HASH_PARAMETERS_REVISION_1);
  std::vector<std::uint8_t> bytes;
  if (!parameters) {
    append(bytes, bytes_of(structure));
    return bytes;
  }
  structure.Flags = NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH;
  structure.HashInformation = hash_information_of(parameters->hash_types);
  structure.HashSecretKeySize = static_cast<USHORT>(parameters->key.size());
  structure.HashSecretKeyOffset = structure.Header.Size;
  append(bytes, bytes_of(structure));
  append(bytes, parameters->key);
  return bytes;
}

std::expected<std::optional<ReceiveHashParameters>, NDIS_STATUS> next_receive_hash(
    const NDIS_RECEIVE_HASH_PARAMETERS& structure, wire::Bytes buffer,
    const std::optional<ReceiveHashParameters>& present) {
  if ((structure.Flags & ~kHashFlags) != 0) return kInvalid;
  const bool keeps_hash = (structure.Flags & NDIS_RECEIVE_HASH_FLAG_HASH_INFO_UNCHANGED) != 0;
  if ((structure.Flags & NDIS_RECEIVE_HASH_FLAG_ENABLE_HASH) == 0 ||
      (!keeps_hash && is_disabled(structure.HashInformation)))
    return std::nullopt;
  auto parameters = present.value_or(ReceiveHashParameters{});
  if (!keeps_hash) {
    const auto types = hash_types_of(structure.HashInformation);
    if (!types) return kInvalid;
    parameters.hash_types = *types;
  }
  if ((structure.Flags & NDIS_RECEIVE_HASH_FLAG_HASH_KEY_UNCHANGED) == 0) {
    const auto key = key_at(buffer, structure.HashSecretKeyOffset, structure.HashSecretKeySize);
    if (!key) return std::unexpected(key.error());
    parameters.key = *key;
  }
  return parameters;
}

}  // namespace nvgre::ndis
