/// The structures of receive side scaling and of receive filters (virtual machine queues). Members named Padding are
/// ours, see offload_structures.h.
#pragma once

#include <array>

#include "nvgre/ndis/types.h"

namespace nvgre::ndis {

struct NDIS_RECEIVE_SCALE_CAPABILITIES {
  NDIS_OBJECT_HEADER Header;
  ULONG CapabilitiesFlags;
  ULONG NumberOfInterruptMessages;
  ULONG NumberOfReceiveQueues;
  USHORT NumberOfIndirectionTableEntries;
  USHORT Padding1;
};

/// As of revision 3. Indirection table, key and processor masks lie at the offsets given, from the structure's start.
struct NDIS_RECEIVE_SCALE_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  USHORT Flags;
  USHORT BaseCpuNumber;
  ULONG HashInformation;
  USHORT IndirectionTableSize;  ///< Bytes (RSS-15).
  USHORT Padding1;
  ULONG IndirectionTableOffset;
  USHORT HashSecretKeySize;
  USHORT Padding2;
  ULONG HashSecretKeyOffset;
  ULONG ProcessorMasksOffset;
  ULONG NumberOfProcessorMasks;
  ULONG ProcessorMasksEntrySize;
  PROCESSOR_NUMBER DefaultProcessorNumber;
};

struct NDIS_RECEIVE_HASH_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG HashInformation;
  USHORT HashSecretKeySize;
  USHORT Padding1;
  ULONG HashSecretKeyOffset;
};

struct NDIS_RECEIVE_FILTER_CAPABILITIES {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG EnabledFilterTypes;
  ULONG EnabledQueueTypes;
  ULONG NumQueues;  ///< Without the default queue.
  ULONG SupportedQueueProperties;
  ULONG SupportedFilterTests;
  ULONG SupportedHeaders;
  ULONG SupportedMacHeaderFields;
  ULONG MaxMacHeaderFilters;
  ULONG MaxQueueGroups;
  ULONG MaxQueuesPerQueueGroup;
  ULONG MinLookaheadSplitSize;
  ULONG MaxLookaheadSplitSize;
  ULONG SupportedARPHeaderFields;
  ULONG SupportedIPv4HeaderFields;
  ULONG SupportedIPv6HeaderFields;
  ULONG SupportedUdpHeaderFields;
  ULONG MaxFieldTestsPerPacketCoalescingFilter;
  ULONG MaxPacketCoalescingFilters;
  ULONG NdisReserved;
};

struct NDIS_RECEIVE_FILTER_GLOBAL_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG EnabledFilterTypes;
  ULONG EnabledQueueTypes;
};

/// Its NDIS_RECEIVE_FILTER_FIELD_PARAMETERS lie at the offset given, from the structure's start.
struct NDIS_RECEIVE_FILTER_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG FilterType;
  ULONG QueueId;
  ULONG FilterId;
  ULONG FieldParametersArrayOffset;
  ULONG FieldParametersArrayNumElements;
  ULONG FieldParametersArrayElementSize;
  ULONG RequestedFilterIdBitCount;
  ULONG MaxCoalescingDelay;
  ULONG VPortId;
};

struct NDIS_RECEIVE_FILTER_FIELD_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG FrameHeader;
  ULONG ReceiveFilterTest;
  ULONG HeaderField;
  ULONG Padding1;
  std::array<UCHAR, 16> FieldValue;   ///< Network byte order (VMQ-11).
  std::array<UCHAR, 16> ResultValue;  ///< For MaskEqual.
};

struct NDIS_RECEIVE_FILTER_CLEAR_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueId;
  ULONG FilterId;
};

struct NDIS_RECEIVE_FILTER_INFO {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG FilterType;
  ULONG FilterId;
};

struct NDIS_RECEIVE_FILTER_INFO_ARRAY {
  NDIS_OBJECT_HEADER Header;
  ULONG QueueId;
  ULONG FirstElementOffset;
  ULONG NumElements;
  ULONG ElementSize;
  ULONG Flags;
  ULONG VPortId;
};

struct NDIS_RECEIVE_QUEUE_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueType;
  ULONG QueueId;
  ULONG QueueGroupId;
  ULONG Padding1;
  GROUP_AFFINITY ProcessorAffinity;
  ULONG NumSuggestedReceiveBuffers;
  ULONG MSIXTableEntry;
  ULONG LookaheadSize;
  NDIS_VM_NAME VmName;
  NDIS_QUEUE_NAME QueueName;
  ULONG PortId;
  ULONG InterruptCoalescingDomainId;
  ULONG Padding2;
};

struct NDIS_RECEIVE_QUEUE_INFO {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueType;
  ULONG QueueId;
  ULONG QueueGroupId;
  ULONG QueueState;
  GROUP_AFFINITY ProcessorAffinity;
  ULONG NumSuggestedReceiveBuffers;
  ULONG MSIXTableEntry;
  ULONG LookaheadSize;
  NDIS_VM_NAME VmName;
  NDIS_QUEUE_NAME QueueName;
  ULONG NumFilters;
  ULONG InterruptCoalescingDomainId;
  ULONG Padding1;
};

struct NDIS_RECEIVE_QUEUE_INFO_ARRAY {
  NDIS_OBJECT_HEADER Header;
  ULONG FirstElementOffset;
  ULONG NumElements;
  ULONG ElementSize;
};

struct NDIS_RECEIVE_QUEUE_FREE_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueId;
};

struct NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG FirstElementOffset;
  ULONG NumElements;
  ULONG ElementSize;
};

struct NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_PARAMETERS {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueId;
  NDIS_STATUS CompletionStatus;
};

/// What NDIS_STATUS_RECEIVE_QUEUE_STATE carries.
struct NDIS_RECEIVE_QUEUE_STATE {
  NDIS_OBJECT_HEADER Header;
  ULONG Flags;
  ULONG QueueId;
  ULONG QueueState;
};

}  // namespace nvgre::ndis
