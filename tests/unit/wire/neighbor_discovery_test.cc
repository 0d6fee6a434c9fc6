#include "nvgre/wire/neighbor_discovery.h"

#include <vector>

#include <gtest/gtest.h>

#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::ip;

/// A packet from the IPv6 header on.
ByteVector packet(const char* source, const char* destination, const NeighborFields& fields,
                  std::uint8_t hop_limit = 255) {
  return FrameBuilder().ip(ip(source), ip(destination)).hop_limit(hop_limit).neighbor(fields).build();
}

NeighborFields solicitation() {
  return {.target_address = ip("2001:db8::2"), .link_layer_address = MacAddress({0x02, 0, 0, 0, 0, 1})};
}

NeighborFields advertisement() {
  return {.type = IcmpV6::kNeighborAdvertisement,
          .target_address = ip("2001:db8::2"),
          .solicited = true,
          .override_entry = true,
          .link_layer_address = MacAddress({0x02, 0, 0, 0, 0, 2})};
}

bool is_acceptable(const ByteVector& bytes) {
  const auto network = *Ipv6View::parse(bytes);
  return NeighborView::parse(network.payload())->is_acceptable(network);
}

TEST(NeighborView, writes_and_reads_a_solicitation) {
  const auto bytes = packet("2001:db8::1", "ff02::1:ff00:2", solicitation());
  const auto message = Ipv6View::parse(bytes)->payload();
  ASSERT_EQ(message.size(), 32U);
  EXPECT_EQ(message[0], 135);
  EXPECT_EQ(message[24], 1) << "source link-layer address";
  EXPECT_EQ(message[25], 1) << "in units of 8 bytes";
  const auto view = NeighborView::parse(message);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->is_solicitation());
  EXPECT_EQ(view->target_address(), ip("2001:db8::2"));
  EXPECT_EQ(view->source_link_layer_address(), MacAddress({0x02, 0, 0, 0, 0, 1}));
  EXPECT_EQ(view->target_link_layer_address(), std::nullopt);
  EXPECT_TRUE(is_acceptable(bytes));
}

TEST(NeighborView, writes_and_reads_an_advertisement) {
  const auto bytes = packet("2001:db8::2", "2001:db8::1", advertisement());
  const auto message = Ipv6View::parse(bytes)->payload();
  EXPECT_EQ(message[0], 136);
  EXPECT_EQ(message[4], 0x60);
  const auto view = NeighborView::parse(message);
  ASSERT_TRUE(view);
  EXPECT_TRUE(view->is_advertisement() && view->is_solicited() && view->is_override());
  EXPECT_FALSE(view->is_router());
  EXPECT_EQ(view->target_link_layer_address(), MacAddress({0x02, 0, 0, 0, 0, 2}));
  EXPECT_EQ(view->source_link_layer_address(), std::nullopt);
  EXPECT_TRUE(is_acceptable(bytes));
}

TEST(NeighborView, refuses_cut_messages_and_options) {
  const auto bytes = packet("2001:db8::1", "2001:db8::2", solicitation());
  const auto message = Ipv6View::parse(bytes)->payload();
  for (std::size_t size = 0; size < 32; ++size)
    EXPECT_EQ(static_cast<bool>(NeighborView::parse(message.first(size))), size == 24) << size;
}

TEST(NeighborView, refuses_messages_that_RFC_4861_calls_invalid) {
  const auto bytes = packet("2001:db8::1", "2001:db8::2", solicitation());
  const auto broken = [&](std::size_t offset, std::uint8_t value) {
    ByteVector message(bytes.begin() + 40, bytes.end());
    message[offset] = value;
    return !NeighborView::parse(message);
  };
  EXPECT_TRUE(broken(0, 134)) << "a router advertisement";
  EXPECT_TRUE(broken(1, 1)) << "a code";
  EXPECT_TRUE(broken(8, 0xFF)) << "a multicast target";
  EXPECT_TRUE(broken(25, 0)) << "an option of length 0";
  EXPECT_TRUE(broken(25, 2)) << "an option past the end";
}

TEST(NeighborView, is_acceptable_only_from_this_link_with_a_right_checksum) {
  EXPECT_FALSE(is_acceptable(packet("2001:db8::1", "2001:db8::2", solicitation(), 254)));
  auto bytes = packet("2001:db8::1", "2001:db8::2", solicitation());
  bytes.back() ^= 1;
  EXPECT_FALSE(is_acceptable(bytes));
  EXPECT_FALSE(is_acceptable(packet("2001:db8::2", "ff02::1", advertisement()))) << "solicited, to a group";
}

TEST(NeighborView, recognises_duplicate_address_detection) {
  NeighborFields question{.target_address = ip("2001:db8::2")};
  const auto bytes = packet("::", "ff02::1:ff00:2", question);
  const auto network = *Ipv6View::parse(bytes);
  EXPECT_TRUE(is_duplicate_address_detection(network, *NeighborView::parse(network.payload())));
  EXPECT_TRUE(is_acceptable(bytes));
  EXPECT_FALSE(is_acceptable(packet("::", "2001:db8::2", question))) << "not to the solicited-node address";
  EXPECT_FALSE(is_acceptable(packet("::", "ff02::1:ff00:2", solicitation()))) << "with a source link-layer address";

  const auto usual = packet("2001:db8::1", "2001:db8::2", solicitation());
  const auto usual_network = *Ipv6View::parse(usual);
  EXPECT_FALSE(is_duplicate_address_detection(usual_network, *NeighborView::parse(usual_network.payload())));
}

TEST(SolicitedNodeAddress, takes_the_last_24_bits) {
  EXPECT_EQ(solicited_node_address(ip("2001:db8::12ab:cdef:3456")), ip("ff02::1:ffef:3456"));
}

TEST(NeighborView, describes_itself_in_one_line) {
  const auto bytes = packet("2001:db8::2", "2001:db8::1", advertisement());
  EXPECT_EQ(describe(*NeighborView::parse(Ipv6View::parse(bytes)->payload())),
            "neighbor advertisement 2001:db8::2 target 02:00:00:00:00:02 solicited override");
}

}  // namespace
}  // namespace nvgre::wire
