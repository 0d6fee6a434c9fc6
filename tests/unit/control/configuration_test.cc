#include "nvgre/control/configuration.h"

#include <random>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/whole_configuration.h"

namespace nvgre::control {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using wire::CustomerAddress;
using wire::IpAddress;
using wire::MacAddress;
using wire::ProviderAddress;

constexpr offload::KeywordHost kHost{.prefers_vmq = true};
constexpr std::string_view kProvider = "[provider]\ninterface = \"eth0\"\naddresses = [\"198.18.0.1\"]\n";  // 3 lines
constexpr std::string_view kSubnet = "[[subnet]]\nvsid = 5001\n";                                           // 2 lines

template <typename Address>
Address address(std::string_view text) {
  return Address(IpAddress::parse(text).value());
}

/// Everything that is wrong with a text, as people see it.
std::vector<std::string> problems_of(const std::string& text) {
  const auto configuration = parse_configuration(text, kHost);
  std::vector<std::string> lines;
  if (configuration) return lines;
  for (const auto& problem : configuration.error()) lines.push_back(to_string(problem, "f.toml"));
  return lines;
}

/// The only thing that is wrong with a text; what else there is shows in the comparison.
std::string problem_of(const std::string& text) {
  std::string all;
  for (const auto& line : problems_of(text)) all += (all.empty() ? "" : "\n") + line;
  return all;
}

/// A port whose one line is `line`, after 5 lines of what it needs: the port's table is line 6, `line` is line 9.
std::string with_port(const std::string& line, const std::string& device = "device = \"blue1\"",
                      const std::string& mac = "mac = \"02:00:00:00:50:01\"") {
  return std::string(kProvider) + std::string(kSubnet) + "[[port]]\n" + device + "\n" + mac + "\n" + line + "\n";
}

TEST(Configuration, reads_every_key) {
  const auto configuration = parse_configuration(test::kWholeConfiguration, kHost);
  ASSERT_TRUE(configuration) << to_string(configuration.error().front(), "whole");
  const auto& provider = configuration->policy.provider;
  EXPECT_EQ(provider.interface, "eth0");
  EXPECT_THAT(provider.addresses,
              ElementsAre(address<ProviderAddress>("198.18.0.1"), address<ProviderAddress>("2001:db8:1::1")));
  EXPECT_EQ(provider.dscp, 46);
  EXPECT_EQ(provider.time_to_live, 32);
  EXPECT_FALSE(provider.flow_label);
  EXPECT_EQ(provider.vlan, 100);
  EXPECT_EQ(configuration->mode, DataPlaneMode::kUserspace);
  EXPECT_EQ(configuration->workers, 2U);
  EXPECT_THAT(configuration->cpus, ElementsAre(1, 0));
  EXPECT_EQ(configuration->socket, "/tmp/blue.sock");
  EXPECT_EQ(configuration->offload.given(offload::Keyword::kLsoV2Ipv4), 0U);
  EXPECT_EQ(configuration->offload.given(offload::Keyword::kUdpChecksumOffloadIpv4), 2U);
  EXPECT_EQ(configuration->offload.given(offload::Keyword::kUsoIpv4), std::nullopt);
}

TEST(Configuration, reads_every_key_of_subnets_ports_and_records) {
  const auto configuration = parse_configuration(test::kWholeConfiguration, kHost);
  ASSERT_TRUE(configuration) << to_string(configuration.error().front(), "whole");
  const overlay::SubnetDescription subnet{
      .vsid = *wire::Vsid::from(5001),
      .name = "blue",
      .flow_id = overlay::FlowIdMode::kHash,
      .flood = overlay::FloodMode::kGroup,
      .flood_group = address<ProviderAddress>("239.1.1.1"),
      .unknown = overlay::UnknownMode::kReport,
      .source_check = false,
      .fragment = true,
      .source = address<ProviderAddress>("198.18.0.1"),
      .groups = {{address<CustomerAddress>("239.9.9.9"), address<ProviderAddress>("239.2.2.2")}}};
  EXPECT_THAT(configuration->policy.subnets, ElementsAre(subnet));
  const overlay::PortDescription port{
      .device = "blue1",
      .vsid = *wire::Vsid::from(5001),
      .mac = MacAddress({2, 0, 0, 0, 0x50, 1}),
      .addresses = {address<CustomerAddress>("192.0.2.1"), address<CustomerAddress>("2001:db8:2::1")},
      .spoof_check = false,
      .router = true};
  EXPECT_THAT(configuration->policy.ports, ElementsAre(port));
  const overlay::RecordDescription record{.vsid = *wire::Vsid::from(5001),
                                          .addresses = {address<CustomerAddress>("192.0.2.2")},
                                          .mac = MacAddress({2, 0, 0, 0, 0x50, 2}),
                                          .provider = address<ProviderAddress>("198.18.0.2"),
                                          .router = true};
  EXPECT_THAT(configuration->policy.records, ElementsAre(record));
}

TEST(Configuration, has_the_documented_defaults) {
  const auto configuration = parse_configuration(with_port("vsid = 5001"), kHost);
  ASSERT_TRUE(configuration) << to_string(configuration.error().front(), "f");
  overlay::ProviderDescription provider;
  provider.interface = "eth0";
  provider.addresses = {address<ProviderAddress>("198.18.0.1")};
  EXPECT_EQ(configuration->policy.provider, provider);
  EXPECT_EQ(configuration->policy.provider.time_to_live, 64);
  EXPECT_EQ(configuration->policy.provider.dscp, std::nullopt) << "copied";
  EXPECT_EQ(configuration->mode, DataPlaneMode::kAuto);
  EXPECT_EQ(configuration->workers, 0U);
  EXPECT_EQ(configuration->socket, "/run/nvgre/nvgre.sock");
  EXPECT_EQ(configuration->policy.subnets.front().name, "5001");
  EXPECT_EQ(configuration->policy.subnets.front().flow_id, overlay::FlowIdMode::kZero);
  EXPECT_EQ(configuration->policy.subnets.front().flood, overlay::FloodMode::kReplicate);
  EXPECT_EQ(configuration->policy.subnets.front().unknown, overlay::UnknownMode::kDrop);
  EXPECT_TRUE(configuration->policy.subnets.front().source_check);
  EXPECT_TRUE(configuration->policy.ports.front().spoof_check);
  EXPECT_FALSE(configuration->policy.ports.front().router);
  EXPECT_THAT(configuration->policy.ports.front().addresses, IsEmpty());
}

TEST(Configuration, accepts_the_words_that_mean_no_number) {
  const std::string text =
      "[provider]\ninterface = \"eth0\"\naddresses = [\"198.18.0.1\"]\ndscp = \"copy\"\nvlan = \"none\"\n";
  const auto configuration = parse_configuration(text, kHost);
  ASSERT_TRUE(configuration) << to_string(configuration.error().front(), "f");
  EXPECT_EQ(configuration->policy.provider.dscp, std::nullopt);
  EXPECT_EQ(configuration->policy.provider.vlan, std::nullopt);
}

/// One bad line, and all that is said about it.
struct BadLine {
  std::string line;
  std::string expected;  ///< Behind "f.toml:".
  friend void PrintTo(const BadLine& bad, std::ostream* out) { *out << bad.line; }
};
class BadLineOf : public testing::TestWithParam<BadLine> {};

class BadProviderLine : public BadLineOf {};
TEST_P(BadProviderLine, is_refused_with_line_key_given_and_accepted) {
  EXPECT_EQ(problem_of(std::string(kProvider) + GetParam().line + "\n"), "f.toml:" + GetParam().expected);
}
INSTANTIATE_TEST_SUITE_P(
    Configuration, BadProviderLine,
    testing::Values(
        BadLine{"dscp = 64", "4: [provider] dscp: given 64, accepted is \"copy\" or a number from 0 to 63"},
        BadLine{"dscp = \"keep\"", "4: [provider] dscp: given \"keep\", accepted is \"copy\" or a number from 0 to 63"},
        BadLine{"dscp = -1", "4: [provider] dscp: given -1, accepted is \"copy\" or a number from 0 to 63"},
        BadLine{"ttl = 0", "4: [provider] ttl: given 0, accepted is a number from 1 to 255"},
        BadLine{"ttl = \"64\"", "4: [provider] ttl: given \"64\", accepted is a number from 1 to 255"},
        BadLine{"ttl = 64.0", "4: [provider] ttl: given 64.0, accepted is a number from 1 to 255"},
        BadLine{"flow_label = 1", "4: [provider] flow_label: given 1, accepted is true or false"},
        BadLine{"vlan = 4095", "4: [provider] vlan: given 4095, accepted is \"none\" or a VLAN ID from 1 to 4094"},
        BadLine{"vlan = 0", "4: [provider] vlan: given 0, accepted is \"none\" or a VLAN ID from 1 to 4094"},
        BadLine{"adresses = []",
                "4: [provider] adresses: unknown key; did you mean \"addresses\"? accepted are interface, addresses, "
                "dscp, ttl, flow_label, vlan"},
        BadLine{"ttl = 64\nttl = 65",
                "5: not TOML: Error while parsing key-value pair: cannot redefine existing integer 'ttl'"},
        BadLine{"\n[datapath]\nmode = \"fast\"",
                "6: [datapath] mode: given \"fast\", accepted is \"auto\", \"kernel\" or \"userspace\""},
        BadLine{"[datapath]\nworkers = 257", "5: [datapath] workers: given 257, accepted is a number from 0 to 256"},
        BadLine{"[datapath]\ncpus = [0, 1024]",
                "5: [datapath] cpus: given 1024, accepted is a list of CPU numbers from 0 to 1023, such as [2, 3]"},
        BadLine{"[api]\nsocket = \"\"",
                "5: [api] socket: given \"\", accepted is a path of 1 to 107 bytes without NUL"},
        BadLine{"[api]\nsocket = \"/tmp/a\\u0000b\"",
                "5: [api] socket: given \"/tmp/a\\u0000b\", accepted is a path of 1 to 107 bytes without NUL"},
        BadLine{"[rss]\nhash_types = []",
                "5: [rss] hash_types: given [], accepted is a list of at least one of \"ipv4\", \"tcp_ipv4\", "
                "\"udp_ipv4\", \"ipv6\", \"tcp_ipv6\", \"udp_ipv6\""},
        BadLine{"[api]\nport = 80", "5: [api] port: unknown key; accepted are socket"},
        BadLine{"[offload]\nLsoV2IPv4 = \"on\"",
                "5: [offload] LsoV2IPv4: given \"on\", accepted is 0 off, 1 on (or false, true)"},
        BadLine{"[offload]\nUDPChecksumOffloadIPv4 = true",
                "5: [offload] UDPChecksumOffloadIPv4: given true, accepted is 0 off, 1 transmit, 2 receive, 3 both"},
        BadLine{"[offload]\nJumboPacket = -1", "5: [offload] JumboPacket: given -1, accepted is 1514 to 65549"},
        BadLine{"[offload]\nUsoIpv5 = 1",
                "5: [offload] UsoIpv5: unknown keyword; did you mean \"UsoIPv4\"? `nvgre offload show` lists them"},
        BadLine{"[offload]\nRssOrVmqPreference = 0\nRssBaseProcNumber = 1\nRssMaxProcNumber = 0",
                "6: [offload]: RssBaseProcGroup:RssBaseProcNumber is 0:1, above RssMaxProcGroup:RssMaxProcNumber, 0:0"},
        BadLine{"[offload]\nUsoIPv4 = 1\nusoipv4 = 0",
                "6: [offload] usoipv4: given twice, in two spellings of one name"},
        BadLine{"[subnet]\nvsid = 5001", "4: [[subnet]]: accepted is a table in double brackets, [[subnet]], for each"},
        BadLine{"[[datapath]]", "4: [datapath]: given [ {} ], accepted is one table [datapath]"},
        BadLine{"[[prot]]",
                "4: prot: unknown table; did you mean \"port\"? accepted are [provider], [datapath], [offload], [rss], "
                "[api], [[subnet]], [[port]], [[record]]"}));

class BadPortLine : public BadLineOf {};
TEST_P(BadPortLine, is_refused_with_line_key_given_and_accepted) {
  EXPECT_EQ(problem_of(with_port(GetParam().line)), "f.toml:" + GetParam().expected);
}
constexpr const char* kVsidAccepted = ", accepted is a number from 0x001000 to 0xFFFFFE (4096 to 16777214)";
INSTANTIATE_TEST_SUITE_P(
    Configuration, BadPortLine,
    testing::Values(
        BadLine{"vsid = 4095", std::string("9: [[port]] vsid: given 4095") + kVsidAccepted},
        BadLine{"vsid = 0xFFFFFF", std::string("9: [[port]] vsid: given 0xFFFFFF") + kVsidAccepted},
        BadLine{"vsid = -5001", std::string("9: [[port]] vsid: given -5001") + kVsidAccepted},
        BadLine{"vsid = \"5001\"", std::string("9: [[port]] vsid: given \"5001\"") + kVsidAccepted},
        BadLine{"", std::string("6: [[port]] vsid: missing") + kVsidAccepted},
        BadLine{"vsid = 5001\naddresses = \"192.0.2.1\"",
                "10: [[port]] addresses: given \"192.0.2.1\", accepted is a list of IPv4 and IPv6 addresses such as "
                "[\"192.0.2.1\", \"2001:db8::1\"]"},
        BadLine{"vsid = 5001\naddresses = [\"192.0.2.1\",\n\"192.0.2.256\"]",
                "11: [[port]] addresses: given \"192.0.2.256\", accepted is a list of IPv4 and IPv6 addresses such as "
                "[\"192.0.2.1\", \"2001:db8::1\"]"},
        BadLine{"vsid = 5001\naddresses = [\"192.0.2.1/24\"]",
                "10: [[port]] addresses: given \"192.0.2.1/24\", accepted is a list of IPv4 and IPv6 addresses such as "
                "[\"192.0.2.1\", \"2001:db8::1\"]"},
        BadLine{"vsid = 5001\nspoof_check = \"no\"",
                "10: [[port]] spoof_check: given \"no\", accepted is true or false"},
        BadLine{"vsid = 5001\ndevise = \"blue1\"",
                "10: [[port]] devise: unknown key; did you mean \"device\"? accepted are device, vsid, mac, addresses, "
                "spoof_check, router, workers"}));

TEST(Configuration, refuses_malformed_names_and_macs) {
  EXPECT_EQ(problem_of(with_port("vsid = 5001", "device = \"a name too long\"")),
            "f.toml:7: [[port]] device: given \"a name too long\", accepted is the name of an interface such as "
            "\"eth0\": 1 to 15 characters, no space, no \"/\"");
  EXPECT_EQ(problem_of(with_port("vsid = 5001", "device = \"blue1\"", "mac = \"02:00:00:00:50\"")),
            "f.toml:8: [[port]] mac: given \"02:00:00:00:50\", accepted is an Ethernet address such as "
            "\"02:00:00:00:50:01\"");
}

// Whoever shows a name to a terminal shows no more than that.
TEST(Configuration, refuses_a_control_character_in_a_name) {
  const auto named = [](const std::string& name) {
    return problem_of(std::string(kProvider) + std::string(kSubnet) + "name = \"" + name + "\"\n");
  };
  for (const std::string name : {"bl\\nue", "\\u001B[31mX", "\\u007F", "\\u0000", "x\\u009B31m"})
    EXPECT_THAT(named(name), testing::AllOf(testing::StartsWith("f.toml:6: [[subnet]] name: given \""),
                                            testing::EndsWith("\", accepted is a text of at least one character, none "
                                                              "of them a control character")))
        << name;
  for (const std::string name : {"blue", "bleu ciel", "\u00A0", "\u00E9\u0441\u84DD", "\u049B"})
    EXPECT_EQ(named(name), "") << name;
}

TEST(Configuration, refuses_a_record_with_both_spellings_of_its_addresses) {
  const std::string text = std::string(kProvider) + std::string(kSubnet) +
                           "[[record]]\nvsid = 5001\naddress = \"192.0.2.2\"\naddresses = [\"192.0.2.3\"]\n"
                           "mac = \"02:00:00:00:50:02\"\nprovider = \"198.18.0.2\"\n";
  EXPECT_EQ(problem_of(text), "f.toml:8: [[record]] address: given beside addresses, accepted is one of the two");
}

TEST(Configuration, refuses_flood_and_groups_that_are_no_multicast_address) {
  const std::string subnet = std::string(kProvider) + std::string(kSubnet);
  EXPECT_EQ(problem_of(subnet + "flood = \"198.18.0.2\"\n"),
            "f.toml:6: [[subnet]] flood: given \"198.18.0.2\", accepted is \"replicate\", \"drop\" or a multicast "
            "Provider Address such as \"239.1.1.1\"");
  EXPECT_EQ(problem_of(subnet + "groups = { \"192.0.2.1\" = \"239.2.2.2\" }\n"),
            "f.toml:6: [[subnet]] groups: given { \"192.0.2.1\" = \"239.2.2.2\" }, accepted is a table of multicast "
            "addresses, inner = provider's: { \"239.1.1.1\" = \"239.2.2.2\" }");
  EXPECT_EQ(problem_of(subnet + "flow_id = 7\n"), "f.toml:6: [[subnet]] flow_id: given 7, accepted is 0 or \"hash\"");
}

TEST(Configuration, refuses_a_group_in_two_spellings) {
  const std::string text = std::string(kProvider) + std::string(kSubnet) +
                           "groups = { \"ff0e::1\" = \"239.2.2.2\", \"FF0E:0::1\" = \"239.2.2.3\" }\n";
  EXPECT_EQ(problem_of(text), "f.toml:6: [[subnet]] groups: ff0e::1 given twice, in two spellings of one address");
}

TEST(Configuration, needs_a_provider_with_addresses) {
  EXPECT_EQ(problem_of(""),
            "f.toml: [provider]: missing; it names this host's Provider Addresses: addresses = [\"...\"]");
  EXPECT_THAT(problem_of("\n[provider]\ninterface = \"eth0\"\n"),
              HasSubstr("f.toml:2: [provider] addresses: missing, accepted is a list"));
}

TEST(Configuration, names_the_line_of_a_syntax_error) {
  EXPECT_THAT(problem_of("[provider]\ninterface = eth0\n"), HasSubstr("f.toml:2: not TOML: "));
}

// toml++ 3.3 would end the program on these.
TEST(Configuration, survives_what_the_parser_takes_for_impossible) {
  EXPECT_THAT(problem_of("[provider]\nttl = 64\n[\nvsid = 5001\n"), HasSubstr("f.toml:3: not TOML: "));
  EXPECT_THAT(problem_of("[\n"), HasSubstr("f.toml:1: not TOML: "));
  EXPECT_THAT(problem_of("ttl = 1\n\n[[\n"), HasSubstr("f.toml:3: not TOML: "));
  EXPECT_THAT(problem_of("[provider]\nttl = \u0400\n"), HasSubstr("f.toml:2: not TOML: "));
}

TEST(Configuration, survives_any_change_of_a_file) {
  std::mt19937 random(20'260'101);
  const auto below = [&](std::size_t limit) {
    return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random);
  };
  constexpr std::string_view kPieces[] = {"[", "]", "\"", "{",      "}",  "=",   "\n",
                                          ".", ",", "'",  "\"\"\"", "0x", "inf", "#"};
  for (int i = 0; i < 3'000; ++i) {
    std::string text(test::kWholeConfiguration);
    for (std::size_t change = below(5) + 1; change > 0; --change) {
      const auto at = below(text.size());
      switch (below(3)) {
        case 0:
          text[at] = static_cast<char>(below(256));
          break;
        case 1:
          text.erase(at, below(12));
          break;
        default:
          text.insert(at, kPieces[below(std::size(kPieces))]);
      }
    }
    const auto configuration = parse_configuration(text, kHost);
    EXPECT_TRUE(configuration || !configuration.error().empty()) << text;
  }
}

