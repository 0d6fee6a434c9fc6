#include "nvgre/control/text_file.h"

#include <array>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nvgre/datapath/userspace/file_descriptor.h"

namespace nvgre::control {
namespace {

using datapath::userspace::FileDescriptor;

constexpr std::size_t kBlock = 65'536;

std::unexpected<Error> cannot_read(const std::string& reason, const std::string& path) {
  return failure(ErrorCode::kUnavailable, "cannot read: " + reason, path);
}

// A directory opens like a file; only reading it fails.
Result<std::string> read_all(int descriptor, const std::string& path) {
  std::string text;
  std::array<char, kBlock> block{};
  for (;;) {
    const auto size = read(descriptor, block.data(), block.size());
    if (size < 0) return cannot_read(std::strerror(errno), path);
    if (size == 0) return text;
    text.append(block.data(), static_cast<std::size_t>(size));
    if (text.size() > kLongestTextFile) return cannot_read("given more than 16 MiB, accepted is a shorter text", path);
  }
}

std::string kind_of(const struct stat& status) {
  if (S_ISFIFO(status.st_mode)) return "a pipe";
  return S_ISDIR(status.st_mode) ? "a directory" : "a device";
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  return file ? read_all(file.number(), path) : cannot_read(std::strerror(errno), path);
}

Result<std::string> read_regular_file(const std::string& path) {
  const FileDescriptor file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status{};
  if (!file || fstat(file.number(), &status) != 0) return cannot_read(std::strerror(errno), path);
  if (!S_ISREG(status.st_mode)) return cannot_read("given " + kind_of(status) + ", accepted is a regular file", path);
  return read_all(file.number(), path);
}

Result<std::string> read_standard_input() {
  return read_all(STDIN_FILENO, "-");
}

}  // namespace nvgre::control
