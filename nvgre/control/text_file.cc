#include "nvgre/control/text_file.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

namespace nvgre::control {
namespace {

constexpr std::size_t kBlock = 65'536;

struct Close {
  void operator()(std::FILE* file) const noexcept { std::fclose(file); }
};

std::unexpected<Error> cannot_read(int error_number, const std::string& path) {
  return failure(ErrorCode::kUnavailable, std::string("cannot read: ") + std::strerror(error_number), path);
}

// A directory opens like a file; only reading it fails.
Result<std::string> read_all(std::FILE* file, const std::string& path) {
  std::string text;
  std::array<char, kBlock> block{};
  while (const auto size = std::fread(block.data(), 1, block.size(), file)) text.append(block.data(), size);
  if (std::ferror(file) != 0) return cannot_read(errno, path);
  return text;
}

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rbe"));
  return file ? read_all(file.get(), path) : cannot_read(errno, path);
}

Result<std::string> read_standard_input() {
  return read_all(stdin, "-");
}

}  // namespace nvgre::control
