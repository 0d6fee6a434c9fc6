#include "nvgre/offload/keywords.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Section 16 of the requirements, written down a second time by hand.
struct Row {
  const char* requirement;
  const char* name;
  std::uint32_t minimum, maximum, default_value;
};
constexpr KeywordHost kHost{.processor_groups = 4, .processors_per_group = 32, .device_queues = 24};
constexpr Row kRows[] = {
    {"KEY-1", "*EncapsulatedPacketTaskOffload", 0, 1, 1},
    {"KEY-2", "*IPChecksumOffloadIPv4", 0, 3, 3},
    {"KEY-3", "*TCPChecksumOffloadIPv4", 0, 3, 3},
    {"KEY-4", "*TCPChecksumOffloadIPv6", 0, 3, 3},
    {"KEY-5", "*UDPChecksumOffloadIPv4", 0, 3, 3},
    {"KEY-6", "*UDPChecksumOffloadIPv6", 0, 3, 3},
    {"KEY-7", "*TCPUDPChecksumOffloadIPv4", 0, 3, 3},
    {"KEY-8", "*TCPUDPChecksumOffloadIPv6", 0, 3, 3},
    {"KEY-9", "*LsoV1IPv4", 0, 1, 1},
    {"KEY-10", "*LsoV2IPv4", 0, 1, 1},
    {"KEY-11", "*LsoV2IPv6", 0, 1, 1},
    {"KEY-12", "*UsoIPv4", 0, 1, 1},
    {"KEY-13", "*UsoIPv6", 0, 1, 1},
    {"KEY-14", "*RscIPv4", 0, 1, 1},
    {"KEY-15", "*RscIPv6", 0, 1, 1},
    {"KEY-16", "*RSS", 0, 1, 1},
    {"KEY-17", "*RSSProfile", 1, 6, 4},
    {"KEY-18", "*RssBaseProcGroup", 0, 3, 0},
    {"KEY-19", "*RssBaseProcNumber", 0, 31, 0},
    {"KEY-20", "*RssMaxProcGroup", 0, 3, 0},
    {"KEY-21", "*RssMaxProcNumber", 0, 31, 31},
    {"KEY-22", "*MaxRssProcessors", 1, 128, 16},
    {"KEY-23", "*NumRSSQueues", 1, 24, 16},
    {"KEY-24", "*NumaNodeId", 0, 65'535, 65'535},
    {"KEY-25", "*VMQ", 0, 1, 1},
    {"KEY-26", "*VMQLookaheadSplit", 0, 1, 1},
    {"KEY-27", "*VMQVlanFiltering", 0, 1, 1},
    {"KEY-28", "*RssOrVmqPreference", 0, 1, 0},
    {"KEY-29", "*SriovPreferred", 0, 1, 0},
    {"KEY-29", "*SRIOV", 0, 1, 0},
    {"KEY-30", "*PriorityVLANTag", 0, 3, 3},
    {"KEY-31", "*JumboPacket", 1'514, 65'549, 1'514},
    {"KEY-32", "DisableTaskOffload", 0, 1, 0},
    {"KEY-33", "*IPsecOffloadV1IPv4", 0, 3, 3},
    {"KEY-33", "*IPsecOffloadV2", 0, 3, 3},
    {"KEY-33", "*IPsecOffloadV2IPv4", 0, 3, 3},
    {"D-46", "queue_rss", 0, 1, 1},
};

std::string without_asterisk(std::string_view name) {
  return std::string(name.starts_with('*') ? name.substr(1) : name);
}

std::string lower_case(std::string name) {
  for (auto& letter : name) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
  return name;
}

std::vector<std::uint32_t> values_of(const Row& row) {
  if (row.maximum - row.minimum > 200) return {row.minimum, row.minimum + 1, 9'000, row.maximum - 1, row.maximum};
  std::vector<std::uint32_t> values;
  for (auto value = row.minimum; value <= row.maximum; ++value) values.push_back(value);
  return values;
}

TEST(Keywords, KEY_the_table_has_every_row_of_section_16_in_order) {
  ASSERT_EQ(std::size(kRows), kKeywordCount);
  const Keywords keywords(kHost);
  for (std::size_t index = 0; index < kKeywordCount; ++index) {
    const auto& row = kRows[index];
    const auto& description = keyword_table()[index];
    EXPECT_EQ(description.name, without_asterisk(row.name));
    EXPECT_EQ(description.requirement, row.requirement) << row.name;
    EXPECT_EQ(description.origin == KeywordOrigin::kStandardized, row.name[0] == '*') << row.name;
    EXPECT_EQ(description.minimum, row.minimum) << row.name;
    EXPECT_EQ(keywords.maximum(description.keyword), row.maximum) << row.name;
    EXPECT_EQ(keywords.default_value(description.keyword), row.default_value) << row.name;
    EXPECT_FALSE(description.description.empty()) << row.name;
  }
}

TEST(Keywords, KEY_35_an_absent_keyword_takes_its_default) {
  const Keywords keywords(kHost);
  for (const auto& row : kRows) {
    const auto keyword = *find_keyword(row.name);
    EXPECT_EQ(keywords.given(keyword), std::nullopt) << row.name;
    EXPECT_EQ(keywords.value(keyword), row.default_value) << row.name;
  }
  EXPECT_THAT(keywords.notices(), IsEmpty());
}

TEST(Keywords, KEY_every_listed_value_of_every_keyword_is_taken) {
  for (const auto& row : kRows) {
    for (const auto value : values_of(row)) {
      Keywords keywords(kHost);
      ASSERT_TRUE(keywords.set(without_asterisk(row.name), std::to_string(value))) << row.name << " = " << value;
      EXPECT_EQ(keywords.given(*find_keyword(row.name)), value) << row.name;
      EXPECT_EQ(keywords.value(*find_keyword(row.name)), value) << row.name;
    }
  }
}

TEST(Keywords, KEY_every_other_value_is_refused_and_the_message_names_all_there_is_to_know) {
  for (const auto& row : kRows) {
    std::vector<std::string> wrong = {std::to_string(row.maximum + 1), "-1", "", " 1", "1 ", "0x1", "1.0", "yes", "on",
                                      "99999999999999999999"};
    if (row.minimum > 0) wrong.push_back(std::to_string(row.minimum - 1));
    if (row.maximum > 1) wrong.insert(wrong.end(), {"true", "false"});
    for (const auto& value : wrong) {
      Keywords keywords(kHost);
      const auto done = keywords.set(row.name, value);
      ASSERT_FALSE(done) << row.name << " = " << value;
      EXPECT_EQ(done.error().code, ErrorCode::kInvalid);
      const auto accepted = keywords.accepted_values(*find_keyword(row.name));
      EXPECT_THAT(done.error().message,
                  AllOf(HasSubstr(without_asterisk(row.name)), HasSubstr("\"" + value + "\""), HasSubstr(accepted)));
      EXPECT_EQ(keywords, Keywords(kHost));
    }
  }
}

TEST(Keywords, KEY_switches_take_false_and_true_in_files_and_on_the_command_line) {
  for (const auto& row : kRows) {
    if (row.minimum != 0 || row.maximum != 1) continue;
    Keywords keywords;
    ASSERT_TRUE(keywords.set(row.name, "true")) << row.name;
    EXPECT_EQ(keywords.given(*find_keyword(row.name)), 1U);
    ASSERT_TRUE(keywords.set(row.name, "false")) << row.name;
    EXPECT_EQ(keywords.given(*find_keyword(row.name)), 0U);
  }
}

TEST(Keywords, D_43_names_are_matched_whatever_their_case_with_or_without_asterisk) {
  EXPECT_EQ(find_keyword("*RSSMaxProcGroup"), Keyword::kRssMaxProcGroup);
  for (const auto& row : kRows) {
    EXPECT_EQ(find_keyword(lower_case(row.name)), find_keyword(without_asterisk(row.name)));
    EXPECT_EQ(find_keyword(row.name), find_keyword(without_asterisk(row.name)));
  }
  EXPECT_EQ(find_keyword("LsoV3IPv4"), std::nullopt);
  EXPECT_EQ(find_keyword(""), std::nullopt);
  EXPECT_EQ(find_keyword("*"), std::nullopt);
  EXPECT_EQ(find_keyword("**RSS"), std::nullopt);
}

TEST(Keywords, KEY_a_strict_set_refuses_an_unknown_keyword_by_name) {
  Keywords keywords;
  const auto done = keywords.set("LsoV3IPv4", "1");
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("LsoV3IPv4"));
}

TEST(Keywords, KEY_a_strict_set_of_several_is_all_or_nothing) {
  Keywords keywords;
  const std::vector<KeywordSetting> settings = {{"LsoV2IPv4", "0"}, {"LsoV2IPv6", "2"}};
  EXPECT_FALSE(keywords.set(settings));
  EXPECT_EQ(keywords, Keywords());
}

TEST(Keywords, KEY_a_strict_set_refuses_a_keyword_that_is_given_twice) {
  Keywords keywords;
  const std::vector<KeywordSetting> settings = {{"LsoV2IPv4", "0"}, {"lsov2ipv4", "0"}};
  const auto done = keywords.set(settings);
  ASSERT_FALSE(done);
  EXPECT_THAT(done.error().message, HasSubstr("twice"));
  EXPECT_EQ(keywords, Keywords());
}

TEST(Keywords, KEY_an_import_ignores_unknown_keywords_and_falls_back_to_defaults_and_says_so) {
  Keywords keywords;
  const std::vector<KeywordSetting> settings = {
      {"*LsoV2IPv4", "0"}, {"*FlowControl", "3"}, {"*RSSProfile", "9"}, {"*UsoIPv4", "true"}, {"*JumboPacket", "9014"}};
  const auto warnings = keywords.import_leniently(settings);
  ASSERT_THAT(warnings, SizeIs(3));
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("*FlowControl"), HasSubstr("ignored")));
  EXPECT_THAT(warnings[1], AllOf(HasSubstr("RSSProfile"), HasSubstr("\"9\""), HasSubstr("default 4")));
  EXPECT_THAT(warnings[2], AllOf(HasSubstr("UsoIPv4"), HasSubstr("default 1")));
  EXPECT_EQ(keywords.value(Keyword::kLsoV2Ipv4), 0U);
  EXPECT_EQ(keywords.value(Keyword::kRssProfile), 4U);
  EXPECT_EQ(keywords.value(Keyword::kUsoIpv4), 1U);
  EXPECT_EQ(keywords.value(Keyword::kJumboPacket), 9'014U);
}

