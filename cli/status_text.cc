#include "cli/status_text.h"

#include <map>
#include <string_view>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/endpoint_query.h"
#include "nvgre/overlay/statistics.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;

/// A member's text; numbers as they are, null and absent as "-".
std::string text(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

bool flag(const json& object, const char* key) {
  return object.value(key, false);
}
std::uint64_t number(const json& object, const char* key) {
  return object.value(key, std::uint64_t{0});
}

std::string joined(const json& list) {
  std::string out;
  for (const auto& item : list) out += (out.empty() ? "" : ", ") + item.get<std::string>();
  return out.empty() ? "-" : out;
}

std::string_view state_of(const json& device) {
  if (!flag(device, "attached")) return "GONE";
  return flag(device, "up") ? "up" : "DOWN";
}

std::string duration(std::uint64_t seconds) {
  if (seconds < 60) return fmt::format("{} s", seconds);
  if (seconds < 3'600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  if (seconds < 86'400) return fmt::format("{} h {} min", seconds / 3'600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86'400, seconds / 3'600 % 24);
}

/// What people read for a counter or drop reason; the names and texts of counts.def and drop_reason.def.
std::string meaning_of(const std::string& name) {
  static const auto kMeanings = [] {
    std::map<std::string, std::string, std::less<>> meanings;
    overlay::for_each_count(overlay::EndpointCounts(), [&](std::string_view counter, std::string_view words,
                                                           std::uint64_t) { meanings.emplace(counter, words); });
    for (std::size_t i = 0; i < wire::kDropReasonCount; ++i) {
      const auto reason = static_cast<wire::DropReason>(i);
      meanings.emplace(wire::machine_name(reason), wire::description(reason));
    }
    return meanings;
  }();
  const auto found = kMeanings.find(name);
  return found == kMeanings.end() ? "" : found->second;
}

/// One line for each number that is not 0, or one that says there is none.
std::string numbers(const json& values, std::string_view none) {
  std::string out;
  for (const auto& [name, value] : values.items())
    if (value != 0)
      out += fmt::format("    {:>18}  {:<30} {}\n", grouped(value.get<std::uint64_t>()), name, meaning_of(name));
  return out.empty() ? fmt::format("    {}\n", none) : out;
}

std::string head(const json& status) {
  return fmt::format("nvgre {}, data plane {}, running for {}, {} reloads\n  {}\n  configuration {}\n",
                     text(status, "version"), text(status, "plane"), duration(number(status, "uptime_seconds")),
                     number(status, "reloads"), text(status, "plane_reason"), text(status, "configuration"));
}

std::string underlay(const json& status) {
  const auto& device = status.at("underlay");
  std::string out = fmt::format("\nunderlay {}: {}, mtu {}, attached {} times, lost {} times\n",
                                text(device, "interface"), state_of(device), number(device, "mtu"),
                                number(device, "attach_count"), number(device, "loss_count"));
  for (const auto& next_hop : status.at("next_hops"))
    out += fmt::format("    {} {} {}, path mtu {}\n", text(next_hop, "provider"),
                       flag(next_hop, "resolved") ? "via" : "UNRESOLVED", joined(next_hop.at("macs")),
                       number(next_hop, "path_mtu"));
  return out;
}

std::string subnet(const json& subnet, const json& records) {
  const auto& counts = subnet.at("counts");
  std::string out =
      fmt::format("\nsubnet {} {}: flow_id {}, flood {}, unknown {}\n", number(subnet, "vsid"), text(subnet, "name"),
                  text(subnet, "flow_id"), text(subnet, "flood"), text(subnet, "unknown"));
  out += fmt::format("    sent     {:>18} packets {:>22} bytes\n    received {:>18} packets {:>22} bytes\n",
                     grouped(number(counts, "packets_sent")), grouped(number(counts, "bytes_sent")),
                     grouped(number(counts, "packets_received")), grouped(number(counts, "bytes_received")));
  for (const auto& record : records)
    if (record.at("vsid") == subnet.at("vsid"))
      out += fmt::format("    record {} at {}: {}\n", text(record, "mac"), text(record, "provider"),
                         joined(record.at("addresses")));
  return out;
}

std::string port(const json& port) {
  const auto& counts = port.at("counts");
  std::string out = fmt::format("\nport {}: {}, mtu {}, vsid {}, mac {}{}\n", text(port, "device"), state_of(port),
                                number(port, "mtu"), number(port, "vsid"), text(port, "mac"),
                                flag(port, "made_by_us") ? ", made by nvgre" : "");
  out += fmt::format("    addresses {}; attached {} times, lost {} times\n", joined(port.at("addresses")),
                     number(port, "attach_count"), number(port, "loss_count"));
  out += fmt::format("    from tenant {:>15} frames {:>23} bytes\n    to tenant   {:>15} frames {:>23} bytes\n",
                     grouped(number(counts, "frames_from_tenant")), grouped(number(counts, "bytes_from_tenant")),
                     grouped(number(counts, "frames_to_tenant")), grouped(number(counts, "bytes_to_tenant")));
  for (const auto& [reason, count] : port.at("drops").items())
    if (count != 0)
      out +=
          fmt::format("    dropped {:>19} {}: {}\n", grouped(count.get<std::uint64_t>()), reason, meaning_of(reason));
  return out;
}

std::string workers(const json& status) {
  std::string out = "\nworkers\n";
  for (const auto& worker : status.at("workers")) {
    const auto& counts = worker.at("counts");
    out +=
        fmt::format("    cpu {:<3} {:>18} frames from ports {:>18} packets from the underlay\n", number(worker, "cpu"),
                    grouped(number(counts, "frames_from_ports")), grouped(number(counts, "packets_from_underlay")));
  }
  return out;
}

std::string active_tasks(const json& offload) {
  std::string on;
  std::string off;
  for (const auto& task : offload.at("tasks")) {
    auto& list = task.at("active") != 0 ? on : off;
    list += (list.empty() ? "" : ", ") + text(task, "name");
  }
  return fmt::format("\noffloads active: {}\n         not active: {}\n", on.empty() ? "none" : on,
                     off.empty() ? "none" : off);
}

}  // namespace

std::string status_text(const json& status) {
  std::string out = head(status) + underlay(status);
  for (const auto& one : status.at("subnets")) out += subnet(one, status.at("records"));
  for (const auto& one : status.at("ports")) out += port(one);
  out += "\ncounters of all workers\n" + numbers(status.at("total").at("counts"), "nothing was counted yet");
  out += "\ndropped frames by reason\n" + numbers(status.at("total").at("drops"), "none");
  return out + workers(status) + active_tasks(status.at("offload"));
}

}  // namespace nvgre::cli
