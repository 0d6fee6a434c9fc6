/// Receive queues of virtual machines and the filters set on them: the control side of VMQ (VMQ-1 to VMQ-8, VMQ-23 to
/// VMQ-36). It hands out immutable filter tables, which is all that a frame ever meets.
/// What this leaves to others: publishing a table to the workers and waiting until the old one is not read any more;
/// sending NDIS_STATUS_RECEIVE_QUEUE_STATE; discarding what lies in a queue that stops (VMQ-4).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nvgre/offload/queue_state.h"
#include "nvgre/offload/receive_error.h"
#include "nvgre/offload/receive_filter.h"

namespace nvgre::offload {

/// Whoever is bound to the adapter and may own queues and filters.
enum class ClientId : std::uint32_t {};

/// Processors that a queue's packets may be indicated on; one of them is used (VMQ-31).
struct ProcessorAffinity {
  std::uint64_t mask = 1;  ///< Not 0.
  std::uint16_t group = 0;
  friend bool operator==(const ProcessorAffinity&, const ProcessorAffinity&) = default;
};

/// What a queue is allocated with. Lookahead split is obsolete and has no member (VMQ-34).
struct ReceiveQueueParameters {
  bool per_queue_indication = false;  ///< Its packets share no batch with other queues' (VMQ-28).
  ProcessorAffinity affinity{};
  std::uint32_t suggested_receive_buffers = 0;  ///< A hint.
  std::uint32_t port = 0;                       ///< The switch port.
  std::string vm_name{};
  std::string queue_name{};
  friend bool operator==(const ReceiveQueueParameters&, const ReceiveQueueParameters&) = default;
};

/// The members that may change after allocation, each only if it is there (VMQ-30).
struct ReceiveQueueChange {
  std::optional<bool> per_queue_indication{};
  std::optional<ProcessorAffinity> affinity{};
  std::optional<std::uint32_t> suggested_receive_buffers{};
  std::optional<std::string> vm_name{};
  std::optional<std::string> queue_name{};
};

struct ReceiveQueueInfo {
  QueueId id{};
  ClientId owner{};
  QueueState state = QueueState::kUndefined;
  ReceiveQueueParameters parameters{};
  std::uint32_t filter_count = 0;  ///< Set at this moment (VMQ-33).
  friend bool operator==(const ReceiveQueueInfo&, const ReceiveQueueInfo&) = default;
};

struct ReceiveFilterInfo {
  FilterId id{};
  QueueId queue{};
  ClientId owner{};  ///< Who set it.
  ReceiveFilter filter{};
  friend bool operator==(const ReceiveFilterInfo&, const ReceiveFilterInfo&) = default;
};

/// What the adapter offers: limits (VMQ-25) and tests (VMQ-10).
struct ReceiveFilterCapabilities {
  std::uint32_t max_queues = 64;    ///< Without the default queue.
  std::uint32_t max_filters = 256;  ///< Not less than max_queues.
  bool vlan_tests = true;           ///< KEY-27.
  bool outermost = true;            ///< The outermost header: filters that are not `encapsulated`, and all about tags.
  bool mask_equal_tests = false;
  bool not_equal_tests = false;
  bool other_fields = false;  ///< Source MAC, protocol, priority.
};

/// The queues of one adapter. Every refusal leaves everything as it was.
/// @note  One caller at a time, except for indicated(), returned() and a table once handed out: any thread.
class ReceiveQueues {
 public:
  explicit ReceiveQueues(const ReceiveFilterCapabilities& capabilities);

  /// A new queue, Allocated. @return Its id, 1 to max_queues; kInvalidParameter; kResources.
  ReceiveResult<QueueId> allocate(ClientId client, const ReceiveQueueParameters& parameters);
  /// One element of a batch of QUEUE_ALLOCATION_COMPLETE; each is judged by itself (VMQ-6).
  ReceiveResult<void> complete_allocation(ClientId client, QueueId queue);
  ReceiveResult<void> change(ClientId client, QueueId queue, const ReceiveQueueChange& change);

