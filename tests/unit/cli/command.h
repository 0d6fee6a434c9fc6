/// The command, called as main() calls it.
#pragma once

#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/commands.h"

namespace nvgre::test {

struct Outcome {
  int status = 0;
  std::string out;
  std::string error;
};

inline Outcome run(std::vector<const char*> words) {
  words.insert(words.begin(), "nvgre");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  const int status = cli::run_command_line(static_cast<int>(words.size()), words.data());
  return {status, testing::internal::GetCapturedStdout(), testing::internal::GetCapturedStderr()};
}

/// The same with a standard output that takes nothing, in a process of its own: what can't be written stays buffered.
inline Outcome run_into_full_device(std::vector<const char*> words) {
  words.insert(words.begin(), "nvgre");
  testing::internal::CaptureStderr();
  const pid_t child = fork();
  if (child == 0) {
    dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    _exit(cli::run_command_line(static_cast<int>(words.size()), words.data()));
  }
  int status = 0;
  waitpid(child, &status, 0);
  return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, "", testing::internal::GetCapturedStderr()};
}

}  // namespace nvgre::test
