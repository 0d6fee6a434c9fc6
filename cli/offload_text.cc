#include <string_view>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/status_text.h"
#include "nvgre/control/report_json.h"
#include "nvgre/offload/active_offloads.h"
#include "nvgre/offload/keywords.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;
using offload::EncapsulatedMask;

std::string text(const json& object, const char* key) {
  const auto& value = object.at(key);
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string_view versions(unsigned bits, unsigned v4, unsigned v6) {
  if ((bits & v4) != 0) return (bits & v6) != 0 ? "4+6" : "4";
  return (bits & v6) != 0 ? "6" : "-";
}

/// "yes", "no", or which IP versions an encapsulated task covers: "in 4+6 out 4".
std::string state(const json& task, const char* key) {
  const unsigned bits = task.at(key).get<unsigned>();
  if (bits == 0) return "no";
  if (!task.at("is_mask").get<bool>()) return "yes";
  return fmt::format("in {} out {}", versions(bits, EncapsulatedMask::kInnerV4, EncapsulatedMask::kInnerV6),
                     versions(bits, EncapsulatedMask::kOuterV4, EncapsulatedMask::kOuterV6));
}

std::string one_keyword(const json& keyword) {
  return fmt::format(
      "{} = {} ({}; default {})\n  {}\n  accepted: {}\n  a change takes effect: {}\n", text(keyword, "name"),
      text(keyword, "value"), keyword.at("given") == true ? "given " + text(keyword, "given_value") : "by default",
      text(keyword, "default"), text(keyword, "description"), text(keyword, "accepted"), text(keyword, "takes_effect"));
}

std::string all_keywords(const json& keywords) {
  std::string out = fmt::format("{:<30} {:>6} {:>8}  {:<8}  {}\n", "KEYWORD", "VALUE", "DEFAULT", "EFFECT", "ACCEPTED");
  for (const auto& keyword : keywords)
    out += fmt::format("{:<30} {:>6} {:>8}  {:<8}  {}\n", text(keyword, "name"), text(keyword, "value"),
                       text(keyword, "default"), text(keyword, "takes_effect"), text(keyword, "accepted"));
  return out;
}

std::string all_tasks(const json& tasks) {
  std::string out =
      fmt::format("\n{:<30} {:<15} {:<15} {:<15} {}\n", "TASK", "POSSIBLE", "ENABLED", "ACTIVE", "WHAT IT IS");
  for (const auto& task : tasks)
    out += fmt::format("{:<30} {:<15} {:<15} {:<15} {}\n", text(task, "name"), state(task, "possible"),
                       state(task, "enabled"), state(task, "active"), text(task, "description"));
  return out;
}

}  // namespace

std::string changed_keyword_text(std::string_view name, std::uint32_t given) {
  const auto holds = control::value_that_holds(*offload::find_keyword(name), given);
  return fmt::format("{} = {}{}\n", name, holds, holds == given ? "" : fmt::format(" (given {})", given));
}

std::string offload_text(const json& offload, const std::string& keyword) {
  if (keyword.empty()) return all_keywords(offload.at("keywords")) + all_tasks(offload.at("tasks"));
  for (const auto& one : offload.at("keywords"))
    if (one.at("name") == keyword) return one_keyword(one);
  return "";
}

}  // namespace nvgre::cli
