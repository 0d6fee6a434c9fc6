/// Every key of the configuration file, described once: error messages, `nvgre run --help` and the documentation take
/// their words from here.
#pragma once

#include <span>
#include <string_view>

namespace nvgre::control {

struct ConfigurationKey {
  std::string_view table;     ///< As the file writes it: "[provider]", "[[port]]".
  std::string_view name;      ///< The key.
  std::string_view accepts;   ///< Which values it takes; fits behind "accepted is".
  std::string_view fallback;  ///< The value of a key that is not there, or empty: it has to be there.
  std::string_view meaning;
};

/// All keys but those of [offload] (offload::keyword_descriptions()), in the order of the documentation.
[[nodiscard]] std::span<const ConfigurationKey> configuration_keys() noexcept;

/// The description of one key. @pre There is one.
[[nodiscard]] const ConfigurationKey& configuration_key(std::string_view table, std::string_view name) noexcept;

}  // namespace nvgre::control
