/// The configuration file (TOML): one file says all that an endpoint is told. It is accepted whole or refused whole,
/// and a refusal names everything that is wrong with it, each with its line.
#pragma once

#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nvgre/control/rss_settings.h"
#include "nvgre/offload/keywords.h"
#include "nvgre/overlay/policy_description.h"

namespace nvgre::control {

enum class DataPlaneMode : std::uint8_t { kAuto, kKernel, kUserspace };

/// Lines of one table's keys, by which later errors (a device that can't be attached) find their place in the file.
struct TableLines {
  std::string table;  ///< As the file writes it, for example "[[port]]".
  unsigned line = 0;  ///< Of the table itself.
  std::map<std::string, unsigned, std::less<>> keys = {};
  [[nodiscard]] unsigned line_of(std::string_view key) const {
    const auto found = keys.find(key);
    return found == keys.end() ? line : found->second;
  }
};

/// Of the tables whose entries may turn out wrong only when they are used, also where the file has no such table; lists
/// have a PolicyDescription's indices.
struct PolicyLines {
  TableLines provider{.table = "[provider]"}, datapath{.table = "[datapath]"}, offload{.table = "[offload]"},
      rss{.table = "[rss]"}, api{.table = "[api]"};
  std::vector<TableLines> subnets, ports, records;
};

struct Configuration {
  static constexpr std::string_view kDefaultInterface = "eth0";
  static constexpr std::string_view kDefaultSocket = "/run/nvgre/nvgre.sock";
  static constexpr unsigned kMaxWorkers = 256;
  static constexpr unsigned kMaxCpu = 1'023;

  overlay::PolicyDescription policy;
  DataPlaneMode mode = DataPlaneMode::kAuto;
  unsigned workers = 0;             ///< 0: one for each of `cpus`.
  std::vector<unsigned> cpus = {};  ///< Of the workers, by their numbers, in turn; empty: all that the process may use.
  offload::Keywords offload;
  RssSettings rss;
  std::string socket = std::string(kDefaultSocket);
  PolicyLines lines;
};

/// One thing that is wrong with a file.
struct ConfigurationProblem {
  unsigned line = 0;    ///< From 1; 0: the file as a whole.
  std::string where;    ///< Table and key, for example "[[port]] mac"; may be empty.
  std::string message;  ///< What was given and what is accepted.
  friend bool operator==(const ConfigurationProblem&, const ConfigurationProblem&) = default;
};
using ConfigurationProblems = std::vector<ConfigurationProblem>;

/// "FILE:LINE: WHERE: MESSAGE", the form that editors and people jump to.
[[nodiscard]] std::string to_string(const ConfigurationProblem& problem, std::string_view file);

/// Judges a text; opens no file and asks the system nothing.
/// @param host  What this host decides about offload keywords.
/// @return      The configuration, or everything that is wrong with the text, by line.
[[nodiscard]] std::expected<Configuration, ConfigurationProblems> parse_configuration(std::string_view text,
                                                                                      const offload::KeywordHost& host);
/// The same for a file.
[[nodiscard]] std::expected<Configuration, ConfigurationProblems> read_configuration(const std::string& path,
                                                                                     const offload::KeywordHost& host);
/// The same while an endpoint runs, which must not wait: for a regular file only.
[[nodiscard]] std::expected<Configuration, ConfigurationProblems> reread_configuration(
    const std::string& path, const offload::KeywordHost& host);

/// What to say about a keyword that there is not: the nearest that there is, and where they are listed.
[[nodiscard]] std::string unknown_keyword(std::string_view name);

/// The problem that a device, interface or address of a configuration turned out to be when it was used.
/// @param subject  As the configuration writes it (Error::subject).
/// @return         With the line and key that name it; line 0 if none does.
[[nodiscard]] ConfigurationProblem locate_problem(const Configuration& configuration, std::string_view subject,
                                                  std::string message);

}  // namespace nvgre::control
