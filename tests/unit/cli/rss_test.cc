// What `nvgre rss set` refuses before it asks an endpoint.
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/commands.h"
#include "tests/unit/cli/command.h"

namespace nvgre::cli {
namespace {

using testing::HasSubstr;

test::Outcome set(std::vector<const char*> words) {
  words.insert(words.begin(), {"rss", "set", "--socket", "/nowhere.sock"});
  return test::run(std::move(words));
}

TEST(RssCommand, names_what_may_be_set_as_it_is_written) {
  for (const auto& [setting, problem] :
       {std::pair{"foo=1", "foo: accepted are table, table.N, key, hash_types and default_worker"},
        {"entries=1", "entries: accepted are table, table.N, key, hash_types and default_worker"},
        {"table.x=1", "table.x: given \"x\", accepted is an entry's number from 0 to 127"},
        {"table.=1", "table.: given \"\", accepted is an entry's number from 0 to 127"},
        {"table.128=1", "table.128: given \"128\", accepted is an entry's number from 0 to 127"},
        {"table.0=x", "table.0: given \"x\", accepted is a worker's number"},
        {"default_worker=-1", "default_worker: given \"-1\", accepted is a worker's number"},
        {"table", "given \"table\", accepted is NAME=VALUE"},
        {"=1", "given \"=1\", accepted is NAME=VALUE"}}) {
    const auto outcome = set({setting});
    EXPECT_EQ(outcome.status, kUsage) << setting;
    EXPECT_THAT(outcome.error, HasSubstr(problem));
  }
}

TEST(RssCommand, refuses_what_is_given_twice) {
  for (const auto& settings : std::vector<std::vector<const char*>>{{"table.0=1", "table.0=0"},
                                                                    {"table.1=1", "table.01=1"},
                                                                    {"default_worker=0", "default_worker=1"},
                                                                    {"table=0", "table=0,1"},
                                                                    {"key=00", "key=11"},
                                                                    {"hash_types=ipv4", "hash_types=ipv6"}}) {
    const auto outcome = set(settings);
    EXPECT_EQ(outcome.status, kUsage) << settings.front();
    EXPECT_THAT(outcome.error, HasSubstr(": given twice; once is enough"));
  }
}

TEST(RssCommand, asks_for_what_is_good) {
  const auto outcome = set({"table=0,1", "table.1=0", "hash_types=ipv4,ipv6", "default_worker=0"});
  EXPECT_EQ(outcome.status, kFailed);
  EXPECT_THAT(outcome.error, HasSubstr("/nowhere.sock: no nvgre runs here"));
}

}  // namespace
}  // namespace nvgre::cli
