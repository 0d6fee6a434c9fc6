#include "cli/oid_text.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace nvgre::cli {
namespace {

using nlohmann::json;

/// "16", or "20:4-5" for bits of the word at 20.
std::string place_of(const json& field) {
  const auto offset = field.at("offset").get<std::size_t>();
  const auto& bits = field.at("bits");
  if (bits.is_null()) return std::to_string(offset);
  const auto first = bits.at(0).get<unsigned>(), count = bits.at(1).get<unsigned>();
  return count == 1 ? fmt::format("{}:{}", offset, first) : fmt::format("{}:{}-{}", offset, first, first + count - 1);
}

}  // namespace

std::string oid_list_text(const json& oids) {
  std::string out = fmt::format("{:<46} {:<12} {:<14} {:<6} {}\n", "OID", "number", "requests", "since", "structure");
  for (const auto& oid : oids) {
    const auto types = oid.at("types").get<std::vector<std::string>>();
    fmt::format_to(std::back_inserter(out), "{:<46} {:<12} {:<14} {:<6} {}\n", oid.at("oid").get<std::string>(),
                   oid.at("number").get<std::string>(),
                   types.empty() ? "refused" : fmt::format("{}", fmt::join(types, ", ")),
                   oid.at("since").get<std::string>(), oid.at("structure").get<std::string>());
  }
  return out;
}

std::string oid_answer_text(const json& answer) {
  std::string out;
  const auto to = std::back_inserter(out);
  fmt::format_to(to, "{} ({}) {}: {} ({})\n", answer.at("oid").get<std::string>(),
                 answer.at("number").get<std::string>(), answer.at("type").get<std::string>(),
                 answer.at("status").get<std::string>(), answer.at("status_code").get<std::string>());
  fmt::format_to(to, "bytes read {}, written {}, needed {}\n", answer.at("bytes_read").get<unsigned>(),
                 answer.at("bytes_written").get<unsigned>(), answer.at("bytes_needed").get<unsigned>());
  if (!answer.at("fields").empty()) fmt::format_to(to, "{}:\n", answer.at("structure").get<std::string>());
  out += fields_text(answer.at("fields"));
  for (const auto& indication : answer.at("indications"))
    fmt::format_to(to, "indicated {} ({}), {} bytes\n", indication.at("status").get<std::string>(),
                   indication.at("status_code").get<std::string>(), indication.at("hex").get<std::string>().size() / 2);
  return out;
}

std::string fields_text(const json& fields) {
  std::size_t name_width = 0, value_width = 0;
  constexpr std::size_t kWidestValue = 20;
  for (const auto& field : fields) {
    name_width = std::max(name_width, field.at("name").get_ref<const std::string&>().size());
    value_width = std::max(value_width, std::min(kWidestValue, field.at("value").get_ref<const std::string&>().size()));
  }
  std::string out;
  for (const auto& field : fields) {
    auto line = fmt::format("  {:>9}  {:<{}}  {:<{}}  {}", place_of(field), field.at("name").get<std::string>(),
                            name_width, field.at("value").get<std::string>(), value_width,
                            field.at("meaning").is_null() ? "" : field.at("meaning").get<std::string>());
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

}  // namespace nvgre::cli
