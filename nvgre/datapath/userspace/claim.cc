#include "nvgre/datapath/userspace/claim.h"

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <string>

#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {

Result<FileDescriptor> claim(std::string_view kind, std::string_view name) {
  FileDescriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const auto path = fmt::format("nvgre/{}/{}", kind, name);  // behind a first byte of 0: an abstract name
  const auto length = std::min(path.size(), sizeof address.sun_path - 1);
  std::copy_n(path.begin(), length, address.sun_path + 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + length);
  if (socket && ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), size) == 0) return socket;
  if (errno == EADDRINUSE)
    return failure(ErrorCode::kBusy, fmt::format("{} \"{}\" is in use by another nvgre", kind, name),
                   std::string(name));
  return std::unexpected(system_error(fmt::format("claim {} \"{}\"", kind, name), errno, "", std::string(name)));
}

}  // namespace nvgre::datapath::userspace
