#include "cli/capture_input.h"

#include <csignal>

#include <sys/stat.h>
#include <unistd.h>

namespace nvgre::cli {
namespace {

bool is_pipe(int descriptor) {
  struct stat status{};
  return ::fstat(descriptor, &status) == 0 && S_ISFIFO(status.st_mode);
}

/// One that is ignored, as in a script's background, stays ignored.
void outlive_first_interrupt() {
  struct sigaction before{};
  if (::sigaction(SIGINT, nullptr, &before) != 0 || before.sa_handler == SIG_IGN) return;
  struct sigaction action{};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART | static_cast<int>(SA_RESETHAND);
  ::sigaction(SIGINT, &action, nullptr);
}

std::string judge_name(const std::string& path) {
  return path.empty() ? "the name is empty; accepted is a file's, or -" : "";
}

}  // namespace

CLI::Option* add_capture_name(CLI::App& command, const std::string& name, std::string& path,
                              const std::string& meaning) {
  return command.add_option(name, path, meaning)->required()->check(judge_name);
}

Result<capture::Reader> open_input(const std::string& path) {
  if (path == "-" && is_pipe(STDIN_FILENO)) outlive_first_interrupt();
  return capture::Reader::open(path);
}

}  // namespace nvgre::cli
