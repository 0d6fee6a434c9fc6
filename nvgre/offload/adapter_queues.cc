// The end of a receive queue (VMQ-7, VMQ-8, VMQ-36): stopped, announced, and released when its last packet is back. Its
// beginning and middle need no announcement and are ReceiveQueues' alone.
#include "nvgre/offload/adapter.h"

namespace nvgre::offload {

ReceiveResult<bool> Adapter::free_queue(ClientId client, QueueId queue) {
  if (!receive_queues_) return std::unexpected(ReceiveError::kInvalidParameter);
  if (const auto freed = receive_queues_->free(client, queue); !freed) return std::unexpected(freed.error());
  return stop_queue(queue);
}

ReceiveResult<void> Adapter::release_queue(QueueId queue) {
  if (!receive_queues_) return std::unexpected(ReceiveError::kInvalidParameter);
  const auto released = receive_queues_->indications_returned(queue);
  if (released) emit({.kind = AdapterEvent::Kind::kQueueReleased, .queue = queue});
  return released;
}

ReceiveQueues::Leftovers Adapter::close(ClientId client) {
  if (!receive_queues_) return {};
  auto leftovers = receive_queues_->close(client);
  for (const QueueId queue : leftovers.queues) (void)stop_queue(queue);
  return leftovers;
}

/// The queue has no filters any more, so no table names it and nothing is delivered. @return Whether it is released.
bool Adapter::stop_queue(QueueId queue) {
  emit({.kind = AdapterEvent::Kind::kQueueStopped, .queue = queue});
  (void)receive_queues_->dma_stopped(queue);  // a queue that was just freed allows it
  return release_queue(queue).has_value();
}

}  // namespace nvgre::offload
