/// A file that appears whole or not at all: its content lies in a file without a name, which vanishes with the process,
/// until finish() gives it its name. Where the file system has no such files (NFS, say) it lies beside, under the name
/// and six more letters, and stays there if the process is killed. A file that it replaces leaves it its owner, group
/// and mode; where this process may not give files away, nobody can read the new one who could not read the old one.
#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include "nvgre/wire/result.h"

namespace nvgre::capture {

/// A file in the making. One thread at a time; movable.
class OutputFile {
 public:
  /// @param path  A regular file, which is replaced only by finish(), or a name that nothing has yet; "-", standard
  ///              output, and devices and pipes are written as it comes.
  [[nodiscard]] static Result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&& other) noexcept;
  OutputFile& operator=(OutputFile&& other) = delete;
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;
  ~OutputFile();

  /// Appends bytes; a failure (a full disk) is remembered.
  void write(const void* bytes, std::size_t size);
  /// Hands on what is buffered, to a stream.
  void flush();
  /// Has the system store what was written, for a file that has to outlive a power failure whole; before finish().
  void store();
  [[nodiscard]] bool has_failed() const noexcept { return error_number_ != 0; }
  /// Writes out what is buffered and gives the file its name; call once, last. @return the first failure, if any
  [[nodiscard]] Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const noexcept { std::fclose(file); }
  };
  explicit OutputFile(std::string path) noexcept : path_(std::move(path)) {}
  [[nodiscard]] int open_descriptor();
  [[nodiscard]] int open_unnamed() const;
  [[nodiscard]] int open_temporary();
  /// @return errno, 0 for success
  [[nodiscard]] int give_name() const;
  [[nodiscard]] std::unexpected<Error> cannot_write(int error_number) const;

  enum class Kind : unsigned char { kStream, kUnnamed, kTemporary };
  std::string path_;
  Kind kind_ = Kind::kStream;
  std::string temporary_path_;  ///< Of kTemporary: beside path_, to be removed; else empty.
  int error_number_ = 0;        ///< Of the first write that failed.
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace nvgre::capture
