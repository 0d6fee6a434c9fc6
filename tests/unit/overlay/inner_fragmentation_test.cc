#include "nvgre/overlay/inner_fragmentation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)
using testing::SizeIs;

wire::FrameBuilder packet() {
  return wire::FrameBuilder()
      .ethernet(mac(1, 1), mac(1, 2))
      .ip(customer_v4(1).ip(), customer_v4(2).ip())
      .identification(77)
      .traffic_class(0xB9)
      .hop_limit(9);
}

std::vector<wire::ByteVector> cut(const wire::ByteVector& bytes, std::size_t mtu) {
  const auto frame = TenantFrame::parse(bytes, {});
  EXPECT_TRUE(InnerFragmenter::may_cut(*frame, mtu));
  InnerFragmenter fragmenter(*frame, mtu);
  std::vector<wire::ByteVector> fragments;
  wire::ByteVector out(14 + mtu);
  for (auto next = fragmenter.next(out); !next.empty(); next = fragmenter.next(out))
    fragments.emplace_back(next.begin(), next.end());
  return fragments;
}
wire::Ipv4View ip_of(const wire::ByteVector& frame) {
  return *wire::Ipv4View::parse(wire::Bytes(frame).subspan(14));
}

TEST(InnerFragmenter, OVL_12_cuts_at_multiples_of_eight_bytes_within_the_limit) {
  const auto fragments = cut(packet().udp(1, 2).counting_payload(100).build(), 20 + 50);  // 108 bytes of IP payload
  ASSERT_THAT(fragments, SizeIs(3));
  const std::size_t sizes[] = {48, 48, 12};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto ip = ip_of(fragments[i]);
    EXPECT_TRUE(ip.has_valid_checksum());
    EXPECT_EQ(ip.payload().size(), sizes[i]);
    EXPECT_EQ(ip.fragment_offset(), 6 * i);
    EXPECT_EQ(ip.more_fragments(), i < 2);
    EXPECT_EQ(ip.identification(), 77);
    EXPECT_EQ(ip.type_of_service(), 0xB9);
    EXPECT_EQ(ip.time_to_live(), 9);
    EXPECT_EQ(ip.protocol(), wire::IpProtocol::kUdp);
  }
}

TEST(InnerFragmenter, makes_the_last_fragment_as_long_as_fits) {
  const auto fragments = cut(packet().udp(1, 2).counting_payload(90).build(), 20 + 50);  // 98 bytes: 48, 50
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(ip_of(fragments[1]).payload().size(), 50U);
}

TEST(InnerFragmenter, OVL_12_cuts_a_fragment_further_and_keeps_its_place) {
  const auto fragments = cut(packet().fragment(true, 10).udp(1, 2).counting_payload(88).build(), 20 + 48);
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(ip_of(fragments[0]).fragment_offset(), 10);
  EXPECT_EQ(ip_of(fragments[1]).fragment_offset(), 16);
  EXPECT_TRUE(ip_of(fragments[1]).more_fragments()) << "the packet goes on behind it";
}

TEST(InnerFragmenter, repeats_only_the_options_that_are_to_be_copied) {
  // Record route (7, not copied), router alert (148, copied), padded to 12 bytes.
  const std::uint8_t options[] = {0x07, 0x07, 0x04, 0, 0, 0, 0, 0x94, 0x04, 0x00, 0x00, 0x00};
  const auto fragments = cut(packet().ip_options(options).udp(1, 2).counting_payload(92).build(), 32 + 56);
  ASSERT_THAT(fragments, SizeIs(2));
  EXPECT_EQ(ip_of(fragments[0]).header_size(), 32U);
  const auto later = ip_of(fragments[1]).options();
  EXPECT_EQ(wire::ByteVector(later.begin(), later.end()), (wire::ByteVector{0x94, 0x04, 0x00, 0x00}));
  EXPECT_TRUE(ip_of(fragments[1]).has_valid_checksum());
}

TEST(InnerFragmenter, survives_options_of_any_bytes) {
  for (unsigned first = 0; first < 256; ++first)
    for (unsigned second = 0; second < 256; ++second) {
      const std::uint8_t options[] = {static_cast<std::uint8_t>(first), static_cast<std::uint8_t>(second), 0xFF, 0x83};
      for (const auto& fragment : cut(packet().ip_options(options).udp(1, 2).counting_payload(60).build(), 68))
        ASSERT_LE(fragment.size(), 14U + 68);
    }
}

TEST(InnerFragmenter, OVL_12_never_cuts_what_must_not_be_fragmented) {
  const auto may_cut = [](const wire::ByteVector& bytes, const offload::FrameMetadata& metadata = {},
                          std::size_t mtu = 500) {
    return InnerFragmenter::may_cut(*TenantFrame::parse(bytes, metadata), mtu);
  };
  const auto udp = packet().udp(1, 2).counting_payload(1000).build();
  EXPECT_TRUE(may_cut(udp));
  EXPECT_FALSE(may_cut(packet().dont_fragment().udp(1, 2).counting_payload(1000).build()));
  EXPECT_FALSE(may_cut(blue_udp(1000, wire::IpVersion::kV6)));
  EXPECT_FALSE(may_cut(udp, super_frame(udp, 100)));
  EXPECT_FALSE(may_cut(udp, {}, 27)) << "no room for eight bytes";
  const auto fragment_at = [](std::uint16_t offset) {  // 1008 bytes of IP payload
    return packet().fragment(false, offset).udp(1, 2).counting_payload(1000).build();
  };
  EXPECT_TRUE(may_cut(fragment_at((65'535 - 20 - 1008) / 8)));
  EXPECT_FALSE(may_cut(fragment_at((65'535 - 20 - 1008) / 8 + 1))) << "it would end behind byte 65535";
}

}  // namespace
}  // namespace nvgre::overlay
