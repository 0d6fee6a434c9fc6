#include "nvgre/control/oid_request.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdio>
#include <utility>

#include <spdlog/fmt/fmt.h>

#include <nlohmann/json.hpp>

#include "nvgre/control/nearest.h"
#include "nvgre/ndis/description.h"
#include "nvgre/ndis/layout.h"

namespace nvgre::control {
namespace {

using nlohmann::json;

struct RequestKind {
  std::string_view name;
  ndis::ULONG type;
};
constexpr RequestKind kKinds[] = {{"query", ndis::NdisRequestQueryInformation},
                                  {"set", ndis::NdisRequestSetInformation},
                                  {"method", ndis::NdisRequestMethod},
                                  {"statistics", ndis::NdisRequestQueryStatistics}};

std::string hexadecimal(std::span<const std::uint8_t> bytes) {
  return fmt::format("{:02x}", fmt::join(bytes, ""));
}

std::string code_text(ndis::NDIS_STATUS status) {
  return fmt::format("0x{:08x}", status);
}

std::string status_text(ndis::NDIS_STATUS status) {
  const auto name = ndis::status_name(status);
  return name.empty() ? code_text(status) : std::string(name);
}

json fields_json(std::string_view structure, std::span<const std::uint8_t> buffer) {
  json fields = json::array();
  for (const auto& field : ndis::describe(structure, buffer))
    fields.push_back({{"name", field.name},
                      {"offset", field.offset},
                      {"size", field.size},
                      {"bits", field.bit_count == 0 ? json() : json({field.first_bit, field.bit_count})},
                      {"value", field.value},
                      {"meaning", field.meaning.empty() ? json() : json(field.meaning)}});
  return fields;
}

/// What a status indication's buffer is.
std::string_view structure_of(ndis::NDIS_STATUS indication) {
  switch (indication) {
    case ndis::NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG:
    case ndis::NDIS_STATUS_TASK_OFFLOAD_HARDWARE_CAPABILITIES:
      return "NDIS_OFFLOAD";
    case ndis::NDIS_STATUS_OFFLOAD_ENCASPULATION_CHANGE:
      return "NDIS_OFFLOAD_ENCAPSULATION";
    case ndis::NDIS_STATUS_RECEIVE_QUEUE_STATE:
      return "NDIS_RECEIVE_QUEUE_STATE";
    case ndis::NDIS_STATUS_RECEIVE_FILTER_CURRENT_CAPABILITIES:
    case ndis::NDIS_STATUS_RECEIVE_FILTER_HARDWARE_CAPABILITIES:
      return "NDIS_RECEIVE_FILTER_CAPABILITIES";
    case ndis::NDIS_STATUS_RECEIVE_FILTER_QUEUE_PARAMETERS:
      return "NDIS_RECEIVE_QUEUE_PARAMETERS";
    default:
      return "";
  }
}

/// What is wrong with a buffer that is to hold this structure; empty: nothing. A structure without a header has one
/// size.
std::string problem_of(std::string_view structure, std::span<const std::uint8_t> buffer) {
  constexpr std::size_t kHeaderSize = 4, kSizeAt = 2;
  const auto fields = ndis::fields_of(structure);
  const bool has_header = fields.front().structure == "NDIS_OBJECT_HEADER";
  std::size_t size = fields.back().offset + fields.back().size;
  if (has_header && buffer.size() < kHeaderSize) size = kHeaderSize;
  if (has_header && buffer.size() >= kHeaderSize) size = buffer[kSizeAt] | buffer[kSizeAt + 1] << 8;
  if (buffer.size() < size)
    return fmt::format("the buffer has {} bytes, {} {}", buffer.size(),
                       has_header && buffer.size() >= kHeaderSize ? "its header says" : "the structure needs", size);
  const auto misfits = ndis::misfits(structure, buffer);
  if (misfits.empty()) return {};
  return fmt::format("the buffer has {} bytes, its {}", buffer.size(), fmt::join(misfits, ", its "));
}

Result<const ndis::OidDescription*> oid_of(const std::string& text) {
  const auto* found = ndis::find_oid(std::string_view(text));
  if (found != nullptr) return found;
  ndis::NDIS_OID number = 0;
  const bool is_hexadecimal = text.starts_with("0x") || text.starts_with("0X");
  const auto digits = std::string_view(text).substr(is_hexadecimal ? 2 : 0);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number, is_hexadecimal ? 16 : 10);
  if (error == std::errc{} && end == digits.end()) found = ndis::find_oid(number);
  if (found != nullptr) return found;
  std::vector<std::string_view> names;
  for (const auto& oid : ndis::oid_table()) names.push_back(oid.name);
  const auto meant = nearest(text, names);
  return failure(ErrorCode::kInvalid,
                 fmt::format("\"{}\" is no OID that is known here; {}", text,
                             meant ? fmt::format("did you mean \"{}\"?", *meant) : "`nvgre oid list` names them"));
}

Result<ndis::ULONG> type_of(const std::string& name) {
  for (const auto& kind : kKinds)
    if (kind.name == name) return kind.type;
  return failure(ErrorCode::kInvalid,
                 fmt::format("type: given \"{}\", accepted are query, set, method, statistics", name));
}

/// A request as it was written, understood.
struct ParsedRequest {
  const ndis::OidDescription* oid = nullptr;
  std::string type_name;
  ndis::ULONG type = 0;
  std::vector<std::uint8_t> input;
  std::optional<std::size_t> length;
};

Result<std::string> text_of(const json& request, const char* key, std::optional<std::string> otherwise) {
  const auto found = request.find(key);
  if (found == request.end() && otherwise) return *otherwise;
  if (found == request.end() || !found->is_string())
    return failure(ErrorCode::kInvalid, fmt::format("an OID request has \"{}\", a string", key));
  return found->get<std::string>();
}

Result<ParsedRequest> parse(const json& request) {
  ParsedRequest parsed;
  const auto name = text_of(request, "oid", std::nullopt), type_name = text_of(request, "type", std::nullopt),
             hex = text_of(request, "hex", "");
  for (const auto* text : {&name, &type_name, &hex})
    if (!*text) return std::unexpected(text->error());
  const auto oid = oid_of(*name);
  if (!oid) return std::unexpected(oid.error());
  const auto type = type_of(*type_name);
  if (!type) return std::unexpected(type.error());
  auto input = parse_hex(*hex);
  if (!input) return std::unexpected(std::move(input.error()));
  parsed.oid = *oid;
  parsed.type_name = *type_name;
  parsed.type = *type;
  parsed.input = std::move(*input);
  const auto length = request.find("length");
  if (length == request.end() || length->is_null()) return parsed;
  const bool is_length = length->is_number_integer() && *length >= 0 && *length <= kLargestOidBuffer;
  if (!is_length)
    return failure(ErrorCode::kInvalid,
                   fmt::format("length: given {}, accepted is 0 to {} bytes", length->dump(), kLargestOidBuffer));
  parsed.length = length->get<std::size_t>();
  if (*parsed.length < parsed.input.size())
    return failure(ErrorCode::kInvalid,
                   fmt::format("length: given {}, but hex has {} bytes; accepted is {} to {} bytes", *parsed.length,
                               parsed.input.size(), parsed.input.size(), kLargestOidBuffer));
  return parsed;
}

/// The request and, where no length was asked for and the buffer was too short, once more with one that is enough.
ndis::OidCompletion ask(ndis::Miniport& miniport, ndis::ClientId client, const ParsedRequest& parsed,
                        std::vector<std::uint8_t>& buffer) {
  buffer = parsed.input;
  if (parsed.length) buffer.resize(*parsed.length);
  const auto once = [&] {
    return miniport.request(
        client, {.type = parsed.type, .oid = parsed.oid->oid, .buffer = buffer, .input_length = parsed.input.size()});
  };
  auto completion = once();
  const bool may_grow = !parsed.length && parsed.type != ndis::NdisRequestSetInformation;
  if (!may_grow || completion.bytes_needed <= buffer.size() || completion.bytes_needed > kLargestOidBuffer)
    return completion;
  buffer.resize(completion.bytes_needed);
  return once();
}

bool is_passed_over(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0 || c == ':' || c == ',';
}

/// How many times the byte before `text` is meant: takes "*12" off it. @return 1 without that; nothing for what is
/// none.
std::optional<std::size_t> take_repetition(std::string_view& text) {
  if (!text.starts_with('*')) return 1;
  std::size_t count = 0;
  const auto [end, error] = std::from_chars(text.begin() + 1, text.end(), count);
  if (error != std::errc{} || count == 0 || (end != text.end() && !is_passed_over(*end))) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
  return count;
}

json indication_json(const ndis::StatusIndication& indication) {
  const auto structure = structure_of(indication.code);
  return {{"status", status_text(indication.code)},
          {"status_code", code_text(indication.code)},
          {"hex", hexadecimal(indication.buffer)},
          {"structure", structure},
          {"fields", fields_json(structure, indication.buffer)}};
}

}  // namespace

