#include "nvgre/control/configuration_check.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "nvgre/control/rss_settings.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::control {
namespace {

std::string text_of(DataPlaneMode mode) {
  switch (mode) {
    case DataPlaneMode::kAuto:
      break;
    case DataPlaneMode::kKernel:
      return "\"kernel\"";
    case DataPlaneMode::kUserspace:
      return "\"userspace\"";
  }
  return "\"auto\"";
}

std::string text_of(const std::vector<unsigned>& cpus) {
  return cpus.empty() ? "all CPUs" : fmt::format("[{}]", fmt::join(cpus, ", "));
}

/// A value that holds from the start on, in the file's words.
struct FixedValue {
  const TableLines& lines;  ///< Of the new file.
  std::string_view key;
  std::string running, next;
};

Result<void> judge_fixed(const FixedValue& value, std::string_view file) {
  if (value.next == value.running) return {};
  const bool is_written = value.lines.keys.contains(value.key);
  return refuse(file, value.lines, value.key,
                (is_written ? "given " : "not given, which means ") + value.next + ", accepted is " + value.running +
                    " while nvgre runs; takes effect at start: restart");
}

Result<void> judge_keywords(const Configuration& running, const Configuration& next, std::string_view file) {
  for (const auto& description : offload::keyword_table()) {
    if (description.takes_effect != offload::TakesEffect::kAtStart) continue;
    // What neither gives is no change, even if a CPU came and with it another default.
    if (running.offload.given(description.keyword) == next.offload.given(description.keyword)) continue;
    const FixedValue value{next.lines.offload, description.name,
                           std::to_string(running.offload.value(description.keyword)),
                           std::to_string(next.offload.value(description.keyword))};
    if (auto judged = judge_fixed(value, file); !judged) return judged;
  }
  return {};
}

}  // namespace

std::string located(std::string_view file, const TableLines& lines, std::string_view key, std::string message) {
  return to_string({lines.line_of(key), lines.table + " " + std::string(key), std::move(message)}, file);
}

std::unexpected<Error> refuse(std::string_view file, const TableLines& lines, std::string_view key,
                              std::string message) {
  return failure(ErrorCode::kInvalid, located(file, lines, key, std::move(message)));
}

Result<void> judge_workers(const Configuration& configuration, std::string_view file, unsigned worker_count) {
  const auto& lines = configuration.lines;
  for (std::size_t i = 0; i < configuration.policy.ports.size(); ++i)
    for (const unsigned worker : configuration.policy.ports[i].workers)
      if (worker >= worker_count)
        return refuse(file, lines.ports.at(i), "workers",
                      "given " + std::to_string(worker) + ", accepted is a worker from 0 to " +
                          std::to_string(worker_count - 1) + " ([datapath] workers)");
  const offload::Adapter adapter(offload::Capabilities(), configuration.offload);
  const auto workers = workers_of_one_node(worker_count);
  if (const auto& rss = adapter.configuration().rss; rss && rss->choose(workers).empty())
    return refuse(file, lines.offload, "RssBaseProcNumber",
                  "no worker is admitted; there are 0 to " + std::to_string(worker_count - 1) +
                      ", RssBaseProcNumber and RssMaxProcNumber say which may be used");
  if (configuration.rss == RssSettings{}) return {};
  const auto spread = default_scaling(adapter, workers);
  if (!spread)
    return refuse(file, lines.rss, "table", "nothing is hashed; RSS, VMQ and queue_rss of [offload] decide that");
  if (auto scaling = configuration.rss.applied_to(*spread, worker_count); !scaling)
    return refuse(file, lines.rss, "table", scaling.error().message);
  return {};
}

Result<void> judge_change(const Configuration& running, const Configuration& next, std::string_view file) {
  const auto& lines = next.lines;
  for (const auto& value :
       {FixedValue{lines.api, "socket", "\"" + running.socket + "\"", "\"" + next.socket + "\""},
        FixedValue{lines.datapath, "mode", text_of(running.mode), text_of(next.mode)},
        FixedValue{lines.datapath, "workers", std::to_string(running.workers), std::to_string(next.workers)},
        FixedValue{lines.datapath, "cpus", text_of(running.cpus), text_of(next.cpus)}})
    if (auto judged = judge_fixed(value, file); !judged) return judged;
  return judge_keywords(running, next, file);
}

}  // namespace nvgre::control
