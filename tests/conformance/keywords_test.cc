// KEY: every keyword with every listed value, set before initialization, then seen twice: in what the adapter reports
// as current, and in what it does with packets.
#include <array>
#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "tests/support/adapter_support.h"
#include "tests/support/offload_probe.h"

namespace nvgre::offload {
namespace {

using test::kBlue;
using test::keywords_of;
using test::kProbeTcp;
using test::kProbeUdp;
using test::OffloadProbe;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using wire::IpVersion;

constexpr IpVersion kVersions[] = {IpVersion::kV4, IpVersion::kV6};
constexpr std::uint8_t kMaskV4 = EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4;
constexpr std::uint8_t kMaskV6 = EncapsulatedMask::kInnerV6 | EncapsulatedMask::kOuterV6;

/// An adapter that starts with one keyword, and whose host then turns on all that it may.
Adapter started(const std::string& name, std::uint32_t value) {
  Adapter adapter{Capabilities(), keywords_of({{name, std::to_string(value)}})};
  adapter.turn_everything_on();
  return adapter;
}

/// The current set that a keyword leaves: everything but what `remove` takes out.
OffloadSet current_without(const std::function<void(OffloadSet&)>& remove) {
  auto expected = Adapter().current_configuration();
  remove(expected);
  return expected;
}

/// For every pairing of versions: a task for packets of NVGRE works if it is on for both.
void expect_pairings(const std::function<bool(IpVersion outer, IpVersion inner)>& works,
                     const std::function<bool(IpVersion)>& is_on, const std::string& what) {
  for (const auto outer : kVersions)
    for (const auto inner : kVersions) EXPECT_EQ(works(outer, inner), is_on(outer) && is_on(inner)) << what;
}

TEST(Keyword, KEY_1_EncapsulatedPacketTaskOffload) {
  for (const std::uint32_t value : {0U, 1U}) {
    auto adapter = started("EncapsulatedPacketTaskOffload", value);
    const auto expected = current_without([&](OffloadSet& set) {
      if (value == 0) set.encapsulated = {};
    });
    EXPECT_EQ(adapter.current_configuration(), expected);
    OffloadProbe probe(adapter);
    const auto is_on = [&](IpVersion) { return value == 1; };
    expect_pairings([&](auto outer, auto inner) { return probe.large_send(outer, inner); }, is_on, "large send");
    expect_pairings([&](auto outer, auto inner) { return probe.udp_segmentation(outer, inner); }, is_on, "USO");
    expect_pairings([&](auto outer, auto inner) { return probe.receive_checksum(kProbeUdp, outer, inner); }, is_on,
                    "receive checksum");
    for (const auto version : kVersions) {
      EXPECT_TRUE(probe.large_send(std::nullopt, version)) << "plain packets keep theirs";
      EXPECT_EQ(probe.coalesces(version, kBlue), value == 1);
      EXPECT_TRUE(probe.coalesces(version));
    }
  }
}

/// A checksum keyword that is about TCP or UDP of one version.
struct ChecksumKeyword {
  const char* name;
  std::uint8_t protocol;
  IpVersion version;
  bool& (*flag)(ChecksumTasks&);
};
constexpr std::array<ChecksumKeyword, 4> kChecksumKeywords = {{
    {"TCPChecksumOffloadIPv4", kProbeTcp, IpVersion::kV4, [](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v4; }},
    {"TCPChecksumOffloadIPv6", kProbeTcp, IpVersion::kV6, [](ChecksumTasks& tasks) -> bool& { return tasks.tcp.v6; }},
    {"UDPChecksumOffloadIPv4", kProbeUdp, IpVersion::kV4, [](ChecksumTasks& tasks) -> bool& { return tasks.udp.v4; }},
    {"UDPChecksumOffloadIPv6", kProbeUdp, IpVersion::kV6, [](ChecksumTasks& tasks) -> bool& { return tasks.udp.v6; }},
}};

TEST(Keyword, KEY_2_IPChecksumOffloadIPv4) {
  for (std::uint32_t value = 0; value <= 3; ++value) {
    auto adapter = started("IPChecksumOffloadIPv4", value);
    const auto expected = current_without([&](OffloadSet& set) {
      set.tasks.transmit_checksum.ip_v4 = (value & 1) != 0;
      set.tasks.receive_checksum.ip_v4 = (value & 2) != 0;
    });
    EXPECT_EQ(adapter.current_configuration(), expected) << value;
    OffloadProbe probe(adapter);
    EXPECT_EQ(probe.transmit_ip_checksum(), (value & 1) != 0) << value;
    EXPECT_EQ(probe.receive_ip_checksum(), (value & 2) != 0) << value;
    EXPECT_TRUE(probe.large_send(IpVersion::kV4, IpVersion::kV4)) << "segments get theirs all the same (TXC-17)";
  }
}

TEST(Keyword, KEY_3_KEY_4_KEY_5_and_KEY_6_TCP_and_UDP_checksums_of_each_version) {
  for (const auto& keyword : kChecksumKeywords) {
    for (std::uint32_t value = 0; value <= 3; ++value) {
      auto adapter = started(keyword.name, value);
      const bool transmits = (value & 1) != 0;
      const bool receives = (value & 2) != 0;
      const auto expected = current_without([&](OffloadSet& set) {
        keyword.flag(set.tasks.transmit_checksum) = transmits;
        keyword.flag(set.tasks.receive_checksum) = receives;
      });
      EXPECT_EQ(adapter.current_configuration(), expected) << keyword.name << " = " << value;
      OffloadProbe probe(adapter);
      for (const auto protocol : {kProbeTcp, kProbeUdp}) {
        const auto is_on = [&](bool direction) {
          return [&keyword, protocol, direction](IpVersion version) {
            return direction || protocol != keyword.protocol || version != keyword.version;
          };
        };
        for (const auto version : kVersions) {
          EXPECT_EQ(probe.transmit_checksum(protocol, std::nullopt, version), is_on(transmits)(version));
          EXPECT_EQ(probe.receive_checksum(protocol, std::nullopt, version), is_on(receives)(version));
        }
        expect_pairings([&](auto outer, auto inner) { return probe.transmit_checksum(protocol, outer, inner); },
                        is_on(transmits), keyword.name);
        expect_pairings([&](auto outer, auto inner) { return probe.receive_checksum(protocol, outer, inner); },
                        is_on(receives), keyword.name);
      }
      EXPECT_TRUE(probe.udp_segmentation(std::nullopt, keyword.version)) << "does not affect USO";
      EXPECT_TRUE(probe.large_send(std::nullopt, keyword.version));
    }
  }
}

TEST(Keyword, KEY_7_and_KEY_8_the_grouped_checksums_of_each_version) {
  for (const auto version : kVersions) {
    const bool is_v4 = version == IpVersion::kV4;
    const std::string name = is_v4 ? "TCPUDPChecksumOffloadIPv4" : "TCPUDPChecksumOffloadIPv6";
    for (std::uint32_t value = 0; value <= 3; ++value) {
      auto adapter = started(name, value);
      OffloadProbe probe(adapter);
      for (const auto protocol : {kProbeTcp, kProbeUdp}) {
        EXPECT_EQ(probe.transmit_checksum(protocol, std::nullopt, version), (value & 1) != 0) << name << value;
        EXPECT_EQ(probe.receive_checksum(protocol, std::nullopt, version), (value & 2) != 0) << name << value;
      }
      EXPECT_EQ(probe.transmit_ip_checksum(), !is_v4 || (value & 1) != 0) << name << value;
      EXPECT_EQ(probe.receive_ip_checksum(), !is_v4 || (value & 2) != 0) << name << value;
      // D-33: a granular keyword that is present wins.
      Adapter granular{Capabilities(),
                       keywords_of({{name, std::to_string(value)},
                                    {is_v4 ? "UDPChecksumOffloadIPv4" : "UDPChecksumOffloadIPv6", "3"}})};
      granular.turn_everything_on();
      EXPECT_TRUE(OffloadProbe(granular).transmit_checksum(kProbeUdp, std::nullopt, version));
      EXPECT_EQ(OffloadProbe(granular).transmit_checksum(kProbeTcp, std::nullopt, version), (value & 1) != 0);
    }
  }
}

TEST(Keyword, KEY_9_LsoV1IPv4_where_LsoV2IPv4_is_absent) {
  for (const std::uint32_t value : {0U, 1U}) {
    auto adapter = started("LsoV1IPv4", value);
    EXPECT_EQ(adapter.current_configuration().tasks.lso_v1, value == 1);
    EXPECT_EQ(OffloadProbe(adapter).large_send_v1(), value == 1);
    EXPECT_TRUE(OffloadProbe(adapter).large_send(std::nullopt, IpVersion::kV4));
    for (const std::uint32_t v2 : {0U, 1U}) {
      Adapter both{Capabilities(),
                   keywords_of({{"LsoV1IPv4", std::to_string(value)}, {"LsoV2IPv4", std::to_string(v2)}})};
      EXPECT_EQ(OffloadProbe(both).large_send_v1(), v2 == 1) << "ignored: LsoV2IPv4 speaks for both";
    }
  }
}

TEST(Keyword, KEY_10_and_KEY_11_LsoV2_of_each_version) {
  for (const auto version : kVersions) {
    const bool is_v4 = version == IpVersion::kV4;
    for (const std::uint32_t value : {0U, 1U}) {
      auto adapter = started(is_v4 ? "LsoV2IPv4" : "LsoV2IPv6", value);
      const auto expected = current_without([&](OffloadSet& set) {
        if (value == 1) return;
        (is_v4 ? set.tasks.lso.v4 : set.tasks.lso.v6) = false;
        if (is_v4) set.tasks.lso_v1 = false;
        set.encapsulated.lso = EncapsulatedMask(is_v4 ? kMaskV6 : kMaskV4);
      });
      EXPECT_EQ(adapter.current_configuration(), expected);
      OffloadProbe probe(adapter);
      const auto is_on = [&](IpVersion of) { return value == 1 || of != version; };
      for (const auto inner : kVersions) EXPECT_EQ(probe.large_send(std::nullopt, inner), is_on(inner));
      expect_pairings([&](auto outer, auto inner) { return probe.large_send(outer, inner); }, is_on, "large send");
      EXPECT_TRUE(probe.udp_segmentation(std::nullopt, version));
    }
  }
}

TEST(Keyword, KEY_12_and_KEY_13_USO_of_each_version) {
  for (const auto version : kVersions) {
    const bool is_v4 = version == IpVersion::kV4;
    for (const std::uint32_t value : {0U, 1U}) {
      auto adapter = started(is_v4 ? "UsoIPv4" : "UsoIPv6", value);
      const auto expected = current_without([&](OffloadSet& set) {
        if (value == 1) return;
        (is_v4 ? set.tasks.uso.v4 : set.tasks.uso.v6) = false;
        set.encapsulated.uso = EncapsulatedMask(is_v4 ? kMaskV6 : kMaskV4);
      });
      EXPECT_EQ(adapter.current_configuration(), expected);
      OffloadProbe probe(adapter);
      const auto is_on = [&](IpVersion of) { return value == 1 || of != version; };
      for (const auto inner : kVersions) EXPECT_EQ(probe.udp_segmentation(std::nullopt, inner), is_on(inner));
      expect_pairings([&](auto outer, auto inner) { return probe.udp_segmentation(outer, inner); }, is_on, "USO");
      EXPECT_TRUE(probe.transmit_checksum(kProbeUdp, std::nullopt, version));
    }
  }
}

TEST(Keyword, KEY_14_and_KEY_15_RSC_of_each_version_which_still_needs_to_be_turned_on) {
  for (const auto version : kVersions) {
    const bool is_v4 = version == IpVersion::kV4;
    const std::string name = is_v4 ? "RscIPv4" : "RscIPv6";
    for (const std::uint32_t value : {0U, 1U}) {
      auto adapter = started(name, value);
      const auto expected =
          current_without([&](OffloadSet& set) { (is_v4 ? set.tasks.rsc.v4 : set.tasks.rsc.v6) = value == 1; });
      EXPECT_EQ(adapter.current_configuration(), expected);
      for (const auto of : kVersions) {
        EXPECT_EQ(OffloadProbe(adapter).coalesces(of), value == 1 || of != version);
        EXPECT_EQ(OffloadProbe(adapter).coalesces(of, kBlue), value == 1 || of != version);
      }
      Adapter not_turned_on{Capabilities(), keywords_of({{name, std::to_string(value)}})};
      EXPECT_FALSE(OffloadProbe(not_turned_on).coalesces(version)) << "RSC-3";
    }
  }
}

TEST(Keyword, KEY_16_RSS) {
  for (const std::uint32_t value : {0U, 1U}) {
    auto adapter = started("RSS", value);
    EXPECT_EQ(adapter.current_configuration().rss.supported, value == 1);
    EXPECT_EQ(adapter.current_configuration().encapsulated.rss.bits(), value == 1 ? EncapsulatedMask::kAll : 0);
    const auto type = OffloadProbe(adapter).hash_type(IpVersion::kV4, IpVersion::kV6);
    EXPECT_EQ(type, value == 1 ? std::optional(RssHashType::kTcpIpv6) : std::nullopt);
    EXPECT_EQ(adapter.set_receive_scaling(RssParameters()).has_value(), value == 1);
  }
}

/// The processors that the host's own table names, under these keywords on a host of 4 groups of 8.
std::set<unsigned> processors(std::initializer_list<KeywordSetting> settings) {
  Keywords keywords(KeywordHost{.processor_groups = 4, .processors_per_group = 8});
  for (const auto& setting : settings) EXPECT_TRUE(keywords.set(setting.name, setting.value)) << setting.name;
  Adapter adapter{Capabilities(), keywords};
  adapter.turn_everything_on();
  std::set<unsigned> named;
  for (const auto& processor : adapter.rss_parameters()->indirection_table)
    named.insert(processor.group * 100U + processor.number);
  return named;
}

TEST(Keyword, KEY_17_every_RSSProfile_is_reported_and_spreads_over_the_same_processors) {
  for (std::uint32_t value = 1; value <= 6; ++value) {
    const auto adapter = started("RSSProfile", value);
    const auto profile = value == 6 ? RssProfile::kNumaStatic : static_cast<RssProfile>(value);
    EXPECT_EQ(adapter.configuration().rss->profile, profile);
    EXPECT_EQ(processors({{"RSSProfile", std::to_string(value)}}), processors({}));
  }
}

TEST(Keyword, KEY_18_KEY_19_KEY_20_and_KEY_21_base_and_maximum_bound_the_processors) {
  EXPECT_EQ(
      processors(
          {{"RssBaseProcGroup", "1"}, {"RssBaseProcNumber", "6"}, {"RssMaxProcGroup", "2"}, {"RssMaxProcNumber", "1"}}),
      (std::set<unsigned>{106, 107, 200, 201}));
  EXPECT_EQ(processors({{"RssBaseProcNumber", "6"}, {"RssMaxProcGroup", "0"}}), (std::set<unsigned>{6, 7}));
  EXPECT_EQ(processors({{"RssMaxProcNumber", "0"}}), std::set<unsigned>{0}) << "group 0 by default";
  EXPECT_EQ(processors({}), (std::set<unsigned>{0, 1, 2, 3, 4, 5, 6, 7}));
}

TEST(Keyword, KEY_22_and_KEY_23_bound_how_many_processors_are_used) {
  EXPECT_THAT(processors({{"MaxRssProcessors", "3"}}), SizeIs(3));
  EXPECT_THAT(processors({{"NumRSSQueues", "5"}}), SizeIs(5));
  EXPECT_THAT(processors({{"NumRSSQueues", "5"}, {"MaxRssProcessors", "2"}}), SizeIs(2));
  EXPECT_THAT(processors({{"MaxRssProcessors", "32"}}), SizeIs(8)) << "capped to those that are admitted";
  EXPECT_EQ(started("NumRSSQueues", 5).current_configuration().rss.queues, 5U);
}

TEST(Keyword, KEY_24_NumaNodeId_is_kept_where_the_profile_reads_it) {
  for (const std::uint32_t value : {0U, 1U, 65'535U}) {
    const Adapter closest{Capabilities(), keywords_of({{"RSSProfile", "1"}, {"NumaNodeId", std::to_string(value)}})};
    EXPECT_EQ(closest.configuration().rss->numa_node, value);
    EXPECT_EQ(started("NumaNodeId", value).configuration().rss->numa_node, RssProcessors::kAnyNode) << "profile 4";
  }
}

/// Whether an inner MAC address chooses a queue.
bool sorts_by_inner_mac(Adapter& adapter) {
  auto* queues = adapter.receive_queues();
  if (queues == nullptr) return false;
  const auto queue = queues->allocate(ClientId{1}, {});
  const ReceiveFilter filter{.tests = {FieldTest::destination_mac(test::kReceiver)}, .encapsulated = true};
  EXPECT_TRUE(queues->set_filter(ClientId{1}, *queue, filter));
  EXPECT_TRUE(queues->complete_allocation(ClientId{1}, *queue));
  const auto frame = test::tunnelled(IpVersion::kV4, IpVersion::kV4).udp(1, 2).counting_payload(60).build();
  return queues->table()->find(frame, wire::locate(frame), adapter.active()).queue == *queue;
}

TEST(Keyword, KEY_25_KEY_28_and_KEY_36_the_preference_and_its_own_keyword_alone_decide_what_there_is) {
  for (const auto* preference : {"0", "1"}) {
    for (const auto* vmq : {"0", "1"}) {
      for (const auto* rss : {"0", "1"}) {
        Adapter adapter{Capabilities(), keywords_of({{"RssOrVmqPreference", preference}, {"VMQ", vmq}, {"RSS", rss}})};
        adapter.turn_everything_on();
        const bool prefers_vmq = *preference == '1';
        const bool has_vmq = prefers_vmq && *vmq == '1';
        const bool has_rss = !prefers_vmq && *rss == '1';
        EXPECT_EQ(adapter.current_configuration().vmq.supported, has_vmq);
        EXPECT_EQ(adapter.current_configuration().rss.supported, has_rss);
        EXPECT_EQ(sorts_by_inner_mac(adapter), has_vmq);
        EXPECT_EQ(OffloadProbe(adapter).hash_type(IpVersion::kV4, IpVersion::kV4).has_value(), has_rss);
      }
    }
  }
  EXPECT_TRUE(Adapter().current_configuration().rss.supported) << "an absent preference is RSS";
}

TEST(Keyword, KEY_27_VMQVlanFiltering_offers_VLAN_tests_under_VMQ_preference) {
  const ReceiveFilter filter{.tests = {FieldTest::destination_mac(test::kReceiver), FieldTest::vlan_id(5)}};
  for (const bool is_on : {false, true}) {
    Adapter adapter{Capabilities(),
                    keywords_of({{"RssOrVmqPreference", "1"}, {"VMQVlanFiltering", is_on ? "1" : "0"}})};
    EXPECT_EQ(adapter.current_configuration().vmq.vlan_filtering, is_on);
    auto& queues = *adapter.receive_queues();
    EXPECT_EQ(queues.set_filter(ClientId{1}, *queues.allocate(ClientId{1}, {}), filter).has_value(), is_on);
  }
}

TEST(Keyword, KEY_26_KEY_29_and_KEY_33_what_is_obsolete_or_not_supported_changes_nothing_and_1_is_said) {
  for (const auto* name :
       {"VMQLookaheadSplit", "SriovPreferred", "SRIOV", "IPsecOffloadV1IPv4", "IPsecOffloadV2", "IPsecOffloadV2IPv4"}) {
    const auto& description = describe(*find_keyword(name));
    for (auto value = description.minimum; value <= description.maximum; ++value) {
      const auto adapter = started(name, value);
      EXPECT_EQ(adapter.current_configuration(), Adapter().current_configuration()) << name;
      EXPECT_EQ(adapter.active(), started("LsoV2IPv6", 1).active()) << name;
      EXPECT_EQ(adapter.keywords().notices().empty(), value == 0) << name << " = " << value;
    }
  }
}

TEST(Keyword, KEY_30_PriorityVLANTag_lets_each_half_of_a_tag_through) {
  constexpr std::uint16_t kPriority = 5 << 13;
  constexpr std::uint16_t kVlanId = 100;
  for (std::uint32_t value = 0; value <= 3; ++value) {
    auto adapter = started("PriorityVLANTag", value);
    const auto expected =
        static_cast<std::uint16_t>(((value & 1) != 0 ? kPriority : 0) | ((value & 2) != 0 ? kVlanId : 0));
    EXPECT_EQ(OffloadProbe(adapter).inserted_tag(kPriority | kVlanId),
              expected != 0 ? std::optional(expected) : std::nullopt);
    EXPECT_EQ(OffloadProbe(adapter).inserted_tag(0), std::nullopt);
    EXPECT_EQ(adapter.active().tag_mask() & (kPriority | kVlanId), expected) << "what is handed up on receive";
  }
}

TEST(Keyword, KEY_31_JumboPacket_bounds_every_segment) {
  for (const std::uint32_t value : {1'514U, 1'515U, 9'014U, 65'549U}) {
    auto adapter = started("JumboPacket", value);
    EXPECT_EQ(adapter.active().link_mtu, value - 14);
    for (const std::uint32_t too_much : {0U, 1U}) {
      const auto mss = value - 14 - 40 + too_much;
      test::Submission submission(test::SampleFrame{.payload_size = mss});
      test::CollectingSink sink;
      const auto completion = adapter.send(submission.large_send(mss).request, sink);
      EXPECT_EQ(completion.failure, too_much == 1 ? std::optional(wire::DropReason::kSegmentTooLarge) : std::nullopt)
          << value;
    }
  }
}

TEST(Keyword, KEY_32_DisableTaskOffload_leaves_nothing_in_use_and_the_configuration_as_it_is) {
  for (const std::uint32_t value : {0U, 1U}) {
    auto adapter = started("DisableTaskOffload", value);
    EXPECT_EQ(adapter.encapsulation().has_value(), value == 0) << "OID_OFFLOAD_ENCAPSULATION";
    EXPECT_EQ(adapter.current_configuration(), Adapter().current_configuration());
    OffloadProbe probe(adapter);
    EXPECT_EQ(probe.large_send_v1(), value == 0);
    EXPECT_EQ(probe.receive_ip_checksum(), value == 0);
    for (const auto version : kVersions) {
      EXPECT_EQ(probe.large_send(std::nullopt, version), value == 0);
      EXPECT_EQ(probe.udp_segmentation(IpVersion::kV4, version), value == 0);
      EXPECT_EQ(probe.transmit_checksum(kProbeTcp, std::nullopt, version), value == 0);
      EXPECT_EQ(probe.coalesces(version), value == 0);
    }
  }
}

TEST(Keyword, KEY_34_no_keyword_at_any_value_changes_the_hardware_set) {
  for (const auto& description : keyword_table())
    for (const auto value : {description.minimum, Keywords().maximum(description.keyword)})
      EXPECT_EQ(started(std::string(description.name), value).hardware_capabilities(), OffloadSet::software())
          << description.name;
}

TEST(Keyword, KEY_35_an_empty_store_gives_every_default) {
  Keywords defaults;
  for (const auto& description : keyword_table()) {
    // Written down, the grouped keywords, LsoV2IPv4 and JumboPacket say more than their default does.
    if (description.keyword == Keyword::kJumboPacket) continue;
    ASSERT_TRUE(defaults.set(description.keyword, Keywords().default_value(description.keyword)));
  }
  Adapter empty;
  Adapter written{Capabilities(), defaults};
  EXPECT_EQ(empty.current_configuration(), written.current_configuration());
  empty.turn_everything_on();
  written.turn_everything_on();
  EXPECT_EQ(empty.active(), written.active());
  EXPECT_THAT(Adapter().keywords().notices(), IsEmpty());
}

}  // namespace
}  // namespace nvgre::offload
