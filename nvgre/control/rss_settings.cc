#include "nvgre/control/rss_settings.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;
using offload::ProcessorNumber;
using offload::ReceiveSteering;
using offload::RssHashType;
using offload::RssParameters;

std::unexpected<Error> refused(std::string message) {
  return failure(ErrorCode::kInvalid, std::move(message));
}

std::string accepted_types() {
  std::string text;
  for (const auto name : hash_type_names()) text += (text.empty() ? "" : ", ") + std::string(name);
  return text;
}

/// A whole number that fits; nothing for anything else.
std::optional<unsigned> number_of(const json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  const auto number = value.get<std::int64_t>();
  if (number < 0 || number > 0xFFFF) return std::nullopt;
  return static_cast<unsigned>(number);
}

Result<void> read_key(const json& value, RssSettings& settings) {
  settings.key = value.is_string() ? offload::parse_toeplitz_key(value.get<std::string>()) : std::nullopt;
  if (settings.key) return {};
  return refused("key: given " + value.dump() + ", accepted are 40 bytes: 80 hexadecimal digits");
}

Result<void> read_hash_types(const json& value, RssSettings& settings) {
  offload::RssHashTypes types;
  if (!value.is_array()) return refused("hash_types: accepted is a list of " + accepted_types());
  for (const auto& name : value) {
    const auto type = name.is_string() ? to_hash_type(name.get<std::string>()) : std::nullopt;
    if (!type) return refused("hash_types: given " + name.dump() + ", accepted are " + accepted_types());
    types.enable(*type);
  }
  if (types.empty()) return refused("hash_types: given none, accepted is at least one of " + accepted_types());
  settings.hash_types = types;
  return {};
}

Result<void> read_table(const json& value, RssSettings& settings) {
  if (!value.is_array()) return refused("table: accepted is a list of workers");
  auto& table = settings.table.emplace();
  for (const auto& entry : value) {
    const auto worker = number_of(entry);
    if (!worker) return refused("table: given " + entry.dump() + ", accepted is a worker's number");
    table.push_back(*worker);
  }
  return {};
}

Result<void> read_entries(const json& value, RssSettings& settings) {
  if (!value.is_object()) return refused("entries: accepted is an object, of entries and their workers");
  for (const auto& [name, entry] : value.items()) {
    const bool is_number = !name.empty() && name.size() <= 3 && name.find_first_not_of("0123456789") == name.npos;
    const auto worker = number_of(entry);
    if (!is_number || !worker)
      return refused("entries: given " + name + " = " + entry.dump() +
                     ", accepted is the entry's and a worker's number");
    settings.entries[static_cast<unsigned>(std::stoul(name))] = *worker;
  }
  return {};
}

Result<void> read_default_worker(const json& value, RssSettings& settings) {
  settings.default_worker = number_of(value);
  if (settings.default_worker) return {};
  return refused("default_worker: given " + value.dump() + ", accepted is a worker's number");
}

constexpr std::pair<std::string_view, Result<void> (*)(const json&, RssSettings&)> kMembers[] = {
    {"key", read_key},         {"hash_types", read_hash_types},         {"table", read_table},
    {"entries", read_entries}, {"default_worker", read_default_worker},
};

}  // namespace

Result<RssParameters> RssSettings::applied_to(RssParameters parameters, unsigned worker_count) const {
  const auto judge = [&](unsigned worker) -> Result<ProcessorNumber> {
    if (worker < worker_count) return ProcessorNumber::of_cpu(worker);
    return refused("there is no worker " + std::to_string(worker) + "; there are 0 to " +
                   std::to_string(worker_count - 1));
  };
  if (key) parameters.key = *key;
  if (hash_types) parameters.hash_types = *hash_types;
  if (table) parameters.indirection_table.assign(table->size(), {});
  auto changes = entries;
  for (unsigned entry = 0; table && entry < table->size(); ++entry) changes.try_emplace(entry, (*table)[entry]);
  for (const auto& [entry, worker] : changes) {
    const auto processor = judge(worker);
    if (!processor) return std::unexpected(processor.error());
    if (entry >= parameters.indirection_table.size())
      return refused("there is no entry " + std::to_string(entry) + " in a table of " +
                     std::to_string(parameters.indirection_table.size()));
    parameters.indirection_table[entry] = *processor;
  }
  if (!default_worker) return parameters;
  const auto processor = judge(*default_worker);
  if (!processor) return std::unexpected(processor.error());
  parameters.default_processor = *processor;
  return parameters;
}

const std::vector<std::string_view>& hash_type_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (auto type = RssHashType::kIpv4; type <= RssHashType::kUdpIpv6;
         type = static_cast<RssHashType>(static_cast<unsigned>(type) + 1))
      names.push_back(offload::machine_name(type));
    return names;
  }();
  return kNames;
}

std::optional<RssHashType> to_hash_type(std::string_view name) {
  const auto& names = hash_type_names();
  const auto found = std::ranges::find(names, name);
  if (found == names.end()) return std::nullopt;
  return static_cast<RssHashType>(found - names.begin() + static_cast<std::ptrdiff_t>(RssHashType::kIpv4));
}

Result<RssSettings> rss_settings_of(const json& values) {
  if (!values.is_object() || values.empty())
    return refused("rss.set has \"values\", an object of key, hash_types, table, entries and default_worker");
  RssSettings settings;
  for (const auto& [name, value] : values.items()) {
    const auto* const member = std::ranges::find(kMembers, name, [](const auto& known) { return known.first; });
    if (member == std::end(kMembers))
      return refused(name + ": accepted are key, hash_types, table, entries and default_worker");
    if (auto read = member->second(value, settings); !read) return std::unexpected(read.error());
  }
  return settings;
}

const std::optional<RssParameters>& scaling_of(const offload::Adapter& adapter) {
  return adapter.configuration().steering == ReceiveSteering::kVmq ? adapter.queue_scaling() : adapter.rss_parameters();
}

Result<void> set_scaling(offload::Adapter& adapter, const RssParameters& parameters) {
  return adapter.configuration().steering == ReceiveSteering::kVmq ? adapter.set_queue_scaling(parameters)
                                                                   : adapter.set_receive_scaling(parameters);
}

std::optional<RssParameters> default_scaling(const offload::Adapter& adapter,
                                             const std::vector<offload::Processor>& workers) {
  const auto& configuration = adapter.configuration();
  if (!configuration.spreads_by_hash()) return std::nullopt;
  std::vector<ProcessorNumber> chosen;
  if (configuration.rss)
    chosen = configuration.rss->choose(workers);
  else
    for (const auto& worker : workers) chosen.push_back(worker.number);
  if (chosen.empty()) chosen.push_back(ProcessorNumber{});
  auto parameters = offload::even_spread(chosen);
  for (const auto type : {RssHashType::kIpv6Ex, RssHashType::kTcpIpv6Ex, RssHashType::kUdpIpv6Ex})
    parameters.hash_types.disable(type);
  return parameters;
}

std::vector<offload::Processor> workers_of_one_node(unsigned worker_count) {
  std::vector<offload::Processor> workers(worker_count);
  for (unsigned worker = 0; worker < worker_count; ++worker) workers[worker].number = ProcessorNumber::of_cpu(worker);
  return workers;
}

}  // namespace nvgre::control
