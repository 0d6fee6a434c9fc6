#include "nvgre/control/text_file.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::control {
namespace {

TEST(TextFile, is_read_whole_whatever_its_size) {
  const test::TemporaryDirectory directory;
  for (const std::size_t size : {0U, 1U, 65'536U, 200'001U}) {
    const std::string text(size, 'x');
    std::ofstream(directory.file("text")) << text;
    EXPECT_EQ(read_text_file(directory.file("text")).value(), text);
  }
  EXPECT_EQ(read_text_file("/dev/null").value(), "");
}

TEST(TextFile, that_can_not_be_read_has_a_reason) {
  const test::TemporaryDirectory directory;
  const auto absent = read_text_file("/nowhere");
  ASSERT_FALSE(absent);
  EXPECT_EQ(absent.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(absent.error().message, "cannot read: No such file or directory");
  const auto folder = read_text_file(directory.path().string());
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message, "cannot read: Is a directory");
}

TEST(TextFile, that_is_too_long_is_not_read_to_its_end) {
  const auto endless = read_text_file("/dev/zero");
  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().message, "cannot read: given more than 16 MiB, accepted is a shorter text");
  const test::TemporaryDirectory directory;
  const auto path = directory.file("text");
  std::ofstream(path) << std::string(kLongestTextFile, 'x');
  EXPECT_TRUE(read_text_file(path));
  EXPECT_TRUE(read_regular_file(path));
  std::ofstream(path, std::ios::app) << 'x';
  EXPECT_FALSE(read_text_file(path));
  EXPECT_FALSE(read_regular_file(path));
}

TEST(TextFile, that_might_be_waited_for_is_refused_where_nobody_may_wait) {
  const test::TemporaryDirectory directory;
  ASSERT_EQ(mkfifo(directory.file("pipe").c_str(), 0600), 0);
  EXPECT_EQ(read_regular_file(directory.file("pipe")).error().message,
            "cannot read: given a pipe, accepted is a regular file");
  EXPECT_EQ(read_regular_file(directory.path().string()).error().message,
            "cannot read: given a directory, accepted is a regular file");
  EXPECT_EQ(read_regular_file("/dev/null").error().message, "cannot read: given a device, accepted is a regular file");
  EXPECT_EQ(read_regular_file("/nowhere").error().message, "cannot read: No such file or directory");
}

}  // namespace
}  // namespace nvgre::control
