// CAP and STATE: what the adapter says of itself is what it does with packets, whatever the hardware, the keywords and
// the changes since. Announced is what Adapter tells; done is what OffloadProbe finds out.
#include <array>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/adapter_support.h"
#include "tests/support/offload_probe.h"

namespace nvgre::offload {
namespace {

using test::kEthernetOn;
using test::keywords_of;
using test::kNvgreOn;
using test::kProbeTcp;
using test::kProbeUdp;
using test::OffloadProbe;
using wire::IpVersion;

constexpr IpVersion kVersions[] = {IpVersion::kV4, IpVersion::kV6};

/// Everything that is active now, as the adapter lists it for `nvgre offload show`.
class Announced {
 public:
  explicit Announced(const Adapter& adapter) : tasks_(adapter.tasks()) {}

  /// A plain task of one version: "lso_v2_ipv4".
  [[nodiscard]] bool plain(const std::string& name) const { return task(name) != 0; }
  [[nodiscard]] bool covers(const std::string& mask, IpVersion inner, IpVersion outer) const {
    return EncapsulatedMask(task(mask)).covers(inner, outer);
  }

 private:
  [[nodiscard]] std::uint8_t task(const std::string& name) const {
    for (const auto& status : tasks_)
      if (status.machine_name == name) return status.active;
    ADD_FAILURE() << name;
    return 0;
  }
  std::vector<TaskStatus> tasks_;
};

std::string digit(IpVersion version) {
  return version == IpVersion::kV4 ? "4" : "6";
}

/// A task of both versions: its name without the version, its mask, and how to try it.
struct Task {
  const char* name;
  const char* mask;
  bool (*works)(OffloadProbe&, std::optional<IpVersion> outer, IpVersion inner);
};
constexpr std::array<Task, 6> kTasks = {{
    {"lso_v2_ipv", "encapsulated_lso",
     [](auto& probe, auto outer, auto inner) { return probe.large_send(outer, inner); }},
    {"uso_ipv", "encapsulated_uso",
     [](auto& probe, auto outer, auto inner) { return probe.udp_segmentation(outer, inner); }},
    {"transmit_checksum_tcp_v", "encapsulated_transmit_checksum",
     [](auto& probe, auto outer, auto inner) { return probe.transmit_checksum(kProbeTcp, outer, inner); }},
    {"transmit_checksum_udp_v", "encapsulated_transmit_checksum",
     [](auto& probe, auto outer, auto inner) { return probe.transmit_checksum(kProbeUdp, outer, inner); }},
    {"receive_checksum_tcp_v", "encapsulated_receive_checksum",
     [](auto& probe, auto outer, auto inner) { return probe.receive_checksum(kProbeTcp, outer, inner); }},
    {"receive_checksum_udp_v", "encapsulated_receive_checksum",
     [](auto& probe, auto outer, auto inner) { return probe.receive_checksum(kProbeUdp, outer, inner); }},
}};

/// The 2x2 matrix of every task, and the tasks that have none.
void expect_announced_is_done(Adapter& adapter) {
  const Announced announced(adapter);
  OffloadProbe probe(adapter);
  for (const auto& task : kTasks) {
    for (const auto inner : kVersions) {
      const bool plain = announced.plain(task.name + digit(inner));
      EXPECT_EQ(task.works(probe, std::nullopt, inner), plain) << task.name << digit(inner);
      for (const auto outer : kVersions)
        EXPECT_EQ(task.works(probe, outer, inner),
                  plain && announced.plain(task.name + digit(outer)) && announced.covers(task.mask, inner, outer))
            << task.mask << ", " << task.name << digit(inner) << " in " << digit(outer);
    }
  }
  EXPECT_EQ(probe.large_send_v1(), announced.plain("lso_v1"));
  EXPECT_EQ(probe.transmit_ip_checksum(), announced.plain("transmit_checksum_ip_v4"));
  EXPECT_EQ(probe.receive_ip_checksum(), announced.plain("receive_checksum_ip_v4"));
  for (const auto version : kVersions) EXPECT_EQ(probe.coalesces(version), announced.plain("rsc_ipv" + digit(version)));
}

/// Hardware that lacks anything.
OffloadSet any_backend(std::mt19937& random) {
  auto backend = OffloadSet::software();
  for (const auto& task : task_flags()) task.flag(backend.tasks) = random() % 4 != 0;
  const auto mask = [&] { return EncapsulatedMask(static_cast<std::uint8_t>(random() % 4 == 0 ? random() : 0xF)); };
  backend.encapsulated = {mask(), mask(), mask(), mask(), mask(), mask()};
  return backend;
}

Keywords any_keywords(std::mt19937& random) {
  Keywords keywords;
  for (const auto& description : keyword_table())
    if (random() % 4 == 0 && description.takes_effect == TakesEffect::kLive) {
      EXPECT_TRUE(keywords.set(description.keyword, description.minimum + random() % (description.maximum + 1)));
    }
  return keywords;
}

void change_anything(Adapter& adapter, std::mt19937& random) {
  const auto version = [&]() -> VersionEncapsulation {
    const auto choice = random() % 4;
    return choice == 0   ? VersionEncapsulation::off()
           : choice == 1 ? VersionEncapsulation{}
                         : VersionEncapsulation::ethernet();
  };
  const auto task = [&] { return static_cast<TaskSetting>(random() % 3); };
  const auto checksum = [&] { return static_cast<ChecksumSetting>(random() % 5); };
  const bool is_on = random() % 4 != 0;
  // What the hardware lacks is refused whole, which is a state too.
  [[maybe_unused]] const bool changed =
      adapter
          .set_parameters({.tcp_v4_checksum = checksum(),
                           .udp_v6_checksum = checksum(),
                           .lso_v6 = task(),
                           .uso_v4 = task(),
                           .rsc_v4 = task(),
                           .encapsulated = is_on ? SwitchSetting::kOn : SwitchSetting::kOff,
                           .encapsulation_types = is_on ? kEncapsulationTypeGre : std::uint8_t{0}})
          .has_value();
  [[maybe_unused]] const bool switched = adapter.set_encapsulation({.v4 = version(), .v6 = version()}).has_value();
}

TEST(Announced, CAP_3_CAP_12_and_STATE_27_is_done_for_any_hardware_keywords_and_changes_over_the_2x2_matrix) {
  std::mt19937 random(3'012'027);
  for (int round = 0; round < 60; ++round) {
    Adapter adapter{Capabilities(any_backend(random)), any_keywords(random)};
    expect_announced_is_done(adapter);
    adapter.turn_everything_on();
    expect_announced_is_done(adapter);
    for (int change = 0; change < 4; ++change) {
      change_anything(adapter, random);
      expect_announced_is_done(adapter);
    }
    if (HasFailure()) FAIL() << "round " << round;
  }
}

TEST(Announced, CAP_3_every_mask_covers_exactly_its_pairings) {
  for (std::uint8_t bits = 0; bits < 16; ++bits) {
    auto backend = OffloadSet::software();
    const EncapsulatedMask mask(bits);
    backend.encapsulated = {mask, mask, mask, mask, mask, mask};
    Adapter adapter{Capabilities(backend)};
    adapter.turn_everything_on();
    OffloadProbe probe(adapter);
    for (const auto& task : kTasks)
      for (const auto inner : kVersions)
        for (const auto outer : kVersions) {
          const bool has_inner = (bits & (inner == IpVersion::kV4 ? 1 : 4)) != 0;
          const bool has_outer = (bits & (outer == IpVersion::kV4 ? 2 : 8)) != 0;
          EXPECT_EQ(task.works(probe, outer, inner), has_inner && has_outer) << task.name << " mask " << int{bits};
        }
  }
}

TEST(Announced, CAP_7_options_that_the_hardware_steps_over_hold_for_inner_and_outer_headers_and_others_are_refused) {
  auto backend = OffloadSet::software();
  backend.lso_limits.ip_options = backend.lso_limits.tcp_options = backend.lso_limits.extension_headers = false;
  backend.uso_limits.extension_headers = false;
  backend.lso_v1_limits.tcp_options = false;
  Adapter crippled{Capabilities(backend)};
  Adapter complete;
  for (auto* adapter : {&crippled, &complete}) {
    adapter->turn_everything_on();
    OffloadProbe probe(*adapter);
    const bool is_complete = adapter == &complete;
    for (const auto outer :
         {std::optional<IpVersion>(), std::optional(IpVersion::kV4), std::optional(IpVersion::kV6)}) {
      for (const auto inner : kVersions) {
        EXPECT_TRUE(probe.large_send(outer, inner));
        EXPECT_EQ(probe.large_send(outer, inner, {.tcp = 12}), is_complete);
        EXPECT_EQ(probe.large_send(outer, inner, {.ip = 16}), is_complete);
        EXPECT_EQ(probe.udp_segmentation(outer, inner, {.ip = 16}), is_complete || inner == IpVersion::kV4);
      }
    }
    EXPECT_TRUE(probe.large_send_v1({.ip = 16}));
    EXPECT_EQ(probe.large_send_v1({.tcp = 12}), is_complete);
  }
}

TEST(Announced, CAP_7_and_CAP_14_a_checksum_of_hardware_without_IP_options_is_refused_for_packets_that_have_some) {
  auto backend = OffloadSet::software();
  backend.transmit_options.ip_options = false;
  backend.transmit_options.extension_header_bytes = 8;
  Adapter adapter{Capabilities(backend)};
  adapter.turn_everything_on();
  OffloadProbe probe(adapter);
  EXPECT_FALSE(adapter.current_configuration().tasks.transmit_checksum.tcp.v4) << "it needs IP options";
  EXPECT_TRUE(probe.transmit_checksum(kProbeUdp, std::nullopt, IpVersion::kV4));
  EXPECT_FALSE(probe.transmit_checksum(kProbeUdp, std::nullopt, IpVersion::kV4, {.ip = 8}));
  EXPECT_TRUE(probe.transmit_checksum(kProbeUdp, IpVersion::kV4, IpVersion::kV6, {.ip = 8}));
  EXPECT_FALSE(probe.transmit_checksum(kProbeUdp, IpVersion::kV4, IpVersion::kV6, {.ip = 16}));
}

TEST(Announced, CAP_14_a_TCPv4_checksum_turned_off_at_run_time_leaves_large_send_reported_and_working) {
  Adapter adapter;
  adapter.turn_everything_on();
  ASSERT_TRUE(adapter.set_parameters({.tcp_v4_checksum = ChecksumSetting::kOff}));
  EXPECT_TRUE(adapter.current_configuration().tasks.lso.v4);
  OffloadProbe probe(adapter);
  EXPECT_FALSE(probe.transmit_checksum(kProbeTcp, std::nullopt, IpVersion::kV4));
  EXPECT_TRUE(probe.large_send(std::nullopt, IpVersion::kV4));
  EXPECT_TRUE(probe.large_send(IpVersion::kV6, IpVersion::kV4));
  EXPECT_TRUE(probe.large_send_v1());
}

TEST(Announced, CAP_15_and_CAP_16_RSS_and_VMQ_are_published_as_hardware_and_one_of_them_as_current) {
  for (const bool prefers_vmq : {false, true}) {
    const Adapter adapter{Capabilities(),
                          keywords_of({{"RssOrVmqPreference", prefers_vmq ? "1" : "0"},
                                       {prefers_vmq ? "VMQVlanFiltering" : "NumRSSQueues", prefers_vmq ? "0" : "3"}})};
    EXPECT_EQ(adapter.hardware_capabilities(), OffloadSet::software());
    const auto current = adapter.current_configuration();
    EXPECT_EQ(current.rss.supported, !prefers_vmq);
    EXPECT_EQ(current.vmq.supported, prefers_vmq);
    EXPECT_EQ(current.rss.queues, prefers_vmq ? 0U : 3U);
    EXPECT_EQ(current.vmq.queues, prefers_vmq ? OffloadSet::software().vmq.queues : 0U);
    EXPECT_FALSE(current.vmq.vlan_filtering);
  }
}

TEST(Announced, CAP_17_and_RSC_29_the_two_flags_of_RSC_follow_hardware_and_keywords) {
  for (const bool v4 : {false, true}) {
    for (const bool v6 : {false, true}) {
      Adapter adapter{Capabilities(), keywords_of({{"RscIPv4", v4 ? "1" : "0"}, {"RscIPv6", v6 ? "1" : "0"}})};
      EXPECT_EQ(adapter.hardware_capabilities().tasks.rsc, (PerVersion{.v4 = true, .v6 = true}));
      EXPECT_EQ(adapter.current_configuration().tasks.rsc, (PerVersion{.v4 = v4, .v6 = v6}));
      adapter.turn_everything_on();
      EXPECT_EQ(OffloadProbe(adapter).coalesces(IpVersion::kV4), v4);
      EXPECT_EQ(OffloadProbe(adapter).coalesces(IpVersion::kV6), v6);
    }
  }
}

TEST(Announced, STATE_4_each_term_missing_in_turn_leaves_every_encapsulated_task_undone) {
  const auto expect_none = [](Adapter& adapter, const char* missing) {
    OffloadProbe probe(adapter);
    for (const auto& task : kTasks)
      for (const auto inner : kVersions)
        for (const auto outer : kVersions) EXPECT_FALSE(task.works(probe, outer, inner)) << task.name << missing;
  };
  Adapter disabled{Capabilities(), keywords_of({{"EncapsulatedPacketTaskOffload", "0"}})};
  disabled.turn_everything_on();
  expect_none(disabled, " without the keyword");
  Adapter not_turned_on;
  ASSERT_TRUE(not_turned_on.set_encapsulation(kEthernetOn));
  expect_none(not_turned_on, " without ON");
  Adapter without_base;
  ASSERT_TRUE(without_base.set_parameters(kNvgreOn));
  ASSERT_TRUE(without_base.set_encapsulation(test::kEthernetOff));
  expect_none(without_base, " without its base");
}

}  // namespace
}  // namespace nvgre::offload
