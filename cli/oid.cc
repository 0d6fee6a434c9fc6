// `nvgre oid`: asks the adapter what a driver of NDIS would be asked, byte for byte.
#include <algorithm>
#include <cctype>
#include <cstdint>
#include <cstdio>
#include <expected>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "cli/named_file.h"
#include "cli/oid_text.h"
#include "cli/option_values.h"
#include "nvgre/control/api_client.h"
#include "nvgre/control/host.h"
#include "nvgre/control/oid_request.h"
#include "nvgre/ndis/miniport.h"
#include "nvgre/offload/adapter.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;

constexpr const char* kFooter =
    R"(An OID is a name of `nvgre oid list` or its number, hexadecimal with 0x. --hex is the information buffer: hexadecimal
digits in pairs, where 00*12 is twelve times the byte 00, or @FILE. A buffer that is too short for the answer is made
longer, unless --length says how long it is.

Without --offline the running endpoint's adapter is asked, and what is set holds from then on; all calls are one client,
an administrator, which sees every queue. With --offline it is an adapter that lives for this call, as the keywords of
--config or their defaults make it. `script` makes several requests, one a line: TYPE OID [HEX]; none is made if a line
is wrong.

Exit status: 0 the request succeeded or is pending; 1 it was refused, as its status says, or no endpoint answers, or a
decoded buffer is shorter than it says; 2 wrong usage or configuration; 3 a file can't be read, or standard output can't
be written; 4 the socket is not for this user.

Examples:
  nvgre oid list
  nvgre oid query OID_TCP_OFFLOAD_CURRENT_CONFIG
  nvgre oid query OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES --offline --ndis 6.30 --json
  nvgre oid set OID_OFFLOAD_ENCAPSULATION --hex 'a8011c00 01000000 02000000 0e000000 00000000 00000000 00000000'
  nvgre oid decode NDIS_OFFLOAD --hex @from-a-real-miniport.hex)";

struct OidOptions {
  std::string socket;
  std::string oid;
  std::string hex;
  std::string script;
  std::string configuration;
  std::string ndis_version = "6.85";
  std::uint32_t length = 0;
  bool has_length = false;
  bool offline = false;
  bool json = false;
};

/// Whoever answers requests: the running endpoint, or an adapter of our own.
class OidPartner {
 public:
  virtual ~OidPartner() = default;
  [[nodiscard]] virtual Result<json> ask(const json& request) = 0;
};

class RunningPartner final : public OidPartner {
 public:
  explicit RunningPartner(std::string socket) : socket_(std::move(socket)) {}
  [[nodiscard]] Result<json> ask(const json& request) override {
    return control::ask(socket_, {{"command", "oid.request"}, {"request", request}});
  }

 private:
  std::string socket_;
};

class OfflinePartner final : public OidPartner {
 public:
  OfflinePartner(const offload::Keywords& keywords, ndis::NdisVersion version)
      : adapter_(offload::Capabilities(), keywords), miniport_(adapter_, version) {}
  [[nodiscard]] Result<json> ask(const json& request) override {
    return control::make_oid_request(miniport_, client_, request);
  }

 private:
  offload::Adapter adapter_;
  ndis::Miniport miniport_;
  ndis::ClientId client_ = miniport_.bind(ndis::ClientRole::kAdministrator);
};

/// @return The partner; or the exit status, and the reason has been printed.
std::expected<std::unique_ptr<OidPartner>, int> partner_of(const OidOptions& options) {
  if (!options.offline) return std::make_unique<RunningPartner>(options.socket);
  const auto version = control::parse_ndis_version(options.ndis_version);
  if (!version)
    return std::unexpected(complain(
        "oid", {ErrorCode::kInvalid, "--ndis: given \"" + options.ndis_version + "\", accepted is 6.0 to 6.85"}));
  offload::Keywords keywords(control::this_host());  // as the running endpoint would have them
  if (!options.configuration.empty()) {
    const auto configured = keywords_of_file("oid", options.configuration);
    if (!configured) return std::unexpected(configured.error());
    keywords = *configured;
  }
  return std::make_unique<OfflinePartner>(keywords, *version);
}

/// @return The digits; or the exit status, and the reason has been printed.
std::expected<std::string, int> hex_of(const std::string& given) {
  if (given.starts_with('@')) return read_named_file("oid", given.substr(1));
  return given;
}

bool has_succeeded(const json& answer) {
  return answer.at("status") == "NDIS_STATUS_SUCCESS" || answer.at("status") == "NDIS_STATUS_PENDING";
}

void print_answer(const json& answer, bool as_json) {
  fmt::print("{}", as_json ? answer.dump(2) + "\n" : oid_answer_text(answer));
}

int make_request(const OidOptions& options, std::string_view type) {
  const auto partner = partner_of(options);
  if (!partner) return partner.error();
  const auto hex = hex_of(options.hex);
  if (!hex) return hex.error();
  json request = {{"oid", options.oid}, {"type", type}, {"hex", *hex}};
  if (options.has_length) request["length"] = options.length;
  const auto answer = (*partner)->ask(request);
  if (!answer) return complain("oid", answer.error());
  print_answer(*answer, options.json);
  return has_succeeded(*answer) ? kDone : kFailed;
}

/// One line of a script.
struct ScriptedRequest {
  std::string place;  ///< "FILE:LINE"
  json request;
};

Result<json> request_of(const std::string& line) {
  std::istringstream words(line);
  std::string type, oid;
  if (!(words >> type >> oid)) return failure(ErrorCode::kInvalid, "accepted is TYPE OID [HEX]");
  json request = {{"oid", oid}, {"type", type}, {"hex", std::string(std::istreambuf_iterator<char>(words), {})}};
  if (auto judged = control::judge_oid_request(request); !judged) return std::unexpected(judged.error());
  return request;
}

