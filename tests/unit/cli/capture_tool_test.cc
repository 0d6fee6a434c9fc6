// What all tools that turn one capture into another have in common: formats, bad input, exit statuses, atomic outputs.
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

struct Tool {
  const char* name;
  std::vector<const char*> options;
};
const std::vector<Tool> kTools = {
    {"encap", {"--vsid", "5001", "--source", "198.18.0.1", "--destination", "198.18.0.2"}},
    {"decap", {}},
    {"segment", {"--mss", "1000"}},
    {"coalesce", {}},
    {"checksum", {}},
};

class CaptureTools : public CaptureTest, public testing::WithParamInterface<Tool> {
 protected:
  Outcome run_this() { return run_tool(GetParam().name, GetParam().options); }
  [[nodiscard]] std::string name() const { return std::string("nvgre ") + GetParam().name + ": "; }
};
INSTANTIATE_TEST_SUITE_P(Each, CaptureTools, testing::ValuesIn(kTools),
                         [](const auto& test) { return std::string(test.param.name); });

TEST_P(CaptureTools, need_an_input_and_an_output) {
  EXPECT_EQ(run({GetParam().name}).status, 2);
  EXPECT_EQ(run({GetParam().name, "in.pcap"}).status, 2);
  write_input({});
  auto options = GetParam().options;
  options.push_back("--colour");
  EXPECT_EQ(run_tool(GetParam().name, options).status, 2);
  EXPECT_TRUE(has_only_input());
}

TEST_P(CaptureTools, an_empty_name_is_wrong_usage_before_anything_is_read) {
  const auto in = input();
  for (const auto& [input_name, output_name] : {std::pair{in.c_str(), ""}, std::pair{"", "out.pcap"}}) {
    std::vector<const char*> words{GetParam().name, input_name, output_name};
    words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
    const auto outcome = run(words);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.error, HasSubstr("the name is empty; accepted is a file's, or -"));
  }
}

TEST_P(CaptureTools, an_empty_capture_becomes_an_empty_capture) {
  write_input({});
  const auto outcome = run_this();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, StartsWith(name() + "0 frames read, 0 written; "));
  EXPECT_THAT(output_bytes(), IsEmpty());
}

TEST_P(CaptureTools, an_input_that_is_missing_or_no_capture_is_3_and_makes_no_output) {
  auto outcome = run_this();
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.error, name() + input() + ": No such file or directory\n");
  std::ofstream(input()) << "a text, and a long enough one for any header";
  outcome = run_this();
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr(input() + ": not a pcap or pcapng capture"));
  FileBuilder().pcap_header(FileBuilder::kMicroseconds, 101).write(input());
  outcome = run_this();
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr("link type RAW; captures of Ethernet (EN10MB) are read"));
  EXPECT_TRUE(has_only_input());
}

TEST_P(CaptureTools, of_a_truncated_input_what_was_readable_is_written_and_the_status_is_3) {
  const auto frame = write({.outer = wire::IpVersion::kV6});
  write_input({frame, frame, frame});
  std::filesystem::resize_file(input(), std::filesystem::file_size(input()) - 1);
  const auto outcome = run_this();
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr(input() + ": truncated"));
  EXPECT_THAT(outcome.error, HasSubstr("2 frames read, 2 written; "));
  EXPECT_EQ(output_bytes().size(), 2U);
}

TEST_P(CaptureTools, a_record_with_an_impossible_length_ends_the_capture_by_name) {
  const auto frame = write({.outer = wire::IpVersion::kV6});
  FileBuilder()
      .pcap_header(FileBuilder::kMicroseconds)
      .pcap_record(1, frame)
      .u32(2)
      .u32(0)
      .u32(0xFFFF'FFF0)
      .u32(0xFFFF'FFF0)
      .write(input());
  const auto outcome = run_this();
  EXPECT_EQ(outcome.status, 3);
  EXPECT_THAT(outcome.error, HasSubstr("invalid packet capture length 4294967280"));
  EXPECT_EQ(output_bytes().size(), 1U);
}

TEST_P(CaptureTools, an_output_that_can_not_be_written_is_3_and_leaves_what_was_there) {
  write_input({write({.outer = wire::IpVersion::kV6})});
  const auto in = input();
  auto words = std::vector<const char*>{GetParam().name, in.c_str(), "/nowhere/out.pcap"};
  words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
  auto outcome = run(words);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.error, name() + "/nowhere/out.pcap: No such file or directory\n");
  words[2] = "/dev/full";
  outcome = run(words);
  EXPECT_EQ(outcome.status, 3);
  EXPECT_EQ(outcome.error, name() + "/dev/full: cannot write: No space left on device\n");
  EXPECT_TRUE(has_only_input());
}

TEST_P(CaptureTools, write_the_format_they_read) {
  const auto frame = write({.outer = wire::IpVersion::kV6, .payload_size = 104});
  ASSERT_EQ(frame.size() % 4, 0U);
  const auto format_of = [](const std::string& path) { return capture::Reader::open(path)->format(); };
  for (const std::uint32_t magic : {FileBuilder::kMicroseconds, FileBuilder::kNanoseconds}) {
    FileBuilder().pcap_header(magic).pcap_record(1'000, 123'456, {frame.begin(), frame.end()}, 220).write(input());
    EXPECT_EQ(run_this().status, 0);
    EXPECT_EQ(format_of(output()), format_of(input()));
    const bool is_micro = magic == FileBuilder::kMicroseconds;
    EXPECT_EQ(read_output().at(0).time.count(), 1'000'000'000'000 + (is_micro ? 123'456'000 : 123'456));
  }
  FileBuilder().pcapng_header().pcapng_packet(2'000'003, {frame.begin(), frame.end()}).write(input());
  EXPECT_EQ(run_this().status, 0);
  EXPECT_EQ(format_of(output()), capture::FileFormat::kPcapng);
  EXPECT_EQ(read_output().at(0).time, std::chrono::microseconds(2'000'003));
}

TEST_P(CaptureTools, may_write_over_their_own_input) {
  write_input({write({.outer = wire::IpVersion::kV6})});
  const auto in = input();
  auto words = std::vector<const char*>{GetParam().name, in.c_str(), in.c_str()};
  words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
  EXPECT_EQ(run(words).status, 0);
  EXPECT_EQ(read(input()).size(), 1U);
}

TEST_P(CaptureTools, get_along_with_frames_of_every_size_and_with_noise) {
  ByteStrings frames;
  const auto packet = write({.outer = wire::IpVersion::kV4, .payload_size = 90});
  for (std::size_t size = 0; size <= packet.size(); ++size)
    frames.emplace_back(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
  std::uint32_t noise = 1;
  for (const std::size_t size : {262'144U, 262'143U, 65'536U, 65'535U, 1'514U}) {
    ByteString frame(size);
    for (auto& byte : frame) byte = static_cast<std::uint8_t>((noise = noise * 1'664'525 + 1'013'904'223) >> 24);
    frames.push_back(frame);
    std::copy(packet.begin(), packet.end(), frame.begin());
    frames.push_back(frame);
  }
  write_input(frames);
  const auto outcome = run_this();
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.error, StartsWith(name() + std::to_string(frames.size()) + " frames read, "));
  const auto in = output();
  EXPECT_EQ(run({"inspect", "--json", in.c_str()}).status, 0);
}

}  // namespace
}  // namespace nvgre::test
