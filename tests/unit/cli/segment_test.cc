// `nvgre segment`: numbers from the requirements, and the tests' own judge of every segment.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Segment : public CaptureTest {
 protected:
  /// The segments of a capture, judged.
  std::vector<SlowPacket> segments(bool encapsulated) {
    std::vector<SlowPacket> packets;
    for (const auto& bytes : output_bytes()) {
      packets.emplace_back(bytes, encapsulated);
      EXPECT_EQ(packets.back().problems(), "");
    }
    return packets;
  }
  /// What is said of a capture of this one frame; it has to pass unchanged.
  std::string unchanged(const ByteString& frame, std::vector<const char*> options = {"--mss", "1000"}) {
    write_input({frame});
    const auto outcome = run_tool("segment", options);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_EQ(output_bytes(), ByteStrings{frame}) << outcome.error;
    return outcome.error.substr(outcome.error.find("; ") + 2);
  }
};

template <typename Read>
std::vector<std::size_t> each(const std::vector<SlowPacket>& packets, Read read) {
  std::vector<std::size_t> values;
  for (const auto& packet : packets) values.push_back(read(packet));
  return values;
}

class SegmentLengths : public Segment, public testing::WithParamInterface<Lengths> {};

TEST_P(SegmentLengths, LSO_32_cuts_the_worked_example) {
  write_input({write({.outer = wire::IpVersion::kV4,
                      .payload_size = 3'001,
                      .lengths = GetParam(),
                      .seed = Seed::kZero,
                      .inner_id = 0x7FFE,
                      .outer_id = 0xFFFF})});
  const auto outcome = run_tool("segment", {"--mss", "1000"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "nvgre segment: 1 frames read, 4 written; 1 cut into 4 segments, 0 unchanged\n");
  const auto packets = segments(true);
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.ip_length(packet.outer_ip); }),
              ElementsAre(1'082, 1'082, 1'082, 83));
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.ip_length(packet.inner_ip); }),
              ElementsAre(1'040, 1'040, 1'040, 41));
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.identification(packet.inner_ip); }),
              ElementsAre(0x7FFE, 0x7FFF, 0x0000, 0x0001));
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.identification(packet.outer_ip); }),
              ElementsAre(0xFFFF, 0x0000, 0x0001, 0x0002));
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.sequence(); }), ElementsAre(1, 1'001, 2'001, 3'001));
}
INSTANTIATE_TEST_SUITE_P(D_4, SegmentLengths, testing::Values(Lengths::kCorrect, Lengths::kZero));

TEST_F(Segment, LSO_5_segments_joined_give_the_payload_back_in_every_pairing) {
  for (const std::uint8_t protocol : {std::uint8_t{6}, std::uint8_t{17}})
    for (auto frame : version_matrix(protocol)) {
      frame.payload_size = 5'555;
      frame.seed = Seed::kWithLength;  // the form of a plain checksum request: of no matter
      const auto whole = write(frame);
      write_input({whole});
      EXPECT_EQ(run_tool("segment", {"--mss", "1400"}).status, 0);
      ByteString payload;
      for (const auto& packet : segments(frame.outer.has_value())) {
        const auto piece = packet.payload_bytes();
        payload.insert(payload.end(), piece.begin(), piece.end());
      }
      EXPECT_EQ(payload, SlowPacket(whole, frame.outer.has_value()).payload_bytes());
    }
}

