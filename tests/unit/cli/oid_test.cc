// `nvgre oid` on an adapter of its own, by calling what main() calls.
#include <algorithm>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/commands.h"
#include "tests/unit/capture/temporary_directory.h"
#include "tests/unit/cli/command.h"

namespace nvgre::cli {
namespace {

using testing::AllOf;
using testing::HasSubstr;

test::Outcome run(std::vector<const char*> words) {
  words.insert(words.begin(), "oid");
  return test::run(std::move(words));
}

TEST(OidCommand, shows_an_answer_field_by_field) {
  const auto outcome = run({"query", "OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES", "--offline"});
  EXPECT_EQ(outcome.status, kDone) << outcome.error;
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("OID_TCP_OFFLOAD_HARDWARE_CAPABILITIES (0xfc01020d) query: NDIS_STATUS_SUCCESS"),
                    HasSubstr("EncapsulatedPacketTaskOffloadGre.UsoSupported"),
                    HasSubstr("NDIS_ENCAPSULATED_PACKET_TASK_OFFLOAD_INNER_IPV4")));
}

TEST(OidCommand, CAP_9_speaks_the_version_that_was_asked_for) {
  const auto outcome = run({"query", "OID_TCP_OFFLOAD_CURRENT_CONFIG", "--offline", "--ndis", "6.30", "--json"});
  const auto answer = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(answer.at("bytes_written"), 156);
  const auto refused = run({"query", "OID_TCP_OFFLOAD_CURRENT_CONFIG", "--offline", "--ndis", "5.1"});
  EXPECT_EQ(refused.status, kUsage);
  EXPECT_THAT(refused.error, AllOf(HasSubstr("5.1"), HasSubstr("6.0 to 6.85")));
}

TEST(OidCommand, a_refused_request_ends_with_1_and_says_its_status) {
  const auto outcome = run({"set", "OID_OFFLOAD_ENCAPSULATION", "--offline", "--hex", "a8011c00"});
  EXPECT_EQ(outcome.status, kFailed);
  EXPECT_THAT(outcome.out, HasSubstr("OID_OFFLOAD_ENCAPSULATION (0x0101010a) set: NDIS_STATUS_"));
}

TEST(OidCommand, STATE_16_a_script_makes_requests_of_one_adapter) {
  const test::TemporaryDirectory directory;
  const auto path = directory.file("requests");
  std::ofstream(path)
      << "# activates everything for both versions\n"
         "query OID_OFFLOAD_ENCAPSULATION\n"
         "set OID_OFFLOAD_ENCAPSULATION a8011c00 01000000 02000000 0e000000 01000000 02000000 0e000000\n"
         "\n"
         "query OID_OFFLOAD_ENCAPSULATION\n";
  const auto outcome = run({"script", path.c_str(), "--offline"});
  EXPECT_EQ(outcome.status, kFailed);  // before the first set a query fails
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("query: NDIS_STATUS_FAILURE"), HasSubstr("set: NDIS_STATUS_SUCCESS"),
                                 HasSubstr("indicated NDIS_STATUS_TASK_OFFLOAD_CURRENT_CONFIG"),
                                 HasSubstr("query: NDIS_STATUS_SUCCESS")));
}

TEST(OidCommand, a_script_names_the_line_that_is_wrong) {
  const test::TemporaryDirectory directory;
  const auto path = directory.file("requests");
  std::ofstream(path) << "query OID_OFFLOAD_ENCAPSULATION\nquery\n";
  const auto outcome = run({"script", path.c_str(), "--offline"});
  EXPECT_EQ(outcome.status, kUsage);
  EXPECT_THAT(outcome.error, HasSubstr("requests:2"));
}

TEST(OidCommand, a_script_is_understood_whole_before_its_first_request) {
  const test::TemporaryDirectory directory;
  const auto path = directory.file("requests");
  for (const auto& [line, problem] : {std::pair{"query OID_NOTHING", "\"OID_NOTHING\" is no OID"},
                                      {"set OID_OFFLOAD_ENCAPSULATION xy", "hex: given \"xy\""},
                                      {"dance OID_OFFLOAD_ENCAPSULATION", "type: given \"dance\""},
                                      {"set", "accepted is TYPE OID [HEX]"}}) {
    std::ofstream(path) << "query OID_TCP_OFFLOAD_CURRENT_CONFIG  # good\n \t\n" << line << "\n";
    const auto outcome = run({"script", path.c_str(), "--offline"});
    EXPECT_EQ(outcome.status, kUsage) << line;
    EXPECT_THAT(outcome.error, AllOf(HasSubstr("requests:3: "), HasSubstr(problem)));
    EXPECT_EQ(outcome.out, "") << "nothing was asked";
  }
}