json oid_list() {
  json list = json::array();
  for (const auto& oid : ndis::oid_table()) {
    json types = json::array();
    if (oid.query) types.push_back("query");
    if (oid.set) types.push_back("set");
    if (oid.method) types.push_back("method");
    list.push_back({{"oid", oid.name},
                    {"number", fmt::format("0x{:08x}", oid.oid)},
                    {"types", std::move(types)},
                    {"structure", oid.structure},
                    {"since", fmt::format("{}.{}", oid.since.major, oid.since.minor)}});
  }
  return list;
}

Result<json> make_oid_request(ndis::Miniport& miniport, ndis::ClientId client, const json& request) {
  const auto parsed = parse(request);
  if (!parsed) return std::unexpected(parsed.error());
  json indications = json::array();
  miniport.listen([&](const ndis::MiniportEvent& event) {
    if (const auto* indication = std::get_if<ndis::StatusIndication>(&event))
      indications.push_back(indication_json(*indication));
  });
  std::vector<std::uint8_t> buffer;
  const auto completion = ask(miniport, client, *parsed, buffer);
  miniport.listen(nullptr);
  const auto answer =
      std::span<const std::uint8_t>(buffer).first(std::min<std::size_t>(completion.bytes_written, buffer.size()));
  return json{{"oid", parsed->oid->name},
              {"number", fmt::format("0x{:08x}", parsed->oid->oid)},
              {"type", parsed->type_name},
              {"status", status_text(completion.status)},
              {"status_code", code_text(completion.status)},
              {"bytes_needed", completion.bytes_needed},
              {"bytes_read", completion.bytes_read},
              {"bytes_written", completion.bytes_written},
              {"hex", hexadecimal(answer)},
              {"structure", parsed->oid->structure},
              {"fields", fields_json(parsed->oid->structure, answer)},
              {"indications", std::move(indications)}};
}

