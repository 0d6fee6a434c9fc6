#include "nvgre/offload/configuration.h"

#include <algorithm>
#include <cassert>
#include <map>
#include <utility>

#include "nvgre/offload/parameter_table.h"

namespace nvgre::offload {

namespace {

/// The keyword that a task follows: LsoV2IPv4 speaks for version 1 too where it is given (KEY-9, KEY-10).
Keyword governing(const TaskMember& member, const Keywords& keywords) noexcept {
  if (member.keyword == Keyword::kLsoV1Ipv4 && keywords.given(Keyword::kLsoV2Ipv4)) return Keyword::kLsoV2Ipv4;
  return member.keyword;
}

/// Whether a changed keyword can change this task.
bool concerns(Keyword keyword, const TaskMember& member) noexcept {
  return keyword == member.keyword || (keyword == Keyword::kLsoV2Ipv4 && member.keyword == Keyword::kLsoV1Ipv4);
}

TaskSet enabled_tasks(const Keywords& keywords) noexcept {
  TaskSet tasks;
  for (const auto& member : kChecksumMembers) {
    const auto setting = setting_of<ChecksumSetting>(keywords.value(member.keyword));
    member.flag(tasks.transmit_checksum) = transmits(setting);
    member.flag(tasks.receive_checksum) = receives(setting);
  }
  for (const auto& member : kTaskMembers) member.flag(tasks) = keywords.is_on(governing(member, keywords));
  return tasks;
}

ReceiveSteering chosen_steering(const Keywords& keywords) noexcept {
  if (keywords.is_on(Keyword::kRssOrVmqPreference))
    return keywords.is_on(Keyword::kVmq) ? ReceiveSteering::kVmq : ReceiveSteering::kNone;
  return keywords.is_on(Keyword::kRss) ? ReceiveSteering::kRss : ReceiveSteering::kNone;
}

RssProfile chosen_profile(const Keywords& keywords) noexcept {
  constexpr std::uint32_t kBalanced = 6;  // NetAdapterCx only (KEY-17)
  const auto value = keywords.value(Keyword::kRssProfile);
  return value == kBalanced ? RssProfile::kNumaStatic : static_cast<RssProfile>(value);
}

/// Both values are within the host's limits (KEY-18 to KEY-21).
ProcessorNumber processor(const Keywords& keywords, Keyword group, Keyword number) noexcept {
  return {.group = static_cast<std::uint16_t>(keywords.value(group)),
          .number = static_cast<std::uint8_t>(keywords.value(number))};
}

RssProcessors chosen_processors(const Keywords& keywords) noexcept {
  RssProcessors processors{.profile = chosen_profile(keywords),
                           .base = processor(keywords, Keyword::kRssBaseProcGroup, Keyword::kRssBaseProcNumber),
                           .maximum = processor(keywords, Keyword::kRssMaxProcGroup, Keyword::kRssMaxProcNumber),
                           .max_processors = keywords.value(Keyword::kMaxRssProcessors),
                           .queues = keywords.value(Keyword::kNumRssQueues),
                           .numa_node = keywords.value(Keyword::kNumaNodeId)};
  const bool ignores_node =
      processors.profile == RssProfile::kNuma || processors.profile == RssProfile::kNumaStatic;  // D-43
  if (ignores_node) processors.numa_node = RssProcessors::kAnyNode;
  return processors;
}

/// One processor of each node, then the next one of each.
std::vector<Processor> nodes_in_turn(const std::vector<Processor>& processors) {
  std::map<std::uint32_t, std::size_t> seen;
  std::map<std::pair<std::size_t, std::size_t>, Processor> sorted;  // by turn and place
  for (std::size_t place = 0; place < processors.size(); ++place)
    sorted.emplace(std::pair(seen[processors[place].node]++, place), processors[place]);
  std::vector<Processor> in_turn;
  in_turn.reserve(sorted.size());
  for (const auto& [turn, processor] : sorted) in_turn.push_back(processor);
  return in_turn;
}

/// Those of the node first; with the conservative profile no others, if it has any.
std::vector<Processor> preferred(const std::vector<Processor>& processors, std::uint32_t node, RssProfile profile) {
  std::vector<Processor> sorted, others;
  for (const auto& processor : processors) (processor.node == node ? sorted : others).push_back(processor);
  if (profile != RssProfile::kConservative || sorted.empty()) sorted.insert(sorted.end(), others.begin(), others.end());
  return sorted;
}

}  // namespace

std::string_view text(ReceiveSteering steering) noexcept {
  switch (steering) {
    case ReceiveSteering::kNone:
      return "none";
    case ReceiveSteering::kRss:
      return "rss";
    case ReceiveSteering::kVmq:
      return "vmq";
  }
  return "";
}

std::vector<ProcessorNumber> RssProcessors::choose(std::vector<Processor> processors) const {
  std::erase_if(processors, [this](const Processor& processor) { return !admits(processor.number); });
  if (processors.empty()) return {};
  if (profile == RssProfile::kNuma || profile == RssProfile::kNumaStatic)
    processors = nodes_in_turn(processors);
  else
    processors = preferred(processors, numa_node == kAnyNode ? processors.front().node : numa_node, profile);
  std::vector<ProcessorNumber> chosen;
  chosen.reserve(processors.size());
  for (const auto& processor : processors) chosen.push_back(processor.number);
  chosen.resize(usable_queues(static_cast<std::uint32_t>(chosen.size())));
  return chosen;
}

RssParameters even_spread(const std::vector<ProcessorNumber>& processors) {
  RssParameters parameters;
  if (processors.empty()) return parameters;
  parameters.indirection_table.clear();
  for (std::size_t entry = 0; entry < RssParameters::kMaxTableEntries; ++entry)
    parameters.indirection_table.push_back(processors[entry % processors.size()]);
  return parameters;
}

Configuration Configuration::from(const Keywords& keywords) noexcept {
  Configuration configuration;
  configuration.tasks = enabled_tasks(keywords);
  configuration.nvgre = keywords.is_on(Keyword::kEncapsulatedPacketTaskOffload);
  configuration.apply_live(keywords);
  configuration.largest_frame = keywords.value(Keyword::kJumboPacket);
  configuration.largest_frame_given = keywords.given(Keyword::kJumboPacket).has_value();
  configuration.steering = chosen_steering(keywords);
  if (configuration.steering == ReceiveSteering::kRss) configuration.rss = chosen_processors(keywords);
  if (configuration.steering == ReceiveSteering::kVmq) {
    configuration.queue_rss = keywords.is_on(Keyword::kQueueRss);
    configuration.vlan_filtering = keywords.is_on(Keyword::kVmqVlanFiltering);
  }
  return configuration;
}

void Configuration::apply(const OffloadParameters& parameters) noexcept {
  for (const auto& member : kChecksumMembers) {
    const auto setting = parameters.*member.setting;
    if (setting == ChecksumSetting::kNoChange) continue;
    member.flag(tasks.transmit_checksum) = transmits(setting);
    member.flag(tasks.receive_checksum) = receives(setting);
  }
  for (const auto& member : kTaskMembers)
    if (const auto setting = parameters.*member.setting; setting != TaskSetting::kNoChange)
      member.flag(tasks) = setting == TaskSetting::kOn;
  if (parameters.encapsulated != SwitchSetting::kNoChange) nvgre = parameters.encapsulated == SwitchSetting::kOn;
}

void Configuration::apply_live(const Keywords& keywords) noexcept {
  disable_task_offload = keywords.is_on(Keyword::kDisableTaskOffload);
  const auto tag = keywords.value(Keyword::kPriorityVlanTag);
  insert_priority = (tag & 1) != 0;
  insert_vlan_id = (tag & 2) != 0;
}

OffloadSet current_set(const OffloadSet& hardware, const Configuration& configuration) noexcept {
  auto current = hardware;
  current.tasks = intersection(hardware.tasks, configuration.tasks);
  current.udp_coalescing = hardware.udp_coalescing && (current.tasks.rsc.v4 || current.tasks.rsc.v6);
  if (configuration.steering != ReceiveSteering::kRss) current.rss = {.indirection_entries = 0};
  if (configuration.rss) current.rss.queues = std::min(current.rss.queues, configuration.rss->queues);
  if (configuration.steering != ReceiveSteering::kVmq) current.vmq = {};
  current.vmq.vlan_filtering = current.vmq.vlan_filtering && configuration.vlan_filtering;
  current.encapsulated = configuration.nvgre ? supported_by(hardware.encapsulated, current) : EncapsulatedTasks{};
  return current;
}

void add_change(OffloadParameters& parameters, Keyword keyword, const Keywords& keywords) noexcept {
  for (const auto& member : kChecksumMembers)
    if (keyword == member.keyword || keyword == group_of(member.keyword))
      parameters.*member.setting = setting_of<ChecksumSetting>(keywords.value(member.keyword));
  for (const auto& member : kTaskMembers)
    if (concerns(keyword, member))
      parameters.*member.setting = setting_of<TaskSetting>(keywords.value(governing(member, keywords)));
  if (keyword != Keyword::kEncapsulatedPacketTaskOffload) return;
  const bool is_on = keywords.is_on(keyword);
  parameters.encapsulated = is_on ? SwitchSetting::kOn : SwitchSetting::kOff;
  parameters.encapsulation_types = is_on ? kEncapsulationTypeGre : 0;
}

void write_back(const OffloadParameters& parameters, Keywords& keywords) noexcept {
  auto wanted = Configuration::from(keywords);
  wanted.apply(parameters);
  const auto store = [&](Keyword keyword, std::uint32_t value) {
    [[maybe_unused]] const auto done = keywords.set(keyword, value);
    assert(done);  // the parameters have been validated, so every value is in its keyword's range
  };
  for (const auto& member : kChecksumMembers)
    if (const auto setting = parameters.*member.setting; setting != ChecksumSetting::kNoChange)
      store(member.keyword, keyword_value_of(setting));
  for (const auto& member : kTaskMembers)
    if (const auto setting = parameters.*member.setting; setting != TaskSetting::kNoChange)
      store(member.keyword, keyword_value_of(setting));
  // Given, LsoV2IPv4 would speak for version 1 too (KEY-9); absent it means "on" as well, and LsoV1IPv4 is read.
  if (wanted.tasks.lso.v4 && !wanted.tasks.lso_v1) {
    keywords.clear(Keyword::kLsoV2Ipv4);
    store(Keyword::kLsoV1Ipv4, 0);
  }
  if (parameters.encapsulated != SwitchSetting::kNoChange)
    store(Keyword::kEncapsulatedPacketTaskOffload, parameters.encapsulated == SwitchSetting::kOn ? 1 : 0);
}

}  // namespace nvgre::offload
