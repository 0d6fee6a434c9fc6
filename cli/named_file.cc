#include "cli/named_file.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/endpoint_query.h"
#include "nvgre/control/configuration.h"
#include "nvgre/control/host.h"
#include "nvgre/control/service.h"
#include "nvgre/control/text_file.h"

namespace nvgre::cli {

std::expected<std::string, int> read_named_file(std::string_view command, const std::string& path) {
  auto text = path == "-" ? control::read_standard_input() : control::read_text_file(path);
  if (text) return std::move(*text);
  fmt::print(stderr, "nvgre {}: {}: {}\n", command, path, text.error().message);
  return std::unexpected(kUnreadable);
}

std::expected<offload::Keywords, int> keywords_of_file(std::string_view command, const std::string& path) {
  const auto text = read_named_file(command, path);
  if (!text) return std::unexpected(text.error());
  const auto configuration = control::parse_configuration(*text, control::this_host());
  if (configuration) return configuration->offload;
  return std::unexpected(complain(command, {ErrorCode::kInvalid, control::joined(configuration.error(), path)}));
}

}  // namespace nvgre::cli
