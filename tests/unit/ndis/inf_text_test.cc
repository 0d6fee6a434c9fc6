#include "nvgre/ndis/inf_text.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nvgre::ndis {
namespace {

using offload::describe;
using offload::Keyword;
using offload::keyword_table;
using offload::KeywordOrigin;
using offload::Keywords;
using offload::KeywordSetting;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

MATCHER_P2(Gives, name, value, "") {
  return arg.name == name && arg.value == value;
}

std::vector<KeywordSetting> read(std::string_view text) {
  return read_inf(text, Keywords()).settings;
}

/// A store after the import of a text.
Keywords imported(std::string_view text, Keywords into = Keywords()) {
  const auto settings = read_inf(text, into);
  EXPECT_THAT(settings.notes, IsEmpty());
  EXPECT_THAT(into.import_leniently(settings.settings), IsEmpty());
  return into;
}

/// Any values of any keywords that an import takes together.
Keywords random_store(std::mt19937& random, const offload::KeywordHost& host = {}) {
  Keywords keywords(host);
  for (const auto& description : keyword_table()) {
    if (random() % 2 == 0) continue;
    const auto range = keywords.maximum(description.keyword) - description.minimum + 1;
    EXPECT_TRUE(keywords.set(description.keyword, description.minimum + random() % range));
  }
  return keywords.processors_problem().empty() ? keywords : random_store(random, host);
}

TEST(InfText, KEY_a_switch_is_written_as_a_drivers_INF_has_it) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set(Keyword::kLsoV2Ipv4, 0));
  const auto text = write_inf(keywords);
  EXPECT_THAT(text, HasSubstr(R"(
HKR, Ndi\params\*LsoV2IPv4, ParamDesc, 0, "large send offload version 2, IPv4"
HKR, Ndi\params\*LsoV2IPv4, Type, 0, "enum"
HKR, Ndi\params\*LsoV2IPv4, Default, 0, "1"
HKR, Ndi\params\*LsoV2IPv4\enum, 0, 0, "off"
HKR, Ndi\params\*LsoV2IPv4\enum, 1, 0, "on"
)"));
  EXPECT_THAT(text, HasSubstr("\n[nvgre.values]\nHKR, , *LsoV2IPv4, 0, \"0\"\n"));
}

TEST(InfText, KEY_31_a_number_is_written_with_its_range) {
  EXPECT_THAT(write_inf(Keywords()), HasSubstr(R"(
HKR, Ndi\params\*JumboPacket, Type, 0, "int"
HKR, Ndi\params\*JumboPacket, Default, 0, "1514"
HKR, Ndi\params\*JumboPacket, Min, 0, "1514"
HKR, Ndi\params\*JumboPacket, Max, 0, "65549"
HKR, Ndi\params\*JumboPacket, Step, 0, "1"
HKR, Ndi\params\*JumboPacket, Base, 0, "10"
)"));
}

TEST(InfText, KEY_every_keyword_of_an_adapter_is_described_with_its_default_and_every_value) {
  const Keywords keywords;
  const auto text = write_inf(keywords);
  for (const auto& description : keyword_table()) {
    const std::string name(description.name);
    const std::string asterisk = description.origin == KeywordOrigin::kStandardized ? "*" : "";
    const auto key = "HKR, Ndi\\params\\" + asterisk + name;
    if (description.origin == KeywordOrigin::kHost) {
      EXPECT_THAT(text, Not(HasSubstr(name)));
      continue;
    }
    const auto default_value = std::to_string(keywords.default_value(description.keyword));
    EXPECT_THAT(text, HasSubstr(key + ", Default, 0, \"" + default_value + "\"\n"));
    if (description.value_names.empty()) {
      EXPECT_THAT(text, HasSubstr(key + ", Max, 0, \"" + std::to_string(keywords.maximum(description.keyword)) + "\""));
      continue;
    }
    for (auto value = description.minimum; value <= description.maximum; ++value)
      EXPECT_THAT(text, HasSubstr(key + "\\enum, " + std::to_string(value) + ", 0, \"")) << name;
  }
}

TEST(InfText, KEY_32_the_hosts_keyword_is_written_where_the_host_reads_it) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set(Keyword::kDisableTaskOffload, 1));
  const auto text = write_inf(keywords);
  EXPECT_THAT(text, HasSubstr("HKLM, SYSTEM\\CurrentControlSet\\Services\\Tcpip\\Parameters, DisableTaskOffload, "
                              "0x00010001, 1\n"));
  EXPECT_EQ(imported(text), keywords);
}

TEST(InfText, KEY_an_export_imported_gives_the_same_store_into_an_empty_one_and_into_itself) {
  std::mt19937 random(16);
  for (int round = 0; round < 300; ++round) {
    const auto keywords = random_store(random);
    const auto text = write_inf(keywords);
    ASSERT_EQ(imported(text), keywords) << text;
    ASSERT_EQ(imported(text, keywords), keywords) << text;
  }
}

TEST(InfText, KEY_an_export_of_one_host_keeps_its_given_values_on_another_where_they_are_accepted) {
  Keywords small(offload::KeywordHost{.processors_per_group = 2, .prefers_vmq = true});
  ASSERT_TRUE(small.set(Keyword::kRssMaxProcNumber, 1));
  const auto large = imported(write_inf(small), Keywords(offload::KeywordHost{.processors_per_group = 64}));
  EXPECT_EQ(large.given(Keyword::kRssMaxProcNumber), 1U);
  EXPECT_TRUE(large.is_on(Keyword::kRssOrVmqPreference)) << "it was the other host's default, and is not this one's";
}

