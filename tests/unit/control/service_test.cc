#include "nvgre/control/service.h"

#include <fstream>
#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>

#include "tests/unit/capture/temporary_directory.h"
#include "tests/unit/control/fake_data_plane.h"

namespace nvgre::control {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr const char* kFile = R"([provider]
interface = "eth0"
addresses = ["198.18.0.1"]

[[subnet]]
vsid = 5001
name = "blue"

[[port]]
device = "blue1"
vsid = 5001
mac = "02:00:00:00:50:01"
)";
constexpr const char* kRecord = R"(
[[record]]
vsid = 5001
address = "192.0.2.2"
mac = "02:00:00:00:50:02"
provider = "198.18.0.2"
)";

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() : file_(directory_.file("nvgre.toml")) { state_.report.plane = "fake"; }
  void write(const std::string& text) const { std::ofstream(file_) << text; }
  /// A service of the file; "at start" without `extra`.
  Service service(const std::string& extra = "") {
    write(std::string(kFile) + extra);
    return Service(file_, read_configuration(file_, {.prefers_vmq = true}).value(),
                   {std::make_unique<test::FakeDataPlane>(state_), "for the test"});
  }
  template <typename T>
  static std::string message_of(const Result<T>& result) {
    return result ? "" : result.error().message;
  }

  test::TemporaryDirectory directory_;
  std::string file_;
  test::FakeDataPlaneState state_;
};

TEST_F(ServiceTest, STATE_4_starts_with_every_offload_turned_on_before_the_first_port) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  ASSERT_EQ(state_.policies.size(), 1U);
  EXPECT_EQ(state_.policies[0], service.configuration().policy);
  const auto& offloads = state_.offloads.back();
  EXPECT_TRUE(offloads.lso.active.v4);
  EXPECT_EQ(offloads.encapsulated.lso.bits(), offload::EncapsulatedMask::kAll);
  EXPECT_TRUE(offloads.rsc.v6);
  EXPECT_TRUE(offloads.receive_checksum.tcp.v4);
  EXPECT_EQ(offloads.link_mtu, 65'535U) << "path MTUs bound what is sent, not the MTU of this moment";
}

TEST_F(ServiceTest, RSC_28_answers_with_what_all_workers_joined) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  for (const unsigned factor : {1U, 10U}) {
    datapath::WorkerStatus worker;
    worker.counts.rsc_segments = 7 * factor;
    worker.counts.rsc_octets = 9'000 * factor;
    worker.counts.rsc_units = 2 * factor;
    worker.counts.rsc_aborts = factor;
    state_.report.workers.push_back(worker);
  }
  const json request = {{"request", {{"oid", "OID_TCP_RSC_STATISTICS"}, {"type", "query"}}}};
  const auto answer = service.handle("oid.request", request);
  ASSERT_TRUE(answer) << answer.error().message;
  std::map<std::string, std::string> fields;
  for (const auto& field : answer->at("fields")) fields[field.at("name")] = field.at("value");
  EXPECT_EQ(fields["CoalescedPkts"], "77");
  EXPECT_EQ(fields["CoalescedOctets"], "99000");
  EXPECT_EQ(fields["CoalesceEvents"], "22");
  EXPECT_EQ(fields["Aborts"], "11");
}

TEST_F(ServiceTest, KEY_1_leaves_NVGRE_offload_off_if_the_file_says_so) {
  auto service = this->service("[offload]\nEncapsulatedPacketTaskOffload = false\n");
  ASSERT_TRUE(service.start());
  EXPECT_EQ(state_.offloads.back().encapsulated.lso.bits(), 0);
}

