#include "nvgre/wire/checksum.h"

#include <array>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/slow_sum.h"

namespace nvgre::wire {
namespace {

using test::slow_sum;

const IpAddress kSourceV4 = *IpAddress::parse("10.1.1.11");
const IpAddress kDestinationV4 = *IpAddress::parse("10.1.1.22");
const IpAddress kSourceV6 = *IpAddress::parse("fd00:1::11");
const IpAddress kDestinationV6 = *IpAddress::parse("fd00:1::22");

constexpr std::array<std::uint8_t, 20> kTcpHeader = {0xC0, 0x00, 0x01, 0xBB, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00,
                                                     0x00, 0x02, 0x50, 0x18, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00};

std::vector<std::uint8_t> counting_bytes(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 151 + 13);
  return bytes;
}

TEST(InternetSum, sums_the_example_of_RFC_1071_section_3) {
  constexpr std::array<std::uint8_t, 8> kBytes = {0x00, 0x01, 0xF2, 0x03, 0xF4, 0xF5, 0xF6, 0xF7};
  EXPECT_EQ(internet_sum(kBytes), 0xDDF2);
}

TEST(InternetSum, WIRE_5_gives_the_checksum_of_the_outer_header) {
  constexpr std::array<std::uint8_t, 20> kHeader = {0x45, 0x00, 0x05, 0xDC, 0x12, 0x34, 0x40, 0x00, 0x40, 0x2F,
                                                    0x00, 0x00, 0xC0, 0x00, 0x02, 0x01, 0xC0, 0x00, 0x02, 0x02};
  InternetSum sum;
  sum.add(kHeader);
  EXPECT_EQ(sum.checksum(), 0x9EBB);
}

TEST(InternetSum, starts_at_zero) {
  EXPECT_EQ(InternetSum().folded(), 0);
  EXPECT_EQ(internet_sum({}), 0);
}

TEST(InternetSum, pads_an_odd_end_with_zero) {
  constexpr std::array<std::uint8_t, 3> kBytes = {0x12, 0x34, 0x56};
  EXPECT_EQ(internet_sum(kBytes), 0x1234 + 0x5600);
}

TEST(InternetSum, carries_around_from_every_word_of_the_loop) {
  const std::vector<std::uint8_t> ones(200, 0xFF);
  EXPECT_EQ(internet_sum(ones), 0xFFFF);
  InternetSum sum(0x0001);
  sum.add(ones);
  EXPECT_EQ(sum.folded(), 0x0001);
}

TEST(InternetSum, TXC_18_agrees_with_the_slow_sum_at_every_length) {
  const auto bytes = counting_bytes(300);
  for (std::size_t size = 0; size <= bytes.size(); ++size)
    ASSERT_EQ(internet_sum(Bytes(bytes).first(size)), slow_sum(Bytes(bytes).first(size))) << size;
}

TEST(InternetSum, TXC_18_agrees_with_the_slow_sum_at_65535_bytes_and_every_alignment) {
  const auto bytes = counting_bytes(65535 + 8);
  for (std::size_t offset = 0; offset < 8; ++offset)
    ASSERT_EQ(internet_sum(Bytes(bytes).subspan(offset, 65535)), slow_sum(Bytes(bytes).subspan(offset, 65535)));
}

TEST(InternetSum, continues_behind_pieces_of_odd_length) {
  const auto bytes = counting_bytes(77);
  for (std::size_t first = 0; first <= bytes.size(); ++first) {
    const std::size_t second = (bytes.size() - first) / 2;
    InternetSum sum;
    sum.add(Bytes(bytes).first(first));
    sum.add(Bytes(bytes).subspan(first, second));
    sum.add(Bytes(bytes).subspan(first + second));
    ASSERT_EQ(sum.folded(), slow_sum(bytes)) << first;
  }
}

TEST(InternetSum, copies_exactly_what_it_sums) {
  const auto bytes = counting_bytes(100);
  for (std::size_t size = 0; size <= bytes.size(); ++size) {
    std::vector<std::uint8_t> copy(bytes.size() + 1, 0xEE);
    InternetSum sum;
    sum.add_copy(copy, Bytes(bytes).first(size));
    ASSERT_EQ(sum.folded(), slow_sum(Bytes(bytes).first(size))) << size;
    ASSERT_TRUE(std::equal(copy.begin(), copy.begin() + static_cast<std::ptrdiff_t>(size), bytes.begin())) << size;
    ASSERT_EQ(copy[size], 0xEE) << size;
  }
}

TEST(InternetSum, adds_numbers_and_folded_sums_whatever_the_parity) {
  InternetSum sum;
  sum.add(std::array<std::uint8_t, 1>{0x01});
  sum.add_number(0x0002);
  sum.add_folded(0x0300);
  EXPECT_EQ(sum.folded(), 0x0100 + 0x0002 + 0x0300);
}

TEST(PseudoHeaderSum, LSO_17_seeds_have_the_values_of_the_vectors) {
  EXPECT_EQ(pseudo_header_sum(kSourceV4, kDestinationV4, IpProtocol::kTcp, 0), 0x1629);
  EXPECT_EQ(pseudo_header_sum(kSourceV6, kDestinationV6, IpProtocol::kTcp, 0), 0xFA3C);
  EXPECT_EQ(pseudo_header_sum(kSourceV6, kDestinationV6, IpProtocol::kUdp, 0), 0xFA47);
}

TEST(PseudoHeaderSum, TXC_4_seeds_with_length_have_the_values_of_the_vectors) {
  EXPECT_EQ(pseudo_header_sum(kSourceV4, kDestinationV4, IpProtocol::kTcp, 28), 0x1645);
  EXPECT_EQ(pseudo_header_sum(kSourceV6, kDestinationV6, IpProtocol::kTcp, 28), 0xFA58);
  EXPECT_EQ(pseudo_header_sum(kSourceV4, kDestinationV4, IpProtocol::kUdp, 10), 0x163E);
  EXPECT_EQ(pseudo_header_sum(kSourceV6, kDestinationV6, IpProtocol::kUdp, 1008), 0xFE37);
}

TEST(PseudoHeaderSum, counts_lengths_beyond_16_bits) {
  EXPECT_EQ(pseudo_header_sum(kSourceV4, kDestinationV4, IpProtocol::kTcp, 0x0003'0001), 0x1629 + 3 + 1);
}

struct TransportVector {
  std::uint16_t seed;
  std::vector<std::uint8_t> payload;
  std::uint16_t checksum;
};

TEST(InternetSum, TXC_5_completes_the_seed_of_even_and_odd_segments) {
  const std::array<TransportVector, 3> vectors = {{{0x1645, {0, 1, 2, 3, 4, 5, 6, 7}, 0xBBD3},
                                                   {0x1629 + 23, {0xAA, 0xBB, 0xCC}, 0x512C},
                                                   {0xFA58, {0, 1, 2, 3, 4, 5, 6, 7}, 0xD7BF}}};
  for (const auto& vector : vectors) {
    InternetSum sum(vector.seed);
    sum.add(kTcpHeader);
    sum.add(vector.payload);
    EXPECT_EQ(sum.checksum(), vector.checksum);
  }
}

TEST(InternetSum, TXC_7_vector_computes_zero) {
  InternetSum sum(0x163E);
  sum.add(std::array<std::uint8_t, 10>{0x13, 0x88, 0x13, 0x89, 0x00, 0x0A, 0x00, 0x00, 0xC2, 0xA6});
  EXPECT_EQ(sum.checksum(), 0x0000);
}

TEST(UpdatedChecksum, follows_the_example_of_RFC_1624_section_4) {
  EXPECT_EQ(updated_checksum(0xDD2F, 0x5555, 0x3285), 0x0000);
}

TEST(UpdatedChecksum, OVL_24_equals_recomputation) {
  auto bytes = counting_bytes(20);
  const auto before = static_cast<std::uint16_t>(~internet_sum(bytes));
  const auto old_value = static_cast<std::uint16_t>(bytes[8] << 8 | bytes[9]);
  bytes[8] = 0x3F;
  bytes[9] = 0x06;
  EXPECT_EQ(updated_checksum(before, old_value, 0x3F06), static_cast<std::uint16_t>(~internet_sum(bytes)));
}

}  // namespace
}  // namespace nvgre::wire
