// `nvgre decap`.
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/slow_sum.h"
#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::HasSubstr;

/// A sample frame has nothing in its IPv4 checksums; the outer one has to be right.
ByteString finished(ByteString packet) {
  packet[24] = packet[25] = 0;
  const auto sum = static_cast<std::uint16_t>(~slow_sum(wire::Bytes(packet).subspan(14, 20)));
  packet[24] = static_cast<std::uint8_t>(sum >> 8);
  packet[25] = static_cast<std::uint8_t>(sum);
  return packet;
}
ByteString packet(SampleFrame frame = {}) {
  frame.outer = wire::IpVersion::kV4;
  return finished(write(frame));
}
ByteString inner_of(const ByteString& packet) {
  return {packet.begin() + 42, packet.end()};
}

class Decap : public CaptureTest {
 protected:
  /// What is said of a capture of this one packet.
  std::string verdict(const ByteString& packet) {
    write_input({packet});
    const auto outcome = run_tool("decap");
    EXPECT_EQ(outcome.status, 0);
    return outcome.error.substr(outcome.error.find("; ") + 2);
  }
};

TEST_F(Decap, OVL_8_leaves_the_inner_frame_byte_for_byte) {
  const auto v4 = packet();
  const auto v6 = write({.outer = wire::IpVersion::kV6, .inner = wire::IpVersion::kV6, .protocol = 17});
  write_input({v4, v6});
  const auto outcome = run_tool("decap");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "nvgre decap: 2 frames read, 2 written; 0 left out\n");
  const auto frames = read_output();
  ASSERT_EQ(frames.size(), 2U);
  EXPECT_EQ(frames[0].bytes, inner_of(v4));
  EXPECT_EQ(frames[1].bytes, ByteString(v6.begin() + 62, v6.end()));
  EXPECT_EQ(frames[1].time, std::chrono::seconds(2));
}

TEST_F(Decap, WIRE_14_removes_padding_behind_the_outer_packet) {
  auto padded = packet({.payload_size = 0, .trailing = 9});
  write_input({padded});
  EXPECT_EQ(run_tool("decap").status, 0);
  padded.resize(padded.size() - 9);
  EXPECT_EQ(output_bytes().at(0), inner_of(padded));
}

TEST_F(Decap, D_4_takes_an_outer_length_of_0_for_the_packets_own) {
  auto zero = packet();
  zero[16] = zero[17] = 0;
  zero = finished(zero);
  write_input({zero});
  EXPECT_EQ(run_tool("decap").status, 0);
  EXPECT_EQ(output_bytes().at(0), inner_of(zero));
}

TEST_F(Decap, WIRE_13_names_why_each_other_frame_is_left_out) {
  const auto good = packet();
  EXPECT_EQ(verdict(good), "0 left out\n");
  EXPECT_EQ(verdict({}), "1 left out (1 truncated_ethernet)\n");
  EXPECT_EQ(verdict(write({})), "1 left out (1 not_gre)\n");
  auto broken = good;
  broken[24] ^= 1;
  EXPECT_EQ(verdict(broken), "1 left out (1 outer_ip_checksum)\n");
  broken = good;
  broken[20] = 0x20;
  EXPECT_EQ(verdict(finished(broken)), "1 left out (1 outer_fragment)\n");
  broken = good;
  broken[36] = 0x08;
  EXPECT_EQ(verdict(broken), "1 left out (1 not_nvgre)\n");
  EXPECT_EQ(verdict(packet({.gre_flags = 0x3000})), "1 left out (1 gre_flags)\n");
  EXPECT_EQ(verdict(packet({.gre_flags = 0xA000})), "1 left out (1 gre_flags)\n");
  EXPECT_EQ(verdict(packet({.inner_tags = {7}})), "1 left out (1 inner_vlan)\n");
  broken = good;
  broken[17] = static_cast<std::uint8_t>(broken[17] + 1);
  EXPECT_EQ(verdict(finished(broken)), "1 left out (1 truncated_inner)\n");
  broken = good;
  broken[16] = 0;
  broken[17] = 19;
  EXPECT_EQ(verdict(finished(broken)), "1 left out (1 malformed_ip)\n");
  broken[17] = 28 + 13;
  EXPECT_EQ(verdict(finished(broken)), "1 left out (1 truncated_inner)\n");
  broken[17] = 27;
  EXPECT_EQ(verdict(finished(broken)), "1 left out (1 truncated_gre)\n");
}