TEST(Keywords, foreign_names_and_values_are_shown_printable_and_cut) {
  Keywords keywords;
  const std::vector<KeywordSetting> settings = {{"*Flow\x1B[2J" + std::string(500, 'x'), "1"}, {"*RSS", "\x07\n"}};
  const auto warnings = keywords.import_leniently(settings);
  ASSERT_THAT(warnings, SizeIs(2));
  EXPECT_THAT(warnings[0], AllOf(HasSubstr("*Flow\\x1b[2Jxxx"), HasSubstr("...: no such keyword; ignored")));
  EXPECT_LT(warnings[0].size(), 100U);
  EXPECT_THAT(warnings[1], HasSubstr("RSS: \"\\x07\\x0a\" is not accepted"));
  EXPECT_THAT(keywords.set("\x1B", "1").error().message, HasSubstr("\\x1b: no such keyword"));
}

TEST(Keywords, D_33_the_grouped_checksum_keyword_fills_gaps_and_a_granular_one_wins) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set("TCPUDPChecksumOffloadIPv4", "0"));
  ASSERT_TRUE(keywords.set("TCPUDPChecksumOffloadIPv6", "1"));
  ASSERT_TRUE(keywords.set("UDPChecksumOffloadIPv4", "2"));
  EXPECT_EQ(keywords.value(Keyword::kIpChecksumOffloadIpv4), 0U);
  EXPECT_EQ(keywords.value(Keyword::kTcpChecksumOffloadIpv4), 0U);
  EXPECT_EQ(keywords.value(Keyword::kUdpChecksumOffloadIpv4), 2U);
  EXPECT_EQ(keywords.value(Keyword::kTcpChecksumOffloadIpv6), 1U);
  EXPECT_EQ(keywords.value(Keyword::kUdpChecksumOffloadIpv6), 1U);
  EXPECT_EQ(keywords.value(Keyword::kLsoV2Ipv4), 1U);
}

