/// A bench for receive queues and filters.
#pragma once

#include "tests/support/miniport_bench.h"

namespace nvgre::test {

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
