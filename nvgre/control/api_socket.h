/// The place where a running endpoint is reached: a Unix stream socket that belongs to exactly one process at a time.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/result.h"

namespace nvgre::control {

using datapath::userspace::FileDescriptor;

/// A listening socket and the lock beside it ("PATH.lock"). Whoever holds the lock owns the path: a second process is
/// refused, and what a killed one left behind is taken over, since the kernel frees its lock. Both files go with it,
/// and so do directories that it made, as far as they are empty.
class ApiSocket {
 public:
  /// Makes the directory if it is missing. The socket is for its owner only (mode 0600).
  /// @return kBusy: another process has it; kPrivilege: the directory doesn't let us; kUnavailable: anything else.
  ///         The message says what was given and what is accepted; it fits behind "[api] socket: ".
  [[nodiscard]] static Result<ApiSocket> open(const std::string& path);
  ApiSocket(ApiSocket&&) noexcept = default;
  ApiSocket& operator=(ApiSocket&&) = delete;
  ApiSocket(const ApiSocket&) = delete;
  ApiSocket& operator=(const ApiSocket&) = delete;
  ~ApiSocket();

  /// Listening and non-blocking.
  [[nodiscard]] int descriptor() const noexcept { return listener_.number(); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
  explicit ApiSocket(std::string path) noexcept : path_(std::move(path)) {}
  [[nodiscard]] Result<void> take_lock();
  [[nodiscard]] Result<void> make_directory();
  [[nodiscard]] Result<void> listen();

  std::string path_;
  std::vector<std::filesystem::path> made_directories_;  ///< The deepest first.
  FileDescriptor lock_;
  FileDescriptor listener_;
};

}  // namespace nvgre::control
