#include "nvgre/datapath/userspace/vnet_header.h"

#include <array>
#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace nvgre::datapath::userspace {
namespace {

using offload::FrameMetadata;
using offload::SegmentationKind;

using Header = std::array<std::uint8_t, kVnetHeaderSize>;

/// A header as the kernel fills it: bytes for the flags and the type, then 16-bit numbers in the machine's byte order.
Header header(std::uint8_t flags, std::uint8_t type, std::array<std::uint16_t, 4> numbers) {
  Header bytes{flags, type};
  std::memcpy(bytes.data() + 2, numbers.data(), sizeof numbers);
  return bytes;
}

TEST(VnetHeader, reads_a_finished_frame) {
  const auto metadata = read_vnet_header(Header{}, 60);
  ASSERT_TRUE(metadata);
  EXPECT_EQ(*metadata, FrameMetadata{});
}

TEST(VnetHeader, reads_what_the_kernel_says_of_a_merged_nvgre_packet) {
  // As observed on Linux 6.18 with GRO on the underlay: NEEDS_CSUM, TCPV4, gso_size 1360, csum_start 76.
  const auto metadata = read_vnet_header(header(1, 1, {96, 1360, 76, 16}), 20'000);
  ASSERT_TRUE(metadata);
  EXPECT_TRUE(metadata->needs_checksum);
  EXPECT_EQ(metadata->segmentation, SegmentationKind::kTcpV4);
  EXPECT_EQ(metadata->segment_size, 1360);
  EXPECT_EQ(metadata->checksum_start, 76);
  EXPECT_EQ(metadata->checksum_offset, 16);
  EXPECT_EQ(metadata->header_size, 96);
  EXPECT_FALSE(metadata->has_ecn);
}

TEST(VnetHeader, reads_each_kind_and_the_ecn_bit) {
  EXPECT_EQ(read_vnet_header(header(1, 4, {74, 1400, 54, 16}), 9'000)->segmentation, SegmentationKind::kTcpV6);
  EXPECT_EQ(read_vnet_header(header(1, 5, {42, 1400, 34, 6}), 9'000)->segmentation, SegmentationKind::kUdp);
  EXPECT_TRUE(read_vnet_header(header(1, 0x81, {54, 1400, 34, 16}), 9'000)->has_ecn);
  EXPECT_FALSE(read_vnet_header(header(1, 0x85, {42, 1400, 34, 6}), 9'000)->has_ecn) << "UDP has no CWR";
}

TEST(VnetHeader, takes_data_valid_as_a_validated_checksum) {
  EXPECT_TRUE(read_vnet_header(header(2, 0, {0, 0, 0, 0}), 60)->checksum_valid);
}

TEST(VnetHeader, refuses_what_contradicts_the_frame) {
  constexpr auto kMalformed = wire::DropReason::kMalformedVnetHeader;
  EXPECT_EQ(read_vnet_header(header(1, 0, {0, 0, 34, 16}), 51).error(), kMalformed) << "checksum field ends at 52";
  EXPECT_TRUE(read_vnet_header(header(1, 0, {0, 0, 34, 16}), 52)) << "checksum field ends at 52";
  EXPECT_EQ(read_vnet_header(header(1, 0, {0, 0, 0xFFFF, 0xFFFF}), 1'500).error(), kMalformed) << "no wrap in 16 bits";
  EXPECT_EQ(read_vnet_header(header(1, 1, {54, 0, 34, 16}), 9'000).error(), kMalformed) << "no segment size";
  EXPECT_EQ(read_vnet_header(header(1, 3, {42, 1480, 34, 6}), 9'000).error(), kMalformed) << "UFO is never offered";
  EXPECT_EQ(read_vnet_header(header(1, 9, {42, 1480, 34, 6}), 9'000).error(), kMalformed) << "unknown type";
}

TEST(VnetHeader, writes_what_it_reads) {
  for (const auto& bytes :
       {header(0, 0, {0, 0, 0, 0}), header(1, 0, {0, 0, 34, 6}), header(1, 0x81, {54, 1448, 34, 16}),
        header(1, 4, {74, 1428, 54, 16}), header(1, 5, {42, 1400, 34, 6})}) {
    const auto metadata = read_vnet_header(bytes, 60'000);
    ASSERT_TRUE(metadata);
    Header written;
    written.fill(0xEE);
    write_vnet_header(*metadata, written);
    EXPECT_EQ(written, bytes);
  }
}

TEST(VnetHeader, keeps_the_word_of_the_receiver_to_itself) {
  Header written;
  FrameMetadata metadata;
  metadata.checksum_valid = true;
  write_vnet_header(metadata, written);
  EXPECT_EQ(written, Header{}) << "DATA_VALID is not for what is sent";
}

}  // namespace
}  // namespace nvgre::datapath::userspace
