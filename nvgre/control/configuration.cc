#include "nvgre/control/configuration.h"

#include <algorithm>
#include <bit>
#include <tuple>

#include "nvgre/control/nearest.h"
#include "nvgre/control/text_file.h"
#include "nvgre/control/toml_table.h"
#include "nvgre/control/toml_values.h"

namespace nvgre::control {
namespace {

using overlay::PolicyProblem;

/// A value of [offload] in the words of the keyword store; empty, which no keyword accepts, for any other type.
std::string keyword_value(const toml::node& node) {
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  return "";
}

/// Reads one document into one configuration, table by table.
class Reader {
 public:
  Reader(const toml::table& document, const offload::KeywordHost& host) : document_(document) {
    configuration_.offload = offload::Keywords(host);
  }

  std::expected<Configuration, ConfigurationProblems> read();

 private:
  void refuse_unknown_tables();
  void read_provider();
  void read_datapath();
  void read_offload();
  void read_rss();
  void read_api();
  void read_subnet(const toml::table& node);
  void read_flood(TomlTable& table, overlay::SubnetDescription& subnet);
  void read_groups(TomlTable& table, overlay::SubnetDescription& subnet);
  void read_port(const toml::table& node);
  void read_record(const toml::table& node);
  void judge_as_a_whole();

  /// The table of a name; null if it isn't there or isn't a table.
  const toml::table* single(std::string_view name);
  /// Calls `read_one` for each [[name]].
  void each(std::string_view name, void (Reader::*read_one)(const toml::table&));
  /// Adds an entry, if nothing is wrong with it.
  template <typename T>
  void keep(TomlTable& table, T& entry, std::vector<T>& entries, std::vector<TableLines>& lines) {
    table.refuse_unknown_keys();
    if (!table.is_good()) return;
    entries.push_back(std::move(entry));
    lines.push_back(table.lines());
  }
  [[nodiscard]] const TableLines& lines_of(const PolicyProblem& problem) const;

