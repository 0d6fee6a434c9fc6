#include "nvgre/capture/reader.h"

#include <cstdint>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/capture/file_builder.h"
#include "tests/unit/capture/temporary_directory.h"

namespace nvgre::capture {
namespace {

using std::chrono::nanoseconds;
using test::FileBuilder;
using test::TemporaryDirectory;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

constexpr std::uint32_t kMicroseconds = FileBuilder::kMicroseconds;
constexpr std::uint32_t kNanoseconds = FileBuilder::kNanoseconds;

std::string text_of(const CapturedFrame& frame) {
  return {frame.bytes.begin(), frame.bytes.end()};
}

TEST(Reader, reads_frames_with_their_time_in_nanoseconds) {
  const TemporaryDirectory directory;
  const auto path = FileBuilder()
                        .pcap_header(kNanoseconds)
                        .pcap_record(1'000, 123'456'789, "first", 5)
                        .pcap_record(1'001, 1, "second", 6)
                        .write(directory.file("nano.pcap"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(text_of(*frame), "first");
  EXPECT_EQ(frame->time, nanoseconds(1'000'123'456'789));
  frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(text_of(*frame), "second");
  EXPECT_EQ(frame->time, nanoseconds(1'001'000'000'001));
  EXPECT_FALSE(reader->next());
  EXPECT_FALSE(reader->error());
  EXPECT_EQ(reader->position(), reader->size());
}

TEST(Reader, reads_microseconds_and_the_length_of_snapped_frames) {
  const TemporaryDirectory directory;
  const auto path = FileBuilder()
                        .pcap_header(kMicroseconds)
                        .pcap_record(7, 250'000, "head", 1'514)
                        .write(directory.file("snapped.pcap"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->bytes.size(), 4U);
  EXPECT_EQ(frame->original_length, 1'514U);
  EXPECT_EQ(frame->time, nanoseconds(7'250'000'000));
}

TEST(Reader, reads_frames_of_no_bytes) {
  const TemporaryDirectory directory;
  const auto path =
      FileBuilder().pcap_header(kMicroseconds).pcap_record(1, 0, "", 0).write(directory.file("empty.pcap"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_TRUE(frame->bytes.empty());
  EXPECT_FALSE(reader->next());
}

/// One frame, "ping", at so many microseconds.
FileBuilder pcapng(std::uint64_t time) {
  return FileBuilder().pcapng_header().pcapng_packet(time, "ping");
}

TEST(Reader, reads_pcapng) {
  const TemporaryDirectory directory;
  const auto path = pcapng(2'000'000).write(directory.file("next.pcapng"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(text_of(*frame), "ping");
  EXPECT_EQ(frame->time, nanoseconds(2'000'000'000));
}

TEST(Reader, takes_a_time_beyond_every_clock_for_the_last_one) {
  const TemporaryDirectory directory;
  auto reader = Reader::open(pcapng(UINT64_MAX).write(directory.file("late.pcapng")));
  ASSERT_TRUE(reader) << reader.error().message;
  const auto frame = reader->next();
  ASSERT_TRUE(frame);
  EXPECT_EQ(text_of(*frame), "ping");
  EXPECT_GT(frame->time, nanoseconds::max() - std::chrono::seconds(3));
}

TEST(Reader, hands_out_what_is_readable_of_a_truncated_file_and_says_where_it_ends) {
  const TemporaryDirectory directory;
  const auto path = FileBuilder()
                        .pcap_header(kMicroseconds)
                        .pcap_record(1, 0, "whole", 5)
                        .u32(2)
                        .u32(0)
                        .u32(100)
                        .u32(100)
                        .text("only this")
                        .write(directory.file("cut.pcap"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader) << reader.error().message;
  EXPECT_TRUE(reader->next());
  EXPECT_FALSE(reader->next());
  ASSERT_TRUE(reader->error());
  EXPECT_EQ(reader->error()->message.find(path + ": truncated"), 0U) << reader->error()->message;
  EXPECT_FALSE(reader->next()) << "an ended capture stays ended";
}

TEST(Reader, takes_a_frame_for_at_least_as_long_as_what_was_captured) {
  const TemporaryDirectory directory;
  const auto path =
      FileBuilder().pcap_header(kMicroseconds).pcap_record(1, 0, "whole", 2).write(directory.file("lie.pcap"));
  auto reader = Reader::open(path);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->next()->original_length, 5U);
}

TEST(Reader, knows_the_format_in_either_byte_order) {
  const TemporaryDirectory directory;
  EXPECT_EQ(Reader::open(FileBuilder().pcap_header(kMicroseconds).write(directory.file("a")))->format(),
            FileFormat::kPcapMicroseconds);
  EXPECT_EQ(Reader::open(FileBuilder().pcap_header(kNanoseconds).write(directory.file("b")))->format(),
            FileFormat::kPcapNanoseconds);
  // The same 24 bytes as a big-endian machine writes them.
  const std::string big_endian("\xA1\xB2\xC3\xD4\0\2\0\4\0\0\0\0\0\0\0\0\0\4\0\0\0\0\0\1", 24);
  EXPECT_EQ(Reader::open(FileBuilder().text(big_endian).write(directory.file("c")))->format(),
            FileFormat::kPcapMicroseconds);
}

TEST(Reader, names_a_file_that_is_not_there) {
  const auto reader = Reader::open("/nowhere/at/all.pcap");
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, ErrorCode::kUnavailable);
  EXPECT_EQ(reader.error().message, "/nowhere/at/all.pcap: No such file or directory");
}

TEST(Reader, names_what_is_not_a_capture) {
  const TemporaryDirectory directory;
  for (const auto* content : {"", "PK", "this is a text, and a long enough one for any header"}) {
    const auto path = FileBuilder().text(content).write(directory.file("text.txt"));
    const auto reader = Reader::open(path);
    ASSERT_FALSE(reader) << content;
    EXPECT_EQ(reader.error().code, ErrorCode::kInvalid);
    EXPECT_EQ(reader.error().message.find(path + ": not a pcap or pcapng capture"), 0U) << reader.error().message;
  }
  EXPECT_FALSE(Reader::open(directory.path()));
}

TEST(Reader, says_what_helps_where_interfaces_and_sections_of_a_pcapng_file_differ) {
  const TemporaryDirectory directory;
  const auto error_of = [&directory](FileBuilder builder) {
    auto reader = Reader::open(builder.pcapng_packet(1, "pong").write(directory.file("two.pcapng")));
    while (reader->next()) continue;
    return reader->error() ? reader->error()->message : "read whole";
  };
  const auto begun = FileBuilder().pcapng_header().pcapng_packet(1, "ping");
  const std::string big_endian("\x0A\x0D\x0D\x0A\0\0\0\x1C\x1A\x2B\x3C\x4D\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\x1C", 28);
  const auto heals = HasSubstr("\"editcap -F nsecpcap IN OUT\"");
  EXPECT_EQ(error_of(FileBuilder(begun).pcapng_interface(1, 0)), "read whole");
  EXPECT_THAT(error_of(FileBuilder(begun).pcapng_interface(1, 96)), AllOf(HasSubstr("snapshot length 96"), heals));
  EXPECT_THAT(error_of(FileBuilder(begun).text(big_endian)), AllOf(HasSubstr("block size"), heals));
  EXPECT_THAT(error_of(FileBuilder(begun).pcapng_interface(101, 0)),
              AllOf(HasSubstr("type 101"), HasSubstr("; captures of Ethernet alone are read"), Not(heals)));
}

TEST(Reader, refuses_another_link_type) {
  const TemporaryDirectory directory;
  const auto path = FileBuilder().pcap_header(kMicroseconds, 101).write(directory.file("raw.pcap"));
  const auto reader = Reader::open(path);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().message, path + ": link type RAW; captures of Ethernet (EN10MB) are read");
}

}  // namespace
}  // namespace nvgre::capture