TEST(OidCommand, a_script_ends_where_nobody_answers) {
  const test::TemporaryDirectory directory;
  const auto path = directory.file("requests");
  std::ofstream(path) << "query OID_OFFLOAD_ENCAPSULATION\nquery OID_OFFLOAD_ENCAPSULATION\n";
  const auto outcome = run({"script", path.c_str(), "--socket", "/nonexistent/nvgre.sock"});
  EXPECT_EQ(outcome.status, kFailed);
  EXPECT_THAT(outcome.error, HasSubstr("requests:1: "));
  EXPECT_EQ(std::ranges::count(outcome.error, '\n'), 1) << outcome.error;
}

TEST(OidCommand, files_that_can_not_be_read_are_3_with_the_reason) {
  const test::TemporaryDirectory directory;
  const auto folder = directory.path().string();
  const auto hex = run({"query", "OID_GEN_RECEIVE_HASH", "--offline", "--hex", ("@" + folder).c_str()});
  EXPECT_EQ(hex.status, kUnreadable);
  EXPECT_EQ(hex.error, "nvgre oid: " + folder + ": cannot read: Is a directory\n");
  const auto configuration = run({"query", "OID_GEN_RECEIVE_HASH", "--offline", "--config", "/nowhere.toml"});
  EXPECT_EQ(configuration.status, kUnreadable);
  EXPECT_EQ(configuration.error, "nvgre oid: /nowhere.toml: cannot read: No such file or directory\n");
}

TEST(OidCommand, offline_there_is_no_socket) {
  const auto outcome = run({"query", "OID_OFFLOAD_ENCAPSULATION", "--offline", "--socket", "a.sock"});
  EXPECT_EQ(outcome.status, kUsage);
  EXPECT_THAT(outcome.error, AllOf(HasSubstr("--offline"), HasSubstr("--socket")));
}

TEST(OidCommand, decodes_buffers_from_elsewhere_out_of_a_file) {
  const test::TemporaryDirectory directory;
  const auto path = directory.file("dump");
  std::ofstream(path) << "a8 01 1c 00\n01 00 00 00 02 00 00 00\n";
  const auto outcome = run({"decode", "NDIS_OFFLOAD_ENCAPSULATION", "--hex", ("@" + path).c_str()});
  EXPECT_EQ(outcome.status, kFailed);
  EXPECT_THAT(outcome.error, HasSubstr("12 bytes, its header says 28"));
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("IPv4.Enabled"), HasSubstr("NDIS_OFFLOAD_SET_ON"),
                                 HasSubstr("NDIS_ENCAPSULATION_IEEE_802_3")));
}

TEST(OidCommand, what_is_wrong_is_named) {
  EXPECT_THAT(run({"query", "OID_NOTHING", "--offline"}).error, HasSubstr("OID_NOTHING"));
  EXPECT_EQ(run({"query", "OID_NOTHING", "--offline"}).status, kUsage);
  EXPECT_THAT(run({"decode", "NDIS_OFFLOAD", "--hex", "@no such file"}).error, HasSubstr("no such file"));
  EXPECT_EQ(run({"script", "no such file", "--offline"}).status, kUnreadable);
  EXPECT_EQ(run({"set", "OID_OFFLOAD_ENCAPSULATION", "--offline"}).status, kUsage);
  const auto nobody = run({"query", "OID_OFFLOAD_ENCAPSULATION", "--socket", "/nonexistent/nvgre.sock"});
  EXPECT_EQ(nobody.status, kFailed);
  EXPECT_THAT(nobody.error, HasSubstr("/nonexistent/nvgre.sock"));
}

TEST(OidCommand, a_length_that_is_none_is_refused_as_it_was_given) {
  for (const std::string length : {"-1", "1048577", "99999999999999999999", "x"}) {
    const auto outcome = run({"query", "OID_GEN_RECEIVE_HASH", "--offline", "--length", length.c_str()});
    EXPECT_EQ(outcome.status, kUsage) << length;
    EXPECT_THAT(outcome.error, HasSubstr("\"" + length + "\" is not accepted; accepted is a number from 0 to 1048576"));
  }
  const auto cut = run({"set", "OID_OFFLOAD_ENCAPSULATION", "--offline", "--hex", "a8011c00", "--length", "3"});
  EXPECT_EQ(cut.status, kUsage);
  EXPECT_THAT(cut.error, HasSubstr("length: given 3, but hex has 4 bytes"));
}

TEST(OidCommand, KEY_28_offline_it_prefers_what_the_endpoint_prefers) {
  EXPECT_EQ(run({"query", "OID_RECEIVE_FILTER_CURRENT_CAPABILITIES", "--offline"}).status, kDone);
  EXPECT_THAT(run({"query", "OID_GEN_RECEIVE_SCALE_CAPABILITIES", "--offline"}).out,
              HasSubstr("NDIS_STATUS_NOT_SUPPORTED"));
}

TEST(OidCommand, lists_what_there_is) {
  const auto outcome = run({"list"});
  EXPECT_EQ(outcome.status, kDone);
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("OID_RECEIVE_FILTER_ALLOCATE_QUEUE"), HasSubstr("0x00010223"),
                                 HasSubstr("NDIS_RECEIVE_QUEUE_PARAMETERS"), HasSubstr("refused")));
}

}  // namespace
}  // namespace nvgre::cli