  /// Stops an empty queue: DMA Stopped. The filter table never names such a queue. @return kNotAccepted: not the
  /// owner's.
  ReceiveResult<void> free(ClientId client, QueueId queue);
  /// Delivery has stopped and the status was sent: Freeing (VMQ-7).
  ReceiveResult<void> dma_stopped(QueueId queue);
  /// Releases the queue: Undefined. @return kInvalidParameter while indicated packets are out (VMQ-7).
  ReceiveResult<void> indications_returned(QueueId queue);

  /// @return  The filter's id; kInvalidParameter for tests not offered or contradicting, for a filter that is set
  ///          already, or somebody else's queue (VMQ-10, VMQ-23, VMQ-24); kResources.
  ReceiveResult<FilterId> set_filter(ClientId client, QueueId queue, ReceiveFilter filter);
  /// @return  kFileNotFound: no such filter on this queue; kNotAccepted: somebody else set it (VMQ-26).
  ReceiveResult<void> clear_filter(ClientId client, QueueId queue, FilterId filter);

  /// What a client left behind.
  struct Leftovers {
    std::vector<FilterId> filters;  ///< Cleared.
    std::vector<QueueId> queues;    ///< Stopped; each is DMA Stopped and waits for dma_stopped().
  };
  /// Clears the filters and stops the queues of a client that goes (VMQ-36).
  Leftovers close(ClientId client);

  [[nodiscard]] ReceiveResult<ReceiveQueueInfo> info(QueueId queue) const;
  /// All queues of one client, or of everybody; without the default queue (VMQ-32).
  [[nodiscard]] std::vector<ReceiveQueueInfo> queues(std::optional<ClientId> client = std::nullopt) const;
  [[nodiscard]] ReceiveResult<std::vector<ReceiveFilterInfo>> filters(QueueId queue) const;
  [[nodiscard]] ReceiveResult<ReceiveFilterInfo> filter(FilterId filter) const;
  /// The queue that a send names, or the default queue if there is none of this id any more (VMQ-29).
  [[nodiscard]] QueueId transmit_queue(QueueId queue) const noexcept;

  /// Packets of a queue were handed up, and came back (VMQ-7). @pre queue exists
  void indicated(QueueId queue, std::uint32_t count) noexcept;
  /// @return  Whether none is out any more: the moment to call indications_returned() for a queue that is Freeing.
  bool returned(QueueId queue, std::uint32_t count) noexcept;

  /// The filters of all running queues, as they are now; replaced, never changed.
  [[nodiscard]] std::shared_ptr<const ReceiveFilterTable> table() const noexcept { return table_; }

 private:
  struct Queue {
    ClientId owner{};
    QueueState state = QueueState::kUndefined;
    ReceiveQueueParameters parameters;
    std::uint32_t filter_count = 0;
    std::atomic<std::uint32_t> outstanding = 0;  ///< Written by any thread.
  };

  [[nodiscard]] Queue* find(QueueId queue) noexcept;
  [[nodiscard]] const Queue* find(QueueId queue) const noexcept;
  [[nodiscard]] ReceiveResult<Queue*> owned(ClientId client, QueueId queue) noexcept;
  [[nodiscard]] bool offers(const ReceiveFilter& filter) const noexcept;
  [[nodiscard]] bool offers(const FieldTest& test) const noexcept;
  [[nodiscard]] ReceiveQueueInfo describe(QueueId id) const;
  void erase_filter(std::vector<ReceiveFilterInfo>::iterator filter) noexcept;
  void rebuild_table();

  ReceiveFilterCapabilities capabilities_;
  std::vector<Queue> queues_;               ///< By id; 0 is the default queue: always Running, nobody's.
  std::vector<ReceiveFilterInfo> filters_;  ///< By ascending id.
  std::uint32_t next_filter_ = 1;           ///< Ids are not reused, so that a stale one never names another filter.
  std::shared_ptr<const ReceiveFilterTable> table_;
};

}  // namespace nvgre::offload
