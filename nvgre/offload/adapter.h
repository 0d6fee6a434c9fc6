/// The network card in software: what it can do, what it is configured to do, what it does now, and how each is changed
/// while frames flow. Every way in (command line, API, configuration file, NDIS OIDs, INF keywords) ends here.
///
///     possible (Capabilities)  and  enabled (Configuration)  and  activated (Activation)  =  active (ActiveOffloads)
///
/// A change is made in this order: all of it is validated; the keyword store follows; the frame path takes over the new
/// active offloads, which delivers what it held under the old ones (STATE-18, RSC-27); the adapter's state changes; the
/// event is sent (STATE-11); the call returns. A refused change changes nothing and sends nothing (STATE-8, STATE-10).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nvgre/offload/activation.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/capabilities.h"
#include "nvgre/offload/coalescing.h"
#include "nvgre/offload/configuration.h"
#include "nvgre/offload/keywords.h"
#include "nvgre/offload/offload_parameters.h"
#include "nvgre/offload/packet_sink.h"
#include "nvgre/offload/receive_queue.h"
#include "nvgre/offload/rss.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/offload/statistics.h"
#include "nvgre/wire/result.h"

namespace nvgre::offload {

/// What the adapter says by itself (STATE-26).
struct AdapterEvent {
  enum class Kind : std::uint8_t {
    kCurrentConfiguration,  ///< NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG: `set` is the current configuration.
    kHardwareCapabilities,  ///< NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES: `set` is the hardware set (CAP-19).
    kReceiveScaling,        ///< RSS or plain hashing was set or disabled; NDIS indicates nothing for that.
    kQueueStopped,          ///< NDIS_STATUS_RECEIVE_QUEUE_STATE: `queue` gets nothing any more (VMQ-7, VMQ-8).
    kQueueReleased,         ///< `queue` was freed and its last packet is back; its id may be given out again.
  };
  Kind kind = Kind::kCurrentConfiguration;
  OffloadSet set = {};
  QueueId queue = kDefaultQueue;
};

/// One line of `nvgre offload show`: a task in its three states.
struct TaskStatus {
  std::string_view machine_name;  ///< "lso_v4", "encapsulated_lso".
  std::string_view description;
  bool is_mask = false;  ///< The states are EncapsulatedMask bits; else 0 or 1.
  std::uint8_t possible = 0;
  std::uint8_t enabled = 0;  ///< In the current configuration.
  std::uint8_t active = 0;
};

/// One line of `nvgre offload show`: a keyword.
struct KeywordStatus {
  const KeywordDescription& description;
  std::uint32_t value = 0;
  std::uint32_t default_value = 0;
  bool is_given = false;  ///< Somebody wrote it down; else it is a default.
  std::string accepted_values;
};

/// @note  One control thread at a time for everything, including queries and send(). Workers do not call it: they keep
///        copies of active() that the frame path publishes.
class Adapter {
 public:
  /// Called when the active offloads change, before the adapter's own state does. When it returns, frames that were
  /// held under the old offloads have been delivered and every worker uses the new ones.
  using FramePath = std::function<void(const ActiveOffloads& next)>;
  /// Asked whether the frame path can follow to these offloads, before it does; a refusal undoes the change (STATE-10).
  using Admission = std::function<Result<void>(const ActiveOffloads& next)>;
  /// Tells what the coalescers of all workers did so far; may be a moment old.
  using CoalescingCount = std::function<CoalescingStatistics()>;
  using Listener = std::function<void(const AdapterEvent& event)>;

  /// Initializes from keywords: what they enable is reported, but NVGRE, RSC and receive checksums are not yet active
  /// (STATE-3). Starting again is making a new adapter from keywords() (STATE-22).
  explicit Adapter(const Capabilities& capabilities = Capabilities(), const Keywords& keywords = Keywords());