  const toml::table& document_;
  Configuration configuration_;
  ConfigurationProblems problems_;
};

std::expected<Configuration, ConfigurationProblems> Reader::read() {
  refuse_unknown_tables();
  read_provider();
  read_datapath();
  read_offload();
  read_rss();
  read_api();
  each("subnet", &Reader::read_subnet);
  each("port", &Reader::read_port);
  each("record", &Reader::read_record);
  judge_as_a_whole();
  if (problems_.empty()) return std::move(configuration_);
  std::ranges::sort(problems_, {},
                    [](const auto& problem) { return std::tie(problem.line, problem.where, problem.message); });
  return std::unexpected(std::move(problems_));
}

void Reader::refuse_unknown_tables() {
  static constexpr std::string_view kNames[] = {"provider", "datapath", "offload", "rss",
                                                "api",      "subnet",   "port",    "record"};
  for (const auto& [key, node] : document_) {
    if (std::ranges::find(kNames, key.str()) != std::end(kNames)) continue;
    const auto meant = nearest(key.str(), kNames);
    const std::string hint = meant ? "did you mean \"" + std::string(*meant) + "\"? " : "";
    problems_.push_back(
        {key.source().begin.line, std::string(key.str()),
         "unknown " + std::string(node.is_value() ? "key outside of a table" : "table") + "; " + hint +
             "accepted are [provider], [datapath], [offload], [rss], [api], [[subnet]], [[port]], [[record]]"});
  }
}

const toml::table* Reader::single(std::string_view name) {
  const auto* node = document_.get(name);
  if (node == nullptr || node->is_table()) return node == nullptr ? nullptr : node->as_table();
  const std::string table = "[" + std::string(name) + "]";
  problems_.push_back({line_of(*node), table, "given " + as_written(*node) + ", accepted is one table " + table});
  return nullptr;
}

void Reader::each(std::string_view name, void (Reader::*read_one)(const toml::table&)) {
  const auto* node = document_.get(name);
  if (node == nullptr) return;
  const auto* list = node->as_array();
  if (list == nullptr || std::ranges::any_of(*list, [](const toml::node& entry) { return !entry.is_table(); })) {
    const std::string table = "[[" + std::string(name) + "]]";
    problems_.push_back({line_of(*node), table, "accepted is a table in double brackets, " + table + ", for each"});
    return;
  }
  for (const auto& entry : *list) (this->*read_one)(*entry.as_table());
}

void Reader::read_provider() {
  const auto* node = single("provider");
  if (node == nullptr) {
    if (document_.get("provider") == nullptr)
      problems_.push_back({0, "[provider]", "missing; it names this host's Provider Addresses: addresses = [\"...\"]"});
    return;
  }
  TomlTable table(*node, "[provider]", problems_);
  auto& provider = configuration_.policy.provider;
  provider.interface = Configuration::kDefaultInterface;
  table.read("interface", provider.interface, to_interface_name);
  table.read_list("addresses", provider.addresses, to_address<wire::ProviderAddress>);
  if (table.find("addresses") == nullptr) table.missing("addresses");
  table.refuse_empty("addresses");
  table.read("dscp", provider.dscp, to_number_or<std::uint8_t>("copy", 0, 63));
  table.read("ttl", provider.time_to_live, to_number<std::uint8_t>(1, 255));
  table.read("flow_label", provider.flow_label, to_boolean);
  table.read("vlan", provider.vlan, to_number_or<std::uint16_t>("none", 1, 4094));
  table.refuse_unknown_keys();
  configuration_.lines.provider = table.lines();
}

void Reader::read_datapath() {
  const auto* node = single("datapath");
  if (node == nullptr) return;
  TomlTable table(*node, "[datapath]", problems_);
  table.read("mode", configuration_.mode,
             to_word<DataPlaneMode>({{"auto", DataPlaneMode::kAuto},
                                     {"kernel", DataPlaneMode::kKernel},
                                     {"userspace", DataPlaneMode::kUserspace}}));
  table.read("workers", configuration_.workers, to_number<unsigned>(0, Configuration::kMaxWorkers));
  table.read_list("cpus", configuration_.cpus, to_cpu);
  table.refuse_unknown_keys();
  configuration_.lines.datapath = table.lines();
}

// Keyword by keyword, so that every wrong one is reported with its line.
void Reader::read_offload() {
  const auto* node = single("offload");
  if (node == nullptr) return;
  configuration_.lines.offload.line = line_of(*node);
  std::vector<offload::Keyword> seen;
  for (const auto& [key, value] : *node) {
    const std::string where = "[offload] " + std::string(key.str());
    const auto refuse = [&](std::string message) {
      problems_.push_back({key.source().begin.line, where, std::move(message)});
    };
    const auto keyword = offload::find_keyword(key.str());
    if (!keyword) {
      refuse(unknown_keyword(key.str()));
    } else if (std::ranges::find(seen, *keyword) != seen.end()) {
      refuse("given twice, in two spellings of one name");
    } else if (!configuration_.offload.set(key.str(), keyword_value(value))) {
      refuse("given " + as_written(value) + ", accepted is " + configuration_.offload.accepted_values(*keyword));
    } else {
      seen.push_back(*keyword);
      configuration_.lines.offload.keys.emplace(offload::describe(*keyword).name, key.source().begin.line);
    }
  }
  if (auto problem = configuration_.offload.processors_problem(); !problem.empty())
    problems_.push_back({configuration_.lines.offload.line_of("RssBaseProcNumber"), "[offload]", std::move(problem)});
}

void Reader::read_rss() {
  const auto* node = single("rss");
  if (node == nullptr) return;
  TomlTable table(*node, "[rss]", problems_);
  auto& rss = configuration_.rss;
  table.read("key", rss.key, to_toeplitz_key);
  std::vector<offload::RssHashType> types;
  table.read_list("hash_types", types, [](const toml::node& type) {
    const auto text = to_text(type);
    return text ? to_hash_type(*text) : std::nullopt;
  });
  table.refuse_empty("hash_types");
  for (const auto type : types) rss.hash_types = rss.hash_types.value_or(offload::RssHashTypes()).enable(type);
  std::vector<unsigned> workers;
  table.read_list("table", workers, to_worker);
  if (const auto* given = table.find("table"); given != nullptr && table.is_good()) {
    if (workers.size() > offload::RssParameters::kMaxTableEntries || !std::has_single_bit(workers.size()))
      table.refuse("table", *given);
    else
      rss.table = std::move(workers);
  }
  table.read("default_worker", rss.default_worker, to_worker);
  table.refuse_unknown_keys();
  configuration_.lines.rss = table.lines();
}

void Reader::read_api() {
  const auto* node = single("api");
  if (node == nullptr) return;
  TomlTable table(*node, "[api]", problems_);
  table.read("socket", configuration_.socket, to_socket_path);
  table.refuse_unknown_keys();
  configuration_.lines.api = table.lines();
}

void Reader::read_subnet(const toml::table& node) {
  TomlTable table(node, "[[subnet]]", problems_);
  overlay::SubnetDescription subnet;
  table.require("vsid", subnet.vsid, to_vsid);
  subnet.name = std::to_string(subnet.vsid.value());
  table.read("name", subnet.name, to_name);
  table.read("flow_id", subnet.flow_id, to_flow_id_mode);
  read_flood(table, subnet);
  table.read("unknown", subnet.unknown,
             to_word<overlay::UnknownMode>({{"drop", overlay::UnknownMode::kDrop},
                                            {"flood", overlay::UnknownMode::kFlood},
                                            {"report", overlay::UnknownMode::kReport}}));
  table.read("source_check", subnet.source_check, to_boolean);
  table.read("fragment", subnet.fragment, to_boolean);
  table.read("source", subnet.source, to_address<wire::ProviderAddress>);
  read_groups(table, subnet);
  keep(table, subnet, configuration_.policy.subnets, configuration_.lines.subnets);
}

// A word, or the address of a PA group.
void Reader::read_flood(TomlTable& table, overlay::SubnetDescription& subnet) {
  const auto* node = table.find("flood");
  if (node == nullptr) return;
  if (const auto mode = to_word<overlay::FloodMode>(
          {{"replicate", overlay::FloodMode::kReplicate}, {"drop", overlay::FloodMode::kDrop}})(*node)) {
    subnet.flood = *mode;
    return;
  }
  const auto group = to_address<wire::ProviderAddress>(*node);
  if (!group || !group->ip().is_multicast()) return table.refuse("flood", *node);
  subnet.flood = overlay::FloodMode::kGroup;
  subnet.flood_group = group;
}

void Reader::read_groups(TomlTable& table, overlay::SubnetDescription& subnet) {
  const auto* node = table.find("groups");
  if (node == nullptr) return;
  if (!node->is_table()) return table.refuse("groups", *node);
  for (const auto& [key, value] : *node->as_table()) {
    const auto inner = wire::IpAddress::parse(key.str());
    const auto outer = to_address<wire::ProviderAddress>(value);
    if (!inner || !inner->is_multicast() || !outer || !outer->ip().is_multicast()) return table.refuse("groups", *node);
    if (!subnet.groups.emplace(wire::CustomerAddress(*inner), *outer).second)
      table.fault("groups", inner->to_string() + " given twice, in two spellings of one address");
  }
}

void Reader::read_port(const toml::table& node) {
  TomlTable table(node, "[[port]]", problems_);
  overlay::PortDescription port;
  table.require("device", port.device, to_interface_name);
  table.require("vsid", port.vsid, to_vsid);
  table.require("mac", port.mac, to_mac);
  table.read_list("addresses", port.addresses, to_address<wire::CustomerAddress>);
  table.read("spoof_check", port.spoof_check, to_boolean);
  table.read("router", port.router, to_boolean);
  table.read_list("workers", port.workers, to_queue_worker);
  keep(table, port, configuration_.policy.ports, configuration_.lines.ports);
}

void Reader::read_record(const toml::table& node) {
  TomlTable table(node, "[[record]]", problems_);
  overlay::RecordDescription record;
  table.require("vsid", record.vsid, to_vsid);
  table.read_list("addresses", record.addresses, to_address<wire::CustomerAddress>);
  if (table.find("address") != nullptr) {
    if (table.find("addresses") != nullptr)
      table.fault("address", "given beside addresses, accepted is one of the two");
    table.read("address", record.addresses.emplace_back(), to_address<wire::CustomerAddress>);
  }
  table.require("mac", record.mac, to_mac);
  table.require("provider", record.provider, to_address<wire::ProviderAddress>);
  table.read("router", record.router, to_boolean);
  keep(table, record, configuration_.policy.records, configuration_.lines.records);
}

// Entries with a fault of their own are not in the description, so that what follows from that is not reported too.
void Reader::judge_as_a_whole() {
  const auto is_faulty = [this](std::string_view table) {
    return std::ranges::any_of(problems_, [&](const auto& problem) { return problem.where.starts_with(table); });
  };
  const bool subnet_missing = is_faulty("[[subnet]]") || is_faulty("subnet");
  const bool provider_missing = is_faulty("[provider]") || is_faulty("provider");
  const auto is_of_provider = [](const PolicyProblem& problem) {
    static constexpr std::string_view kKeys[] = {"source", "flood", "groups", "provider"};
    return problem.table == PolicyProblem::Table::kProvider || std::ranges::find(kKeys, problem.key) != std::end(kKeys);
  };
  for (auto& problem : overlay::check(configuration_.policy)) {
    if (subnet_missing && problem.key == "vsid") continue;
    if (provider_missing && is_of_provider(problem)) continue;
    const auto& lines = lines_of(problem);
    if (problem.key == "addresses" && lines.keys.contains("address")) problem.key = "address";  // as the file has it
    problems_.push_back({lines.line_of(problem.key), lines.table + " " + problem.key, std::move(problem.message)});
  }
}

const TableLines& Reader::lines_of(const PolicyProblem& problem) const {
  const auto& lines = configuration_.lines;
  switch (problem.table) {
    case PolicyProblem::Table::kProvider:
      return lines.provider;
    case PolicyProblem::Table::kSubnet:
      return lines.subnets.at(problem.index);
    case PolicyProblem::Table::kPort:
      return lines.ports.at(problem.index);
    case PolicyProblem::Table::kRecord:
      return lines.records.at(problem.index);
  }
  return lines.provider;
}

bool has_defect(std::string_view text) {
  try {
    static_cast<void>(toml::parse(text));
    return false;
  } catch (const TomlDefect&) {
    return true;
  }
}

/// The line at which toml++ gave up: the shortest run of lines that makes it do so, by halving.
unsigned line_of_defect(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n' || i + 1 == text.size()) ends.push_back(i + 1);
  const auto found =
      std::ranges::partition_point(ends, [&](std::size_t end) { return !has_defect(text.substr(0, end)); });
  return static_cast<unsigned>(std::distance(ends.begin(), found)) + 1;
}

std::expected<Configuration, ConfigurationProblems> parse_content(const Result<std::string>& text,
                                                                  const offload::KeywordHost& host) {
  if (!text) return std::unexpected(ConfigurationProblems{{0, "", text.error().message}});
  return parse_configuration(*text, host);
}

}  // namespace

std::string to_string(const ConfigurationProblem& problem, std::string_view file) {
  std::string text(file);
  if (problem.line != 0) text += ":" + std::to_string(problem.line);
  text += ": ";
  if (!problem.where.empty()) text += problem.where + ": ";
  return text + problem.message;
}

std::expected<Configuration, ConfigurationProblems> parse_configuration(std::string_view text,
                                                                        const offload::KeywordHost& host) {
  try {
    const toml::parse_result document = toml::parse(text);
    if (document) return Reader(document.table(), host).read();
    const auto& error = document.error();
    return std::unexpected(
        ConfigurationProblems{{error.source().begin.line, "", "not TOML: " + std::string(error.description())}});
  } catch (const TomlDefect&) {
    return std::unexpected(ConfigurationProblems{{line_of_defect(text), "", "not TOML: unexpected characters"}});
  }
}

std::expected<Configuration, ConfigurationProblems> read_configuration(const std::string& path,
                                                                       const offload::KeywordHost& host) {
  return parse_content(read_text_file(path), host);
}

std::expected<Configuration, ConfigurationProblems> reread_configuration(const std::string& path,
                                                                         const offload::KeywordHost& host) {
  return parse_content(read_regular_file(path), host);
}

std::string unknown_keyword(std::string_view name) {
  std::vector<std::string_view> names;
  for (const auto& keyword : offload::keyword_table()) names.push_back(keyword.name);
  const auto meant = nearest(name, names);
  const std::string hint = meant ? "did you mean \"" + std::string(*meant) + "\"? " : "";
  return "unknown keyword; " + hint + "`nvgre offload show` lists them";
}

ConfigurationProblem locate_problem(const Configuration& configuration, std::string_view subject, std::string message) {
  const auto& policy = configuration.policy;
  const auto& lines = configuration.lines;
  const auto problem = [&](const TableLines& table, std::string_view key) {
    return ConfigurationProblem{table.line_of(key), table.table + " " + std::string(key), message};
  };
  for (std::size_t i = 0; i < policy.ports.size() && i < lines.ports.size(); ++i)
    if (policy.ports[i].device == subject) return problem(lines.ports[i], "device");
  if (policy.provider.interface == subject) return problem(lines.provider, "interface");
  for (const auto& address : policy.provider.addresses)
    if (address.to_string() == subject) return problem(lines.provider, "addresses");
  for (std::size_t i = 0; i < policy.records.size() && i < lines.records.size(); ++i)
    if (policy.records[i].provider.to_string() == subject) return problem(lines.records[i], "provider");
  return {0, "", std::move(message)};
}

}  // namespace nvgre::control
