#include "nvgre/offload/toeplitz.h"

#include <gtest/gtest.h>

#include "tests/support/rss_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the addresses of these tests

ByteVector addresses_of(const HashVector& vector) {
  const IpAddress source = address(vector.source);
  const IpAddress destination = address(vector.destination);
  ByteVector input(source.bytes().begin(), source.bytes().end());
  input.insert(input.end(), destination.bytes().begin(), destination.bytes().end());
  return input;
}
ByteVector with_ports(ByteVector input, const HashVector& vector) {
  for (const std::uint16_t port : {vector.source_port, vector.destination_port}) {
    input.push_back(static_cast<std::uint8_t>(port >> 8));
    input.push_back(static_cast<std::uint8_t>(port));
  }
  return input;
}

TEST(ToeplitzHash, RSS_1_and_2_agrees_with_the_published_vectors) {
  const ToeplitzHash hash(kMicrosoftVerificationKey);
  for (const HashVector& vector : kHashVectors) {
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
  const ByteVector input = with_ports(addresses_of(kHashVectors[7]), kHashVectors[7]);
  for (std::size_t split = 0; split <= input.size(); ++split) {
    const std::uint32_t pieces =
        hash.contribution(Bytes(input).first(split), 0) ^ hash.contribution(Bytes(input).subspan(split), split);
    EXPECT_EQ(pieces, 0x02d1feefU) << split;
  }
  EXPECT_EQ(hash.hash({}), 0U);
}

}  // namespace
}  // namespace nvgre::offload
