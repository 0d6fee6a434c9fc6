#include "nvgre/control/data_plane_choice.h"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/datapath/userspace/usable_cpus.h"

namespace nvgre::control {
namespace {

using datapath::userspace::usable_cpus;
using testing::ElementsAre;
using testing::HasSubstr;

Configuration configuration(const std::string& datapath) {
  return parse_configuration("[provider]\naddresses = [\"198.18.0.1\"]\n[datapath]\n" + datapath, {}).value();
}

TEST(WorkerCpus, KEY_19_worker_n_has_the_nth_cpu_that_nvgre_may_use) {
  EXPECT_EQ(worker_cpus(configuration("")), usable_cpus());
  EXPECT_THAT(worker_cpus(configuration("workers = 1\n")), ElementsAre(usable_cpus().front()));
}

TEST(WorkerCpus, are_those_of_the_file_and_again_from_the_start_for_more_workers) {
  EXPECT_THAT(worker_cpus(configuration("cpus = [7, 5]\n")), ElementsAre(7, 5));
  EXPECT_THAT(worker_cpus(configuration("cpus = [7, 5]\nworkers = 3\n")), ElementsAre(7, 5, 7));
  EXPECT_THAT(worker_cpus(configuration("cpus = [7, 5]\nworkers = 1\n")), ElementsAre(7));
}

TEST(CheckDatapath, takes_the_mode_and_the_cpus_that_there_are) {
  EXPECT_TRUE(check_datapath(configuration("mode = \"userspace\"\n"), "f"));
  EXPECT_TRUE(check_datapath(configuration("cpus = [" + std::to_string(usable_cpus().back()) + "]\n"), "f"));
}

TEST(CheckDatapath, refuses_others_by_their_line) {
  const auto mode = check_datapath(configuration("mode = \"kernel\"\n"), "f");
  ASSERT_FALSE(mode);
  EXPECT_THAT(mode.error().message, HasSubstr("f:4: [datapath] mode: given \"kernel\", but this nvgre has no kernel"));
  const auto absent = usable_cpus().back() + 1;
  const auto cpus = check_datapath(configuration("\ncpus = [" + std::to_string(absent) + "]\n"), "f");
  ASSERT_FALSE(cpus);
  EXPECT_THAT(cpus.error().message, HasSubstr("f:5: [datapath] cpus: given " + std::to_string(absent) +
                                              ", accepted are the CPUs that this process may use: "));
}

}  // namespace
}  // namespace nvgre::control