TEST_F(ServiceTest, KEY_31_bounds_the_link_by_JumboPacket) {
  auto service = this->service("[offload]\nJumboPacket = 4014\n");
  ASSERT_TRUE(service.start());
  EXPECT_EQ(state_.offloads.back().link_mtu, 4'000U);
}

TEST_F(ServiceTest, names_the_line_of_a_device_that_the_data_plane_refuses) {
  state_.refusal = Error{ErrorCode::kUnavailable, "no such device", "blue1"};
  auto service = this->service();
  const auto started = service.start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(started.error().message, file_ + ":10: [[port]] device: no such device");
}

TEST_F(ServiceTest, KEY_an_import_is_lenient_and_tells_what_it_ignored) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const auto answer = service.handle("offload.import",
                                     {{"values", {{"*LsoV2IPv4", "0"}, {"*FlowControl", "3"}, {"*RSSProfile", "1"}}}});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->at("notes").size(), 2U);
  EXPECT_THAT(answer->at("notes")[0].get<std::string>(), HasSubstr("*FlowControl"));
  EXPECT_THAT(answer->at("notes")[1].get<std::string>(), HasSubstr("RSSProfile takes effect at start"));
  EXPECT_FALSE(state_.offloads.back().lso.active.v4);
  for (const json& wrong : {json(), json{{"values", json::object()}}, json{{"values", {{"RSS", 1}}}}})
    EXPECT_FALSE(service.handle("offload.import", wrong)) << wrong;
}

TEST_F(ServiceTest, reloads_the_policy) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  write(std::string(kFile) + kRecord);
  EXPECT_EQ(message_of(service.reload()), "");
  ASSERT_EQ(state_.policies.size(), 2U);
  EXPECT_EQ(state_.policies[1].records.size(), 1U);
  EXPECT_EQ(service.handle("status", {})->at("records").size(), 1U);
  EXPECT_EQ(service.handle("status", {})->at("reloads"), 1);
}

TEST_F(ServiceTest, STATE_8_refuses_a_wrong_file_whole_and_keeps_running) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const auto offload_changes = state_.offloads.size();
  write(std::string(kFile) + "[offload]\nLsoV2IPv4 = false\nRSS = 7\n" + kRecord + "vsid2 = 1\n");
  const auto reloaded = service.reload();
  EXPECT_THAT(message_of(reloaded), HasSubstr(file_ + ":15: [offload] RSS: given 7, accepted is 0 off, 1 on"));
  EXPECT_THAT(message_of(reloaded), HasSubstr(file_ + ":22: [[record]] vsid2: unknown key; did you mean \"vsid\"?"));
  EXPECT_EQ(state_.policies.size(), 1U);
  EXPECT_EQ(state_.offloads.size(), offload_changes);
}

TEST_F(ServiceTest, keeps_the_old_configuration_if_the_data_plane_refuses_the_new_one) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const auto offload_changes = state_.offloads.size();
  state_.refusal = Error{ErrorCode::kBusy, "in use", "blue1"};
  write(std::string(kFile) + "[offload]\nLsoV2IPv4 = false\n" + kRecord);
  EXPECT_EQ(message_of(service.reload()), file_ + ":10: [[port]] device: in use");
  EXPECT_TRUE(service.configuration().policy.records.empty());
  EXPECT_EQ(state_.offloads.size(), offload_changes) << "offloads change last";
}

TEST_F(ServiceTest, reloads_live_offloads_and_refuses_those_of_the_start) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  write(std::string(kFile) + "[offload]\nLsoV2IPv4 = false\n");
  ASSERT_EQ(message_of(service.reload()), "");
  EXPECT_FALSE(state_.offloads.back().lso.active.v4);
  EXPECT_TRUE(state_.offloads.back().lso.active.v6);

  write(std::string(kFile) + "[offload]\nLsoV2IPv4 = true\nRssOrVmqPreference = 0\n" + kRecord);
  EXPECT_EQ(message_of(service.reload()), file_ +
                                              ":15: [offload] RssOrVmqPreference: given 0, accepted is 1 while nvgre "
                                              "runs; takes effect at start: restart");
  EXPECT_FALSE(state_.offloads.back().lso.active.v4) << "nothing of it was taken";
  EXPECT_EQ(state_.policies.size(), 2U);
}

TEST_F(ServiceTest, refuses_to_change_what_is_fixed_at_start) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const std::string end = " while nvgre runs; takes effect at start: restart";
  write(std::string(kFile) + "[api]\nsocket = \"/elsewhere\"\n");
  EXPECT_EQ(message_of(service.reload()),
            file_ + ":14: [api] socket: given \"/elsewhere\", accepted is \"/run/nvgre/nvgre.sock\"" + end);
  write(std::string(kFile) + "[datapath]\nworkers = 7\n");
  EXPECT_EQ(message_of(service.reload()), file_ + ":14: [datapath] workers: given 7, accepted is 0" + end);
  write(std::string(kFile) + "[datapath]\nmode = \"userspace\"\n");
  EXPECT_EQ(message_of(service.reload()),
            file_ + ":14: [datapath] mode: given \"userspace\", accepted is \"auto\"" + end);
}

