/// A test program for tests/house/conformance to judge: its tests end as the environment variable SAMPLE wishes.
#include <cstdlib>
#include <string_view>

#include <gtest/gtest.h>

namespace {

bool is_wished(std::string_view wish) {
  const char* wished = std::getenv("SAMPLE");
  return wished != nullptr && wish == wished;
}

TEST(Sample, LSO_1_passes) {}

TEST(Sample, LSO_2_3_and_USO_4_fails_on_wish) {
  EXPECT_FALSE(is_wished("fail"));
}

TEST(Sample, LSO_5_to_LSO_7_D_2_is_skipped_on_wish) {
  if (is_wished("skip")) GTEST_SKIP();
}

TEST(Sample, USO_8_ends_the_program_on_wish) {
  if (is_wished("crash")) std::abort();
}

TEST(Sample, proves_no_rule_of_1000) {}

class Versions : public testing::TestWithParam<int> {};

TEST_P(Versions, USO_9_runs_in_each) {}

INSTANTIATE_TEST_SUITE_P(All, Versions, testing::Values(4, 6));

}  // namespace
