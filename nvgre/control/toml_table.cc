#include "nvgre/control/toml_table.h"

#include <sstream>

#include "nvgre/control/configuration_keys.h"
#include "nvgre/control/nearest.h"

namespace nvgre::control {
namespace {

constexpr std::size_t kLongestGiven = 64;

std::vector<std::string_view> names_of(std::string_view table) {
  std::vector<std::string_view> names;
  for (const auto& key : configuration_keys())
    if (key.table == table) names.push_back(key.name);
  return names;
}

std::string joined(const std::vector<std::string_view>& names) {
  std::string text;
  for (const auto name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

}  // namespace

std::string as_written(const toml::node& node) {
  std::ostringstream out;
  constexpr auto kFlags = toml::toml_formatter::default_flags & ~toml::format_flags::allow_literal_strings;
  out << toml::toml_formatter(node, kFlags);
  std::string text = std::move(out).str();
  if (text.size() > kLongestGiven) text = text.substr(0, kLongestGiven) + "...";
  return text;
}

unsigned line_of(const toml::node& node) {
  return node.source().begin.line;
}

TomlTable::TomlTable(const toml::table& table, std::string name, ConfigurationProblems& problems)
    : table_(table), problems_(problems), lines_{std::move(name), line_of(table), {}} {}

void TomlTable::refuse_empty(std::string_view key) {
  const auto* node = find(key);
  if (node != nullptr && node->is_array() && node->as_array()->empty()) refuse(key, *node);
}

const toml::node* TomlTable::find(std::string_view key) {
  const auto* node = table_.get(key);
  if (node != nullptr) lines_.keys.emplace(key, line_of(*node));
  return node;
}

void TomlTable::refuse(std::string_view key, const toml::node& given) {
  const auto accepts = configuration_key(lines_.table, key).accepts;
  note(line_of(given), key, "given " + as_written(given) + ", accepted is " + std::string(accepts));
}

void TomlTable::missing(std::string_view key) {
  note(lines_.line, key, "missing, accepted is " + std::string(configuration_key(lines_.table, key).accepts));
}

void TomlTable::fault(std::string_view key, std::string message) {
  note(lines_.line_of(key), key, std::move(message));
}

void TomlTable::refuse_unknown_keys() {
  const auto names = names_of(lines_.table);
  for (const auto& [key, node] : table_) {
    if (std::ranges::find(names, key.str()) != names.end()) continue;
    const auto meant = nearest(key.str(), names);
    const std::string hint = meant ? "did you mean \"" + std::string(*meant) + "\"? " : "";
    note(key.source().begin.line, key.str(), "unknown key; " + hint + "accepted are " + joined(names));
  }
}

void TomlTable::note(unsigned line, std::string_view key, std::string message) {
  problems_.push_back({line, lines_.table + " " + std::string(key), std::move(message)});
  is_good_ = false;
}

}  // namespace nvgre::control