TEST(Keywords, KEY_18_to_KEY_21_a_lowest_CPU_above_the_highest_is_refused_and_mended_on_import) {
  const KeywordHost host{.processor_groups = 4, .processors_per_group = 32};
  const std::vector<KeywordSetting> none = {
      {"RssBaseProcGroup", "3"}, {"RssBaseProcNumber", "9"}, {"RssMaxProcGroup", "3"}, {"RssMaxProcNumber", "8"}};
  Keywords strict(host);
  EXPECT_THAT(strict.set(none).error().message, HasSubstr("RssBaseProcNumber is 3:9, above RssMaxProcGroup"));
  EXPECT_EQ(strict, Keywords(host));
  Keywords lenient(host);
  EXPECT_THAT(lenient.import_leniently(none), ElementsAre(HasSubstr("the default 0:0 is taken for the lowest")));
  EXPECT_EQ(lenient.value(Keyword::kRssBaseProcGroup), 0U);
  EXPECT_EQ(lenient.value(Keyword::kRssBaseProcNumber), 0U);
  EXPECT_EQ(lenient.value(Keyword::kRssMaxProcNumber), 8U);
  const std::vector<KeywordSetting> one = {
      {"RssBaseProcGroup", "1"}, {"RssBaseProcNumber", "16"}, {"RssMaxProcGroup", "1"}, {"RssMaxProcNumber", "16"}};
  EXPECT_TRUE(strict.set(one));
}

