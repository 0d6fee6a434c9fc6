// `nvgre encap`. The tunnel headers that are expected are written out by hand.
#include <initializer_list>
#include <numeric>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/slow_sum.h"
#include "tests/unit/cli/capture_fixture.h"

namespace nvgre::test {
namespace {

using testing::HasSubstr;

ByteString bytes(std::initializer_list<unsigned> values) {
  ByteString out;
  for (const unsigned value : values) out.push_back(static_cast<std::uint8_t>(value));
  return out;
}
ByteString joined(ByteString first, const ByteString& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}
ByteString part(const ByteString& whole, std::size_t begin, std::size_t size) {
  return {whole.begin() + static_cast<std::ptrdiff_t>(begin),
          whole.begin() + static_cast<std::ptrdiff_t>(begin + size)};
}

/// An Ethernet frame of `size` bytes that carries no IP.
ByteString local_frame(std::size_t size) {
  ByteString frame = bytes({2, 0, 0, 0, 0x10, 2, 2, 0, 0, 0, 0x10, 1, 0x88, 0xB5});
  while (frame.size() < size) frame.push_back(static_cast<std::uint8_t>(frame.size()));
  return frame;
}

class Encap : public CaptureTest {
 protected:
  Outcome encap(std::vector<const char*> options) {
    options.insert(options.begin(), {"--source", "192.0.2.1", "--destination", "192.0.2.2"});
    return run_tool("encap", options);
  }
};

// The header of WIRE-5: 192.0.2.1 > 192.0.2.2, length 1500, ID 0x1234; the GRE header of WIRE-1.
TEST_F(Encap, WIRE_1_and_WIRE_5_writes_the_headers_of_the_requirements) {
  const auto frame = local_frame(1'472);
  write_input({frame});
  const auto outcome = encap({"--vsid", "1193046", "--flow-id", "122", "--ip-id", "4660", "--source-mac",
                              "02:00:00:00:00:0a", "--destination-mac", "02:00:00:00:00:0b"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error, "nvgre encap: 1 frames read, 1 written; 0 left out\n");
  const auto headers = bytes({2,    0,    0,    0,    0,    0x0B, 2,    0,    0,    0,    0,    0x0A, 0x08, 0x00,
                              0x45, 0x00, 0x05, 0xDC, 0x12, 0x34, 0x40, 0x00, 0x40, 0x2F, 0x9E, 0xBB, 0xC0, 0x00,
                              0x02, 0x01, 0xC0, 0x00, 0x02, 0x02, 0x20, 0x00, 0x65, 0x58, 0x12, 0x34, 0x56, 0x7A});
  EXPECT_EQ(output_bytes(), ByteStrings{joined(headers, frame)});
}

TEST_F(Encap, WIRE_5_counts_the_IDs_up_and_keeps_the_times) {
  write_input({local_frame(60), local_frame(60), local_frame(60)});
  EXPECT_EQ(encap({"--vsid", "5001", "--ip-id", "65534"}).status, 0);
  const auto frames = read_output();
  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(part(frames[0].bytes, 18, 2), bytes({0xFF, 0xFE}));
  EXPECT_EQ(part(frames[1].bytes, 18, 2), bytes({0xFF, 0xFF}));
  EXPECT_EQ(part(frames[2].bytes, 18, 2), bytes({0x00, 0x00}));
  EXPECT_EQ(frames[2].time, std::chrono::seconds(3));
}

TEST_F(Encap, OVL_5_and_OVL_6_remove_every_tag) {
  const auto plain = write({.payload_size = 40});
  write_input({write({.payload_size = 40, .tags = {100}}), write({.payload_size = 40, .tags = {100, 7}})});
  EXPECT_EQ(encap({"--vsid", "5001"}).status, 0);
  for (const auto& packet : output_bytes()) {
    ASSERT_EQ(packet.size(), 42 + plain.size());
    EXPECT_EQ(part(packet, 42, plain.size()), plain);
    EXPECT_EQ(part(packet, 16, 2), bytes({0, static_cast<unsigned>(28 + plain.size())}));
  }
}

TEST_F(Encap, OVL_21_and_OVL_22_over_IPv6_with_class_and_flow_label) {
  auto frame = write({.inner = wire::IpVersion::kV6, .payload_size = 10});  // traffic class 0x2A
  write_input({frame, local_frame(60)});
  EXPECT_EQ(run_tool("encap", {"--vsid", "5001", "--source", "2001:db8::1", "--destination", "2001:db8::2"}).status, 0);
  const auto packets = output_bytes();
  ASSERT_EQ(packets.size(), 2U);
  const auto& packet = packets[0];
  EXPECT_EQ(packet.size(), 62 + frame.size());
  EXPECT_EQ(part(packet, 12, 2), bytes({0x86, 0xDD}));
  EXPECT_EQ(packet[14], 0x62);
  EXPECT_EQ(packet[15] >> 4, 0xA);
  EXPECT_NE((packet[15] & 0x0F) << 16 | packet[16] << 8 | packet[17], 0) << "a flow label";
  EXPECT_EQ(part(packet, 18, 4), bytes({0, static_cast<unsigned>(8 + frame.size()), 47, 64}));
  EXPECT_EQ(packets[1][14], 0x60) << "no IP inside: class 0";
  EXPECT_EQ(packets[1][15] >> 4, 0);
}

TEST_F(Encap, WIRE_9_hashes_the_FlowID_of_a_flow) {
  ByteStrings frames;
  for (std::uint8_t i = 0; i < 64; ++i) {
    auto frame = write({.payload_size = 10});
    frame[34] = i;  // the source port's upper byte
    frames.push_back(frame);
    frames.push_back(frame);
  }
  write_input(frames);
  EXPECT_EQ(encap({"--vsid", "5001", "--flow-id", "hash"}).status, 0);
  std::set<std::uint8_t> seen;
  const auto packets = output_bytes();
  for (std::size_t i = 0; i < packets.size(); i += 2) {
    EXPECT_EQ(packets[i][41], packets[i + 1][41]);
    seen.insert(packets[i][41]);
  }
  EXPECT_GT(seen.size(), 40U);
}

TEST_F(Encap, OVL_17_a_group_gets_its_own_MAC_address_unless_one_is_given) {
  write_input({local_frame(60)});
  EXPECT_EQ(run_tool("encap", {"--vsid", "5001", "--source", "192.0.2.1", "--destination", "239.1.2.3"}).status, 0);
  EXPECT_EQ(part(output_bytes().at(0), 0, 6), bytes({0x01, 0, 0x5E, 1, 2, 3}));
  EXPECT_EQ(run_tool("encap", {"--vsid", "5001", "--source", "192.0.2.1", "--destination", "239.1.2.3",
                               "--destination-mac", "02:00:00:00:00:77"})
                .status,
            0);
  EXPECT_EQ(part(output_bytes().at(0), 0, 6), bytes({2, 0, 0, 0, 0, 0x77}));
}

TEST_F(Encap, D_4_a_super_frame_gets_length_0_and_a_right_header_checksum) {
  write_input({local_frame(65'508), local_frame(65'507), local_frame(200'000)});
  EXPECT_EQ(encap({"--vsid", "5001"}).status, 0);
  const auto packets = output_bytes();
  ASSERT_EQ(packets.size(), 3U);
  EXPECT_EQ(part(packets[0], 16, 2), bytes({0, 0}));
  EXPECT_EQ(part(packets[1], 16, 2), bytes({0xFF, 0xFF}));
  EXPECT_EQ(packets[2].size(), 200'042U);
  for (const auto& packet : packets) EXPECT_EQ(slow_sum(part(packet, 14, 20)), 0xFFFF);
}

TEST_F(Encap, a_snapped_frame_stays_snapped_with_the_length_of_the_whole) {
  const auto frame = write({.payload_size = 1'000});
  const std::string start(frame.begin(), frame.begin() + 96);
  FileBuilder()
      .pcap_header(FileBuilder::kNanoseconds)
      .pcap_record(1, 0, start, static_cast<std::uint32_t>(frame.size()))
      .write(input());
  EXPECT_EQ(encap({"--vsid", "5001"}).status, 0);
  const auto packet = read_output().at(0);
  EXPECT_EQ(packet.bytes.size(), 42U + 96U);
  EXPECT_EQ(packet.original_length, 42 + frame.size());
  EXPECT_EQ(packet.bytes[16] << 8 | packet.bytes[17], static_cast<int>(28 + frame.size()));
}

TEST_F(Encap, counts_what_it_leaves_out) {
  write_input({{}, bytes({1, 2, 3}), local_frame(14), local_frame(262'144)});
  const auto outcome = encap({"--vsid", "5001"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.error,
            "nvgre encap: 4 frames read, 1 written; 3 left out (1 too long for a capture, 2 truncated_ethernet)\n");
}

TEST_F(Encap, WIRE_7_and_WIRE_8_refuse_reserved_VSIDs_and_say_what_is_accepted) {
  write_input({local_frame(60)});
  for (const auto* vsid : {"0", "4095", "16777215", "-1", "x", "5001x"}) {
    const auto outcome = encap({"--vsid", vsid});
    EXPECT_EQ(outcome.status, 2) << vsid;
    EXPECT_THAT(outcome.error, HasSubstr("accepted is a number from 4096 to 16777214"));
  }
  EXPECT_TRUE(has_only_input());
  for (const auto* vsid : {"4096", "16777214"}) EXPECT_EQ(encap({"--vsid", vsid}).status, 0) << vsid;
}

TEST_F(Encap, refuses_other_wrong_values_and_says_what_is_accepted) {
  write_input({local_frame(60)});
  const std::vector<std::pair<std::vector<const char*>, const char*>> cases = {
      {{"--vsid", "5001", "--flow-id", "256"}, "accepted is a number from 0 to 255, or hash"},
      {{"--vsid", "5001", "--flow-id", "some"}, "accepted is a number from 0 to 255, or hash"},
      {{"--vsid", "5001", "--ip-id", "65536"}, "accepted is a number from 0 to 65535"},
      {{"--vsid", "5001", "--source-mac", "2"}, "accepted is a unicast address such as 02:00:00:00:00:01"},
      {{"--vsid", "5001", "--source-mac", "ff:ff:ff:ff:ff:ff"}, "accepted is a unicast address"},
      {{"--vsid", "5001", "--source-mac", "01:00:5e:00:00:01"}, "accepted is a unicast address"},
      {{"--vsid", "5001", "--source-mac", "00:00:00:00:00:00"}, "accepted is a unicast address"},
  };
  for (const auto& [options, text] : cases) {
    const auto outcome = encap(options);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.error, HasSubstr(text));
  }
  const auto other = [&](const char* source, const char* destination) {
    return run_tool("encap", {"--vsid", "5001", "--source", source, "--destination", destination});
  };
  EXPECT_THAT(other("198.18.0.999", "198.18.0.1").error, HasSubstr("accepted is an IPv4 or IPv6 address"));
  EXPECT_EQ(other("198.18.0.1", "2001:db8::1").status, 2);
  EXPECT_THAT(other("198.18.0.1", "2001:db8::1").error, HasSubstr("of the same IP version"));
  EXPECT_EQ(other("239.1.1.1", "198.18.0.1").status, 2);
  EXPECT_TRUE(has_only_input());
}

}  // namespace
}  // namespace nvgre::test
