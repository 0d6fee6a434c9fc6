#include "nvgre/capture/writer.h"

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/capture/reader.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::capture {
namespace {

using std::chrono::nanoseconds;
using test::TemporaryDirectory;

std::size_t file_count(const TemporaryDirectory& directory) {
  return static_cast<std::size_t>(
      std::distance(std::filesystem::directory_iterator(directory.path()), std::filesystem::directory_iterator()));
}

TEST(Writer, keeps_bytes_lengths_and_nanoseconds) {
  const TemporaryDirectory directory;
  const std::vector<std::uint8_t> super_frame(65'600, 0xA5);
  const std::array<std::uint8_t, 3> snapped{1, 2, 3};
  auto writer = Writer::create(directory.file("out.pcap"));
  ASSERT_TRUE(writer) << writer.error().message;
  writer->write({super_frame, super_frame.size(), nanoseconds(1'700'000'000'123'456'789)});
  writer->write({snapped, 1'500, nanoseconds(1'700'000'001'000'000'001)});
  writer->write({{}, 0, nanoseconds(0)});
  ASSERT_TRUE(writer->finish());

  auto reader = Reader::open(directory.file("out.pcap"));
  ASSERT_TRUE(reader) << reader.error().message;
  auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(std::ranges::equal(frame->bytes, super_frame));
  EXPECT_EQ(frame->time, nanoseconds(1'700'000'000'123'456'789));
  frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(std::ranges::equal(frame->bytes, snapped));
  EXPECT_EQ(frame->original_length, 1'500U);
  frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->bytes.empty());
  EXPECT_FALSE(reader->next());
}

TEST(Writer, leaves_nothing_half_written) {
  const TemporaryDirectory directory;
  const auto path = directory.file("out.pcap");
  std::ofstream(path) << "what was here before";
  {
    auto writer = Writer::create(path);
    ASSERT_TRUE(writer);
    writer->write({{}, 0, nanoseconds(0)});
  }
  EXPECT_EQ(std::filesystem::file_size(path), 20U);
  EXPECT_EQ(file_count(directory), 1U);
}

TEST(Writer, replaces_a_file_only_when_it_is_finished) {
  const TemporaryDirectory directory;
  const auto path = directory.file("out.pcap");
  std::ofstream(path) << "before";
  auto writer = Writer::create(path);
  ASSERT_TRUE(writer);
  EXPECT_EQ(std::filesystem::file_size(path), 6U);
  ASSERT_TRUE(writer->finish());
  EXPECT_EQ(std::filesystem::file_size(path), 24U) << "pcap's file header alone";
  EXPECT_EQ(file_count(directory), 1U);
}

TEST(Writer, names_a_place_where_nothing_can_be_written) {
  const auto writer = Writer::create("/nowhere/out.pcap");
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(writer.error().message, "/nowhere/out.pcap: No such file or directory");
}

TEST(Writer, reports_a_name_that_it_cannot_take) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.file("taken"));
  auto writer = Writer::create(directory.file("taken"));
  ASSERT_TRUE(writer);
  const auto finished = writer->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, directory.file("taken") + ": cannot write: Is a directory");
}

}  // namespace
}  // namespace nvgre::capture