TEST_F(ServiceTest, refuses_that_a_line_of_the_start_goes) {
  auto service = this->service("[datapath]\nworkers = 1\n");
  ASSERT_TRUE(service.start());
  write(kFile);
  EXPECT_EQ(message_of(service.reload()), file_ +
                                              ": [datapath] workers: not given, which means 0, accepted is 1 while "
                                              "nvgre runs; takes effect at start: restart");
}

TEST_F(ServiceTest, says_that_the_file_is_gone) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  std::filesystem::remove(file_);
  EXPECT_EQ(message_of(service.reload()), file_ + ": cannot read: No such file or directory");
}

TEST_F(ServiceTest, does_not_wait_for_a_pipe_in_the_place_of_the_file) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  std::filesystem::remove(file_);
  ASSERT_EQ(mkfifo(file_.c_str(), 0600), 0);
  EXPECT_EQ(message_of(service.reload()), file_ + ": cannot read: given a pipe, accepted is a regular file");
}

TEST_F(ServiceTest, sets_offloads_live_and_all_or_nothing) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  ASSERT_TRUE(service.handle("offload.set", {{"values", {{"LsoV2IPv4", "false"}, {"UsoIPv6", "0"}}}}));
  EXPECT_FALSE(state_.offloads.back().lso.active.v4);
  EXPECT_FALSE(state_.offloads.back().uso.active.v6);

  const auto refused = service.handle("offload.set", {{"values", {{"LsoV2IPv4", "1"}, {"UsoIPv6", "2"}}}});
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message, HasSubstr("UsoIPv6: \"2\" is not accepted; accepted: 0 off, 1 on"));
  EXPECT_FALSE(state_.offloads.back().lso.active.v4);
}

TEST_F(ServiceTest, refuses_unknown_keywords_with_the_nearest_and_those_of_the_start) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const auto unknown = service.handle("offload.set", {{"values", {{"LsoV2Ipv7", "1"}}}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message,
            "LsoV2Ipv7: unknown keyword; did you mean \"LsoV2IPv4\"? `nvgre offload show` lists them");
  const auto fixed = service.handle("offload.set", {{"values", {{"VMQ", "0"}}}});
  ASSERT_FALSE(fixed);
  EXPECT_THAT(fixed.error().message, HasSubstr("VMQ takes effect at start"));
}

TEST_F(ServiceTest, refuses_requests_that_make_no_sense) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  EXPECT_FALSE(service.handle("dance", {}));
  EXPECT_FALSE(service.handle("offload.set", json::object()));
  EXPECT_FALSE(service.handle("offload.set", {{"values", json::array({1})}}));
  EXPECT_FALSE(service.handle("offload.set", {{"values", json::object()}}));
  EXPECT_FALSE(service.handle("offload.set", {{"values", {{"LsoV2IPv4", 1}}}}));
}

TEST_F(ServiceTest, shows_keywords_and_tasks) {
  auto service = this->service("[offload]\nLsoV2IPv4 = false\n");
  ASSERT_TRUE(service.start());
  const auto shown = service.handle("offload.show", {});
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->at("keywords").size(), offload::kKeywordCount);
  const auto& keyword = shown->at("keywords").at(9);
  EXPECT_EQ(keyword.at("name"), "LsoV2IPv4");
  EXPECT_EQ(keyword.at("value"), 0);
  EXPECT_EQ(keyword.at("default"), 1);
  EXPECT_EQ(keyword.at("given"), true);
  EXPECT_EQ(keyword.at("takes_effect"), "live");
}

TEST_F(ServiceTest, tells_what_runs_and_why) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  const auto status = service.handle("status", {});
  ASSERT_TRUE(status);
  EXPECT_EQ(status->at("plane"), "fake");
  EXPECT_EQ(status->at("plane_reason"), "for the test");
  EXPECT_EQ(status->at("configuration"), file_);
  EXPECT_EQ(status->at("reloads"), 0);
  EXPECT_TRUE(status->at("offload").contains("tasks"));
}