TEST(Configuration, reports_everything_that_is_wrong_by_line) {
  const std::string text =
      "[provider]\ninterface = \"eth0\"\naddresses = [\"nowhere\"]\nttl = 300\n"
      "[[subnet]]\nvsid = 1\n[[port]]\ndevice = \"blue1\"\nvsid = 5001\nmac = \"x\"\n[[porc]]\n";
  const auto problems = problems_of(text);
  ASSERT_EQ(problems.size(), 5U) << problem_of(text);
  EXPECT_THAT(problems[0], HasSubstr("f.toml:3: [provider] addresses"));
  EXPECT_THAT(problems[1], HasSubstr("f.toml:4: [provider] ttl"));
  EXPECT_THAT(problems[2], HasSubstr("f.toml:6: [[subnet]] vsid"));
  EXPECT_THAT(problems[3], HasSubstr("f.toml:10: [[port]] mac"));
  EXPECT_THAT(problems[4], HasSubstr("f.toml:11: porc"));
}

TEST(Configuration, names_line_and_key_of_what_the_policy_as_a_whole_refuses) {
  const std::string text = with_port("vsid = 5001") +
                           "[[port]]\ndevice = \"blue2\"\nvsid = 5001\nmac = \"02:00:00:00:50:01\"\n"  // lines 10 to 13
                           "[[record]]\nvsid = 5001\nmac = \"02:00:00:00:50:01\"\nprovider = \"198.18.0.2\"\n"
                           "[[port]]\ndevice = \"red1\"\nvsid = 5002\nmac = \"02:00:00:00:51:01\"\n";
  const auto problems = problems_of(text);
  ASSERT_EQ(problems.size(), 3U) << problem_of(text);
  EXPECT_THAT(problems[0], HasSubstr("f.toml:13: [[port]] mac: "));
  EXPECT_THAT(problems[0], HasSubstr("02:00:00:00:50:01"));
  EXPECT_THAT(problems[1], HasSubstr("f.toml:16: [[record]] mac: "));
  EXPECT_THAT(problems[2], HasSubstr("f.toml:20: [[port]] vsid: "));
}

