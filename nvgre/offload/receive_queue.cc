#include "nvgre/offload/receive_queue.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace nvgre::offload {
namespace {

constexpr std::unexpected<ReceiveError> kInvalid{ReceiveError::kInvalidParameter};

constexpr std::size_t index_of(QueueId queue) noexcept {
  return static_cast<std::size_t>(queue);
}

/// Whether the tests can be true of any frame at all.
bool is_consistent(const ReceiveFilter& filter) noexcept {
  if (filter.tests.empty()) return false;
  for (std::size_t i = 1; i < filter.tests.size(); ++i)
    if (filter.tests[i - 1].field == filter.tests[i].field) return false;
  const FieldTest* mac = filter.test_of(FilterField::kDestinationMac);
  const FieldTest* vlan = filter.test_of(FilterField::kVlanId);
  for (const FieldTest& test : filter.tests)
    if (test.untagged_or_zero && (&test != mac || vlan != nullptr)) return false;
  if (filter.encapsulated && mac == nullptr) return false;  // the flag says which MAC is meant
  if (filter.vsid && (!filter.encapsulated || !filter.vsid->is_tenant())) return false;  // VMQ-21
  return true;
}

/// A VLAN ID of 0 means no VLAN, and 4095 is reserved (IEEE 802.1Q, table 9-2): neither can be asked for.
bool names_vlan(const FieldTest& test) noexcept {
  const unsigned id = unsigned{test.value[0]} << 8 | test.value[1];
  return id >= 1 && id <= 4094;
}

/// The queue of this id, unless there is none at the moment.
template <typename Queues>
auto* find_in(Queues& queues, QueueId queue) noexcept {
  const bool exists = index_of(queue) < queues.size() && queues[index_of(queue)].state != QueueState::kUndefined;
  return exists ? &queues[index_of(queue)] : nullptr;
}

}  // namespace

ReceiveQueues::ReceiveQueues(const ReceiveFilterCapabilities& capabilities)
    : capabilities_(capabilities),
      queues_(std::size_t{capabilities.max_queues} + 1),
      table_(std::make_shared<const ReceiveFilterTable>()) {
  assert(capabilities.max_filters >= capabilities.max_queues);
  queues_[index_of(kDefaultQueue)].state = QueueState::kRunning;
}

ReceiveResult<QueueId> ReceiveQueues::allocate(ClientId client, const ReceiveQueueParameters& parameters) {
  if (parameters.affinity.mask == 0) return kInvalid;
  const auto free = std::ranges::find(queues_, QueueState::kUndefined, &Queue::state);
  if (free == queues_.end()) return std::unexpected(ReceiveError::kResources);
  free->owner = client;
  free->state = *next_state(QueueState::kUndefined, QueueEvent::kAllocate);
  free->parameters = parameters;
  return static_cast<QueueId>(free - queues_.begin());
}

ReceiveResult<void> ReceiveQueues::complete_allocation(ClientId client, QueueId queue) {
  const auto found = owned(client, queue);
  if (!found) return std::unexpected(found.error());
  const auto state = next_state((*found)->state, QueueEvent::kAllocationComplete);
  if (!state) return kInvalid;
  (*found)->state = *state;
  rebuild_table();  // filters that were set before come into force
  return {};
}

ReceiveResult<void> ReceiveQueues::change(ClientId client, QueueId queue, const ReceiveQueueChange& change) {
  const auto found = owned(client, queue);
  if (!found) return std::unexpected(found.error());
  if (!next_state((*found)->state, QueueEvent::kParameters)) return kInvalid;
  if (change.affinity && change.affinity->mask == 0) return kInvalid;
  ReceiveQueueParameters& parameters = (*found)->parameters;
  parameters.per_queue_indication = change.per_queue_indication.value_or(parameters.per_queue_indication);
  parameters.affinity = change.affinity.value_or(parameters.affinity);
  parameters.suggested_receive_buffers =
      change.suggested_receive_buffers.value_or(parameters.suggested_receive_buffers);
  if (change.vm_name) parameters.vm_name = *change.vm_name;
  if (change.queue_name) parameters.queue_name = *change.queue_name;
  return {};
}

