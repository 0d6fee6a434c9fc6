#include "nvgre/control/configuration_check.h"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace nvgre::control {
namespace {

constexpr offload::KeywordHost kHost{.processors_per_group = 8, .prefers_vmq = true};
const std::string kProvider = "[provider]\naddresses = [\"198.18.0.1\"]\n";

Configuration configuration(const std::string& more) {
  return parse_configuration(kProvider + more, kHost).value();
}
std::string message_of(const Result<void>& judged) {
  return judged ? "" : judged.error().message;
}

TEST(JudgeWorkers, takes_those_that_there_are) {
  EXPECT_EQ(message_of(judge_workers(configuration(""), "f", 1)), "");
  EXPECT_EQ(message_of(judge_workers(configuration("[rss]\ntable = [0, 3]\n"), "f", 4)), "");
  EXPECT_EQ(message_of(judge_workers(configuration("[rss]\ntable = [0, 4]\n"), "f", 4)),
            "f:4: [rss] table: there is no worker 4; there are 0 to 3");
}

TEST(JudgeWorkers, D_46_refuses_a_table_where_nothing_is_hashed) {
  EXPECT_EQ(message_of(judge_workers(configuration("[rss]\ntable = [0]\n[offload]\nqueue_rss = 0\n"), "f", 4)),
            "f:4: [rss] table: nothing is hashed; RSS, VMQ and queue_rss of [offload] decide that");
}

TEST(JudgeWorkers, KEY_19_refuses_processors_of_which_none_is_a_worker) {
  const std::string text = "[offload]\nRssOrVmqPreference = 0\nRssBaseProcNumber = 3\n";
  EXPECT_EQ(message_of(judge_workers(configuration(text), "f", 4)), "");
  EXPECT_EQ(message_of(judge_workers(configuration(text), "f", 3)),
            "f:5: [offload] RssBaseProcNumber: no worker is admitted; there are 0 to 2, RssBaseProcNumber and "
            "RssMaxProcNumber say which may be used");
}

TEST(JudgeChange, takes_what_is_live) {
  EXPECT_EQ(message_of(judge_change(configuration(""), configuration("[offload]\nLsoV2IPv4 = 0\n"), "f")), "");
  EXPECT_EQ(message_of(judge_change(configuration(""), configuration("[offload]\nRSS = 1\n"), "f")), "")
      << "its default, written down";
}

TEST(JudgeChange, STATE_8_names_line_given_and_running_value_of_what_holds_from_the_start_on) {
  const std::string end = " while nvgre runs; takes effect at start: restart";
  for (const auto& [text, message] :
       {std::pair{"[datapath]\nworkers = 2\n", "f:4: [datapath] workers: given 2, accepted is 0"},
        {"[datapath]\ncpus = [1, 2]\n", "f:4: [datapath] cpus: given [1, 2], accepted is all CPUs"},
        {"[datapath]\nmode = \"kernel\"\n", "f:4: [datapath] mode: given \"kernel\", accepted is \"auto\""},
        {"[api]\nsocket = \"a\"\n", "f:4: [api] socket: given \"a\", accepted is \"/run/nvgre/nvgre.sock\""},
        {"[offload]\nrss = 0\n", "f:4: [offload] RSS: given 0, accepted is 1"}})
    EXPECT_EQ(message_of(judge_change(configuration(""), configuration(text), "f")), message + end);
  EXPECT_EQ(message_of(judge_change(configuration("[offload]\nVMQ = 0\n"), configuration("[offload]\n"), "f")),
            "f:3: [offload] VMQ: not given, which means 1, accepted is 0" + end);
}

}  // namespace
}  // namespace nvgre::control
