/// Requests about receive queues and filters, as a client of a miniport makes them.
#pragma once

#include <string_view>
#include <vector>

#include "tests/support/miniport_bench.h"

namespace nvgre::test {

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

/// A bench with virtual machine queues, and the steps that most tests begin with.
class QueueBench : public MiniportBench {
 public:
  explicit QueueBench(ndis::NdisVersion version = {}, const offload::Keywords& keywords = vmq_keywords(),
                      const offload::OffloadSet& backend = offload::OffloadSet::software())
      : MiniportBench(keywords, version, backend) {}

  ndis::ULONG allocate(ndis::ULONG flags = 0) {
    auto buffer = buffer_of(queue_parameters(flags));
    EXPECT_EQ(method(ndis::OID_RECEIVE_FILTER_ALLOCATE_QUEUE, buffer).status, ndis::NDIS_STATUS_SUCCESS);
    return structure_at<ndis::NDIS_RECEIVE_QUEUE_PARAMETERS>(buffer).QueueId;
  }
  void complete(ndis::ULONG queue) {
    auto buffer = allocation_complete({queue});
    EXPECT_EQ(method(ndis::OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE, buffer).status, ndis::NDIS_STATUS_SUCCESS);
  }
  ndis::ULONG allocated_and_complete() {
    const auto queue = allocate();
    complete(queue);
    return queue;
  }
  ndis::ULONG set_filter(ndis::ULONG queue, std::uint8_t last) {
    auto buffer = filter_request(queue, {mac_field(last)});
    EXPECT_EQ(method(ndis::OID_RECEIVE_FILTER_SET_FILTER, buffer).status, ndis::NDIS_STATUS_SUCCESS);
    return structure_at<ndis::NDIS_RECEIVE_FILTER_PARAMETERS>(buffer).FilterId;
  }
  /// The state that enumeration reports of a queue; kUndefined if it is not listed.
  ndis::ULONG state_of(ndis::ULONG queue) {
    const auto bytes = answer(ndis::OID_RECEIVE_FILTER_ENUM_QUEUES);
    const auto array = structure_at<ndis::NDIS_RECEIVE_QUEUE_INFO_ARRAY>(bytes);
    for (std::size_t index = 0; index < array.NumElements; ++index) {
      const auto info =
          structure_at<ndis::NDIS_RECEIVE_QUEUE_INFO>(bytes, array.FirstElementOffset + index * array.ElementSize);
      if (info.QueueId == queue) return info.QueueState;
    }
    return ndis::NdisReceiveQueueOperationalStateUndefined;
  }
};

}  // namespace nvgre::test
