#include "cli/endpoint_query.h"

#include <fmt/format.h>

#include "cli/commands.h"
#include "nvgre/control/configuration.h"

namespace nvgre::cli {

void add_socket_option(CLI::App& command, std::string& socket) {
  socket = control::Configuration::kDefaultSocket;
  command.add_option("--socket", socket, "The endpoint's API socket, as in [api] of its configuration")
      ->capture_default_str()
      ->type_name("PATH");
}

int complain(std::string_view command, const Error& error) {
  fmt::print(stderr, "nvgre {}: {}\n", command, error.message);
  switch (error.code) {
    case ErrorCode::kInvalid:
      return kUsage;
    case ErrorCode::kPrivilege:
      return kPrivilege;
    default:
      return kFailed;
  }
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t from_end = 3; from_end < digits.size(); from_end += 4) digits.insert(digits.size() - from_end, " ");
  return digits;
}

}  // namespace nvgre::cli