ReceiveResult<void> ReceiveQueues::free(ClientId client, QueueId queue) {
  Queue* const found = find(queue);
  if (found == nullptr || queue == kDefaultQueue) return kInvalid;
  if (found->owner != client) return std::unexpected(ReceiveError::kNotAccepted);
  const auto state = next_state(found->state, QueueEvent::kFree);
  if (!state) return kInvalid;
  found->state = *state;
  return {};
}

ReceiveResult<void> ReceiveQueues::dma_stopped(QueueId queue) {
  Queue* const found = find(queue);
  const auto state = found == nullptr ? std::nullopt : next_state(found->state, QueueEvent::kDmaStopped);
  if (!state) return kInvalid;
  found->state = *state;
  return {};
}

ReceiveResult<void> ReceiveQueues::indications_returned(QueueId queue) {
  Queue* const found = find(queue);
  const auto state = found == nullptr ? std::nullopt : next_state(found->state, QueueEvent::kIndicationsReturned);
  if (!state || found->outstanding.load(std::memory_order_acquire) != 0) return kInvalid;
  found->state = *state;
  found->parameters = {};
  return {};
}

ReceiveResult<FilterId> ReceiveQueues::set_filter(ClientId client, QueueId queue, ReceiveFilter filter) {
  Queue* const found = find(queue);
  if (found == nullptr) return kInvalid;
  if (queue != kDefaultQueue && found->owner != client) return kInvalid;  // VMQ-24
  std::ranges::sort(filter.tests);  // one order, so that equal filters compare equal
  if (!is_consistent(filter) || !offers(filter)) return kInvalid;
  const auto state = next_state(found->state, QueueEvent::kSetFilter);
  if (!state || std::ranges::find(filters_, filter, &ReceiveFilterInfo::filter) != filters_.end()) return kInvalid;
  if (filters_.size() >= capabilities_.max_filters) return std::unexpected(ReceiveError::kResources);
  const FilterId id{next_filter_++};
  filters_.push_back({id, queue, client, std::move(filter)});
  ++found->filter_count;
  found->state = *state;
  rebuild_table();
  return id;
}

ReceiveResult<void> ReceiveQueues::clear_filter(ClientId client, QueueId queue, FilterId filter) {
  const auto found = std::ranges::find(filters_, filter, &ReceiveFilterInfo::id);
  if (found == filters_.end() || found->queue != queue) return std::unexpected(ReceiveError::kFileNotFound);
  if (found->owner != client) return std::unexpected(ReceiveError::kNotAccepted);
  erase_filter(found);
  rebuild_table();
  return {};
}

ReceiveQueues::Leftovers ReceiveQueues::close(ClientId client) {
  Leftovers leftovers;
  for (auto filter = filters_.begin(); filter != filters_.end();) {
    if (filter->owner != client) {
      ++filter;
      continue;
    }
    leftovers.filters.push_back(filter->id);
    const auto position = filter - filters_.begin();
    erase_filter(filter);
    filter = filters_.begin() + position;
  }
  rebuild_table();
  for (const ReceiveQueueInfo& queue : queues(client))
    if (free(client, queue.id)) leftovers.queues.push_back(queue.id);
  return leftovers;
}

ReceiveResult<ReceiveQueueInfo> ReceiveQueues::info(QueueId queue) const {
  const Queue* const found = find(queue);
  if (found == nullptr || !next_state(found->state, QueueEvent::kParameters)) return kInvalid;
  return describe(queue);
}

std::vector<ReceiveQueueInfo> ReceiveQueues::queues(std::optional<ClientId> client) const {
  std::vector<ReceiveQueueInfo> infos;
  for (std::size_t i = index_of(kDefaultQueue) + 1; i < queues_.size(); ++i) {
    if (queues_[i].state == QueueState::kUndefined) continue;
    if (!client || queues_[i].owner == *client) infos.push_back(describe(static_cast<QueueId>(i)));
  }
  return infos;
}