TEST(InfText, lines_may_be_written_in_any_way_that_INF_allows) {
  EXPECT_THAT(read(R"(
[driver.reg]   ; comment
hkr,,*LsoV2IPv4,,0
HKR , , "*UsoIPv4" , 0x00000000 , "1" ; "; not a comment"
HKR,, *JumboPacket, 0, \
   "9014"
HKR,, *RssBaseProcNumber, 0x00010001, 0x10
HKR,, *RssMaxProcNumber, 0x00010003, 31
HKR,, DriverDesc, 0, "one, two; ""three"""
)"),
              ElementsAre(Gives("*LsoV2IPv4", "0"), Gives("*UsoIPv4", "1"), Gives("*JumboPacket", "9014"),
                          Gives("*RssBaseProcNumber", "16"), Gives("*RssMaxProcNumber", "31"),
                          Gives("DriverDesc", "one, two; \"three\"")));
}

TEST(InfText, a_later_value_replaces_an_earlier_one_whatever_its_case) {
  EXPECT_THAT(read("HKR,,*LsoV2IPv4,0,0\nHKR,,*lsov2ipv4,0,1\n"), ElementsAre(Gives("*lsov2ipv4", "1")));
}

TEST(InfText, a_default_counts_where_the_text_gives_no_value_and_where_it_is_another_than_ours) {
  EXPECT_THAT(read(R"(
HKR, Ndi\Params\*LsoV2IPv4,      Default,   0, "0"
HKR, Ndi\Params\*LsoV2IPv4,      ParamDesc, 0, %LsoV2IPv4%
HKR, Ndi\Params\*LsoV2IPv4\Enum, "0",       0, %Off%
HKR, Ndi\params\*LsoV2IPv6,      default,   0, "1"
HKR, NDI\PARAMS\*UsoIPv4,        Default,   0, "0"
HKR, , *UsoIPv4, 0, "1"
HKR, Ndi\params\*FlowControl,    Default,   0, "3"
)"),
              ElementsAre(Gives("*UsoIPv4", "1"), Gives("*LsoV2IPv4", "0"), Gives("*FlowControl", "3")));
}

constexpr std::string_view kRegistryExport = R"(Windows Registry Editor Version 5.00

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}\0007]
"*LsoV2IPv4"="0"
"*JumboPacket"="9014"
"BusNumber"=hex:00,01,\
  02,03

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}\0007\Ndi\params\*UsoIPv4]
"Default"="0"
"ParamDesc"="UDP segmentation"

[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Tcpip\Parameters]
"DisableTaskOffload"=dword:00000001

[HKEY_LOCAL_MACHINE\SOFTWARE\Elsewhere]
"*UsoIPv6"="0"
)";

TEST(InfText, a_registry_export_is_read_too) {
  EXPECT_THAT(read(kRegistryExport), ElementsAre(Gives("*LsoV2IPv4", "0"), Gives("*JumboPacket", "9014"),
                                                 Field(&KeywordSetting::name, "BusNumber"),
                                                 Gives("DisableTaskOffload", "1"), Gives("*UsoIPv4", "0")));
}

TEST(InfText, text_in_16_bit_units_as_Windows_writes_it_is_read_and_so_is_a_byte_order_mark) {
  std::string wide = "\xFF\xFE";
  for (const char letter : kRegistryExport) wide += {letter, '\0'};
  wide += "\x3A\x26";  // a character that is not ASCII
  const auto plain = read(kRegistryExport);
  const auto same = [&](const std::vector<KeywordSetting>& settings) {
    return std::equal(settings.begin(), settings.end(), plain.begin(), plain.end(),
                      [](const auto& a, const auto& b) { return a.name == b.name && a.value == b.value; });
  };
  EXPECT_TRUE(same(read(wide)));
  EXPECT_TRUE(same(read("\xEF\xBB\xBF" + std::string(kRegistryExport))));
}

TEST(InfText, a_line_that_names_a_keyword_without_a_value_is_noted_and_the_rest_is_read) {
  const auto result = read_inf("HKR,,*LsoV2IPv4,0\nHKR,,*UsoIPv4,0,0\nHKR, Ndi\\params\\*RSS\nHKCU,x\n", Keywords());
  EXPECT_THAT(result.settings, ElementsAre(Gives("*UsoIPv4", "0")));
  EXPECT_THAT(result.notes, ElementsAre(HasSubstr("\"HKR,,*LsoV2IPv4,0\" has no value")));
}

TEST(InfText, a_line_that_is_noted_is_shown_printable) {
  EXPECT_THAT(read_inf("HKR,\x1B[2J\xFF,*RSS\n", Keywords()).notes,
              ElementsAre("\"HKR,\\x1b[2J\\xff,*RSS\" has no value; ignored"));
}

TEST(InfText, whatever_the_bytes_are_the_reader_ends) {
  std::mt19937 random(1);
  using std::string_view_literals::operator""sv;
  constexpr auto alphabet = "HKR,;\"\\=[]*% \n0x1\xFF\xFE\0"sv;
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 3 == 0 ? "\xFF\xFE" : "HKR,,*LsoV2IPv4,0";
    for (auto size = random() % 60; size > 0; --size) text += alphabet[random() % alphabet.size()];
    EXPECT_LE(read(text).size(), text.size());
  }
}

}  // namespace
}  // namespace nvgre::ndis
