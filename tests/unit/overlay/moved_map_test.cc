#include "nvgre/overlay/moved_map.h"

#include <gtest/gtest.h>

#include "tests/unit/overlay/host.h"

namespace nvgre::overlay {
namespace {

using namespace scenery;  // NOLINT(google-build-using-namespace)

/// What a map says, as far as a plain frame has it.
void expect_same(const wire::HeaderMap& moved, const wire::HeaderMap& located) {
  EXPECT_FALSE(moved.outer_ip);
  EXPECT_FALSE(moved.gre);
  EXPECT_EQ(moved.encapsulation, wire::Encapsulation::kNone);
  EXPECT_EQ(moved.inner_link.offset, located.inner_link.offset);
  EXPECT_EQ(moved.inner_link.size, located.inner_link.size);
  EXPECT_EQ(moved.inner_link.tag_count, located.inner_link.tag_count);
  EXPECT_EQ(moved.inner_ip.offset, located.inner_ip.offset);
  EXPECT_EQ(moved.inner_ip.payload_end, located.inner_ip.payload_end);
  EXPECT_EQ(moved.transport.offset, located.transport.offset);
  EXPECT_EQ(moved.transport.size, located.transport.size);
  EXPECT_EQ(moved.transport.payload_end, located.transport.payload_end);
}

TEST(MovedMap, describes_the_inner_frame_as_locate_does) {
  for (const auto& versions : kAllVersions) {
    const auto packet = received_packet(versions).tcp(1, 2).counting_payload(50).build();
    const auto map = wire::locate(packet);
    expect_same(without_tunnel(map, map.gre.end()), wire::locate(inner_frame(packet)));
  }
}

TEST(MovedMap, keeps_inner_problems_and_leaves_absent_headers_absent) {
  const auto packet = received_packet().udp(1, 2).udp_length(7).build();
  const auto map = wire::locate(packet);
  const auto inner = without_tunnel(map, map.gre.end());
  EXPECT_EQ(inner.problem, wire::DropReason::kMalformedTransport);
  EXPECT_FALSE(inner.transport);
  EXPECT_EQ(inner.transport.offset, 0U);
}

TEST(MovedMap, describes_a_frame_without_its_tags_as_locate_does) {
  const auto tagged = wire::FrameBuilder()
                          .ethernet(mac(1, 1), mac(1, 2))
                          .vlan(5)
                          .vlan(6)
                          .ip(customer_v6(1).ip(), customer_v6(2).ip())
                          .udp(1, 2)
                          .counting_payload(9)
                          .build();
  const auto untagged = wire::FrameBuilder()
                            .ethernet(mac(1, 1), mac(1, 2))
                            .ip(customer_v6(1).ip(), customer_v6(2).ip())
                            .udp(1, 2)
                            .counting_payload(9)
                            .build();
  expect_same(without_tags(wire::locate(tagged)), wire::locate(untagged));
}

}  // namespace
}  // namespace nvgre::overlay
