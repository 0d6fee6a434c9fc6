// `nvgre checksum`.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::HasSubstr;

class Checksum : public CaptureTest {
 protected:
  std::string unchanged(const ByteString& frame) {
    write_input({frame});
    const auto outcome = run_tool("checksum");
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(output_bytes(), ByteStrings{frame}) << outcome.error;
    return outcome.error;
  }
};

// A sample frame's IPv4 checksum fields hold 0x5A5A.
TEST_F(Checksum, TXC_8_and_TXC_9_fill_in_every_checksum_of_every_pairing) {
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}})
    for (auto frame : version_matrix(protocol)) {
      frame.seed = Seed::kZero;
      const auto before = write(frame);
      EXPECT_NE(problems(before, frame.outer.has_value()) + "udp", "");
      write_input({before});
      const auto outcome = run_tool("checksum");
      EXPECT_EQ(outcome.status, 0);
      EXPECT_EQ(outcome.error, "nvgre checksum: 1 frames read, 1 written; 1 filled in, 0 unchanged\n");
      const SlowPacket after(output_bytes().at(0), frame.outer.has_value());
      EXPECT_EQ(after.problems(), "");
      EXPECT_NE(after.transport_checksum(), 0) << "UDP's too";
    }
}

TEST_F(Checksum, TXC_4_trusts_a_seed_if_it_is_told_so) {
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}}) {
    auto frame = write({.outer = wire::IpVersion::kV4, .protocol = protocol, .seed = Seed::kWithLength});
    write_input({frame});
    EXPECT_EQ(run_tool("checksum", {"--seeded"}).status, 0);
    EXPECT_EQ(problems(output_bytes().at(0), true), "");
    frame[42 + 14 + 20 + (protocol == 6 ? 16 : 6)] ^= 1;  // TXC-6: a seed for other addresses
    write_input({frame});
    EXPECT_EQ(run_tool("checksum", {"--seeded"}).status, 0);
    EXPECT_EQ(problems(output_bytes().at(0), true), "transport checksum; ");
  }
}

TEST_F(Checksum, TXC_16_padding_is_not_covered_and_stays) {
  const auto plain = write({.payload_size = 3});
  auto padded = plain;
  padded.insert(padded.end(), 5, 0xEE);
  write_input({plain, padded});
  EXPECT_EQ(run_tool("checksum").status, 0);
  auto frames = output_bytes();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(problems(frames[0], false), "");
  frames[0].insert(frames[0].end(), 5, 0xEE);
  EXPECT_EQ(frames[1], frames[0]);
}

TEST_F(Checksum, LOC_6_completes_the_outer_header_of_other_GRE) {
  auto frame = write({.outer = wire::IpVersion::kV4});
  frame[36] = 0x08;
  frame[37] = 0x00;
  write_input({frame});
  EXPECT_THAT(run_tool("checksum").error, HasSubstr("1 filled in"));
  const auto after = output_bytes().at(0);
  EXPECT_EQ(slow_sum(wire::Bytes(after).subspan(14, 20)), 0xFFFF);
  EXPECT_TRUE(std::equal(after.begin() + 34, after.end(), frame.begin() + 34));
}

TEST_F(Checksum, TXC_12_fills_in_the_IP_headers_of_other_protocols_and_fragments) {
  for (const SampleFrame& sample : {SampleFrame{.outer = wire::IpVersion::kV4, .protocol = 1},
                                    SampleFrame{.outer = wire::IpVersion::kV4, .inner_fragment = 0x2000}}) {
    const auto frame = write(sample);
    write_input({frame});
    EXPECT_THAT(run_tool("checksum").error, HasSubstr("1 filled in"));
    const auto after = output_bytes().at(0);
    EXPECT_EQ(slow_sum(wire::Bytes(after).subspan(14, 20)), 0xFFFF);
    EXPECT_EQ(slow_sum(wire::Bytes(after).subspan(56, 20)), 0xFFFF);
    EXPECT_TRUE(std::equal(after.begin() + 76, after.end(), frame.begin() + 76));
  }
}

TEST_F(Checksum, TXC_12_fills_in_the_outer_header_of_its_fragments) {
  auto frame = write({.outer = wire::IpVersion::kV4});
  frame[20] = 0x20;  // MF
  write_input({frame});
  EXPECT_THAT(run_tool("checksum").error, HasSubstr("1 filled in"));
  const auto after = output_bytes().at(0);
  EXPECT_EQ(slow_sum(wire::Bytes(after).subspan(14, 20)), 0xFFFF);
  EXPECT_TRUE(std::equal(after.begin() + 34, after.end(), frame.begin() + 34));
}

TEST_F(Checksum, names_why_frames_pass_unchanged) {
  EXPECT_THAT(unchanged({}), HasSubstr("1 unchanged (1 truncated_ethernet)"));
  EXPECT_THAT(unchanged(write({.inner_ether_type = 0x0806})), HasSubstr("1 unchanged (1 without checksums)"));
  EXPECT_THAT(unchanged(write({.inner = wire::IpVersion::kV6, .protocol = 58})),
              HasSubstr("1 unchanged (1 without checksums)"));
  auto frame = write({});
  frame.pop_back();
  EXPECT_THAT(unchanged(frame), HasSubstr("1 unchanged (1 truncated_ip)"));
  frame = write({});
  frame[46] = 0x40;  // data offset 4
  EXPECT_THAT(unchanged(frame), HasSubstr("1 unchanged (1 malformed_transport)"));
  frame = write({.protocol = 17});
  frame[39] = static_cast<std::uint8_t>(frame[39] + 1);
  EXPECT_THAT(unchanged(frame), HasSubstr("1 unchanged (1 malformed_transport)"));
  EXPECT_THAT(unchanged(write({.outer = wire::IpVersion::kV4, .gre_flags = 0xA000})),
              HasSubstr("1 unchanged (1 gre_flags)"))
      << "a GRE checksum would cover what is filled in";
}

}  // namespace
}  // namespace nvgre::test