TEST(Configuration, reports_nothing_that_follows_from_a_wrong_provider_address) {
  const std::string text =
      "[provider]\naddresses = [\"198.18.0.256\"]\n"
      "[[subnet]]\nvsid = 5001\nflood = \"239.1.1.1\"\nsource = \"198.18.0.1\"\n"
      "groups = { \"239.1.1.1\" = \"239.2.2.2\" }\n"
      "[[record]]\nvsid = 5001\nmac = \"02:00:00:00:50:02\"\nprovider = \"198.18.0.2\"\n";
  EXPECT_EQ(problem_of(text),
            "f.toml:2: [provider] addresses: given \"198.18.0.256\", accepted is a list of at least one IPv4 or IPv6 "
            "address, such as [\"198.18.0.1\"]");
}

TEST(Configuration, finds_line_and_key_of_an_address_in_either_spelling) {
  const std::string text = with_port("vsid = 5001\naddresses = [\"192.0.2.1\"]") +  // lines 1 to 10
                           "[[record]]\nvsid = 5001\naddress = \"192.0.2.1\"\nmac = \"02:00:00:00:50:02\"\n"
                           "provider = \"198.18.0.2\"\n";
  EXPECT_THAT(problem_of(text), HasSubstr("f.toml:13: [[record]] address: 192.0.2.1"));
}