  // What it is.
  [[nodiscard]] const OffloadSet& hardware_capabilities() const noexcept { return state_.capabilities.hardware(); }
  [[nodiscard]] OffloadSet current_configuration() const noexcept;
  /// No task at all: every change of offload is refused (STATE-24).
  [[nodiscard]] bool has_no_task() const noexcept { return state_.capabilities.empty(); }
  [[nodiscard]] const ActiveOffloads& active() const noexcept { return active_; }
  [[nodiscard]] const Configuration& configuration() const noexcept { return state_.configuration; }
  [[nodiscard]] const Keywords& keywords() const noexcept { return state_.keywords; }
  /// What was last set; nothing before that (STATE-16).
  [[nodiscard]] const std::optional<OffloadEncapsulation>& encapsulation() const noexcept {
    return state_.encapsulation;
  }
  /// What was last set; nothing while RSS is off.
  [[nodiscard]] const std::optional<RssParameters>& rss_parameters() const noexcept { return state_.rss_parameters; }
  /// The same made ready for packets, to be shared with workers; null while RSS is off.
  [[nodiscard]] std::shared_ptr<const ReceiveScaling> receive_scaling() const noexcept { return state_.scaling; }
  /// What computes hashes that spread nothing: every target is queue 0; null while that is off.
  [[nodiscard]] std::shared_ptr<const ReceiveScaling> receive_hashing() const noexcept { return state_.hashing; }
  /// What was last set; nothing while that is off.
  [[nodiscard]] const std::optional<ReceiveHashParameters>& receive_hash_parameters() const noexcept {
    return state_.hash_parameters;
  }
  /// How frames are spread inside the queues of virtual machines (D-46); nothing: each queue has one processor.
  [[nodiscard]] const std::optional<RssParameters>& queue_scaling() const noexcept { return state_.queue_scaling; }
  /// The queues of virtual machines and their filters, within what the configuration offered at start (KEY-25, KEY-27);
  /// null where VMQ is not offered (KEY-28).
  [[nodiscard]] ReceiveQueues* receive_queues() noexcept { return receive_queues_.get(); }
  [[nodiscard]] const ReceiveQueues* receive_queues() const noexcept { return receive_queues_.get(); }
  /// OID_TCP_RSC_STATISTICS (RSC-28): all zero where nobody counts.
  [[nodiscard]] CoalescingStatistics coalescing_statistics() const;
  [[nodiscard]] std::vector<TaskStatus> tasks() const;
  [[nodiscard]] std::vector<KeywordStatus> keyword_statuses() const;

  // What it does.
  /// Does what the request asks for, if that is active now, and counts it (send.h). For whoever moves frames on the
  /// control thread; workers call offload::send() with their copy of active() and count for themselves.
  SendCompletion send(const SendRequest& request, PacketSink& sink) noexcept { return send(request, active_, sink); }
  /// The same for a sender that may use only a part of what is active, as one that speaks an older NDIS (USO-22).
  SendCompletion send(const SendRequest& request, const ActiveOffloads& allowed, PacketSink& sink) noexcept;
  [[nodiscard]] const TransmitStatistics& transmit_statistics() const noexcept { return transmit_statistics_; }

  // Who is told.
  /// One frame path; it is told the present offloads at once.
  void attach(FramePath frame_path);
  void detach() noexcept { frame_path_ = nullptr; }
  void set_admission(Admission admission) { admission_ = std::move(admission); }
  void set_coalescing_count(CoalescingCount count) { coalescing_count_ = std::move(count); }
  /// @return A ticket for unsubscribe(). Listeners hear every event once, in order, in the order of their tickets.
  std::uint64_t subscribe(Listener listener);
  void unsubscribe(std::uint64_t ticket) { listeners_.erase(ticket); }

