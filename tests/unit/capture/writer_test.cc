#include "nvgre/capture/writer.h"

#include <array>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
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

TEST(Writer, refuses_a_directory_before_anything_is_written) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.file("taken"));
  const auto writer = Writer::create(directory.file("taken"));
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().message, directory.file("taken") + ": Is a directory");
}

TEST(Writer, reports_a_place_that_went_away) {
  const TemporaryDirectory directory;
  std::filesystem::create_directory(directory.file("gone"));
  auto writer = Writer::create(directory.file("gone/out.pcap"));
  ASSERT_TRUE(writer);
  std::filesystem::remove_all(directory.file("gone"));
  const auto finished = writer->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, directory.file("gone/out.pcap") + ": cannot write: No such file or directory");
}

TEST(Writer, follows_a_symbolic_link) {
  const TemporaryDirectory directory;
  std::ofstream(directory.file("real.pcap")) << "before";
  std::filesystem::create_symlink(directory.file("real.pcap"), directory.file("link.pcap"));
  auto writer = Writer::create(directory.file("link.pcap"));
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->finish());
  EXPECT_TRUE(std::filesystem::is_symlink(directory.file("link.pcap")));
  EXPECT_EQ(std::filesystem::file_size(directory.file("real.pcap")), 24U);
}

TEST(Writer, keeps_the_permissions_of_a_file_that_it_replaces) {
  const TemporaryDirectory directory;
  const auto path = directory.file("private.pcap");
  std::ofstream(path) << "secret";
  const auto only_owner = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;
  std::filesystem::permissions(path, only_owner);
  ASSERT_TRUE(Writer::create(path).value().finish());
  EXPECT_GT(std::filesystem::file_size(path), 6U) << "it was replaced";
  EXPECT_EQ(std::filesystem::status(path).permissions(), only_owner);
}

TEST(Writer, writes_into_a_device_and_does_not_replace_it) {
  auto writer = Writer::create("/dev/null");
  ASSERT_TRUE(writer);
  writer->write({{}, 0, nanoseconds(0)});
  ASSERT_TRUE(writer->finish());
  EXPECT_TRUE(std::filesystem::is_character_file("/dev/null"));
}

TEST(Writer, remembers_that_the_disk_is_full) {
  auto writer = Writer::create("/dev/full");
  ASSERT_TRUE(writer);
  const std::vector<std::uint8_t> frame(1'000, 1);
  while (!writer->has_failed()) writer->write({frame, frame.size(), nanoseconds(0)});
  const auto finished = writer->finish();
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().message, "/dev/full: cannot write: No space left on device");
}

/// The numbers of a file in this machine's order, as the formats' drafts have them.
class Numbers {
 public:
  explicit Numbers(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    content_.assign(std::istreambuf_iterator<char>(file), {});
  }
  std::uint32_t u32(std::size_t offset) const { return read<std::uint32_t>(offset); }
  std::uint16_t u16(std::size_t offset) const { return read<std::uint16_t>(offset); }
  std::size_t size() const { return content_.size(); }

 private:
  template <typename T>
  T read(std::size_t offset) const {
    T value = 0;
    std::memcpy(&value, content_.data() + offset, sizeof value);
    return value;
  }
  std::string content_;
};

std::string written(const TemporaryDirectory& directory, FileFormat format) {
  const auto path = directory.file("out");
  const std::array<std::uint8_t, 5> frame{1, 2, 3, 4, 5};
  auto writer = Writer::create(path, format);
  const std::array<wire::Bytes, 2> pieces{wire::Bytes(frame).first(2), wire::Bytes(frame).subspan(2)};
  writer->write(nanoseconds(1'700'000'000'123'456'789), 60, pieces);
  EXPECT_TRUE(writer->finish());
  return path;
}

// draft-ietf-opsawg-pcap, sections 4 and 5.
TEST(Writer, writes_pcap_in_both_resolutions) {
  const TemporaryDirectory directory;
  const Numbers micro(written(directory, FileFormat::kPcapMicroseconds));
  ASSERT_EQ(micro.size(), 24U + 16U + 5U);
  EXPECT_EQ(micro.u32(0), 0xA1B2C3D4U);
  EXPECT_EQ(micro.u16(4), 2);
  EXPECT_EQ(micro.u16(6), 4);
  EXPECT_EQ(micro.u32(16), 262'144U);
  EXPECT_EQ(micro.u32(20), 1U);
  EXPECT_EQ(micro.u32(24), 1'700'000'000U);
  EXPECT_EQ(micro.u32(28), 123'456U);
  EXPECT_EQ(micro.u32(32), 5U);
  EXPECT_EQ(micro.u32(36), 60U);
  const Numbers nano(written(directory, FileFormat::kPcapNanoseconds));
  EXPECT_EQ(nano.u32(0), 0xA1B23C4DU);
  EXPECT_EQ(nano.u32(28), 123'456'789U);
}

// draft-ietf-opsawg-pcapng, sections 4.1 to 4.3.
TEST(Writer, writes_pcapng_with_one_interface_in_nanoseconds) {
  const TemporaryDirectory directory;
  const Numbers file(written(directory, FileFormat::kPcapng));
  ASSERT_EQ(file.size(), 28U + 32U + 40U) << "the frame is padded to 8 bytes";
  EXPECT_EQ(file.u32(0), 0x0A0D0D0AU);
  EXPECT_EQ(file.u32(4), 28U);
  EXPECT_EQ(file.u32(8), 0x1A2B3C4DU);
  EXPECT_EQ(file.u16(12), 1);
  EXPECT_EQ(file.u32(24), 28U);
  EXPECT_EQ(file.u32(28), 1U);
  EXPECT_EQ(file.u32(32), 32U);
  EXPECT_EQ(file.u16(36), 1) << "Ethernet";
  EXPECT_EQ(file.u32(40), 262'144U);
  EXPECT_EQ(file.u16(44), 9) << "if_tsresol";
  EXPECT_EQ(file.u32(48) & 0xFF, 9U);
  EXPECT_EQ(file.u32(56), 32U);
  EXPECT_EQ(file.u32(60), 6U);
  EXPECT_EQ(file.u32(64), 40U);
  EXPECT_EQ(std::uint64_t{file.u32(72)} << 32 | file.u32(76), 1'700'000'000'123'456'789ULL);
  EXPECT_EQ(file.u32(80), 5U);
  EXPECT_EQ(file.u32(84), 60U);
  EXPECT_EQ(file.u32(96), 40U);
}

TEST(Writer, writes_what_the_reader_reads) {
  const TemporaryDirectory directory;
  for (const auto format : {FileFormat::kPcapMicroseconds, FileFormat::kPcapNanoseconds, FileFormat::kPcapng}) {
    auto reader = Reader::open(written(directory, format));
    ASSERT_TRUE(reader) << reader.error().message;
    EXPECT_EQ(reader->format(), format);
    const auto frame = reader->next();
    ASSERT_TRUE(frame);
    EXPECT_TRUE(std::ranges::equal(frame->bytes, std::array{1, 2, 3, 4, 5}));
    EXPECT_EQ(frame->original_length, 60U);
    EXPECT_TRUE(frame->is_snapped());
    EXPECT_EQ(frame->time.count() / 1'000, 1'700'000'000'123'456);
    EXPECT_FALSE(reader->next());
    EXPECT_FALSE(reader->error());
  }
}

}  // namespace
}  // namespace nvgre::capture