/// All requests of a script, or what is wrong with the first line that is none.
Result<std::vector<ScriptedRequest>> read_script(const std::string& name, const std::string& text) {
  std::vector<ScriptedRequest> requests;
  std::istringstream lines(text);
  std::string line;
  for (unsigned number = 1; std::getline(lines, line); ++number) {
    line.resize(std::min(line.find('#'), line.size()));
    if (std::ranges::all_of(line, [](unsigned char letter) { return std::isspace(letter) != 0; })) continue;
    const auto place = fmt::format("{}:{}", name, number);
    auto request = request_of(line);
    if (!request) return failure(request.error().code, place + ": " + request.error().message);
    requests.push_back({place, std::move(*request)});
  }
  return requests;
}

// The whole script is understood before its first request is made: a slip in it leaves the adapter as it was.
int run_script(const OidOptions& options) {
  const auto text = read_named_file("oid", options.script);
  if (!text) return text.error();
  const auto script = read_script(options.script, *text);
  if (!script) return complain("oid", script.error());
  const auto partner = partner_of(options);
  if (!partner) return partner.error();
  int status = kDone;
  for (const auto& [place, request] : *script) {
    const auto answer = (*partner)->ask(request);
    if (!answer) return complain("oid", {answer.error().code, place + ": " + answer.error().message});
    print_answer(*answer, options.json);
    if (!has_succeeded(*answer)) status = kFailed;
  }
  return status;
}

int decode(const OidOptions& options) {
  const auto hex = hex_of(options.hex);
  if (!hex) return hex.error();
  const auto buffer = control::parse_hex(*hex);
  if (!buffer) return complain("oid decode", buffer.error());
  const auto decoded = control::decode_buffer(options.oid, *buffer);
  if (!decoded) return complain("oid decode", decoded.error());
  fmt::print("{}", options.json ? decoded->dump(2) + "\n" : fields_text(decoded->at("fields")));
  const auto& problem = decoded->at("problem");
  if (problem.is_null()) return kDone;
  fmt::print(stderr, "nvgre oid decode: {}\n", problem.get<std::string>());
  return kFailed;
}

int list(const OidOptions& options) {
  const auto oids = control::oid_list();
  fmt::print("{}", options.json ? oids.dump(2) + "\n" : oid_list_text(oids));
  return kDone;
}

void add_partner_options(CLI::App& command, OidOptions& options) {
  add_socket_option(command, options.socket);
  auto* offline =
      command.add_flag("--offline", options.offline, "Ask an adapter of its own, not the running endpoint's");
  offline->excludes("--socket");
  command.add_option("--config", options.configuration, "With --offline: take the keywords of this file's [offload]")
      ->needs(offline)
      ->type_name("FILE");
  command.add_option("--ndis", options.ndis_version, "With --offline: speak this version of NDIS, 6.0 to 6.85")
      ->needs(offline)
      ->capture_default_str()
      ->type_name("VERSION");
  command.add_flag("--json", options.json, "Print JSON");
}

void add_request_command(CLI::App& parent, const std::string& type, const std::string& help, int& status) {
  auto* command = parent.add_subcommand(type, help);
  const auto options = std::make_shared<OidOptions>();
  command->add_option("OID", options->oid, "Its name or number")->required();
  command->add_option("--hex", options->hex, "The buffer's input")->type_name("HEX|@FILE")->required(type == "set");
  auto* length = add_number(*command, "--length", options->length, {.low = 0, .high = control::kLargestOidBuffer},
                            "Bytes of the whole buffer, no fewer than --hex has")
                     ->type_name("BYTES");
  add_partner_options(*command, *options);
  command->footer(kFooter);
  command->callback([options, length, type, &status] {
    options->has_length = length->count() != 0;
    status = make_request(*options, type);
  });
}

}  // namespace

void add_oid_command(CLI::App& app, int& status) {
  auto* command = app.add_subcommand("oid", "Ask the adapter what NDIS asks a network card's driver");
  command->require_subcommand(1);
  command->footer(kFooter);

  const auto listing = std::make_shared<OidOptions>();
  auto* list_command = command->add_subcommand("list", "List the OIDs, their kinds of requests and their structures");
  list_command->add_flag("--json", listing->json, "Print JSON");
  list_command->callback([listing, &status] { status = list(*listing); });

  add_request_command(*command, "query", "Query an OID and show the answer field by field", status);
  add_request_command(*command, "set", "Set an OID", status);
  add_request_command(*command, "method", "Make a method request: input and output share the buffer", status);

  const auto scripted = std::make_shared<OidOptions>();
  auto* script_command = command->add_subcommand("script", "Make the requests of a file, one a line: TYPE OID [HEX]");
  script_command->add_option("FILE", scripted->script, "The file, or - for standard input")->required();
  add_partner_options(*script_command, *scripted);
  script_command->footer(kFooter);
  script_command->callback([scripted, &status] { status = run_script(*scripted); });

  const auto decoding = std::make_shared<OidOptions>();
  auto* decode_command = command->add_subcommand("decode", "Show a buffer field by field, wherever it comes from");
  decode_command->add_option("STRUCTURE", decoding->oid, "A structure, or the OID whose buffer it is")->required();
  decode_command->add_option("--hex", decoding->hex, "The buffer")->required()->type_name("HEX|@FILE");
  decode_command->add_flag("--json", decoding->json, "Print JSON");
  decode_command->callback([decoding, &status] { status = decode(*decoding); });
}

}  // namespace nvgre::cli
