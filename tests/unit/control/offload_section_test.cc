#include "nvgre/control/offload_section.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nvgre/control/configuration.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::control {
namespace {

using offload::Keyword;
using offload::Keywords;
using testing::HasSubstr;

constexpr offload::KeywordHost kHost{.processors_per_group = 8, .prefers_vmq = true};
const std::string kProvider = "[provider]\naddresses = [\"198.18.0.1\"]\n";

Keywords keywords_in(const std::string& text) {
  const auto configuration = parse_configuration(text, kHost);
  EXPECT_TRUE(configuration) << text;
  return configuration ? configuration->offload : Keywords(kHost);
}

/// Keywords of `text` with one more, or another.
Keywords with(const std::string& text, Keyword keyword, std::uint32_t value) {
  auto keywords = keywords_in(text);
  EXPECT_TRUE(keywords.set(keyword, value));
  return keywords;
}

TEST(OffloadSection, KEY_what_was_given_is_a_key_and_the_rest_a_comment_with_its_default) {
  Keywords keywords(kHost);
  ASSERT_TRUE(keywords.set(Keyword::kLsoV2Ipv4, 0));
  ASSERT_TRUE(keywords.set(Keyword::kRssProfile, 2));
  const auto text = offload_section(keywords);
  EXPECT_THAT(text, HasSubstr("\nLsoV2IPv4 = false  # 0 off, 1 on (or false, true)\n"));
  EXPECT_THAT(text, HasSubstr("\nRSSProfile = 2  # 1 closest"));
  EXPECT_THAT(text, HasSubstr("\n# LsoV2IPv6 = true  # 0 off"));
  EXPECT_THAT(text, HasSubstr("\n# RssMaxProcNumber = 7  # 0 to 7\n"));
}

TEST(OffloadSection, KEY_a_configuration_with_the_section_gives_the_same_store) {
  std::mt19937 random(4);
  for (int round = 0; round < 100; ++round) {
    Keywords keywords(kHost);
    for (const auto& description : offload::keyword_table()) {
      const auto value = random() % 2 == 0 ? description.minimum : keywords.maximum(description.keyword);
      const bool is_given = random() % 2 == 0;
      ASSERT_TRUE(!is_given || keywords.set(description.keyword, value));
    }
    if (!keywords.processors_problem().empty()) continue;  // a file of it is refused
    EXPECT_EQ(keywords_in(kProvider + offload_section(keywords)), keywords);
  }
}

TEST(OffloadSection, a_value_changes_in_its_line_and_nothing_else_does) {
  const std::string text = "# mine\r\n[offload]\n  LsoV2IPv4 =true# why\nJumboPacket\t= 9014   # cable\n\n" + kProvider;
  const auto wanted = with(text, Keyword::kLsoV2Ipv4, 0);
  EXPECT_EQ(*with_keywords(text, wanted),
            "# mine\r\n[offload]\n  LsoV2IPv4 =false# why\nJumboPacket\t= 9014   # cable\n\n" + kProvider);
  EXPECT_EQ(*with_keywords(text, with(text, Keyword::kJumboPacket, 1'514)),
            "# mine\r\n[offload]\n  LsoV2IPv4 =true# why\nJumboPacket\t= 1514   # cable\n\n" + kProvider);
  EXPECT_EQ(*with_keywords(text, keywords_in(text)), text) << "no change";
}

TEST(OffloadSection, a_missing_keyword_goes_below_the_header_or_into_a_table_at_the_end) {
  const std::string with_table = "[offload]\n" + kProvider;
  EXPECT_EQ(*with_keywords(with_table, with(with_table, Keyword::kUsoIpv4, 0)),
            "[offload]\nUsoIPv4 = false\n" + kProvider);
  const auto without_table = kProvider.substr(0, kProvider.size() - 1);  // and no line end
  EXPECT_EQ(*with_keywords(without_table, with(without_table, Keyword::kRss, 0)),
            kProvider + "\n[offload]\nRSS = false\n");
}

TEST(OffloadSection, what_is_not_written_line_by_line_is_refused_and_not_spoilt) {
  for (const std::string& text :
       {"offload = {LsoV2IPv4 = true, UsoIPv4 = true}\n" + kProvider, "offload.LsoV2IPv4 = true\n" + kProvider}) {
    const auto edited = with_keywords(text, with(text, Keyword::kUsoIpv6, 0));
    if (edited) {
      EXPECT_EQ(keywords_in(*edited), with(text, Keyword::kUsoIpv6, 0));
    }
    if (!edited) {
      EXPECT_THAT(edited.error().message, HasSubstr("can't be edited"));
    }
  }
  const std::string inline_table = "offload = {LsoV2IPv4 = true, UsoIPv4 = true}\n" + kProvider;
  EXPECT_FALSE(with_keywords(inline_table, with(inline_table, Keyword::kUsoIpv4, 0)));
}

class OffloadFile : public testing::Test {
 protected:
  void write(const std::string& text) const { std::ofstream(path_) << text; }
  std::string read() const {
    std::ifstream file(path_);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  test::TemporaryDirectory directory_;
  std::string path_ = directory_.file("nvgre.toml");
};

TEST_F(OffloadFile, is_replaced_as_a_whole_and_keeps_its_permissions) {
  write(kProvider);
  std::filesystem::permissions(path_, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  ASSERT_TRUE(write_keywords(path_, with(kProvider, Keyword::kRss, 0)));
  EXPECT_EQ(read(), kProvider + "\n[offload]\nRSS = false\n");
  EXPECT_EQ(std::filesystem::status(path_).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_FALSE(std::filesystem::exists(path_ + ".new"));
}

TEST_F(OffloadFile, a_link_stays_a_link) {
  write(kProvider);
  const auto link = directory_.file("link.toml");
  std::filesystem::create_symlink(path_, link);
  ASSERT_TRUE(write_keywords(link, with(kProvider, Keyword::kRss, 0)));
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_THAT(read(), HasSubstr("RSS = false"));
}

TEST_F(OffloadFile, its_replacement_touches_no_other_file) {
  write(kProvider);
  const auto victim = directory_.file("victim");
  std::ofstream(victim) << "mine";
  std::filesystem::create_symlink(victim, path_ + ".new");
  ASSERT_TRUE(write_keywords(path_, with(kProvider, Keyword::kRss, 0)));
  EXPECT_EQ(std::filesystem::file_size(victim), 4U);
  EXPECT_TRUE(std::filesystem::is_symlink(path_ + ".new"));
  EXPECT_FALSE(std::filesystem::is_symlink(path_));
  EXPECT_THAT(read(), HasSubstr("RSS = false"));
}

TEST_F(OffloadFile, that_is_not_there_is_an_error) {
  const auto done = write_keywords(path_, Keywords(kHost));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::kSystem);
  EXPECT_THAT(done.error().message, HasSubstr(path_ + ": cannot read: No such file or directory"));
}

}  // namespace
}  // namespace nvgre::control
