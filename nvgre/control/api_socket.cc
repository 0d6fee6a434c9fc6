#include "nvgre/control/api_socket.h"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nvgre/control/unix_address.h"

namespace nvgre::control {
namespace {

constexpr int kBacklog = 64;
constexpr auto kPatience = std::chrono::seconds(2);
constexpr auto kRetryInterval = std::chrono::milliseconds(20);
constexpr mode_t kOwnerOnly = 0177;

std::string lock_path(const std::string& path) {
  return path + ".lock";
}

std::unexpected<Error> refuse(const std::string& path, const std::string& reason,
                              ErrorCode code = ErrorCode::kUnavailable) {
  return failure(code, "given \"" + path + "\": " + reason + "; accepted is a path where a socket can be made", path);
}

std::unexpected<Error> cannot_open(const std::string& path, int error_number) {
  const bool is_privilege = error_number == EACCES || error_number == EPERM;
  return refuse(path, std::strerror(error_number), is_privilege ? ErrorCode::kPrivilege : ErrorCode::kUnavailable);
}

/// Whether `lock` is still the file that has the name: its last owner may have removed it after we opened it.
bool is_still_there(const FileDescriptor& lock, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return fstat(lock.number(), &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

/// @return A lock, or one with nothing in it while another process holds it, or where it just removed the directory.
Result<FileDescriptor> try_lock(const std::string& path) {
  const std::string name = lock_path(path);
  FileDescriptor lock(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock && errno == ENOENT) return FileDescriptor();
  if (!lock) return cannot_open(path, errno);
  if (flock(lock.number(), LOCK_EX | LOCK_NB) == 0)
    return is_still_there(lock, name) ? std::move(lock) : FileDescriptor();
  if (errno != EWOULDBLOCK) return cannot_open(path, errno);
  return FileDescriptor();
}

}  // namespace

Result<ApiSocket> ApiSocket::open(const std::string& path) {
  ApiSocket socket(path);
  if (auto locked = socket.take_lock(); !locked) return std::unexpected(locked.error());
  if (auto listening = socket.listen(); !listening) return std::unexpected(listening.error());
  return socket;
}

// A process that was ended a moment ago may still be going: it is waited for. It takes its directory along.
Result<void> ApiSocket::take_lock() {
  const auto patience_ends = std::chrono::steady_clock::now() + kPatience;
  for (;;) {
    if (auto made = make_directory(); !made) return made;
    auto lock = try_lock(path_);
    if (!lock) return std::unexpected(lock.error());
    lock_ = std::move(*lock);
    if (lock_) return {};
    if (std::chrono::steady_clock::now() >= patience_ends) break;
    std::this_thread::sleep_for(kRetryInterval);
  }
  return failure(ErrorCode::kBusy, "given \"" + path_ + "\": another nvgre runs here; stop it, or give another path",
                 path_);
}

Result<void> ApiSocket::make_directory() {
  const auto directory = std::filesystem::path(path_).parent_path();
  if (directory.empty()) return {};
  std::error_code error;
  for (auto missing = directory; !missing.empty() && !std::filesystem::exists(missing, error);
       missing = missing.parent_path())
    made_directories_.push_back(missing);
  std::filesystem::create_directories(directory, error);
  if (error) return cannot_open(path_, error.value());
  return {};
}

// Under the lock nobody else may use the path: a socket that is there was left behind.
Result<void> ApiSocket::listen() {
  const auto address = UnixAddress::of(path_);
  if (!address) return cannot_open(path_, ENAMETOOLONG);
  struct stat status{};
  if (lstat(path_.c_str(), &status) == 0) {
    if (!S_ISSOCK(status.st_mode)) return refuse(path_, "it is there and is no socket");
    unlink(path_.c_str());
  }
  listener_ = FileDescriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const mode_t mask = umask(kOwnerOnly);  // from its first moment nobody else can connect
  const int bound = bind(listener_.number(), address->get(), address->size());
  const int error_number = errno;
  umask(mask);
  if (bound != 0) return cannot_open(path_, error_number);
  if (::listen(listener_.number(), kBacklog) != 0) return cannot_open(path_, errno);
  return {};
}

ApiSocket::~ApiSocket() {
  if (listener_) unlink(path_.c_str());
  if (lock_) unlink(lock_path(path_).c_str());
  for (const auto& directory : made_directories_)                 // none if moved from
    if (rmdir(directory.c_str()) != 0 && errno != ENOENT) break;  // somebody else uses it
}

}  // namespace nvgre::control
