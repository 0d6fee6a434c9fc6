#include "nvgre/capture/output_file.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace nvgre::capture {
namespace {

constexpr std::size_t kBufferSize = 262'144;
constexpr mode_t kUsualMode = 0666;    // the process's mask takes its share
constexpr mode_t kPrivateMode = 0600;  // until it is known who may read it
constexpr mode_t kPermissions = 0777;
constexpr const char* kTemporarySuffix = ".XXXXXX";

/// A file that is made anew gets the mode that any new file of this user gets.
void give_usual_mode(int descriptor) {
  const mode_t mask = umask(0);
  umask(mask);
  fchmod(descriptor, kUsualMode & ~mask);
}

/// Gives a new file the owner and group of the one that it replaces, as far as this process may.
/// @return Whether it has that group now.
bool give_owner(int descriptor, const struct stat& replaced) {
  if (fchown(descriptor, replaced.st_uid, replaced.st_gid) == 0) return true;
  constexpr auto kSameOwner = static_cast<uid_t>(-1);
  struct stat status{};
  return fchown(descriptor, kSameOwner, replaced.st_gid) == 0 ||
         (fstat(descriptor, &status) == 0 && status.st_gid == replaced.st_gid);
}

/// The mode of a file whose group could not be kept. Whoever was of the old group is one of the others now, and some of
/// the others are the group: both may do only what both might do before.
mode_t without_group(mode_t mode) {
  const mode_t both = mode >> 3 & mode & S_IRWXO;
  return (mode & S_IRWXU) | both << 3 | both;
}

/// Who may read a file that is replaced may read the new one, as far as it can be given to its owner and group, and
/// nobody else: captures and keys are private.
void give_readers(int descriptor, const struct stat& replaced) {
  const mode_t mode = replaced.st_mode & kPermissions;
  fchmod(descriptor,
         give_owner(descriptor, replaced) ? mode : without_group(mode));  // chown() first: it takes bits off
}

/// A name beside `path` that nothing has at this moment; empty if there is none to be had.
std::string free_name_beside(const std::string& path) {
  std::string name = path + kTemporarySuffix;
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) return {};
  close(descriptor);
  unlink(name.c_str());
  return name;
}

/// Where a symbolic link leads, so that what it names is replaced and not the link.
std::string followed(const std::string& path) {
  std::error_code error;
  const auto target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

}  // namespace

Result<OutputFile> OutputFile::create(const std::string& path) {
  OutputFile output(path == "-" ? path : followed(path));
  const int descriptor = output.open_descriptor();
  if (descriptor < 0) return failure(ErrorCode::kUnavailable, path + ": " + std::strerror(errno), path);
  output.file_.reset(fdopen(descriptor, "wb"));
  if (!output.file_) {
    const int error_number = errno;
    close(descriptor);
    return output.cannot_write(error_number);
  }
  std::setvbuf(output.file_.get(), nullptr, _IOFBF, kBufferSize);
  return output;
}

// A moved-from string need not be empty, and only one of the two may remove the file.
OutputFile::OutputFile(OutputFile&& other) noexcept
    : path_(std::move(other.path_)),
      kind_(other.kind_),
      temporary_path_(std::exchange(other.temporary_path_, {})),
      error_number_(other.error_number_),
      file_(std::move(other.file_)) {}

OutputFile::~OutputFile() {
  if (!temporary_path_.empty()) unlink(temporary_path_.c_str());
}

int OutputFile::open_descriptor() {
  if (path_ == "-") return dup(STDOUT_FILENO);
  struct stat status{};
  const bool exists = stat(path_.c_str(), &status) == 0;
  if (exists && !S_ISREG(status.st_mode)) return open(path_.c_str(), O_WRONLY | O_CLOEXEC);  // also refuses directories
  int descriptor = open_unnamed();
  kind_ = descriptor >= 0 ? Kind::kUnnamed : Kind::kTemporary;
  if (descriptor < 0) descriptor = open_temporary();
  if (descriptor < 0) return descriptor;
  if (exists)
    give_readers(descriptor, status);
  else
    give_usual_mode(descriptor);
  return descriptor;
}

int OutputFile::open_unnamed() const {
  const auto folder = std::filesystem::path(path_).parent_path();
  return open(folder.empty() ? "." : folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, kPrivateMode);
}

/// For file systems without unnamed files.
int OutputFile::open_temporary() {
  std::string name = path_ + kTemporarySuffix;
  const int descriptor = mkostemp(name.data(), O_CLOEXEC);
  if (descriptor < 0) return descriptor;
  temporary_path_ = std::move(name);
  return descriptor;
}

void OutputFile::write(const void* bytes, std::size_t size) {
  if (size == 0 || error_number_ != 0) return;
  if (std::fwrite(bytes, 1, size, file_.get()) != size) error_number_ = errno;
}

void OutputFile::flush() {
  if (error_number_ == 0 && std::fflush(file_.get()) != 0) error_number_ = errno;
}

void OutputFile::store() {
  flush();
  if (error_number_ == 0 && kind_ != Kind::kStream && fsync(fileno(file_.get())) != 0) error_number_ = errno;
}

Result<void> OutputFile::finish() {
  flush();
  if (error_number_ == 0) error_number_ = give_name();
  if (error_number_ != 0) return cannot_write(error_number_);
  temporary_path_.clear();
  file_.reset();
  return {};
}

int OutputFile::give_name() const {
  if (kind_ == Kind::kStream) return 0;
  if (kind_ == Kind::kTemporary) return std::rename(temporary_path_.c_str(), path_.c_str()) == 0 ? 0 : errno;
  const std::string unnamed = "/proc/self/fd/" + std::to_string(fileno(file_.get()));
  const auto link_as = [&](const std::string& name) {
    return linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
  };
  if (link_as(path_)) return 0;
  if (errno != EEXIST) return errno;
  // An existing file can only be replaced by one that has a name.
  const std::string name = free_name_beside(path_);
  if (name.empty() || !link_as(name)) return errno;
  if (std::rename(name.c_str(), path_.c_str()) == 0) return 0;
  const int error_number = errno;
  unlink(name.c_str());
  return error_number;
}

std::unexpected<Error> OutputFile::cannot_write(int error_number) const {
  const std::string name = path_ == "-" ? "standard output" : path_;
  return failure(ErrorCode::kUnavailable, name + ": cannot write: " + std::strerror(error_number), path_);
}

}  // namespace nvgre::capture