Result<void> judge_oid_request(const json& request) {
  if (auto parsed = parse(request); !parsed) return std::unexpected(std::move(parsed.error()));
  return {};
}

Result<json> decode_buffer(const std::string& structure, std::span<const std::uint8_t> buffer) {
  const auto* oid = ndis::find_oid(std::string_view(structure));
  if (oid != nullptr && oid->structure.empty())
    return failure(ErrorCode::kInvalid, fmt::format("{} is always refused; no structure is known of it", oid->name));
  const std::string name(oid == nullptr ? std::string_view(structure) : oid->structure);
  if (ndis::fields_of(name).empty())
    return failure(
        ErrorCode::kInvalid,
        fmt::format("\"{}\" is no OID and no structure that is known here; `nvgre oid list` names both", structure));
  const auto problem = problem_of(name, buffer);
  return json{{"structure", name},
              {"hex", hexadecimal(buffer)},
              {"fields", fields_json(name, buffer)},
              {"problem", problem.empty() ? json() : json(problem)}};
}

Result<std::vector<std::uint8_t>> parse_hex(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  while (!text.empty()) {
    if (is_passed_over(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
    std::uint8_t byte = 0;
    const auto pair = text.substr(0, 2);
    const auto [end, error] = std::from_chars(pair.begin(), pair.end(), byte, 16);
    if (pair.size() != 2 || error != std::errc{} || end != pair.end())
      return failure(ErrorCode::kInvalid,
                     fmt::format("hex: given \"{}\" after {} bytes, accepted are hexadecimal digits in pairs",
                                 text.substr(0, 8), bytes.size()));
    auto rest = text.substr(2);
    const auto count = take_repetition(rest);
    if (!count || *count > std::max<std::size_t>(kLargestOidBuffer, bytes.size() + 1) - bytes.size())
      return failure(ErrorCode::kInvalid,
                     fmt::format("hex: given \"{}\" after {} bytes, accepted is a byte and how many times, such as "
                                 "00*12, {} bytes in all",
                                 text.substr(0, 12), bytes.size(), kLargestOidBuffer));
    bytes.insert(bytes.end(), *count, byte);
    text = rest;
  }
  return bytes;
}

std::optional<ndis::NdisVersion> parse_ndis_version(std::string_view text) {
  ndis::NdisVersion version;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto read = [](std::string_view digits, std::uint8_t& number) {
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), number);
    return error == std::errc{} && end == digits.end();
  };
  if (!read(text.substr(0, dot), version.major) || !read(text.substr(dot + 1), version.minor)) return std::nullopt;
  if (version < ndis::NdisVersion{6, 0} || version > ndis::NdisVersion{6, 85}) return std::nullopt;
  return version;
}

}  // namespace nvgre::control