  // How it is changed. Each of these is all or nothing.
  /// OID_TCP_OFFLOAD_PARAMETERS (STATE-4 to STATE-11).
  [[nodiscard]] Result<void> set_parameters(const OffloadParameters& parameters);
  /// OID_OFFLOAD_ENCAPSULATION (STATE-12 to STATE-16).
  [[nodiscard]] Result<void> set_encapsulation(const OffloadEncapsulation& encapsulation);
  /// Live change by keyword; one that takes effect only at start is refused, and with it the whole call.
  [[nodiscard]] Result<void> set_keywords(std::span<const KeywordSetting> settings);
  /// The configuration file was read again: these keywords replace the present ones. What differs must be live.
  [[nodiscard]] Result<void> replace_keywords(const Keywords& keywords);
  /// A registry's or INF file's way (Keywords::import_leniently()), live: what takes effect only at start stays as it
  /// is.
  /// @return What was ignored or replaced, one line each, for the log.
  [[nodiscard]] Result<std::vector<std::string>> import_keywords(std::span<const KeywordSetting> settings);
  /// What replace_keywords() would answer; changes nothing.
  [[nodiscard]] Result<void> judge_keywords(const Keywords& keywords) const;
  /// OID_GEN_RECEIVE_SCALE_PARAMETERS: the newest parameters replace the old ones whole (RSS-22), nothing disables RSS
  /// (RSS-20). Refused where RSS is not offered, as under VMQ preference (D-32), and while plain hashing is on
  /// (RSS-24).
  [[nodiscard]] Result<void> set_receive_scaling(const std::optional<RssParameters>& parameters);
  /// OID_GEN_RECEIVE_HASH: hashes without spreading; nothing turns it off. Refused while RSS is on (RSS-24).
  [[nodiscard]] Result<void> set_receive_hashing(const std::optional<ReceiveHashParameters>& parameters);
  /// OID_RECEIVE_FILTER_FREE_QUEUE (VMQ-7): stops the queue, says so, and releases it, at once or, while packets of it
  /// are still out, by release_queue().
  /// @return  Whether it is released; kInvalidParameter: no such queue, or it has filters; kNotAccepted.
  [[nodiscard]] ReceiveResult<bool> free_queue(ClientId client, QueueId queue);
  /// The last packet of a queue that was freed came back, as ReceiveQueues::returned() told.
  ReceiveResult<void> release_queue(QueueId queue);
  /// A client goes: what it left behind is cleared, stopped and released as by free_queue() (VMQ-36).
  /// @return  What that was, for the log.
  ReceiveQueues::Leftovers close(ClientId client);
  /// The same for hashing inside the queues of virtual machines, for which NDIS has no request (D-46): each queue takes
  /// of the indirection table what its affinity allows (table_within). Refused unless VMQ and queue_rss are on.
  [[nodiscard]] Result<void> set_queue_scaling(const std::optional<RssParameters>& parameters);
  /// Turns NVGRE offload alone on or off.
  [[nodiscard]] Result<void> activate_nvgre();
  [[nodiscard]] Result<void> deactivate_nvgre();
  /// Plays the protocol driver at start: everything that is possible and enabled becomes active, unless the host says
  /// DisableTaskOffload; then it happens when that is taken back (KEY-32).
  void turn_everything_on();
  /// The device's largest IP packet changed (STATE-23). @param bytes  0: not known.
  void set_device_mtu(std::size_t bytes);
  /// The hardware itself changed (CAP-19).
  void set_capabilities(const Capabilities& capabilities);

 private:
  /// All that a change may touch: a copy is changed, and taken over when the frame path has followed.
  struct State {
    Capabilities capabilities;
    Keywords keywords;
    Configuration configuration;
    Activation activation;
    std::optional<OffloadEncapsulation> encapsulation = std::nullopt;
    std::optional<RssParameters> rss_parameters = std::nullopt;
    std::shared_ptr<const ReceiveScaling> scaling = nullptr;
    std::optional<ReceiveHashParameters> hash_parameters = std::nullopt;
    std::shared_ptr<const ReceiveScaling> hashing = nullptr;  ///< Never beside `scaling` (RSS-24).
    std::optional<RssParameters> queue_scaling = std::nullopt;
    bool is_driven = false;  ///< turn_everything_on() was called: this adapter's sender is the host itself.
  };
  [[nodiscard]] Result<std::vector<Keyword>> live_differences(const Keywords& keywords) const;
  [[nodiscard]] Result<State> with_keywords(const Keywords& keywords, std::span<const Keyword> changed) const;
  [[nodiscard]] Result<void> adopt(const Result<State>& next);
  [[nodiscard]] Result<void> commit_if_admitted(const State& next);
  void commit(const State& next);     ///< Takes over and announces.
  void take_over(const State& next);  ///< Frame path first, then the adapter's own state.
  [[nodiscard]] bool stop_queue(QueueId queue);
  void emit(const AdapterEvent& event) const;

  State state_;
  ActiveOffloads active_;
  std::unique_ptr<ReceiveQueues> receive_queues_;
  TransmitStatistics transmit_statistics_;
  FramePath frame_path_;
  Admission admission_;
  CoalescingCount coalescing_count_;
  std::map<std::uint64_t, Listener> listeners_;
  std::uint64_t next_ticket_ = 1;
};

}  // namespace nvgre::offload