ReceiveResult<std::vector<ReceiveFilterInfo>> ReceiveQueues::filters(QueueId queue) const {
  const Queue* const found = find(queue);
  if (found == nullptr || !next_state(found->state, QueueEvent::kEnumerateFilters)) return kInvalid;
  std::vector<ReceiveFilterInfo> infos;
  std::ranges::copy_if(filters_, std::back_inserter(infos),
                       [queue](const ReceiveFilterInfo& info) { return info.queue == queue; });
  return infos;
}

ReceiveResult<ReceiveFilterInfo> ReceiveQueues::filter(FilterId filter) const {
  const auto found = std::ranges::find(filters_, filter, &ReceiveFilterInfo::id);
  if (found == filters_.end()) return kInvalid;
  return *found;
}

QueueId ReceiveQueues::transmit_queue(QueueId queue) const noexcept {
  const Queue* const found = find(queue);
  return found != nullptr && next_state(found->state, QueueEvent::kParameters) ? queue : kDefaultQueue;
}

void ReceiveQueues::indicated(QueueId queue, std::uint32_t count) noexcept {
  queues_[index_of(queue)].outstanding.fetch_add(count, std::memory_order_relaxed);
}

bool ReceiveQueues::returned(QueueId queue, std::uint32_t count) noexcept {
  return queues_[index_of(queue)].outstanding.fetch_sub(count, std::memory_order_acq_rel) == count;
}

ReceiveQueues::Queue* ReceiveQueues::find(QueueId queue) noexcept {
  return find_in(queues_, queue);
}

const ReceiveQueues::Queue* ReceiveQueues::find(QueueId queue) const noexcept {
  return find_in(queues_, queue);
}

ReceiveResult<ReceiveQueues::Queue*> ReceiveQueues::owned(ClientId client, QueueId queue) noexcept {
  Queue* const found = find(queue);
  if (found == nullptr || queue == kDefaultQueue || found->owner != client) return kInvalid;
  return found;
}

bool ReceiveQueues::offers(const ReceiveFilter& filter) const noexcept {
  if (!filter.encapsulated && !capabilities_.outermost) return false;
  return std::ranges::all_of(filter.tests, [this](const FieldTest& test) { return offers(test); });
}

bool ReceiveQueues::offers(const FieldTest& test) const noexcept {
  if (test.operation == FilterOperation::kMaskEqual && !capabilities_.mask_equal_tests) return false;
  if (test.operation == FilterOperation::kNotEqual && !capabilities_.not_equal_tests) return false;
  if (test.field == FilterField::kDestinationMac) return !test.untagged_or_zero || capabilities_.outermost;
  if (test.field != FilterField::kVlanId) return capabilities_.other_fields;
  return capabilities_.vlan_tests && capabilities_.outermost &&
         (test.operation != FilterOperation::kEqual || names_vlan(test));
}

ReceiveQueueInfo ReceiveQueues::describe(QueueId id) const {
  const Queue& queue = queues_[index_of(id)];
  return {id, queue.owner, queue.state, queue.parameters, queue.filter_count};
}

void ReceiveQueues::erase_filter(std::vector<ReceiveFilterInfo>::iterator filter) noexcept {
  Queue& queue = queues_[index_of(filter->queue)];
  const bool is_last = --queue.filter_count == 0;
  if (filter->queue != kDefaultQueue) {  // the default queue runs without filters too
    // A queue with a filter is Set or Running, and both allow the event.
    queue.state = *next_state(queue.state, is_last ? QueueEvent::kClearLastFilter : QueueEvent::kClearFilter);
  }
  filters_.erase(filter);
}

void ReceiveQueues::rebuild_table() {
  std::vector<ReceiveFilterTable::Entry> entries;
  for (const ReceiveFilterInfo& info : filters_) {
    if (next_state(queues_[index_of(info.queue)].state, QueueEvent::kReceive))  // VMQ-4
      entries.push_back({info.id, info.queue, info.filter});
  }
  table_ = std::make_shared<const ReceiveFilterTable>(std::move(entries));
}

}  // namespace nvgre::offload
