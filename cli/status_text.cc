#include "cli/status_text.h"

#include <string_view>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/endpoint_query.h"
#include "cli/steering_text.h"
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

std::string number_line(std::uint64_t value, std::string_view name, std::string_view meaning) {
  return fmt::format("    {:>18}  {:<30} {}\n", grouped(value), name, meaning);
}

// In the order of counts.def, which is a frame's way; what is 0 is left out.
std::string counters(const json& counts) {
  std::string out;
  overlay::for_each_count(overlay::EndpointCounts(),
                          [&](std::string_view name, std::string_view meaning, std::uint64_t) {
                            if (const auto value = number(counts, std::string(name).c_str()); value != 0)
                              out += number_line(value, name, meaning);
                          });
  return out.empty() ? "    nothing was counted yet\n" : out;
}

std::string drops(const json& counts) {
  std::string out;
  for (std::size_t i = 0; i < wire::kDropReasonCount; ++i) {
    const auto reason = static_cast<wire::DropReason>(i);
    const auto name = std::string(wire::machine_name(reason));
    if (const auto value = number(counts, name.c_str()); value != 0)
      out += number_line(value, name, wire::description(reason));
  }
  return out;
}

std::string head(const json& status) {
  return fmt::format("nvgre {}, running for {}, {} reloads\n  {}\n  configuration {}\n", text(status, "version"),
                     duration(number(status, "uptime_seconds")), number(status, "reloads"),
                     text(status, "plane_reason"), text(status, "configuration"));
}

std::string underlay(const json& status) {
  const auto& device = status.at("underlay");
  std::string out = fmt::format("\nunderlay {}: {}, mtu {}, attached {} times, lost {} times\n",
                                text(device, "interface"), state_of(device), number(device, "mtu"),
                                number(device, "attach_count"), number(device, "loss_count"));
  for (const auto& next_hop : status.at("next_hops"))
    out += fmt::format("    {}{} {} {}, path mtu {}\n", text(next_hop, "provider"),
                       next_hop.at("source").is_null() ? "" : " from " + text(next_hop, "source"),
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
  if (const auto dropped = drops(port.at("drops")); !dropped.empty()) out += "    dropped\n" + dropped;
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

/// Words in lines of at most a hundred columns, each behind an indent.
std::string wrapped(const std::vector<std::string>& words) {
  constexpr std::size_t kColumns = 100;
  constexpr std::string_view kIndent = "\n   ";
  std::string out(kIndent);
  std::size_t column = kIndent.size();
  for (const auto& word : words) {
    if (column + 1 + word.size() > kColumns) {
      out += kIndent;
      column = kIndent.size();
    }
    out += ' ' + word;
    column += 1 + word.size();
  }
  return out + "\n";
}

std::string active_tasks(const json& offload) {
  std::vector<std::string> on;
  std::vector<std::string> off;
  for (const auto& task : offload.at("tasks")) (task.at("active") != 0 ? on : off).push_back(text(task, "name"));
  std::string out = "\noffloads active";
  out += on.empty() ? ": none\n" : wrapped(on);
  return off.empty() ? out : out + "offloads not active" + wrapped(off);
}

}  // namespace

std::string status_text(const json& status) {
  std::string out = head(status) + underlay(status);
  for (const auto& one : status.at("subnets")) out += subnet(one, status.at("records"));
  for (const auto& one : status.at("ports")) out += port(one);
  if (status.contains("queues")) out += queues_text(status.at("queues"));
  out += "\ncounters of all workers\n" + counters(status.at("total").at("counts"));
  const auto dropped = drops(status.at("total").at("drops"));
  out += "\ndropped frames by reason\n" + (dropped.empty() ? "    none\n" : dropped);
  out += workers(status);
  if (status.contains("rss")) out += "\n" + rss_text(status.at("rss"));
  return out + active_tasks(status.at("offload"));
}

}  // namespace nvgre::cli
