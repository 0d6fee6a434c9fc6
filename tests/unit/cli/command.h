/// The command, called as main() calls it.
#pragma once

#include <string>
#include <vector>

#include <gtest/gtest.h>

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

}  // namespace nvgre::test
