#include <string>
#include <string_view>

#include "nvgre/ndis/inf_text.h"
#include "nvgre/ndis/registry_names.h"

namespace nvgre::ndis {
namespace {

using offload::KeywordDescription;
using offload::KeywordOrigin;
using offload::Keywords;

constexpr std::string_view kHead =
    R"(; Keywords of the nvgre adapter: what each may be ([nvgre.parameters]) and what somebody said ([nvgre.values]).
[Version]
Signature = "$Windows NT$"
Class     = Net
ClassGuid = {4d36e972-e325-11ce-bfc1-08002be10318}

[nvgre.ndi]
AddReg = nvgre.parameters, nvgre.values
)";

/// Standardized keywords bear an asterisk; a vendor's own do not.
std::string name_of(const KeywordDescription& keyword) {
  return (keyword.origin == KeywordOrigin::kStandardized ? "*" : "") + std::string(keyword.name);
}

/// One line of an AddReg section, with a text as its value.
std::string line(const std::string& subkey, std::string_view name, std::string_view value) {
  return "HKR, " + subkey + ", " + std::string(name) + ", 0, \"" + std::string(value) + "\"\n";
}

/// "0 off, 1 on": a line for each.
std::string choices(const std::string& subkey, std::string_view value_names) {
  std::string lines;
  while (!value_names.empty()) {
    const auto choice = value_names.substr(0, value_names.find(", "));
    const auto space = choice.find(' ');
    lines += line(subkey + "\\enum", choice.substr(0, space), choice.substr(space + 1));
    value_names.remove_prefix(std::min(choice.size() + 2, value_names.size()));
  }
  return lines;
}

std::string parameter(const KeywordDescription& keyword, const Keywords& keywords) {
  const auto subkey = std::string(kParametersKey) + name_of(keyword);
  const bool is_enum = !keyword.value_names.empty();
  std::string lines = line(subkey, "ParamDesc", keyword.description);
  lines += line(subkey, "Type", is_enum ? "enum" : "int");
  lines += line(subkey, "Default", std::to_string(keywords.default_value(keyword.keyword)));
  if (is_enum) return lines + choices(subkey, keyword.value_names);
  lines += line(subkey, "Min", std::to_string(keyword.minimum));
  lines += line(subkey, "Max", std::to_string(keywords.maximum(keyword.keyword)));
  lines += line(subkey, "Step", "1");
  return lines + line(subkey, "Base", "10");
}

/// The host's keyword is no parameter of an adapter: it is a number that its TCP/IP reads (KEY-32).
std::string value(const KeywordDescription& keyword, std::uint32_t given) {
  if (keyword.origin != KeywordOrigin::kHost) return line("", name_of(keyword), std::to_string(given));
  return "HKLM, " + std::string(kHostKey) + ", " + name_of(keyword) + ", 0x00010001, " + std::to_string(given) + "\n";
}

}  // namespace

std::string write_inf(const Keywords& keywords) {
  std::string parameters;
  std::string values;
  for (const auto& keyword : offload::keyword_table()) {
    if (keyword.origin != KeywordOrigin::kHost) parameters += parameter(keyword, keywords);
    if (const auto given = keywords.given(keyword.keyword)) values += value(keyword, *given);
  }
  return std::string(kHead) + "\n[nvgre.parameters]\n" + parameters + "\n[nvgre.values]\n" + values;
}

}  // namespace nvgre::ndis
