#include "cli/status_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "cli/endpoint_query.h"
#include "nvgre/control/report_json.h"

namespace nvgre::cli {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

json sample() {
  datapath::Report report;
  report.plane = "userspace";
  report.underlay.interface = "eth0";
  report.subnets.resize(1);
  report.subnets[0].description.name = "blue";
  report.ports.resize(1);
  report.ports[0].description.device = "blue1";
  report.ports[0].is_attached = true;
  report.ports[0].counts.frames_from_tenant = 1'234'567;
  report.ports[0].counts.drops[wire::DropReason::kSpoofedMac] = 3;
  report.workers.resize(1);
  report.workers[0].counts.lso_segments = 45'000;
  report.workers[0].counts.drops[wire::DropReason::kUnknownVsid] = 7;
  json status = control::to_json(report, {});
  status["version"] = "1.2.3";
  status["plane_reason"] = "data plane userspace: as configured";
  status["configuration"] = "/etc/nvgre/nvgre.toml";
  status["uptime_seconds"] = 3'700;
  status["reloads"] = 2;
  status["offload"] = control::to_json(offload::Adapter());
  return status;
}

TEST(StatusText, tells_what_runs) {
  const auto text = status_text(sample());
  EXPECT_THAT(text,
              HasSubstr("nvgre 1.2.3, running for 1 h 1 min, 2 reloads\n  data plane userspace: as configured\n"));
  EXPECT_THAT(text, HasSubstr("underlay eth0: GONE"));
  EXPECT_THAT(text, HasSubstr("port blue1: DOWN"));
  EXPECT_THAT(text, HasSubstr("subnet 4096 blue: flow_id 0, flood replicate, unknown drop"));
}

TEST(StatusText, tells_counters_with_their_meaning_and_leaves_out_what_is_0) {
  const auto text = status_text(sample());
  EXPECT_THAT(text, HasSubstr("1 234 567 frames"));
  EXPECT_THAT(text, HasSubstr("45 000  lso_segments                   segments made of them"));
  EXPECT_THAT(text, HasSubstr("7  unknown_vsid                   no virtual subnet has this VSID"));
  EXPECT_THAT(text, HasSubstr("3  spoofed_mac"));
  EXPECT_THAT(text, Not(HasSubstr("uso_segments")));
}

TEST(StatusText, keeps_lists_of_tasks_within_the_line) {
  std::size_t longest = 0;
  const auto text = status_text(sample());
  for (std::size_t start = text.find("offloads"), end = 0; (end = text.find('\n', start)) != std::string::npos;
       start = end + 1)
    longest = std::max(longest, end - start);
  EXPECT_LE(longest, 100U);
}

TEST(StatusText, tells_of_each_queue_whose_it_is) {
  auto status = sample();
  status["queues"] = {
      {{"id", 0}, {"device", nullptr}, {"state", "running"}, {"filters", json::array()}, {"served_by", {0}}},
      {{"id", 1}, {"device", "blue1"}, {"state", "running"}, {"filters", json::array()}, {"packets", 5}},
      {{"id", 2},
       {"device", nullptr},
       {"state", "allocated"},
       {"filters", json::array()},
       {"vm_name", "a\x1b"},
       {"queue_name", "q"}}};
  const auto text = status_text(status);
  EXPECT_THAT(text, HasSubstr("queue 0 (default): running, workers 0\n"));
  EXPECT_THAT(text, HasSubstr("queue 1 of port blue1: running, workers none, 5 packets\n"));
  EXPECT_THAT(text, HasSubstr("queue 2 by OID, of \"a\\u001b\" \"q\": allocated, workers none\n"));
}

TEST(OffloadText, shows_keywords_and_tasks) {
  const auto text = offload_text(control::to_json(offload::Adapter()), "");
  EXPECT_THAT(text,
              HasSubstr("LsoV2IPv4                           1        1  live      0 off, 1 on (or false, true)"));
  EXPECT_THAT(text, HasSubstr("in 4+6 out 4+6  in 4+6 out 4+6  no"));
}

TEST(OffloadText, shows_one_keyword_with_all_there_is_to_say) {
  EXPECT_EQ(offload_text(control::to_json(offload::Adapter()), "LsoV2IPv4"),
            "LsoV2IPv4 = 1 (by default; default 1)\n  large send offload version 2, IPv4\n"
            "  accepted: 0 off, 1 on (or false, true)\n  a change takes effect: live\n");
}

TEST(OffloadText, KEY_29_says_of_SRIOV_what_holds_and_what_was_given) {
  offload::Keywords keywords;
  ASSERT_TRUE(keywords.set("SRIOV", "1"));
  const auto shown = control::to_json(offload::Adapter(offload::Capabilities(), keywords));
  EXPECT_THAT(offload_text(shown, "SRIOV"), testing::StartsWith("SRIOV = 0 (given 1; default 0)\n"));
  EXPECT_EQ(changed_keyword_text("SRIOV", 1), "SRIOV = 0 (given 1)\n");
  EXPECT_EQ(changed_keyword_text("RSS", 1), "RSS = 1\n");
}

TEST(Grouped, sets_thousands_apart) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1'000), "1 000");
  EXPECT_EQ(grouped(18'446'744'073'709'551'615U), "18 446 744 073 709 551 615");
}

}  // namespace
}  // namespace nvgre::cli
