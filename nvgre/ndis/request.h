/// Internal to this room: one request on its way through its handler, and NDIS's rules for buffers.
///
/// Every structure opens with Type, Revision and Size. What is handed in has to have the right type, a revision, a Size
/// of at least that revision's, and a buffer that holds Size bytes; more of each is accepted, so that newer callers are
/// served, and members that the revision lacks read as zero. What is written has exactly the size of its revision.
#pragma once

#include <array>
#include <cstring>
#include <expected>
#include <span>
#include <type_traits>
#include <vector>

#include "nvgre/ndis/miniport.h"
#include "nvgre/ndis/oid.h"
#include "nvgre/offload/adapter.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::ndis {

/// How an OID's buffer is refused; it differs between OIDs.
struct BufferRules {
  UCHAR type = NDIS_OBJECT_TYPE_DEFAULT;
  NDIS_STATUS short_input = NDIS_STATUS_INVALID_LENGTH;
  NDIS_STATUS malformed = NDIS_STATUS_INVALID_PARAMETER;
};

/// A request as its handler meets it.
struct Call {
  offload::Adapter& adapter;
  NdisVersion version;
  ClientId client;
  ClientRole role;
  wire::Bytes input;
  wire::MutableBytes output;
  NDIS_STATUS short_output = NDIS_STATUS_INVALID_LENGTH;
};

[[nodiscard]] constexpr OidCompletion refused(NDIS_STATUS status) noexcept {
  return {.status = status};
}
[[nodiscard]] constexpr OidCompletion too_short(NDIS_STATUS status, std::size_t needed) noexcept {
  return {.status = status, .bytes_needed = static_cast<ULONG>(needed)};
}
[[nodiscard]] constexpr OidCompletion has_read(std::size_t bytes) noexcept {
  return {.bytes_read = static_cast<ULONG>(bytes)};
}

/// The first bytes of a buffer as a structure; members behind its end are zero.
template <typename Structure>
[[nodiscard]] Structure load(wire::Bytes bytes) noexcept {
  static_assert(std::is_trivially_copyable_v<Structure>);
  Structure value{};
  std::memcpy(&value, bytes.data(), std::min(bytes.size(), sizeof(Structure)));
  return value;
}

/// The structure that a request hands in; or how the request ends.
template <typename Structure>
[[nodiscard]] std::expected<Structure, OidCompletion> read(wire::Bytes input, const BufferRules& rules) noexcept {
  if (input.size() < sizeof(NDIS_OBJECT_HEADER))
    return std::unexpected(too_short(rules.short_input, size_of_revision<Structure>(1)));
  const auto header = load<NDIS_OBJECT_HEADER>(input);
  if (header.Type != rules.type || header.Revision == 0) return std::unexpected(refused(rules.malformed));
  const auto size = size_of_revision<Structure>(header.Revision);
  const std::size_t needed = std::max(header.Size, size);
  if (header.Size < size || input.size() < needed) return std::unexpected(too_short(rules.short_input, needed));
  return load<Structure>(input.first(size));
}

/// `count` bytes at `offset` of a buffer; nothing: they do not all lie in it.
[[nodiscard]] constexpr std::optional<wire::Bytes> part_of(wire::Bytes bytes, std::size_t offset,
                                                           std::size_t count) noexcept {
  if (offset > bytes.size() || count > bytes.size() - offset) return std::nullopt;
  return bytes.subspan(offset, count);
}

[[nodiscard]] constexpr NDIS_OBJECT_HEADER header(ULONG type, UCHAR revision, USHORT size) noexcept {
  return {.Type = static_cast<UCHAR>(type), .Revision = revision, .Size = size};
}
template <typename Structure>
[[nodiscard]] constexpr NDIS_OBJECT_HEADER header(ULONG type, UCHAR revision) noexcept {
  return header(type, revision, size_of_revision<Structure>(revision));
}

/// The header of an answer that is the request's own structure: of its revision, or of the newest that is known.
template <typename Structure>
[[nodiscard]] constexpr NDIS_OBJECT_HEADER answer_header(const Structure& request) noexcept {
  const auto revision = known_revision<Structure>(request.Header.Revision);
  return header(request.Header.Type, revision.number, revision.size);
}

/// The bytes of a structure that its header says it has.
template <typename Structure>
[[nodiscard]] wire::Bytes bytes_of(const Structure& value) noexcept {
  static_assert(std::has_unique_object_representations_v<Structure>, "no byte may be left to chance");
  return wire::Bytes(reinterpret_cast<const std::uint8_t*>(&value), sizeof(Structure)).first(value.Header.Size);
}

/// Appends a structure's bytes, or any others.
inline void append(std::vector<std::uint8_t>& answer, wire::Bytes bytes) {
  answer.insert(answer.end(), bytes.begin(), bytes.end());
}

/// Writes the whole answer, or says how long the buffer has to be.
[[nodiscard]] inline OidCompletion answer(const Call& call, wire::Bytes bytes) noexcept {
  if (call.output.size() < bytes.size()) return too_short(call.short_output, bytes.size());
  std::memcpy(call.output.data(), bytes.data(), bytes.size());
  return {.bytes_written = static_cast<ULONG>(bytes.size())};
}

/// The status of the same name.
[[nodiscard]] constexpr NDIS_STATUS status_of(offload::ReceiveError error) noexcept {
  switch (error) {
    case offload::ReceiveError::kInvalidParameter:
      return NDIS_STATUS_INVALID_PARAMETER;
    case offload::ReceiveError::kFileNotFound:
      return NDIS_STATUS_FILE_NOT_FOUND;
    case offload::ReceiveError::kResources:
      return NDIS_STATUS_RESOURCES;
    case offload::ReceiveError::kNotAccepted:
      return NDIS_STATUS_NOT_ACCEPTED;
  }
  return NDIS_STATUS_FAILURE;
}

}  // namespace nvgre::ndis