TEST_F(Segment, LSO_22_cuts_payloads_beyond_64_KiB) {
  write_input({write({.outer = wire::IpVersion::kV6, .payload_size = 200'000, .lengths = Lengths::kZero})});
  EXPECT_EQ(run_tool("segment", {"--mss", "1378"}).status, 0);
  EXPECT_EQ(segments(true).size(), 146U);
}

TEST_F(Segment, keeps_the_time_of_the_super_frame) {
  write_input({write({.payload_size = 10}), write({.payload_size = 2'000})});
  EXPECT_EQ(run_tool("segment", {"--mss", "1000"}).status, 0);
  const auto frames = read_output();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames[1].time, std::chrono::seconds(2));
  EXPECT_EQ(frames[2].time, std::chrono::seconds(2));
}

TEST_F(Segment, USO_9_a_UDP_checksum_of_0_stays_0_and_a_TCP_one_does_not) {
  write_input({write({.protocol = 17, .payload_size = 2'000, .seed = Seed::kZero}),
               write({.protocol = 6, .payload_size = 2'000, .seed = Seed::kZero})});
  EXPECT_EQ(run_tool("segment", {"--mss", "1000"}).status, 0);
  const auto packets = segments(false);
  ASSERT_EQ(packets.size(), 4U);
  EXPECT_EQ(packets[0].transport_checksum(), 0);
  EXPECT_EQ(packets[1].transport_checksum(), 0);
  EXPECT_NE(packets[2].transport_checksum(), 0);
}

TEST_F(Segment, USO_5_cuts_a_datagram_that_has_an_IP_length_but_none_of_its_own) {
  auto frame = write({.protocol = 17, .payload_size = 2'000, .trailing = 4});
  frame[14 + 20 + 4] = frame[14 + 20 + 5] = 0;
  write_input({frame});
  EXPECT_EQ(run_tool("segment", {"--mss", "1500"}).status, 0);
  const auto packets = segments(false);
  EXPECT_THAT(each(packets, [](const auto& packet) { return packet.payload_bytes().size(); }), ElementsAre(1'500, 500));
}

TEST_F(Segment, LSO_4_a_real_length_bounds_the_payload_and_0_means_the_frame) {
  write_input({write({.payload_size = 1'500, .trailing = 700}),
               write({.payload_size = 1'500, .lengths = Lengths::kZero, .trailing = 700})});
  EXPECT_EQ(run_tool("segment", {"--mss", "1000"}).status, 0);
  EXPECT_THAT(each(segments(false), [](const auto& packet) { return packet.payload_bytes().size(); }),
              ElementsAre(1'000, 500, 1'000, 1'000, 200));
}

TEST_F(Segment, LSO_9_flags_go_to_the_first_or_the_last_segment) {
  using namespace tcp_flag;  // NOLINT(google-build-using-namespace)
  write_input({write({.payload_size = 2'500, .flags = kAck | kFin | kPsh | kCwr | kEce})});
  EXPECT_EQ(run_tool("segment", {"--mss", "1000"}).status, 0);
  EXPECT_THAT(each(segments(false), [](const auto& packet) { return packet.flags(); }),
              ElementsAre(kAck | kCwr | kEce, kAck | kEce, kAck | kFin | kPsh | kEce));
}

TEST_F(Segment, LSO_21_fitting_frames_pass_unchanged_and_with_all_are_requests) {
  const auto frame = write({.payload_size = 1'000, .lengths = Lengths::kZero});
  EXPECT_EQ(unchanged(frame), "0 cut into 0 segments, 1 unchanged (1 fit the MSS)\n");
  write_input({frame, write({.protocol = 17, .payload_size = 1, .outer_id = 1})});
  EXPECT_THAT(run_tool("segment", {"--mss", "1000", "--all"}).error, HasSubstr("2 cut into 2 segments, 0 unchanged"));
  EXPECT_EQ(segments(false).size(), 2U);
  EXPECT_EQ(unchanged(write({.payload_size = 0}), {"--mss", "9", "--all"}),
            "0 cut into 0 segments, 1 unchanged (1 no_payload)\n");
}

TEST_F(Segment, names_why_every_other_frame_passes_unchanged) {
  const auto reason = [this](const SampleFrame& frame) {
    const auto text = unchanged(write(frame));
    const std::string before = "0 cut into 0 segments, 1 unchanged (1 ";
    EXPECT_EQ(text.find(before), 0U) << text;
    return text.substr(before.size(), text.size() - before.size() - 2);
  };
  constexpr std::size_t kLarge = 3'000;
  constexpr auto kV4 = wire::IpVersion::kV4;
  EXPECT_EQ(reason({.protocol = 1, .payload_size = kLarge}), "not TCP or UDP");
  EXPECT_EQ(reason({.payload_size = kLarge, .flags = tcp_flag::kSyn}), "tcp_flags");
  EXPECT_EQ(reason({.payload_size = kLarge, .inner_fragment = 0x2000}), "fragment_request");
  EXPECT_EQ(reason({.outer = kV4, .payload_size = kLarge, .inner_tags = {7}}), "inner_vlan");
  EXPECT_EQ(reason({.outer = kV4, .payload_size = kLarge, .gre_flags = 0x3000}), "gre_flags");
  EXPECT_EQ(reason({.outer = kV4, .payload_size = kLarge, .gre_flags = 0xA000}), "gre_flags");
  EXPECT_EQ(reason({.outer = kV4, .protocol = 47, .payload_size = kLarge}), "not TCP or UDP") << "LOC-18";
  EXPECT_EQ(reason({.outer = kV4,
                    .inner = wire::IpVersion::kV6,
                    .payload_size = kLarge,
                    .outer_options = 40,
                    .inner_options = 128}),
            "header_too_long");
}

TEST_F(Segment, names_lengths_that_lie) {
  const auto frame = write({.payload_size = 3'000});
  const auto with_length = [&](unsigned length) {
    auto changed = frame;
    changed[16] = static_cast<std::uint8_t>(length >> 8);
    changed[17] = static_cast<std::uint8_t>(length);
    return changed;
  };
  EXPECT_THAT(unchanged(with_length(3'041)), HasSubstr("1 truncated_ip"));
  EXPECT_THAT(unchanged(with_length(19)), HasSubstr("1 malformed_ip"));
  EXPECT_THAT(unchanged(with_length(39)), HasSubstr("1 truncated_transport"));
  auto datagram = write({.protocol = 17, .payload_size = 3'000});
  datagram[38] = 0xFF;
  EXPECT_THAT(unchanged(datagram), HasSubstr("1 malformed_transport"));
  EXPECT_THAT(unchanged({}), HasSubstr("1 truncated_ethernet"));
}

TEST_F(Segment, LSO_19_refuses_segments_that_no_IP_packet_holds) {
  EXPECT_THAT(unchanged(write({.payload_size = 70'000, .lengths = Lengths::kZero}), {"--mss", "65496"}),
              HasSubstr("1 segment_too_large"));
}

TEST_F(Segment, leaves_snapped_frames_alone) {
  const auto frame = write({.payload_size = 3'000});
  FileBuilder()
      .pcap_header(FileBuilder::kNanoseconds)
      .pcap_record(1, 0, {frame.begin(), frame.begin() + 1'600}, static_cast<std::uint32_t>(frame.size()))
      .write(input());
  EXPECT_THAT(run_tool("segment", {"--mss", "1000"}).error, HasSubstr("1 unchanged (1 snapped)"));
  EXPECT_EQ(read_output().at(0).original_length, frame.size());
  EXPECT_EQ(read_output().at(0).bytes.size(), 1'600U);
}

TEST_F(Segment, LSO_19_refuses_an_MSS_that_is_none) {
  write_input({});
  for (const auto* mss : {"0", "1048576", "many"})
    EXPECT_THAT(run_tool("segment", {"--mss", mss}).error, HasSubstr("accepted is a number from 1 to 1048575"));
  EXPECT_EQ(run_tool("segment").status, 2);
}

}  // namespace
}  // namespace nvgre::test
