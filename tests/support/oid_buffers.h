/// Buffers of OID requests, as a client of a miniport fills them, and what is read out of an answer's.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>
#include <vector>

#include "nvgre/ndis/constants.h"
#include "nvgre/wire/bytes.h"

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

// Task offload.

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

// Receive queues and filters.

/// ASCII as a counted string.
inline ndis::NDIS_IF_COUNTED_STRING counted(std::string_view text) {
  ndis::NDIS_IF_COUNTED_STRING string{};
  string.Length = static_cast<ndis::USHORT>(2 * text.size());
  for (std::size_t index = 0; index < text.size(); ++index)
    string.String[index] = static_cast<ndis::WCHAR>(text[index]);
  return string;
}

inline ndis::NDIS_RECEIVE_QUEUE_PARAMETERS queue_parameters(ndis::ULONG flags = 0, ndis::ULONG queue = 0) {
  auto structure = with_header<ndis::NDIS_RECEIVE_QUEUE_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 2);
  structure.Flags = flags;
  structure.QueueType = ndis::NdisReceiveQueueTypeVMQueue;
  structure.QueueId = queue;
  structure.ProcessorAffinity = {.Mask = 0x6, .Group = 1, .Reserved = {}};
  structure.NumSuggestedReceiveBuffers = 512;
  structure.VmName = counted("blue");
  structure.QueueName = counted("queue of blue");
  structure.PortId = 7;
  return structure;
}

inline Buffer free_queue(ndis::ULONG queue) {
  auto structure = with_header<ndis::NDIS_RECEIVE_QUEUE_FREE_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 1);
  structure.QueueId = queue;
  return buffer_of(structure);
}

inline Buffer allocation_complete(const std::vector<ndis::ULONG>& queues) {
  using Element = ndis::NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS;
  auto array = with_header<ndis::NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 1);
  array.FirstElementOffset = 20;
  array.NumElements = static_cast<ndis::ULONG>(queues.size());
  array.ElementSize = sizeof(Element);
  auto buffer = buffer_of(array);
  for (const auto queue : queues) {
    auto element = with_header<Element>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 1);
    element.QueueId = queue;
    element.CompletionStatus = 0xEEEE'EEEE;
    const auto bytes = buffer_of(element);
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  }
  return buffer;
}

inline ndis::NDIS_RECEIVE_FILTER_FIELD_PARAMETERS mac_field(std::uint8_t last, ndis::ULONG flags = 0) {
  auto field = with_header<ndis::NDIS_RECEIVE_FILTER_FIELD_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 2);
  field.Flags = flags;
  field.FrameHeader = ndis::NdisFrameHeaderMac;
  field.ReceiveFilterTest = ndis::NdisReceiveFilterTestEqual;
  field.HeaderField = ndis::NdisMacHeaderFieldDestinationAddress;
  field.FieldValue = {0x02, 0, 0, 0, 0, last};
  return field;
}
/// @param high, low  The VLAN ID in network byte order.
inline ndis::NDIS_RECEIVE_FILTER_FIELD_PARAMETERS vlan_field(std::uint8_t high, std::uint8_t low) {
  auto field = mac_field(0);
  field.HeaderField = ndis::NdisMacHeaderFieldVlanId;
  field.FieldValue = {high, low};
  return field;
}

inline Buffer filter_request(ndis::ULONG queue, const std::vector<ndis::NDIS_RECEIVE_FILTER_FIELD_PARAMETERS>& fields,
                             ndis::ULONG flags = 0) {
  auto structure = with_header<ndis::NDIS_RECEIVE_FILTER_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 2);
  structure.Flags = flags;
  structure.FilterType = ndis::NdisReceiveFilterTypeVMQueue;
  structure.QueueId = queue;
  structure.FieldParametersArrayOffset = 48;
  structure.FieldParametersArrayNumElements = static_cast<ndis::ULONG>(fields.size());
  structure.FieldParametersArrayElementSize = sizeof(ndis::NDIS_RECEIVE_FILTER_FIELD_PARAMETERS);
  auto buffer = buffer_of(structure, 48);
  for (const auto& field : fields) {
    const auto bytes = buffer_of(field);
    buffer.insert(buffer.end(), bytes.begin(), bytes.end());
  }
  return buffer;
}

inline Buffer clear_filter(ndis::ULONG queue, ndis::ULONG filter) {
  auto structure = with_header<ndis::NDIS_RECEIVE_FILTER_CLEAR_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 1);
  structure.QueueId = queue;
  structure.FilterId = filter;
  return buffer_of(structure);
}

inline Buffer filters_of(ndis::ULONG queue, std::size_t length = 4096) {
  auto structure = with_header<ndis::NDIS_RECEIVE_FILTER_INFO_ARRAY>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 2);
  structure.QueueId = queue;
  return buffer_of(structure, length);
}

inline Buffer filter_query(ndis::ULONG filter, std::size_t length = 1024) {
  auto structure = with_header<ndis::NDIS_RECEIVE_FILTER_PARAMETERS>(ndis::NDIS_OBJECT_TYPE_DEFAULT, 2);
  structure.FilterId = filter;
  return buffer_of(structure, length);
}

}  // namespace nvgre::test
