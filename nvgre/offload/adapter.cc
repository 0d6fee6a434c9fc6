#include "nvgre/offload/adapter.h"

#include <array>
#include <cassert>
#include <utility>

#include "nvgre/offload/send.h"

namespace nvgre::offload {

namespace {

/// A task for NVGRE packets: a mask in each state.
struct MaskRow {
  std::string_view machine_name;
  std::string_view description;
  EncapsulatedMask EncapsulatedTasks::* mask;
};
constexpr std::array<MaskRow, 6> kMaskRows = {{
    {"encapsulated_transmit_checksum", "transmit checksum of NVGRE packets", &EncapsulatedTasks::transmit_checksum},
    {"encapsulated_receive_checksum", "receive checksum of NVGRE packets", &EncapsulatedTasks::receive_checksum},
    {"encapsulated_lso", "large send offload of NVGRE packets", &EncapsulatedTasks::lso},
    {"encapsulated_rss", "receive side scaling by the inner headers", &EncapsulatedTasks::rss},
    {"encapsulated_vmq", "virtual machine queues by the inner MAC address", &EncapsulatedTasks::vmq},
    {"encapsulated_uso", "UDP segmentation offload of NVGRE packets", &EncapsulatedTasks::uso},
}};

TaskSet tasks_of(const ActiveOffloads& active) noexcept {
  return {.transmit_checksum = active.transmit_checksum,
          .receive_checksum = active.receive_checksum,
          .lso_v1 = active.lso_v1,
          .lso = active.lso.active,
          .uso = active.uso.active,
          .rsc = active.rsc};
}

std::unexpected<Error> takes_effect_at_start(Keyword keyword) {
  return failure(ErrorCode::kInvalid, std::string(describe(keyword).name) +
                                          " takes effect at start: write it into [offload] of the configuration file "
                                          "and start again");
}

/// What the protocol driver asks for at start: all that is possible and enabled and waits for a word.
OffloadParameters everything(const OffloadSet& current) noexcept {
  OffloadParameters parameters{.keep_keywords = true};
  if (current.tasks.rsc.v4) parameters.rsc_v4 = TaskSetting::kOn;
  if (current.tasks.rsc.v6) parameters.rsc_v6 = TaskSetting::kOn;
  if (current.encapsulated == EncapsulatedTasks{}) return parameters;
  parameters.encapsulated = SwitchSetting::kOn;
  parameters.encapsulation_types = kEncapsulationTypeGre;
  return parameters;
}

/// The queues that the current configuration offers; none without VMQ (KEY-36).
std::unique_ptr<ReceiveQueues> offered_queues(const VmqSupport& offered) {
  if (!offered.supported) return nullptr;
  return std::make_unique<ReceiveQueues>(ReceiveFilterCapabilities{.max_queues = offered.queues,
                                                                   .max_filters = offered.filters,
                                                                   .vlan_tests = offered.vlan_filtering,
                                                                   .outermost = offered.outermost});
}

/// RSS-14; a table names processors that there are.
Result<ReceiveScaling> make_scaling(const RssParameters& parameters, const RssSupport& offered) {
  auto named = parameters.indirection_table;
  if (parameters.default_processor) named.push_back(*parameters.default_processor);
  for (const auto processor : named)
    if (processor.cpu() >= offered.processors)
      return failure(ErrorCode::kInvalid, "there is no processor " + std::to_string(processor.cpu()) +
                                              "; there are 0 to " + std::to_string(offered.processors - 1));
  auto scaling = ReceiveScaling::make(parameters, offered.queues);
  if (scaling) return *scaling;
  return failure(ErrorCode::kInvalid, "an indirection table has 1, 2, 4 ... or 128 entries, not " +
                                          std::to_string(parameters.indirection_table.size()));
}

/// The processors that a host has and a table may name; which node has which is not known.
std::vector<Processor> processors_of(const KeywordHost& host, const RssSupport& offered) {
  std::vector<Processor> processors;
  for (std::uint32_t group = 0; group < host.processor_groups; ++group)
    for (std::uint32_t index = 0; index < host.processors_per_group; ++index) {
      const ProcessorNumber number{.group = static_cast<std::uint16_t>(group),
                                   .number = static_cast<std::uint8_t>(index)};
      if (number.cpu() < offered.processors) processors.push_back({.number = number});
    }
  return processors;
}

constexpr OffloadEncapsulation kEthernetOn{.v4 = VersionEncapsulation::ethernet(),
                                           .v6 = VersionEncapsulation::ethernet()};

}  // namespace

Adapter::Adapter(const Capabilities& capabilities, const Keywords& keywords)
    : state_{.capabilities = capabilities,
             .keywords = keywords,
             .configuration = Configuration::from(keywords),
             .activation = {}},
      active_(activate(capabilities.hardware(), state_.configuration, state_.activation)),
      receive_queues_(offered_queues(current_configuration().vmq)) {}

OffloadSet Adapter::current_configuration() const noexcept {
  return current_set(state_.capabilities.hardware(), state_.configuration);
}

CoalescingStatistics Adapter::coalescing_statistics() const {
  return coalescing_count_ ? coalescing_count_() : CoalescingStatistics{};
}

std::vector<TaskStatus> Adapter::tasks() const {
  const auto& hardware = hardware_capabilities();
  const auto current = current_configuration();
  const auto active = tasks_of(active_);
  // Under VMQ the current configuration has no RSS to report (CAP-16), but hashing inside queues is enabled (D-46).
  auto enabled = current.encapsulated;
  if (state_.configuration.nvgre && state_.configuration.spreads_by_hash()) enabled.rss = hardware.encapsulated.rss;
  std::vector<TaskStatus> rows;
  for (const auto& task : task_flags())
    rows.push_back({.machine_name = task.machine_name,
                    .description = task.description,
                    .is_mask = false,
                    .possible = task.of(hardware.tasks),
                    .enabled = task.of(current.tasks),
                    .active = task.of(active)});
  for (const auto& row : kMaskRows)
    rows.push_back({.machine_name = row.machine_name,
                    .description = row.description,
                    .is_mask = true,
                    .possible = (hardware.encapsulated.*row.mask).bits(),
                    .enabled = (enabled.*row.mask).bits(),
                    .active = (active_.encapsulated.*row.mask).bits()});
  return rows;
}

std::vector<KeywordStatus> Adapter::keyword_statuses() const {
  const auto& keywords = state_.keywords;
  std::vector<KeywordStatus> rows;
  for (const auto& description : keyword_table())
    rows.push_back({.description = description,
                    .value = keywords.value(description.keyword),
                    .default_value = keywords.default_value(description.keyword),
                    .is_given = keywords.given(description.keyword).has_value(),
                    .accepted_values = keywords.accepted_values(description.keyword)});
  return rows;
}

SendCompletion Adapter::send(const SendRequest& request, const ActiveOffloads& allowed, PacketSink& sink) noexcept {
  const auto completion = offload::send(request, allowed, sink);
  transmit_statistics_.record(request, completion);
  return completion;
}

void Adapter::attach(FramePath frame_path) {
  frame_path_ = std::move(frame_path);
  frame_path_(active_);
}

std::uint64_t Adapter::subscribe(Listener listener) {
  listeners_.emplace(next_ticket_, std::move(listener));
  return next_ticket_++;
}

Result<void> Adapter::set_parameters(const OffloadParameters& parameters) {
  if (auto done = validate(parameters, state_.capabilities); !done) return done;
  auto next = state_;
  next.configuration.apply(parameters);
  next.activation.apply(parameters);
  if (!parameters.keep_keywords) write_back(parameters, next.keywords);
  return commit_if_admitted(next);
}

Result<void> Adapter::set_encapsulation(const OffloadEncapsulation& encapsulation) {
  if (auto done = validate(encapsulation, state_.capabilities); !done) return done;
  auto next = state_;
  next.activation.apply(encapsulation);
  next.encapsulation = encapsulation;
  return commit_if_admitted(next);
}

Result<void> Adapter::set_keywords(std::span<const KeywordSetting> settings) {
  auto keywords = state_.keywords;
  if (auto done = keywords.set(settings); !done) return done;
  std::vector<Keyword> changed;
  for (const auto& setting : settings) {
    const auto keyword = *find_keyword(setting.name);
    if (describe(keyword).takes_effect == TakesEffect::kAtStart) return takes_effect_at_start(keyword);
    changed.push_back(keyword);
  }
  return adopt(with_keywords(keywords, changed));
}

Result<void> Adapter::replace_keywords(const Keywords& keywords) {
  const auto changed = live_differences(keywords);
  if (!changed) return std::unexpected(changed.error());
  return adopt(with_keywords(keywords, *changed));
}

Result<std::vector<std::string>> Adapter::import_keywords(std::span<const KeywordSetting> settings) {
  auto keywords = state_.keywords;
  auto notes = keywords.import_leniently(settings);
  for (const auto& description : keyword_table()) {
    const auto keyword = description.keyword;
    const bool is_felt = keywords.value(keyword) != state_.keywords.value(keyword);
    if (!is_felt || description.takes_effect != TakesEffect::kAtStart) continue;
    notes.push_back(takes_effect_at_start(keyword).error().message + "; it stays as it is");
    keywords.copy(keyword, state_.keywords);
  }
  if (auto done = replace_keywords(keywords); !done) return std::unexpected(done.error());
  return notes;
}

Result<void> Adapter::judge_keywords(const Keywords& keywords) const {
  const auto changed = live_differences(keywords);
  if (!changed) return std::unexpected(changed.error());
  if (auto next = with_keywords(keywords, *changed); !next) return std::unexpected(next.error());
  return {};
}

/// Keywords that were given, taken back or changed; an error if one of them would be felt only at start.
Result<std::vector<Keyword>> Adapter::live_differences(const Keywords& keywords) const {
  std::vector<Keyword> changed;
  for (const auto& description : keyword_table()) {
    const auto keyword = description.keyword;
    if (keywords.given(keyword) == state_.keywords.given(keyword)) continue;
    const bool is_felt = keywords.value(keyword) != state_.keywords.value(keyword);
    if (is_felt && description.takes_effect == TakesEffect::kAtStart) return takes_effect_at_start(keyword);
    changed.push_back(keyword);
  }
  return changed;
}

Result<Adapter::State> Adapter::with_keywords(const Keywords& keywords, std::span<const Keyword> changed) const {
  OffloadParameters parameters;
  for (const auto keyword : changed) add_change(parameters, keyword, keywords);
  if (parameters != OffloadParameters{})
    if (auto done = validate(parameters, state_.capabilities); !done) return std::unexpected(done.error());
  auto next = state_;
  next.keywords = keywords;
  next.configuration.apply(parameters);
  next.configuration.apply_live(keywords);
  next.activation.apply(parameters);
  return next;
}

/// The host may take DisableTaskOffload back; then the sender starts to use offloads (KEY-32).
Result<void> Adapter::adopt(const Result<State>& next) {
  if (!next) return std::unexpected(next.error());
  const bool may_start_now = state_.configuration.disable_task_offload && !next->configuration.disable_task_offload;
  if (auto done = commit_if_admitted(*next); !done) return done;
  if (may_start_now && state_.is_driven) turn_everything_on();
  return {};
}

Result<void> Adapter::set_receive_scaling(const std::optional<RssParameters>& parameters) {
  auto next = state_;
  next.rss_parameters = parameters;
  next.scaling.reset();
  next.activation.rss = parameters.has_value();
  if (parameters) {
    if (state_.hashing) return failure(ErrorCode::kInvalid, "plain receive hashing is on: turn it off first");
    const auto offered = current_configuration().rss;
    if (!offered.supported)
      return failure(ErrorCode::kInvalid,
                     "receive side scaling is not offered: RSS and RssOrVmqPreference decide that at start");
    const auto scaling = make_scaling(*parameters, offered);
    if (!scaling) return std::unexpected(scaling.error());
    next.scaling = std::make_shared<const ReceiveScaling>(*scaling);
  }
  take_over(next);
  emit({.kind = AdapterEvent::Kind::kReceiveScaling});
  return {};
}

Result<void> Adapter::set_receive_hashing(const std::optional<ReceiveHashParameters>& parameters) {
  auto next = state_;
  next.hash_parameters = parameters;
  next.hashing.reset();
  if (parameters) {
    if (state_.scaling) return failure(ErrorCode::kInvalid, "receive side scaling is on: turn it off first");
    RssParameters spread_nowhere;  // one entry, one queue
    spread_nowhere.key = parameters->key;
    spread_nowhere.hash_types = parameters->hash_types;
    next.hashing = std::make_shared<const ReceiveScaling>(*ReceiveScaling::make(spread_nowhere, 1));
  }
  take_over(next);
  emit({.kind = AdapterEvent::Kind::kReceiveScaling});
  return {};
}

Result<void> Adapter::set_queue_scaling(const std::optional<RssParameters>& parameters) {
  const auto& configuration = state_.configuration;
  if (parameters) {
    if (configuration.steering != ReceiveSteering::kVmq || !configuration.queue_rss)
      return failure(
          ErrorCode::kInvalid,
          "hashing inside queues is not offered: VMQ, RssOrVmqPreference and queue_rss decide that at start");
    if (const auto scaling = make_scaling(*parameters, hardware_capabilities().rss); !scaling)
      return std::unexpected(scaling.error());
  }
  auto next = state_;
  next.queue_scaling = parameters;
  commit(next);
  return {};
}

Result<void> Adapter::activate_nvgre() {
  return set_parameters({.encapsulated = SwitchSetting::kOn, .encapsulation_types = kEncapsulationTypeGre});
}

Result<void> Adapter::deactivate_nvgre() {
  return set_parameters({.encapsulated = SwitchSetting::kOff});
}

void Adapter::turn_everything_on() {
  state_.is_driven = true;
  if (state_.configuration.disable_task_offload || state_.capabilities.empty()) return;
  const auto current = current_configuration();
  auto next = state_;
  const auto parameters = everything(current);
  next.configuration.apply(parameters);
  next.activation.apply(parameters);
  next.activation.apply(kEthernetOn);
  next.encapsulation = kEthernetOn;
  commit(next);
  if (!current.rss.supported || state_.hashing || state_.rss_parameters) return;
  [[maybe_unused]] const auto done = set_receive_scaling(
      even_spread(state_.configuration.rss->choose(processors_of(state_.keywords.host(), current.rss))));
  assert(done);
}

void Adapter::set_device_mtu(std::size_t bytes) {
  if (bytes == state_.activation.device_mtu) return;
  auto next = state_;
  next.activation.device_mtu = bytes;
  commit(next);
}

void Adapter::set_capabilities(const Capabilities& capabilities) {
  auto next = state_;
  next.capabilities = capabilities;
  commit(next);
}

/// The keyword store is written first, and restored if the frame path can't follow (STATE-10).
Result<void> Adapter::commit_if_admitted(const State& next) {
  const auto active = activate(next.capabilities.hardware(), next.configuration, next.activation);
  const auto keywords = std::exchange(state_.keywords, next.keywords);
  if (admission_ && active != active_) {
    if (auto admitted = admission_(active); !admitted) {
      state_.keywords = keywords;
      return admitted;
    }
  }
  commit(next);
  return {};
}

void Adapter::commit(const State& next) {
  const bool is_other_hardware = next.capabilities.hardware() != hardware_capabilities();
  take_over(next);
  if (is_other_hardware) emit({.kind = AdapterEvent::Kind::kHardwareCapabilities, .set = hardware_capabilities()});
  emit({.kind = AdapterEvent::Kind::kCurrentConfiguration, .set = current_configuration()});
}

void Adapter::take_over(const State& next) {
  const auto active = activate(next.capabilities.hardware(), next.configuration, next.activation);
  if (frame_path_ && active != active_) frame_path_(active);
  active_ = active;
  state_ = next;
}

void Adapter::emit(const AdapterEvent& event) const {
  for (const auto& [ticket, listener] : listeners_) listener(event);
}

}  // namespace nvgre::offload
