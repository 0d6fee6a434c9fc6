// `nvgre coalesce`.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/coalescing_batch.h"
#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ByteString segment_of(std::size_t index, std::size_t size = kSegment) {
  return data_segment(IpVersion::kV4, index, size).build();
}
ByteString in_tunnel(const ByteString& frame, std::uint32_t vsid) {
  return tunnel(IpVersion::kV4, *Vsid::from(vsid)).payload(frame).build();
}

class Coalesce : public CaptureTest {
 protected:
  /// TCP or UDP payload bytes of each frame of the output, which have to be perfect.
  std::vector<std::size_t> payload_sizes(bool encapsulated = false) {
    std::vector<std::size_t> sizes;
    for (const auto& bytes : output_bytes()) {
      const SlowPacket packet(bytes, encapsulated);
      EXPECT_EQ(packet.problems(), "");
      sizes.push_back(packet.payload_bytes().size());
    }
    return sizes;
  }
};

TEST_F(Coalesce, RSC_16_joins_50_segments_into_44_and_6) {
  ByteStrings frames;
  for (std::uint32_t i = 0; i < 50; ++i)
    frames.push_back(
        tenant(IpVersion::kV4).tcp(1, 2).sequence_number(i * 1'460).counting_payload(1'460, i * 1'460).build());
  write_input(frames);
  const auto outcome = run_tool("coalesce");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "nvgre coalesce: 50 frames read, 2 written; 50 joined, 0 alone\n");
  EXPECT_THAT(payload_sizes(), ElementsAre(44 * 1'460, 6 * 1'460));
  const auto units = read_output();
  EXPECT_EQ(units[0].time, std::chrono::seconds(44)) << "its last frame's";
  EXPECT_EQ(units[1].time, std::chrono::seconds(50));
  ByteString payload;
  for (const auto& unit : units) payload.insert(payload.end(), unit.bytes.begin() + 54, unit.bytes.end());
  ByteString sent;
  for (std::size_t i = 0; i < 50 * 1'460; ++i) sent.push_back(static_cast<std::uint8_t>(i % 251));
  EXPECT_EQ(payload, sent);
}

TEST_F(Coalesce, RSC_11_a_window_update_that_joined_gives_the_unit_its_time) {
  write_input({segment_of(0), segment_of(1), pure_acknowledgment(IpVersion::kV4, 2).window(900).build()});
  EXPECT_EQ(run_tool("coalesce").error, "nvgre coalesce: 3 frames read, 1 written; 3 joined, 0 alone\n");
  EXPECT_EQ(read_output().at(0).time, std::chrono::seconds(3));
}

TEST_F(Coalesce, RSC_4_ends_a_batch_every_so_many_frames) {
  ByteStrings frames;
  for (std::size_t i = 0; i < 10; ++i) frames.push_back(segment_of(i, 100 + (i == 9 ? 0 : 900)));
  write_input(frames);
  EXPECT_EQ(run_tool("coalesce", {"--batch", "4"}).status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(4'000, 4'000, 1'100));
  EXPECT_EQ(run_tool("coalesce", {"--batch", "1"}).error,
            "nvgre coalesce: 10 frames read, 10 written; 0 joined, 10 alone (10 nothing to join)\n");
  EXPECT_EQ(output_bytes(), frames);
  frames.clear();
  for (std::size_t i = 0; i < 65; ++i) frames.push_back(data_segment(IpVersion::kV4, i, 1'000).build());
  write_input(frames);
  EXPECT_EQ(run_tool("coalesce").status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(64'000, 1'000)) << "64 unless it is told otherwise";
}

TEST_F(Coalesce, takes_a_largest_size) {
  write_input({segment_of(0), segment_of(1), segment_of(2)});
  EXPECT_EQ(run_tool("coalesce", {"--max-size", "2040"}).status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(2'000, 1'000));
  EXPECT_EQ(run_tool("coalesce", {"--max-size", "2039"}).status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(1'000, 1'000, 1'000));
  EXPECT_EQ(run_tool("coalesce", {"--max-size", "65536"}).status, 2);
  EXPECT_EQ(run_tool("coalesce", {"--batch", "0"}).status, 2);
}

TEST_F(Coalesce, RSC_31_joins_datagrams_of_one_flow) {
  ByteStrings frames;
  for (std::size_t i = 0; i < 4; ++i)
    frames.push_back(tenant(IpVersion::kV6).udp(5'000, 5'001).counting_payload(i == 3 ? 30 : 100, i * 100).build());
  write_input(frames);
  EXPECT_EQ(run_tool("coalesce").status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(330));
}

TEST_F(Coalesce, RSC_1_encapsulated_frames_pass_unchanged_unless_they_are_stripped_first) {
  const ByteStrings frames = {in_tunnel(segment_of(0), 5'001), in_tunnel(segment_of(1), 5'001)};
  write_input(frames);
  EXPECT_EQ(run_tool("coalesce").error,
            "nvgre coalesce: 2 frames read, 2 written; 0 joined, 2 alone (2 encapsulated)\n");
  EXPECT_EQ(output_bytes(), frames);
  EXPECT_EQ(run_tool("coalesce", {"--decap"}).error,
            "nvgre coalesce: 2 frames read, 1 written; 2 stripped, 2 joined, 0 alone\n");
  EXPECT_THAT(payload_sizes(), ElementsAre(2'000));
}

TEST_F(Coalesce, RSC_2_frames_of_two_subnets_never_join_each_other_nor_plain_ones) {
  write_input({in_tunnel(segment_of(0), 5'001), in_tunnel(segment_of(1), 6'002), segment_of(1)});
  EXPECT_EQ(run_tool("coalesce", {"--decap"}).error,
            "nvgre coalesce: 3 frames read, 3 written; 2 stripped, 0 joined, 3 alone (3 nothing to join)\n");
}

TEST_F(Coalesce, what_can_not_be_stripped_passes_unchanged_by_reason) {
  auto broken = in_tunnel(segment_of(0), 5'001);
  broken[24] ^= 1;
  write_input({broken, in_tunnel(segment_of(0), 4'095)});
  EXPECT_EQ(run_tool("coalesce", {"--decap"}).error,
            "nvgre coalesce: 2 frames read, 2 written; 0 stripped, 0 joined, 2 alone (1 outer_ip_checksum, "
            "1 reserved_vsid)\n");
  EXPECT_EQ(output_bytes().at(0), broken);
}

TEST_F(Coalesce, RSC_5_says_why_frames_stay_alone_and_keeps_their_order) {
  auto bad = segment_of(1);
  bad.back() ^= 1;
  auto cut = segment_of(4);
  cut.pop_back();
  const auto arp = FrameBuilder().ethernet(kSender, kReceiver).ether_type(wire::EtherType::kArp).build();
  const ByteStrings frames = {segment_of(0), bad, segment_of(2), cut, arp};
  write_input(frames);
  EXPECT_EQ(run_tool("coalesce").error,
            "nvgre coalesce: 5 frames read, 5 written; 0 joined, 5 alone (1 bad checksum, 1 not TCP or UDP, "
            "2 nothing to join, 1 truncated_ip)\n");
  EXPECT_EQ(output_bytes(), (ByteStrings{segment_of(0), bad, segment_of(2), cut, arp}));
}

TEST_F(Coalesce, padding_stays_on_what_is_alone_and_is_no_payload_of_a_unit) {
  auto padded = segment_of(0, 2);
  padded.resize(60);
  write_input({padded});
  EXPECT_EQ(run_tool("coalesce").status, 0);
  EXPECT_EQ(output_bytes(), ByteStrings{padded});
  auto next = tenant(IpVersion::kV4).dont_fragment().tcp(40'000, 5'201).sequence_number(3).acknowledgment_number(77);
  write_input({padded, next.window(500).counting_payload(4, 2).build()});
  EXPECT_EQ(run_tool("coalesce").status, 0);
  EXPECT_THAT(payload_sizes(), ElementsAre(6));
}

TEST_F(Coalesce, snapped_segments_never_join) {
  FileBuilder file;
  file.pcap_header(FileBuilder::kNanoseconds);
  for (std::size_t i = 0; i < 3; ++i) {
    const auto frame = segment_of(i);
    const std::size_t size = i == 1 ? 900 : frame.size();
    file.pcap_record(static_cast<std::uint32_t>(i), 0,
                     {frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(size)},
                     static_cast<std::uint32_t>(frame.size()));
  }
  file.write(input());
  EXPECT_THAT(run_tool("coalesce").error, HasSubstr("0 joined, 3 alone (2 nothing to join, 1 snapped)"));
  EXPECT_EQ(read_output().at(1).bytes.size(), 900U);
  EXPECT_EQ(read_output().at(1).original_length, 1'054U);
}

}  // namespace
}  // namespace nvgre::test
