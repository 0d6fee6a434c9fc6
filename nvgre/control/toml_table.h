/// Reads one table of a TOML document key by key: types, ranges and spellings are checked, every fault is noted with
/// its line, and what was read is known, so that unknown keys can be refused.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nvgre/control/configuration.h"
#include "nvgre/control/toml.h"

namespace nvgre::control {

/// What was given, as the file writes it, cut where it gets long.
[[nodiscard]] std::string as_written(const toml::node& node);
[[nodiscard]] unsigned line_of(const toml::node& node);

/// One table while it is read. References must outlive it.
class TomlTable {
 public:
  /// @param name      As messages and configuration_keys() call it, for example "[[port]]".
  /// @param problems  Receives what is wrong.
  TomlTable(const toml::table& table, std::string name, ConfigurationProblems& problems);

  /// Reads an optional key: `out` keeps its value if the key is not there or wrong.
  /// @param convert  Makes a value of a node, or nothing if it isn't one.
  template <typename T, std::invocable<const toml::node&> Convert>
  void read(std::string_view key, T& out, const Convert& convert) {
    if (const auto* node = find(key)) take(key, *node, out, convert);
  }
  /// Reads a key that has to be there.
  template <typename T, std::invocable<const toml::node&> Convert>
  void require(std::string_view key, T& out, const Convert& convert) {
    if (const auto* node = find(key))
      take(key, *node, out, convert);
    else
      missing(key);
  }
  /// Reads an optional list, element by element; a fault has its element's line.
  template <typename T, std::invocable<const toml::node&> Convert>
  void read_list(std::string_view key, std::vector<T>& out, const Convert& convert) {
    const auto* node = find(key);
    if (node == nullptr) return;
    const auto* list = node->as_array();
    if (list == nullptr) return refuse(key, *node);
    for (const auto& element : *list) {
      if (auto value = convert(element))
        out.push_back(std::move(*value));
      else
        refuse(key, element);
    }
  }

  /// Notes a list that is there and has no element.
  void refuse_empty(std::string_view key);

  /// The node of a key, or null; remembers its line.
  [[nodiscard]] const toml::node* find(std::string_view key);
  /// Notes that a key's value is not acceptable: what was given, and what is accepted.
  void refuse(std::string_view key, const toml::node& given);
  void missing(std::string_view key);
  /// Notes any other fault of a key.
  void fault(std::string_view key, std::string message);
  /// Notes every key that configuration_keys() doesn't have, with the nearest that it has.
  void refuse_unknown_keys();

  /// Whether nothing is wrong so far.
  [[nodiscard]] bool is_good() const noexcept { return is_good_; }
  [[nodiscard]] const TableLines& lines() const noexcept { return lines_; }

 private:
  template <typename T, typename Convert>
  void take(std::string_view key, const toml::node& node, T& out, const Convert& convert) {
    auto converted = convert(node);
    if (!converted) return refuse(key, node);
    auto& value = *converted;  // `out` may be optional too: then it shall hold this value, whatever it held
    out = std::move(value);
  }
  void note(unsigned line, std::string_view key, std::string message);

  const toml::table& table_;
  ConfigurationProblems& problems_;
  TableLines lines_;
  bool is_good_ = true;
};

}  // namespace nvgre::control