TEST(Configuration, finds_the_line_of_a_device_that_turns_out_wrong) {
  const auto configuration = parse_configuration(test::kWholeConfiguration, kHost);
  ASSERT_TRUE(configuration);
  EXPECT_EQ(to_string(locate_problem(*configuration, "blue1", "no such device"), "f.toml"),
            "f.toml:33: [[port]] device: no such device");
  EXPECT_EQ(to_string(locate_problem(*configuration, "eth0", "is down"), "f.toml"),
            "f.toml:2: [provider] interface: is down");
  EXPECT_EQ(to_string(locate_problem(*configuration, "2001:db8:1::1", "not there"), "f.toml"),
            "f.toml:3: [provider] addresses: not there");
  EXPECT_EQ(to_string(locate_problem(*configuration, "", "something else"), "f.toml"), "f.toml: something else");
}

TEST(Configuration, names_a_file_that_cannot_be_read) {
  const auto configuration = read_configuration("/nowhere/nvgre.toml", kHost);
  ASSERT_FALSE(configuration);
  EXPECT_EQ(to_string(configuration.error().front(), "/nowhere/nvgre.toml"),
            "/nowhere/nvgre.toml: cannot read: No such file or directory");
}

TEST(Configuration, a_provider_without_an_address_is_named_by_the_line_of_the_list) {
  EXPECT_THAT(problem_of("[provider]\nttl = 3\naddresses = []\n"),
              HasSubstr("f.toml:3: [provider] addresses: given [], accepted is a list of at least one IPv4 or IPv6"));
  EXPECT_THAT(problem_of("[provider]\nttl = 3\n"), HasSubstr("f.toml:1: [provider] addresses: missing, accepted is"));
}

TEST(Configuration, an_empty_file_lacks_what_has_to_be_there) {
  const auto configuration = read_configuration("/dev/null", kHost);
  ASSERT_FALSE(configuration);
  EXPECT_THAT(to_string(configuration.error().front(), "f.toml"), HasSubstr("f.toml: [provider]: missing"));
}

TEST(Configuration, example_files_are_good) {
  for (const auto* name : {"examples/two-hosts/host-a.toml", "examples/two-hosts/host-b.toml"}) {
    const auto configuration = read_configuration(std::string(NVGRE_SOURCE_DIR "/") + name, kHost);
    ASSERT_TRUE(configuration) << to_string(configuration.error().front(), name);
    EXPECT_EQ(configuration->policy.subnets.size(), 2U);
  }
}

}  // namespace
}  // namespace nvgre::control