TEST_F(Decap, OVL_26_leaves_reserved_VSIDs_out) {
  auto reserved = packet();
  reserved[38] = 0x00;
  reserved[39] = 0x0F;
  reserved[40] = 0xFF;
  EXPECT_EQ(verdict(reserved), "1 left out (1 reserved_vsid)\n");
  reserved[38] = reserved[39] = reserved[40] = 0xFF;
  EXPECT_EQ(verdict(reserved), "1 left out (1 reserved_vsid)\n");
}

// The inner type of service of a sample frame is 0x2A: ECT(0).
TEST_F(Decap, OVL_23_and_OVL_24_carry_a_congestion_mark_inside) {
  auto marked = write({.outer = wire::IpVersion::kV4});
  marked[15] = 0x03;
  marked = finished(marked);
  write_input({marked});
  EXPECT_EQ(run_tool("checksum").status, 0);  // the inner header's, too
  const auto complete = output_bytes().at(0);
  write_input({complete});
  EXPECT_EQ(run_tool("decap").status, 0);
  const auto frame = output_bytes().at(0);
  EXPECT_EQ(frame[15], 0x2B);
  EXPECT_EQ(problems(frame, false), "");
  auto unable = complete;
  unable[42 + 15] = 0x28;
  EXPECT_EQ(verdict(unable), "1 left out (1 outer_ecn)\n");
}

TEST_F(Decap, OVL_4_takes_only_one_subnet_if_one_is_named) {
  const auto blue = packet();  // VSID 0x123456
  auto red = blue;
  red[40] = 0x57;
  write_input({blue, red, blue});
  const auto outcome = run_tool("decap", {"--vsid", "1193047"});
  EXPECT_EQ(outcome.error, "nvgre decap: 3 frames read, 1 written; 2 left out (2 unknown_vsid)\n");
  EXPECT_EQ(run_tool("decap", {"--vsid", "4095"}).status, 2);
}

TEST_F(Decap, LOC_18_takes_one_tunnel_off_and_leaves_the_next) {
  const auto inner = packet();
  auto outer = packet({.payload_size = 0, .inner_ether_type = 0x0800});
  outer.resize(42);
  outer.insert(outer.end(), inner.begin(), inner.end());
  const auto length = static_cast<std::uint16_t>(outer.size() - 14);
  outer[16] = static_cast<std::uint8_t>(length >> 8);
  outer[17] = static_cast<std::uint8_t>(length);
  write_input({finished(outer)});
  EXPECT_EQ(run_tool("decap").status, 0);
  EXPECT_EQ(output_bytes().at(0), inner);
}

TEST_F(Decap, a_snapped_packet_leaves_a_snapped_frame) {
  const auto whole = packet({.payload_size = 1'000});
  const auto snapped_at = [&](std::size_t size, const ByteString& of) {
    FileBuilder()
        .pcap_header(FileBuilder::kNanoseconds)
        .pcap_record(1, 0, {of.begin(), of.begin() + static_cast<std::ptrdiff_t>(size)},
                     static_cast<std::uint32_t>(of.size()))
        .write(input());
    return run_tool("decap").error;
  };
  EXPECT_THAT(snapped_at(128, whole), HasSubstr("; 0 left out"));
  const auto frame = read_output().at(0);
  EXPECT_EQ(frame.bytes, ByteString(whole.begin() + 42, whole.begin() + 128));
  EXPECT_EQ(frame.original_length, whole.size() - 42);
  EXPECT_THAT(snapped_at(42 + 13, whole), HasSubstr("1 truncated_inner"));
  EXPECT_THAT(snapped_at(41, whole), HasSubstr("1 truncated_gre"));
  auto marked = whole;
  marked[15] = 0x03;
  EXPECT_THAT(snapped_at(42 + 20, finished(marked)), HasSubstr("1 truncated_inner"))
      << "nobody can say whether the inner header takes the mark";
}

}  // namespace
}  // namespace nvgre::test
