#include "nvgre/datapath/userspace/system_error.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <spdlog/fmt/fmt.h>

namespace nvgre::datapath::userspace {
namespace {

ErrorCode code_of(int number) {
  switch (number) {
    case EPERM:
    case EACCES:
      return ErrorCode::kPrivilege;
    case EBUSY:
    case EADDRINUSE:
      return ErrorCode::kBusy;
    case ENODEV:
    case ENXIO:
    case ENOENT:
    case ENETDOWN:
    case EADDRNOTAVAIL:
    case EAFNOSUPPORT:
      return ErrorCode::kUnavailable;
    default:
      return ErrorCode::kSystem;
  }
}

}  // namespace

Error system_error(std::string_view doing, int number, std::string_view capability, std::string subject) {
  const auto code = code_of(number);
  auto message = fmt::format("cannot {}: {}", doing, std::generic_category().message(number));
  if (code == ErrorCode::kPrivilege && !capability.empty())
    message += fmt::format("; it needs {} (run as root, or grant the capability)", capability);
  return Error{code, std::move(message), std::move(subject)};
}

}  // namespace nvgre::datapath::userspace
