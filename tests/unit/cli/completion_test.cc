// The bash completion, asked as bash asks it, against what the command line really has.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"

namespace nvgre::cli {
namespace {

using testing::Contains;

/// What is offered for the last of the words.
std::set<std::string> offered(const std::string& words, int index) {
  const std::string script = "source " NVGRE_SOURCE_DIR "/cli/completion/nvgre; COMP_WORDS=(" + words +
                             "); COMP_CWORD=" + std::to_string(index) + "; _nvgre; echo \"${COMPREPLY[@]}\"";
  std::FILE* bash = popen(("bash -c '" + script + "' 2>/dev/null").c_str(), "r");
  std::string out;
  std::array<char, 256> buffer{};
  while (std::fgets(buffer.data(), buffer.size(), bash) != nullptr) out += buffer.data();
  pclose(bash);
  std::istringstream lines(out);
  std::set<std::string> result;
  for (std::string line; lines >> line;) result.insert(line);
  return result;
}

class Completion : public testing::Test {
 protected:
  Completion() {
    if (std::system("bash -c true") != 0) is_skipped_ = true;
    add_commands(app_, status_);
  }
  void SetUp() override {
    if (is_skipped_) GTEST_SKIP() << "needs bash";
  }
  CLI::App app_;
  int status_ = 0;
  bool is_skipped_ = false;
};

TEST_F(Completion, offers_every_subcommand) {
  const auto words = offered("nvgre \"\"", 1);
  for (const auto* command : app_.get_subcommands({})) EXPECT_THAT(words, Contains(command->get_name()));
}

TEST_F(Completion, offers_every_option_of_every_subcommand) {
  for (const auto* command : app_.get_subcommands({})) {
    const auto words = offered("nvgre " + command->get_name() + " --", 2);
    for (const auto* option : command->get_options()) {
      if (!option->get_name().starts_with("--") || option->get_name() == "--help") continue;
      EXPECT_THAT(words, Contains(option->get_name())) << command->get_name();
    }
  }
}

TEST_F(Completion, offers_show_and_set) {
  const auto words = offered("nvgre offload s", 2);
  EXPECT_EQ(words, (std::set<std::string>{"set", "show"}));
  EXPECT_EQ(offered("nvgre rss s", 2), words);
}

TEST_F(Completion, offers_every_action_of_offload_and_oid_with_its_options) {
  EXPECT_THAT(offered("nvgre oid s", 2), (std::set<std::string>{"set", "script"}));
  EXPECT_EQ(offered("nvgre offload export --format \"\"", 4), (std::set<std::string>{"inf", "toml"}));
  for (const std::string command : {"offload", "oid"}) {
    for (const auto* action : app_.get_subcommand(command)->get_subcommands({})) {
      EXPECT_THAT(offered("nvgre " + command + " \"\"", 2), Contains(action->get_name()));
      const auto words = offered("nvgre " + command + " " + action->get_name() + " --", 3);
      for (const auto* option : action->get_options()) {
        if (!option->get_name().starts_with("--")) continue;
        EXPECT_THAT(words, Contains(option->get_name())) << action->get_name();
      }
    }
  }
}

}  // namespace
}  // namespace nvgre::cli
