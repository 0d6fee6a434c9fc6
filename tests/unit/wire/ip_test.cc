#include "nvgre/wire/ip.h"

#include <gtest/gtest.h>

#include "nvgre/wire/locate.h"
#include "sample_frames.h"

namespace nvgre::wire {
namespace {

using sample::ip;

TEST(IpView, reads_what_both_versions_share) {
  for (const auto& [source, destination] :
       {std::pair{ip("192.0.2.1"), ip("192.0.2.2")}, {ip("2001:db8::1"), ip("2001:db8::2")}}) {
    const auto bytes = FrameBuilder()
                           .ip(source, destination)
                           .traffic_class(0xB9)
                           .hop_limit(7)
                           .flow_label(0xFFFFF)
                           .udp(1, 2)
                           .counting_payload(4)
                           .padded_to(100)
                           .build();
    const auto view = IpView::parse(bytes);
    ASSERT_TRUE(view);
    EXPECT_EQ(view->version(), source.version());
    EXPECT_EQ(view->source(), source);
    EXPECT_EQ(view->destination(), destination);
    EXPECT_EQ(view->protocol(), IpProtocol::kUdp);
    EXPECT_EQ(view->traffic_class(), 0xB9);
    EXPECT_EQ(view->dscp(), 0x2E);
    EXPECT_EQ(view->ecn(), 1);
    EXPECT_EQ(view->hop_limit(), 7);
    EXPECT_EQ(view->payload().size(), 12U) << "WIRE-14: without the padding";
    EXPECT_FALSE(view->is_fragment());
  }
}

TEST(IpView, counts_options_and_extension_headers_as_header) {
  const auto v4 = FrameBuilder().ip(ip("192.0.2.1"), ip("192.0.2.2")).ip_options(ByteVector(8, 1)).tcp(1, 2).build();
  EXPECT_EQ(IpView::parse(v4)->header_size(), 28U);
  const auto v6 = FrameBuilder()
                      .ip(ip("2001:db8::1"), ip("2001:db8::2"))
                      .padding_extension(IpProtocol::kHopByHop, 16)
                      .fragment(true, 0)
                      .tcp(1, 2)
                      .build();
  EXPECT_EQ(IpView::parse(v6)->header_size(), 64U);
  EXPECT_TRUE(IpView::parse(v6)->is_fragment());
  EXPECT_EQ(IpView::parse(v6)->protocol(), IpProtocol::kTcp);
}

TEST(IpView, refuses_what_is_cut_or_of_no_version) {
  EXPECT_EQ(IpView::parse({}).error(), DropReason::kTruncatedIp);
  const auto v6 = FrameBuilder()
                      .ip(ip("2001:db8::1"), ip("2001:db8::2"))
                      .padding_extension(IpProtocol::kRouting, 8)
                      .tcp(1, 2)
                      .build();
  EXPECT_EQ(IpView::parse(Bytes(v6).first(39)).error(), DropReason::kTruncatedIp);
  EXPECT_EQ(IpView::parse(Bytes(v6).first(47)).error(), DropReason::kTruncatedIp);
  const ByteVector version_5(40, 0x55);
  EXPECT_EQ(IpView::parse(version_5).error(), DropReason::kMalformedIp);
}

TEST(IpAddresses, are_read_through_the_header_map) {
  const auto frame = sample::tunnel(IpVersion::kV4, IpVersion::kV6).tcp(1, 2).build();
  const auto map = locate(frame);
  EXPECT_EQ(source_address(frame, map.outer_ip), ip("198.18.0.1"));
  EXPECT_EQ(destination_address(frame, map.outer_ip), ip("198.18.0.2"));
  EXPECT_EQ(source_address(frame, map.inner_ip), ip("2001:db8::1"));
  EXPECT_EQ(destination_address(frame, map.inner_ip), ip("2001:db8::2"));
}

TEST(IpView, describes_itself_in_one_line) {
  const auto bytes = FrameBuilder().ip(ip("192.0.2.1"), ip("192.0.2.2")).udp(1, 2).build();
  EXPECT_EQ(describe(*IpView::parse(bytes)),
            "192.0.2.1 > 192.0.2.2 ipv4 protocol 17 length 28 id 0x0000 ttl 64 carries 17 in 8 bytes");
}

}  // namespace
}  // namespace nvgre::wire
