#include "nvgre/overlay/checksum_completion.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

TEST(ChecksumCompletion, finishes_the_checksum_that_the_metadata_names) {
  for (const auto version : {wire::IpVersion::kV4, wire::IpVersion::kV6})
    for (const std::size_t payload : {0, 1, 333, 1400}) {
      const auto finished = blue_udp(payload, version);
      const auto bytes = blue_packet(version)
                             .udp(4000, 5000)
                             .counting_payload(payload)
                             .transport_checksum(wire::TransportChecksum::kSeed)
                             .build();
      wire::ByteVector out(bytes.size() + 10);
      const auto result = complete_checksum(*TenantFrame::parse(bytes, unfinished(bytes)), out);
      EXPECT_EQ(wire::ByteVector(result.begin(), result.end()), finished) << payload;
    }
}

TEST(ChecksumCompletion, never_writes_0_which_would_mean_no_checksum) {
  // §17: UDP 10.1.1.11:5000 > 10.1.1.22:5001 with payload c2a6 sums up to 0.
  auto bytes = wire::FrameBuilder()
                   .ethernet(mac(1, 1), mac(1, 2))
                   .ip(ipv4(10, 1, 1, 11), ipv4(10, 1, 1, 22))
                   .udp(5000, 5001)
                   .payload(std::array<std::uint8_t, 2>{0xC2, 0xA6})
                   .transport_checksum(wire::TransportChecksum::kSeed)
                   .build();
  EXPECT_EQ(wire::load_big_endian<std::uint16_t>(bytes, 40), 0x163E);
  wire::ByteVector out(bytes.size());
  const auto result = complete_checksum(*TenantFrame::parse(bytes, unfinished(bytes)), out);
  EXPECT_EQ(wire::load_big_endian<std::uint16_t>(result, 40), 0xFFFF);
}

}  // namespace
}  // namespace nvgre::overlay
