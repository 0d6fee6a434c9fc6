#include "nvgre/control/text_file.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace nvgre::control
