#include "nvgre/control/api_client.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <sys/socket.h>
#include <sys/time.h>

#include <nlohmann/json.hpp>

#include "nvgre/control/api_protocol.h"
#include "nvgre/control/configuration_keys.h"
#include "nvgre/control/unix_address.h"
#include "nvgre/datapath/userspace/file_descriptor.h"

namespace nvgre::control {

using datapath::userspace::FileDescriptor;
namespace {

constexpr timeval kPatience{.tv_sec = 10, .tv_usec = 0};

std::unexpected<Error> unreachable(const std::string& path, int error_number) {
  if (error_number == EACCES || error_number == EPERM)
    return failure(ErrorCode::kPrivilege,
                   path + ": only root may ask this endpoint (" + std::strerror(error_number) + ")", path);
  if (error_number == ENOENT || error_number == ECONNREFUSED)
    return failure(ErrorCode::kUnavailable,
                   path + ": no nvgre runs here; start it with `nvgre run`, or name its socket with --socket", path);
  if (error_number == EAGAIN) return failure(ErrorCode::kUnavailable, path + ": no answer within ten seconds", path);
  return failure(ErrorCode::kUnavailable, path + ": " + std::strerror(error_number), path);
}

Result<FileDescriptor> connect_to(const std::string& path) {
  const auto address = UnixAddress::of(path);
  if (!address)
    return failure(
        ErrorCode::kInvalid,
        "socket: given \"" + path + "\", accepted is " + std::string(configuration_key("[api]", "socket").accepts),
        path);
  FileDescriptor descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!descriptor) return unreachable(path, errno);
  setsockopt(descriptor.number(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof(kPatience));
  setsockopt(descriptor.number(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof(kPatience));
  if (connect(descriptor.number(), address->get(), address->size()) != 0) return unreachable(path, errno);
  return descriptor;
}

}  // namespace

Result<nlohmann::json> ask(const std::string& socket_path, const nlohmann::json& request) {
  const auto descriptor = connect_to(socket_path);
  if (!descriptor) return std::unexpected(descriptor.error());
  std::string line = request.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + '\n';
  for (std::size_t sent = 0; sent < line.size();) {
    const ssize_t size = send(descriptor->number(), line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
    if (size < 0) return unreachable(socket_path, errno);
    sent += static_cast<std::size_t>(size);
  }
  std::string answer;
  std::array<char, 16'384> buffer{};
  while (!answer.ends_with('\n')) {
    const ssize_t size = recv(descriptor->number(), buffer.data(), buffer.size(), 0);
    if (size < 0) return unreachable(socket_path, errno);
    if (size == 0) return failure(ErrorCode::kUnavailable, socket_path + ": nvgre hung up; see its log", socket_path);
    answer.append(buffer.data(), static_cast<std::size_t>(size));
  }
  return read_answer(answer);
}

}  // namespace nvgre::control
