// A text's way:
//  1. it becomes lines of ASCII: the byte order mark decides about UTF-16, comments go, continued lines are joined
//  2. each line becomes an Entry: of an AddReg section (HKR, subkey, name, flags, value) or of a registry export
//     ([key], then "name"=value)
//  3. entries that are keywords' values become settings; keywords' defaults become settings where there is no value
#include <algorithm>
#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nvgre/ndis/inf_text.h"
#include "nvgre/ndis/registry_names.h"
#include "nvgre/wire/text.h"

namespace nvgre::ndis {
namespace {

using offload::KeywordSetting;

/// One value of the registry.
struct Entry {
  std::string key;  ///< Empty: the adapter's own.
  std::string name;
  std::string value;
};

std::string lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return lowered;
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const auto first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

/// Windows writes INF files and registry exports in UTF-16. Names and values of keywords are ASCII; the rest is passed
/// over.
std::string to_ascii(std::string_view text) {
  if (text.starts_with("\xEF\xBB\xBF")) return std::string(text.substr(3));
  if (!text.starts_with("\xFF\xFE")) return std::string(text);
  std::string ascii;
  for (std::size_t unit = 2; unit + 1 < text.size(); unit += 2)
    ascii += text[unit + 1] == 0 && static_cast<unsigned char>(text[unit]) < 0x80 ? text[unit] : '?';
  return ascii;
}

/// Where a character stands outside of quotation marks; the end of the text if it doesn't.
std::size_t find_unquoted(std::string_view text, char wanted) {
  bool is_quoted = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') is_quoted = !is_quoted;
    if (text[at] == wanted && !is_quoted) return at;
  }
  return text.size();
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    line = trimmed(line.substr(0, find_unquoted(line, ';')));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    const bool is_continued = line.ends_with('\\');
    if (is_continued) line.remove_suffix(1);
    lines.back() += line;
    if (!is_continued) lines.emplace_back();
  }
  return lines;
}

/// Without the quotation marks around it; a doubled one inside stands for one.
std::string unquoted(std::string_view field) {
  field = trimmed(field);
  if (field.size() < 2 || !field.starts_with('"') || !field.ends_with('"')) return std::string(field);
  std::string text;
  for (field = field.substr(1, field.size() - 2); !field.empty(); field.remove_prefix(1)) {
    text += field.front();
    if (field.starts_with("\"\"")) field.remove_prefix(1);
  }
  return text;
}

std::vector<std::string> split_fields(std::string_view line) {
  std::vector<std::string> fields;
  for (;;) {
    const auto end = find_unquoted(line, ',');
    fields.push_back(unquoted(line.substr(0, end)));
    if (end == line.size()) return fields;
    line.remove_prefix(end + 1);
  }
}

/// A number of 32 bits: hexadecimal behind 0x, else of this base.
std::optional<std::uint32_t> number_of(std::string_view text, int base) {
  if (lower(text.substr(0, 2)) == "0x") {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// In decimal digits; what is no number stays as it is, and is refused where it is to be one.
std::string decimal(const std::string& text, int base) {
  const auto number = number_of(text, base);
  return number ? std::to_string(*number) : text;
}

/// FLG_ADDREG_TYPE_DWORD, whatever else the flags say.
bool names_number(std::string_view flags) {
  constexpr std::uint32_t kTypeMask = 0xFFFF'0001;
  constexpr std::uint32_t kNumber = 0x0001'0001;
  return (number_of(flags, 10).value_or(0) & kTypeMask) == kNumber;
}

/// HKR, subkey, name, flags, value. Nothing for lines that are none, or have no value.
std::optional<Entry> add_reg_entry(std::string_view line) {
  const auto fields = split_fields(line);
  if (fields.size() < 5) return std::nullopt;
  const auto root = lower(fields[0]);
  if (root != "hkr" && root != "hklm") return std::nullopt;
  return Entry{.key = (root == "hklm" ? "HKLM\\" : "") + fields[1],
               .name = fields[2],
               .value = names_number(fields[3]) ? decimal(fields[4], 10) : fields[4]};
}

/// "name"="value", or "name"=dword:00000001.
std::optional<Entry> export_entry(std::string_view line, const std::string& key) {
  constexpr std::string_view kNumber = "dword:";
  const auto equals = find_unquoted(line, '=');
  if (!line.starts_with('"') || equals == line.size()) return std::nullopt;
  auto value = unquoted(line.substr(equals + 1));
  if (value.starts_with(kNumber)) value = decimal(value.substr(kNumber.size()), 16);
  return Entry{.key = key, .name = unquoted(line.substr(0, equals)), .value = value};
}

/// Collects what the entries of a text say of keywords.
class Settings {
 public:
  void take(const Entry& entry) {
    const auto key = lower(entry.key);
    const auto parameters = key.find(lower(kParametersKey));
    if (parameters == std::string::npos) {
      if (is_keywords_place(key)) replace(values_, {entry.name, entry.value});
    } else if (lower(entry.name) == "default") {
      replace(defaults_, {entry.key.substr(parameters + kParametersKey.size()), entry.value});
    }
  }

  [[nodiscard]] std::vector<KeywordSetting> all(const offload::Keywords& host) const {
    auto settings = values_;
    for (const auto& setting : defaults_) {
      const auto keyword = offload::find_keyword(setting.name);
      if (keyword && setting.value == std::to_string(host.default_value(*keyword))) continue;
      if (std::ranges::none_of(values_, [&](const auto& value) { return is_same(value, setting); }))
        settings.push_back(setting);
    }
    return settings;
  }

 private:
  /// The adapter's own key, in a registry export that of its class and number; and the host's.
  static bool is_keywords_place(std::string_view key) {
    return key.empty() || key.ends_with(lower(kHostKey)) || key.find("\\control\\class\\") != std::string_view::npos;
  }
  static bool is_same(const KeywordSetting& left, const KeywordSetting& right) {
    return lower(left.name) == lower(right.name);
  }
  static void replace(std::vector<KeywordSetting>& settings, const KeywordSetting& setting) {
    std::erase_if(settings, [&](const auto& earlier) { return is_same(earlier, setting); });
    settings.push_back(setting);
  }

  std::vector<KeywordSetting> values_;
  std::vector<KeywordSetting> defaults_;
};

/// A line of an AddReg section that names a keyword and has no value.
bool is_cut(std::string_view line) {
  const auto fields = split_fields(line);
  return fields.size() >= 3 && lower(fields[0]) == "hkr" && offload::find_keyword(fields[2]).has_value();
}

}  // namespace

InfSettings read_inf(std::string_view text, const offload::Keywords& host) {
  InfSettings read;
  Settings settings;
  std::string key;
  for (const auto& line : lines_of(to_ascii(text))) {
    if (line.starts_with('[') && line.ends_with(']')) {
      key = line.substr(1, line.size() - 2);
    } else if (const auto entry = line.starts_with('"') ? export_entry(line, key) : add_reg_entry(line)) {
      settings.take(*entry);
    } else if (is_cut(line)) {
      read.notes.push_back("\"" + wire::printable(line) + "\" has no value; ignored");
    }
  }
  read.settings = settings.all(host);
  return read;
}

}  // namespace nvgre::ndis
