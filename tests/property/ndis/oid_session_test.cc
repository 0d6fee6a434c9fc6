// What the fuzz target looks for, for everyone: good sessions of OID requests, spoiled.
#include "tests/support/oid_session.h"

#include <random>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace nvgre::ndis {
namespace {

using test::Buffer;
using test::oid_session_seeds;
using test::OidSession;

TEST(OidSessions, good_ones_keep_every_promise) {
  for (const auto& seed : oid_session_seeds()) EXPECT_EQ(OidSession::run(seed), "");
}

/// Bytes are changed (most often to a value at some edge), a few removed or put in.
void spoil(Buffer& input, std::mt19937& random) {
  static constexpr std::uint8_t kEdges[] = {0, 1, 2, 4, 0x10, 0x14, 0x1C, 0x28, 0x7F, 0x80, 0x89, 0xFF};
  const std::size_t changes = 1 + random() % 6;
  for (std::size_t change = 0; change < changes && !input.empty(); ++change) {
    const auto at = static_cast<std::ptrdiff_t>(random() % input.size());
    switch (random() % 8) {
      case 0:
        input.erase(input.begin() + at);
        break;
      case 1:
        input.insert(input.begin() + at, static_cast<std::uint8_t>(random()));
        break;
      case 2:
      case 3:
        input[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(random());
        break;
      default:
        input[static_cast<std::size_t>(at)] = kEdges[random() % std::size(kEdges)];
    }
  }
}

RC_GTEST_PROP(OidSessions, STATE_8_spoiled_requests_are_refused_without_a_trace, (std::uint32_t seed)) {
  std::mt19937 random(seed);
  for (auto input : oid_session_seeds()) {
    spoil(input, random);
    RC_ASSERT(OidSession::run(input) == "");
  }
}

RC_GTEST_PROP(OidSessions, STATE_8_random_bytes_are_refused_without_a_trace, (const std::vector<std::uint8_t>& input)) {
  RC_ASSERT(OidSession::run(input) == "");
}

}  // namespace
}  // namespace nvgre::ndis
