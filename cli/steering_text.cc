#include "cli/steering_text.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/endpoint_query.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;

std::uint64_t number(const json& object, const char* key) {
  return object.value(key, std::uint64_t{0});
}

/// "0 1 0 1", in lines of 32 numbers.
std::string table_text(const json& table, std::string_view indent) {
  constexpr std::size_t kPerLine = 32;
  std::string out;
  for (std::size_t entry = 0; entry < table.size(); ++entry) {
    if (entry % kPerLine == 0) out += fmt::format("{}{}{:>4}:", entry == 0 ? "" : "\n", indent, entry);
    out += ' ' + table[entry].dump();
  }
  return out + "\n";
}

std::string words(const json& list) {
  std::string out;
  for (const auto& item : list)
    out += (out.empty() ? "" : " ") + (item.is_string() ? item.get<std::string>() : item.dump());
  return out.empty() ? "none" : out;
}

std::string explanation(const json& rss) {
  const auto steered_by = rss.at("steered_by").get<std::string>();
  if (steered_by == "program") return "workers are chosen by nvgre's steering program";
  if (steered_by == "kernel") {
    const auto problem = rss.value("problem", json());
    return "WORKERS ARE CHOSEN BY THE KERNEL'S OWN HASH" +
           (problem.is_string() ? ": " + problem.get<std::string>() : "");
  }
  return "there is one worker";
}

std::string filter_text(const json& filter) {
  return fmt::format("    filter {}: {}mac {}, vsid {}\n", number(filter, "id"),
                     filter.value("encapsulated", false) ? "inner " : "", filter.value("mac", "any"),
                     filter.at("vsid").is_null() ? "any" : filter.at("vsid").dump());
}

/// "(default)", the port that it serves, or the names that whoever allocated it by OID gave it.
std::string owner_text(const json& queue) {
  if (number(queue, "id") == 0) return "(default)";
  if (queue.at("device").is_string()) return "of port " + queue.at("device").get<std::string>();
  return fmt::format("by OID, of {} {}", queue.value("vm_name", json()).dump(),
                     queue.value("queue_name", json()).dump());
}

std::string queue_text(const json& queue) {
  std::string out = fmt::format("\nqueue {} {}: {}, workers {}", number(queue, "id"), owner_text(queue),
                                queue.at("state").get<std::string>(), words(queue.value("served_by", json::array())));
  if (queue.contains("packets")) out += fmt::format(", {} packets", grouped(number(queue, "packets")));
  if (queue.contains("bytes")) out += fmt::format(", {} bytes", grouped(number(queue, "bytes")));
  out += '\n';
  for (const auto& filter : queue.at("filters")) out += filter_text(filter);
  for (const auto& share : queue.value("workers", json::array()))
    if (number(share, "packets") != 0)
      out += fmt::format("    {:>18}  packets on worker {} (cpu {})\n", grouped(number(share, "packets")),
                         number(share, "worker"), number(share, "cpu"));
  return out;
}

}  // namespace

std::string queues_text(const json& queues) {
  std::string out;
  for (const auto& queue : queues) out += queue_text(queue);
  return out;
}

std::string rss_text(const json& rss) {
  std::string out =
      fmt::format("rss: {}\n    hash types {}\n    default worker {}\n    key {}\n", explanation(rss),
                  words(rss.at("hash_types")), rss.at("default_worker").dump(), rss.at("key").get<std::string>());
  out += fmt::format("    indirection table of {} entries, by worker\n", rss.at("table").size());
  out += table_text(rss.at("table"), "    ");
  for (const auto& worker : rss.at("workers"))
    out += fmt::format("    worker {:<3} cpu {:<3} {:>18} packets {:>22} bytes from the underlay\n",
                       number(worker, "worker"), number(worker, "cpu"), grouped(number(worker, "packets")),
                       grouped(number(worker, "bytes")));
  return out;
}

}  // namespace nvgre::cli
