/// What people say about RSS: the configuration file's [rss], and `nvgre rss set`. The processors of an indirection
/// table are the data plane's workers, by their numbers.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/rss.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

/// What was said; what was not stays as it is.
struct RssSettings {
  std::optional<offload::ToeplitzKey> key;
  std::optional<offload::RssHashTypes> hash_types;
  std::optional<std::vector<unsigned>> table;  ///< The whole indirection table.
  std::map<unsigned, unsigned> entries;        ///< Single entries of it, after that.
  std::optional<unsigned> default_worker;      ///< Of frames without a hash.
  friend bool operator==(const RssSettings&, const RssSettings&) = default;

  /// Parameters changed by this. @return What is wrong: an entry that there is not, a worker that there is not, ...
  [[nodiscard]] Result<offload::RssParameters> applied_to(offload::RssParameters parameters,
                                                          unsigned worker_count) const;
};

/// The hash types that a worker can be chosen by: all but those of Mobile IPv6 (`*_ex`), whose addresses the steering
/// program does not look for.
[[nodiscard]] const std::vector<std::string_view>& hash_type_names();
/// @return Nothing for a name that is none.
[[nodiscard]] std::optional<offload::RssHashType> to_hash_type(std::string_view name);

/// The members of a request: "key", "hash_types", "table", "entries", "default_worker".
[[nodiscard]] Result<RssSettings> rss_settings_of(const nlohmann::json& values);

/// Where the adapter hashes for now, in RSS or inside VM queues; nothing where it does not.
[[nodiscard]] const std::optional<offload::RssParameters>& scaling_of(const offload::Adapter& adapter);
/// Sets it, whichever of both is offered.
[[nodiscard]] Result<void> set_scaling(offload::Adapter& adapter, const offload::RssParameters& parameters);
/// What the endpoint starts with, as the protocol driver: all workers in turn that the keywords choose, or worker 0 if
/// they admit none; nothing where hashing is not offered.
/// @param workers  All, as processors.
[[nodiscard]] std::optional<offload::RssParameters> default_scaling(const offload::Adapter& adapter,
                                                                    const std::vector<offload::Processor>& workers);
/// So many workers, all of one node.
[[nodiscard]] std::vector<offload::Processor> workers_of_one_node(unsigned worker_count);

}  // namespace nvgre::control