TEST_F(ServiceTest, D_46_steers_each_port_to_a_queue_of_its_own_and_changes_it_by_request) {
  state_.worker_count = 2;
  auto service = this->service();
  ASSERT_TRUE(service.start());
  ASSERT_EQ(state_.steerings.back().queues.size(), 2U);
  EXPECT_EQ(state_.steerings.back().queue_of("blue1").table[1], 1U);
  const auto shown = service.handle("rss.set", {{"values", {{"entries", {{"1", 0}}}}}});
  ASSERT_TRUE(shown);
  EXPECT_EQ(shown->at("table")[1], 0);
  EXPECT_EQ(state_.steerings.back().queue_of("blue1").table[1], 0U);
  EXPECT_FALSE(service.handle("rss.set", {{"values", {{"table", {0, 1, 0}}}}}));
  EXPECT_EQ(*service.handle("rss.show", {}), *shown);
  const auto queues = service.handle("status", {})->at("queues");
  EXPECT_EQ(queues[1].at("device"), "blue1");
  EXPECT_EQ(queues[1].at("filters")[0].at("vsid"), 5001);
}

/// The status of an OID request.
std::string oid_status(Service& service, const std::string& oid, const std::string& hex,
                       const std::string& type = "set") {
  const auto answer = service.handle("oid.request", {{"request", {{"oid", oid}, {"type", type}, {"hex", hex}}}});
  return answer ? answer->at("status").get<std::string>() : answer.error().message;
}

TEST_F(ServiceTest, RSS_15_refuses_a_table_with_a_processor_that_is_no_worker) {
  state_.worker_count = 2;
  auto service = this->service("\n[offload]\nRssOrVmqPreference = 0\n");
  ASSERT_TRUE(service.start());
  const auto before = *service.handle("rss.show", {});
  EXPECT_EQ(before.at("table").size(), 128U);
  // NDIS_RECEIVE_SCALE_PARAMETERS of revision 2 that changes the table alone, to the PROCESSOR_NUMBERs behind it.
  const auto request = [](const std::string& processor) {
    return "89022800 0B000000 01010000 08000000 28000000 00*20 00000000 0000" + processor + "00";
  };
  EXPECT_EQ(oid_status(service, "OID_GEN_RECEIVE_SCALE_PARAMETERS", request("02")), "NDIS_STATUS_INVALID_PARAMETER");
  EXPECT_EQ(*service.handle("rss.show", {}), before);
  EXPECT_EQ(oid_status(service, "OID_GEN_RECEIVE_SCALE_PARAMETERS", request("01")), "NDIS_STATUS_SUCCESS");
  EXPECT_EQ(service.handle("rss.show", {})->at("table"), (json{0, 1}));
}

TEST_F(ServiceTest, VMQ_3_shows_a_queue_that_was_allocated_by_OID_as_nobodys_port) {
  state_.worker_count = 3;
  auto service = this->service();
  ASSERT_TRUE(service.start());
  // NDIS_RECEIVE_QUEUE_PARAMETERS, revision 2: processors 1 and 2, VmName "blue1" as the port's device.
  ASSERT_EQ(
      oid_status(service, "OID_RECEIVE_FILTER_ALLOCATE_QUEUE",
                 "80024404 00000000 01000000 00*12 06 00*16 02 00*10 0A00 6200 6C00 7500 6500 3100 00*1028", "method"),
      "NDIS_STATUS_SUCCESS");
  const auto allocated = service.handle("status", {})->at("queues").at(2);
  EXPECT_TRUE(allocated.at("device").is_null());
  EXPECT_EQ(allocated.at("state"), "allocated");
  EXPECT_EQ(allocated.at("vm_name"), "blue1");
  EXPECT_FALSE(allocated.contains("served_by"));
  // NDIS_RECEIVE_QUEUE_ALLOCATION_COMPLETE_ARRAY with queue 2.
  const std::string complete = "80011400 00000000 14000000 01000000 10000000 80011000 00000000 02000000 00*4";
  ASSERT_EQ(oid_status(service, "OID_RECEIVE_FILTER_QUEUE_ALLOCATION_COMPLETE", complete, "method"),
            "NDIS_STATUS_SUCCESS");
  // NDIS_RECEIVE_FILTER_PARAMETERS with the encapsulation flag, and the test of 02:00:00:00:00:01 behind it.
  ASSERT_EQ(oid_status(service, "OID_RECEIVE_FILTER_SET_FILTER",
                       "80022C00 02000000 01000000 02000000 00*4 30000000 01000000 38000000 00*16 "
                       "80023800 00000000 01000000 01000000 01 00*7 02 00 00 00 00 01 00*26",
                       "method"),
            "NDIS_STATUS_SUCCESS");
  const auto running = service.handle("status", {})->at("queues").at(2);
  EXPECT_EQ(running.at("filters").size(), 1U);
  ASSERT_EQ(running.at("state"), "running");
  EXPECT_EQ(running.at("served_by"), (json{1, 2}));
  EXPECT_TRUE(running.at("device").is_null());
  EXPECT_FALSE(running.contains("packets"));
}

