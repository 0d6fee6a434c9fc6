// The plain main of a fuzz target, for compilers without libFuzzer: runs the target's seeds and the inputs it is given.
//
//     fuzz_NAME_replay [FILE|DIRECTORY]...    a broken promise ends the process
//     fuzz_NAME_replay --write-seeds DIRECTORY
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "fuzz/target.h"

namespace nvgre::fuzz {
namespace {

namespace fs = std::filesystem;

/// A directory's files, sorted; a file is itself. A directory that is not there has none: nothing was ever found.
std::vector<fs::path> files_of(const fs::path& path) {
  if (!fs::is_directory(path)) return fs::exists(path) ? std::vector{path} : std::vector<fs::path>();
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(path))
    if (entry.is_regular_file()) files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

void run(const ByteString& input) {
  LLVMFuzzerTestOneInput(input.data(), input.size());
}

void run_file(const fs::path& file) {
  std::printf("%s\n", file.c_str());
  std::fflush(stdout);  // the last line names the input that broke something
  std::ifstream stream(file, std::ios::binary);
  run(ByteString(std::istreambuf_iterator<char>(stream), {}));
}

int write_seeds(const fs::path& directory) {
  fs::create_directories(directory);
  std::size_t number = 0;
  for (const auto& seed : seeds()) {
    std::ofstream stream(directory / ("seed-" + std::to_string(number++)), std::ios::binary);
    std::ranges::copy(seed, std::ostreambuf_iterator<char>(stream));
    if (!stream.flush()) return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

int replay(std::span<char*> paths) {
  const auto starts = seeds();
  for (std::size_t i = 0; i < starts.size(); ++i) {
    std::printf("seed %zu\n", i);
    std::fflush(stdout);
    run(starts[i]);
  }
  std::size_t count = 0;
  for (const char* path : paths) {
    for (const auto& file : files_of(path)) {
      run_file(file);
      ++count;
    }
  }
  std::printf("%zu seeds and %zu kept inputs keep every promise\n", starts.size(), count);
  return starts.empty() ? EXIT_FAILURE : EXIT_SUCCESS;
}

}  // namespace
}  // namespace nvgre::fuzz

int main(int argument_count, char** arguments) {
  const std::span words(arguments, static_cast<std::size_t>(argument_count));
  if (words.size() == 3 && std::string_view(words[1]) == "--write-seeds") return nvgre::fuzz::write_seeds(words[2]);
  return nvgre::fuzz::replay(words.subspan(1));
}
