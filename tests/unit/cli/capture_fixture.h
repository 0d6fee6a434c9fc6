/// Tests of the tools that turn one capture into another.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/capture/reader.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/unit/capture/file_builder.h"
#include "tests/unit/capture/temporary_directory.h"
#include "tests/unit/cli/command.h"

namespace nvgre::test {

/// A frame of a capture that was read.
struct ReadFrame {
  ByteString bytes;
  std::size_t original_length = 0;
  std::chrono::nanoseconds time{};
};

class CaptureTest : public testing::Test {
 protected:
  /// Writes the capture that the tool reads: frame number i at i seconds, counted from 1.
  void write_input(const ByteStrings& frames) {
    FileBuilder file;
    file.pcap_header(FileBuilder::kNanoseconds);
    std::uint32_t second = 0;
    for (const auto& frame : frames) file.pcap_record(++second, frame);
    file.write(input());
  }
  /// Runs `nvgre TOOL IN OUT option ...`.
  Outcome run_tool(const char* tool, const std::vector<const char*>& options = {}) {
    const std::string in = input();
    const std::string out = output();
    std::vector<const char*> words{tool, in.c_str(), out.c_str()};
    words.insert(words.end(), options.begin(), options.end());
    return run(words);
  }
  /// What the tool wrote.
  std::vector<ReadFrame> read_output() { return read(output()); }
  ByteStrings output_bytes() {
    ByteStrings frames;
    for (auto& frame : read_output()) frames.push_back(std::move(frame.bytes));
    return frames;
  }
  static std::vector<ReadFrame> read(const std::string& path) {
    std::vector<ReadFrame> frames;
    auto reader = capture::Reader::open(path);
    EXPECT_TRUE(reader) << reader.error().message;
    if (!reader) return frames;
    while (const auto frame = reader->next())
      frames.push_back({{frame->bytes.begin(), frame->bytes.end()}, frame->original_length, frame->time});
    EXPECT_FALSE(reader->error());
    return frames;
  }
  [[nodiscard]] std::string input() const { return directory_.file("in"); }
  [[nodiscard]] std::string output() const { return directory_.file("out"); }
  [[nodiscard]] std::string file(const std::string& name) const { return directory_.file(name); }
  /// Nothing but the input is there: no output and nothing that was to become one.
  [[nodiscard]] bool has_only_input() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path())) {
      if (entry.path() != input()) return false;
      ++count;
    }
    return count <= 1;
  }

 private:
  TemporaryDirectory directory_;
};

/// What is wrong with a packet, by the tests' own judge.
inline std::string problems(const ByteString& bytes, bool encapsulated) {
  return SlowPacket(bytes, encapsulated).problems();
}

}  // namespace nvgre::test