TEST(Keywords, KEY_28_a_lowest_CPU_above_the_highest_is_not_read_under_VMQ_preference) {
  Keywords keywords;
  const std::vector<KeywordSetting> settings = {
      {"RssOrVmqPreference", "1"}, {"RssBaseProcNumber", "9"}, {"RssMaxProcNumber", "8"}};
  EXPECT_TRUE(keywords.set(settings));
  EXPECT_THAT(keywords.import_leniently(settings), IsEmpty());
}

TEST(Keywords, KEY_22_the_default_stays_acceptable_on_a_host_with_two_processors) {
  Keywords keywords(KeywordHost{.processor_groups = 1, .processors_per_group = 2, .device_queues = 2});
  EXPECT_TRUE(keywords.set("MaxRssProcessors", "16"));
  EXPECT_TRUE(keywords.set("NumRSSQueues", "16"));
  EXPECT_TRUE(keywords.set("RssMaxProcNumber", "1"));
  EXPECT_FALSE(keywords.set("RssMaxProcNumber", "2"));
  EXPECT_FALSE(keywords.set("RssBaseProcGroup", "1"));
  EXPECT_EQ(keywords.default_value(Keyword::kRssMaxProcNumber), 1U);
}

TEST(Keywords, KEY_29_and_33_what_is_not_supported_is_accepted_ignored_and_said) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set("SRIOV", "1"));
  ASSERT_TRUE(keywords.set("IPsecOffloadV2", "3"));
  ASSERT_TRUE(keywords.set("SriovPreferred", "0"));
  const auto notices = keywords.notices();
  ASSERT_THAT(notices, SizeIs(2));
  EXPECT_THAT(notices[0], AllOf(HasSubstr("SRIOV = 1"), HasSubstr("taken as 0")));
  EXPECT_THAT(notices[1], AllOf(HasSubstr("IPsecOffloadV2 = 3"), HasSubstr("not supported")));
}

TEST(Keywords, KEY_9_and_28_overruled_keywords_are_said) {
  Keywords keywords;
  ASSERT_TRUE(keywords.set("LsoV1IPv4", "1"));
  ASSERT_TRUE(keywords.set("LsoV2IPv4", "0"));
  ASSERT_TRUE(keywords.set("VMQ", "1"));
  EXPECT_THAT(keywords.notices(), SizeIs(2));
  ASSERT_TRUE(keywords.set("RssOrVmqPreference", "1"));
  ASSERT_TRUE(keywords.set("RSS", "1"));
  EXPECT_THAT(keywords.notices(), SizeIs(2)) << "RSS instead of VMQ";
}

TEST(Keywords, D_46_a_host_may_prefer_VMQ_where_nothing_is_given) {
  Keywords keywords(KeywordHost{.prefers_vmq = true});
  EXPECT_TRUE(keywords.is_on(Keyword::kRssOrVmqPreference));
  ASSERT_TRUE(keywords.set("RssOrVmqPreference", "0"));
  EXPECT_FALSE(keywords.is_on(Keyword::kRssOrVmqPreference));
  keywords.clear(Keyword::kRssOrVmqPreference);
  EXPECT_TRUE(keywords.is_on(Keyword::kRssOrVmqPreference));
}

TEST(Keywords, KEY_what_takes_effect_when_is_part_of_the_table) {
  EXPECT_EQ(describe(Keyword::kLsoV2Ipv4).takes_effect, TakesEffect::kLive);
  EXPECT_EQ(describe(Keyword::kRssOrVmqPreference).takes_effect, TakesEffect::kAtStart);
  EXPECT_EQ(describe(Keyword::kRssProfile).takes_effect, TakesEffect::kAtStart);
  EXPECT_EQ(describe(Keyword::kVmqLookaheadSplit).takes_effect, TakesEffect::kNever);
  EXPECT_EQ(text(TakesEffect::kLive), "live");
  EXPECT_EQ(text(TakesEffect::kAtStart), "at start");
  EXPECT_EQ(text(TakesEffect::kNever), "never");
}

}  // namespace
}  // namespace nvgre::offload