TEST_F(ServiceTest, says_who_turned_off_what_rss_set_would_change) {
  auto service = this->service("\n[offload]\nRssOrVmqPreference = 0\n");
  ASSERT_TRUE(service.start());
  const auto complaint = [&] { return message_of(service.handle("rss.set", {{"values", {{"table", {0}}}}})); };
  constexpr const char* kDisable = "89022800 10 00*35";
  constexpr const char* kHash = "80011400 01000000 01030000 28000000 14000000 00*40";
  ASSERT_EQ(oid_status(service, "OID_GEN_RECEIVE_SCALE_PARAMETERS", kDisable), "NDIS_STATUS_SUCCESS");
  EXPECT_THAT(complaint(), HasSubstr("OID_GEN_RECEIVE_SCALE_PARAMETERS turned RSS off"));
  ASSERT_EQ(oid_status(service, "OID_GEN_RECEIVE_HASH", kHash), "NDIS_STATUS_SUCCESS");
  EXPECT_THAT(complaint(), HasSubstr("OID_GEN_RECEIVE_HASH hashes without spreading"));
}

TEST_F(ServiceTest, says_which_keywords_keep_rss_from_being_set) {
  auto service = this->service("\n[offload]\nqueue_rss = false\n");
  ASSERT_TRUE(service.start());
  EXPECT_THAT(message_of(service.handle("rss.set", {{"values", {{"table", {0}}}}})),
              HasSubstr("queue_rss of [offload]"));
}

TEST_F(ServiceTest, says_why_nothing_is_steered) {
  auto service = this->service();
  ASSERT_TRUE(service.start());
  EXPECT_TRUE(service.handle("rss.show", {})->at("problem").is_null());
  state_.report.steering = datapath::SteeringKind::kKernel;
  state_.report.steering_problem = "cannot load the program";
  EXPECT_EQ(service.handle("rss.show", {})->at("problem"), "cannot load the program");
}

TEST_F(ServiceTest, refuses_workers_that_there_are_not_by_their_line) {
  state_.worker_count = 2;
  auto port = this->service("workers = [0, 2]\n");
  EXPECT_THAT(message_of(port.start()), HasSubstr(":13: [[port]] workers: given 2, accepted is a worker from 0 to 1"));
  auto rss = this->service("\n[rss]\ntable = [2]\n");
  EXPECT_THAT(message_of(rss.start()), HasSubstr(":15: [rss] table: there is no worker 2"));
  EXPECT_TRUE(state_.policies.empty());
}

TEST_F(ServiceTest, a_reload_sets_what_the_file_says_of_RSS) {
  state_.worker_count = 2;
  auto service = this->service("\n[rss]\ntable = [1]\n");
  ASSERT_TRUE(service.start());
  EXPECT_EQ(state_.steerings.back().queues.front().table, std::vector<unsigned>{1});
  ASSERT_TRUE(service.handle("rss.set", {{"values", {{"table", {0}}}}}));
  ASSERT_TRUE(service.reload());
  EXPECT_EQ(state_.steerings.back().queues.front().table, std::vector<unsigned>{1});
}

}  // namespace
}  // namespace nvgre::control
