#include "nvgre/offload/toeplitz.h"

#include <gtest/gtest.h>

#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the addresses of these tests

/// Addresses and ports of one row of "Verifying the RSS Hash Calculation", and its two results.
struct Vector {
  const char* destination;
  std::uint16_t destination_port;
  const char* source;
  std::uint16_t source_port;
  std::uint32_t two_tuple;
  std::uint32_t four_tuple;
};
constexpr Vector kVectors[] = {
    {"161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178},
    {"65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea},
    {"12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a},
    {"209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f},
    {"202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2},
    {"3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2cc18cd5, 0x40207d3d},
    {"ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0f0c461c, 0xdde51bbf},
    {"fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, 0x4b61e985, 0x02d1feef},
};

ByteVector addresses_of(const Vector& vector) {
  const IpAddress source = address(vector.source);
  const IpAddress destination = address(vector.destination);
  ByteVector input(source.bytes().begin(), source.bytes().end());
  input.insert(input.end(), destination.bytes().begin(), destination.bytes().end());
  return input;
}
ByteVector with_ports(ByteVector input, const Vector& vector) {
  for (const std::uint16_t port : {vector.source_port, vector.destination_port}) {
    input.push_back(static_cast<std::uint8_t>(port >> 8));
    input.push_back(static_cast<std::uint8_t>(port));
  }
  return input;
}

TEST(ToeplitzHash, RSS_1_and_2_agrees_with_the_published_vectors) {
  const ToeplitzHash hash(kMicrosoftVerificationKey);
  for (const Vector& vector : kVectors) {
    const ByteVector addresses = addresses_of(vector);
    EXPECT_EQ(hash.hash(addresses), vector.two_tuple) << vector.source;
    EXPECT_EQ(hash.hash(with_ports(addresses, vector)), vector.four_tuple) << vector.source;
  }
}

TEST(ToeplitzHash, RSS_1_is_the_leftmost_key_bits_at_each_set_input_bit) {
  ToeplitzKey key{};
  for (std::size_t i = 0; i < key.size(); ++i) key[i] = static_cast<std::uint8_t>(37 * i + 11);
  const ToeplitzHash hash(key);
  for (std::size_t bit = 0; bit < 8 * ToeplitzHash::kMaxInputSize; ++bit) {
    std::array<std::uint8_t, ToeplitzHash::kMaxInputSize> input{};
    input[bit / 8] = static_cast<std::uint8_t>(0x80 >> bit % 8);
    std::uint32_t expected = 0;  // bits `bit` to `bit` + 31 of the key, one by one
    for (std::size_t i = bit; i < bit + 32; ++i) expected = expected << 1 | (key[i / 8] >> (7 - i % 8) & 1U);
    EXPECT_EQ(hash.hash(input), expected) << bit;
  }
}

TEST(ToeplitzHash, is_the_sum_of_what_the_pieces_of_an_input_contribute) {
  const ToeplitzHash hash(kMicrosoftVerificationKey);
  const ByteVector input = with_ports(addresses_of(kVectors[7]), kVectors[7]);
  for (std::size_t split = 0; split <= input.size(); ++split) {
    const std::uint32_t pieces =
        hash.contribution(Bytes(input).first(split), 0) ^ hash.contribution(Bytes(input).subspan(split), split);
    EXPECT_EQ(pieces, 0x02d1feefU) << split;
  }
  EXPECT_EQ(hash.hash({}), 0U);
}

}  // namespace
}  // namespace nvgre::offload
