#include "nvgre/control/offload_section.h"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "nvgre/capture/output_file.h"
#include "nvgre/control/configuration.h"
#include "nvgre/control/text_file.h"
#include "nvgre/control/toml.h"

namespace nvgre::control {
namespace {

using offload::KeywordDescription;
using offload::Keywords;

std::string toml_value(const KeywordDescription& keyword, std::uint32_t value) {
  if (keyword.is_switch()) return value == 0 ? "false" : "true";
  return std::to_string(value);
}

std::string toml_line(const KeywordDescription& keyword, std::uint32_t value) {
  return std::string(keyword.name) + " = " + toml_value(keyword, value);
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

/// Where [offload] and its keys stand, by line from 1.
struct Places {
  std::optional<unsigned> table;
  std::array<std::optional<unsigned>, offload::kKeywordCount> keys{};
};

Places find_places(const toml::table& document) {
  Places places;
  const auto* table = document.get_as<toml::table>("offload");
  if (table == nullptr) return places;
  places.table = table->source().begin.line;
  for (const auto& [key, value] : *table)
    if (const auto keyword = offload::find_keyword(key.str()))
      places.keys.at(static_cast<std::size_t>(*keyword)) = key.source().begin.line;
  return places;
}

/// Puts another value behind the equals sign; a comment behind it stays.
void replace_value(std::string& line, const std::string& value) {
  const auto equals = line.find('=');
  if (equals == std::string::npos) return;
  const auto start = line.find_first_not_of(" \t", equals + 1);
  const auto end = std::min(line.find_first_of(" \t\r\n#", start), line.size());
  if (start < end) line.replace(start, end - start, value);
}

std::string edited(std::string_view text, const Places& places, const Keywords& given, const Keywords& wanted) {
  auto lines = lines_of(text);
  std::string added;
  for (const auto& description : offload::keyword_table()) {
    const auto value = wanted.given(description.keyword);
    if (!value || value == given.given(description.keyword)) continue;
    if (const auto line = places.keys.at(static_cast<std::size_t>(description.keyword)))
      replace_value(lines.at(*line - 1), toml_value(description, *value));
    else
      added += toml_line(description, *value) + "\n";
  }
  if (!added.empty() && !lines.empty() && !lines.back().ends_with('\n')) lines.back() += '\n';
  if (places.table)
    lines.at(*places.table - 1) += added;
  else if (!added.empty())
    lines.push_back("\n[offload]\n" + added);
  std::string out;
  for (const auto& line : lines) out += line;
  return out;
}

/// A link stays one: what it points to is replaced.
Result<void> replace_file(const std::string& path, const std::string& text) {
  const auto refuse = [](const Error& error) {
    return failure(ErrorCode::kSystem, error.message + "; a new file takes its place as a whole");
  };
  auto file = capture::OutputFile::create(path);
  if (!file) return refuse(file.error());
  file->write(text.data(), text.size());
  file->store();
  if (const auto finished = file->finish(); !finished) return refuse(finished.error());
  return {};
}

}  // namespace

std::string offload_section(const Keywords& keywords) {
  std::string text = "[offload]\n";
  for (const auto& description : offload::keyword_table()) {
    const auto given = keywords.given(description.keyword);
    text += given ? toml_line(description, *given)
                  : "# " + toml_line(description, keywords.default_value(description.keyword));
    text += "  # " + keywords.accepted_values(description.keyword) + "\n";
  }
  return text;
}

Result<std::string> with_keywords(std::string_view text, const Keywords& wanted) {
  try {
    const toml::parse_result document = toml::parse(text);
    const auto configuration = parse_configuration(text, wanted.host());
    if (!document || !configuration) return failure(ErrorCode::kInvalid, "the configuration itself is wrong");
    auto next = edited(text, find_places(document.table()), configuration->offload, wanted);
    const auto judged = parse_configuration(next, wanted.host());
    if (judged && judged->offload == wanted) return next;
  } catch (const TomlDefect&) {
    return failure(ErrorCode::kInvalid, "the configuration is not TOML");
  }
  return failure(ErrorCode::kInvalid,
                 "[offload] is not written line by line, so it can't be edited; "
                 "`nvgre offload export --format toml` prints what it may look like");
}

Result<void> write_keywords(const std::string& path, const Keywords& wanted) {
  const auto text = read_text_file(path);
  if (!text) return failure(ErrorCode::kSystem, path + ": " + text.error().message);
  const auto next = with_keywords(*text, wanted);
  if (!next) return failure(next.error().code, path + ": " + next.error().message);
  return *next == *text ? Result<void>{} : replace_file(path, *next);
}

}  // namespace nvgre::control
