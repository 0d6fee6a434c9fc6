#include "nvgre/control/report_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nvgre::control {
namespace {

using nlohmann::json;
using wire::DropReason;
using wire::IpAddress;

template <typename Address>
Address address(std::string_view text) {
  return Address(IpAddress::parse(text).value());
}

datapath::Report sample() {
  datapath::Report report;
  report.plane = "userspace";
  report.underlay = {
      .interface = "eth0", .is_attached = true, .is_up = true, .mtu = 1'500, .attach_count = 2, .loss_count = 1};
  report.next_hops = {{.provider = address<wire::ProviderAddress>("198.18.0.2"),
                       .is_resolved = true,
                       .macs = {wire::MacAddress({2, 0, 0, 0, 0, 9})},
                       .path_mtu = 1'400},
                      {.provider = address<wire::ProviderAddress>("198.18.0.2"),
                       .source = address<wire::ProviderAddress>("198.18.1.1"),
                       .macs = {}}};
  overlay::SubnetDescription subnet;
  subnet.vsid = *wire::Vsid::from(5001);
  subnet.name = "blue";
  subnet.flood = overlay::FloodMode::kGroup;
  subnet.flood_group = address<wire::ProviderAddress>("239.1.1.1");
  report.subnets = {{.description = subnet, .counts = {}}};
  report.subnets[0].counts.packets_sent = 11;
  datapath::PortStatus port;
  port.description.device = "blue1";
  port.description.vsid = *wire::Vsid::from(5001);
  port.description.mac = wire::MacAddress({2, 0, 0, 0, 0x50, 1});
  port.description.addresses = {address<wire::CustomerAddress>("192.0.2.1")};
  port.is_made_by_us = true;
  port.mtu = 1'458;
  port.counts.frames_from_tenant = 3;
  port.counts.drops[DropReason::kSpoofedMac] = 4;
  report.ports = {port};
  report.workers.resize(2);
  report.workers[0].counts.lso_segments = 5;
  report.workers[1].cpu = 1;
  report.workers[1].counts.lso_segments = 6;
  report.workers[0].counts.drops[DropReason::kInnerVlan] = 1;
  report.workers[1].counts.drops[DropReason::kInnerVlan] = 2;
  return report;
}

TEST(ReportJson, KEY_29_SRIOV_is_0_whatever_was_given) {
  offload::Keywords keywords;
  ASSERT_TRUE(keywords.set("SRIOV", "1"));
  ASSERT_TRUE(keywords.set("RSSProfile", "6"));
  const auto report = to_json(offload::Adapter(offload::Capabilities(), keywords));
  for (const auto& keyword : report.at("keywords")) {
    const auto name = keyword.at("name").get<std::string>();
    const json given = name == "SRIOV" ? json(1) : name == "RSSProfile" ? json(6) : json();
    EXPECT_EQ(keyword.at("given_value"), given) << name;
    EXPECT_EQ(keyword.at("given"), !given.is_null()) << name;
    const auto otherwise = name == "SRIOV" ? keyword.at("default") : given;
    if (!given.is_null()) {
      EXPECT_EQ(keyword.at("value"), otherwise) << name;
    }
  }
}

TEST(ReportJson, tells_ports_with_counts_and_drops_by_machine_name) {
  const auto port = to_json(sample(), {}).at("ports").at(0);
  EXPECT_EQ(port.at("device"), "blue1");
  EXPECT_EQ(port.at("vsid"), 5001);
  EXPECT_EQ(port.at("mac"), "02:00:00:00:50:01");
  EXPECT_EQ(port.at("addresses"), json::array({"192.0.2.1"}));
  EXPECT_EQ(port.at("made_by_us"), true);
  EXPECT_EQ(port.at("mtu"), 1'458);
  EXPECT_EQ(port.at("counts").at("frames_from_tenant"), 3);
  EXPECT_EQ(port.at("counts").at("frames_to_tenant"), 0);
  EXPECT_EQ(port.at("drops").at("spoofed_mac"), 4);
  EXPECT_EQ(port.at("drops").size(), wire::kDropReasonCount) << "also those that are 0";
}

TEST(ReportJson, tells_the_underlay_and_how_peers_are_reached) {
  const auto status = to_json(sample(), {});
  EXPECT_EQ(status.at("plane"), "userspace");
  EXPECT_EQ(status.at("underlay"), json::parse(R"({"interface": "eth0", "attached": true, "up": true, "mtu": 1500,
                                                   "attach_count": 2, "loss_count": 1})"));
  EXPECT_EQ(status.at("next_hops").at(0), json::parse(R"({"provider": "198.18.0.2", "source": null, "resolved": true,
                                                          "macs": ["02:00:00:00:00:09"], "path_mtu": 1400})"));
  EXPECT_EQ(status.at("next_hops").at(1).at("source"), "198.18.1.1");
}

TEST(ReportJson, tells_subnets_and_records_in_the_words_of_the_configuration_file) {
  const overlay::RecordDescription record{.vsid = *wire::Vsid::from(5001),
                                          .addresses = {address<wire::CustomerAddress>("192.0.2.2")},
                                          .mac = wire::MacAddress({2, 0, 0, 0, 0x50, 2}),
                                          .provider = address<wire::ProviderAddress>("198.18.0.2")};
  const auto status = to_json(sample(), {record});
  const auto& subnet = status.at("subnets").at(0);
  EXPECT_EQ(subnet.at("flood"), "239.1.1.1");
  EXPECT_EQ(subnet.at("flow_id"), 0);
  EXPECT_EQ(subnet.at("unknown"), "drop");
  EXPECT_EQ(subnet.at("source"), nullptr);
  EXPECT_EQ(subnet.at("counts").at("packets_sent"), 11);
  EXPECT_EQ(status.at("records").at(0),
            json::parse(R"({"vsid": 5001, "addresses": ["192.0.2.2"], "mac": "02:00:00:00:50:02",
                            "provider": "198.18.0.2", "router": false})"));
}

TEST(ReportJson, tells_workers_and_their_sum) {
  const auto status = to_json(sample(), {});
  EXPECT_EQ(status.at("workers").at(1).at("cpu"), 1);
  EXPECT_EQ(status.at("workers").at(1).at("counts").at("lso_segments"), 6);
  EXPECT_EQ(status.at("total").at("counts").at("lso_segments"), 11);
  EXPECT_EQ(status.at("total").at("drops").at("inner_vlan"), 3);
}

TEST(ReportJson, CAP_20_tells_each_task_as_possible_enabled_and_active) {
  const offload::Adapter adapter;
  const auto shown = to_json(adapter);
  bool found = false;
  for (const auto& task : shown.at("tasks")) {
    if (task.at("name") != "encapsulated_lso") continue;
    found = true;
    EXPECT_EQ(task.at("is_mask"), true);
    EXPECT_EQ(task.at("possible"), 15);
    EXPECT_EQ(task.at("enabled"), 15) << "STATE-3: enabled by default";
    EXPECT_EQ(task.at("active"), 0) << "STATE-3: not active until it is turned on";
  }
  EXPECT_TRUE(found);
}

}  // namespace
}  // namespace nvgre::control
