#include "nvgre/wire/udp.h"

#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

/// The datagram of the UDP vector of section 17, and two bytes of padding.
const std::vector<std::uint8_t> kDatagram = {0x13, 0x88, 0x13, 0x89, 0x00, 0x0A, 0xFF, 0xFF, 0xC2, 0xA6, 0x00, 0x00};

TEST(UdpView, reads_every_field) {
  const auto view = UdpView::parse(kDatagram);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->source_port(), 5000);
  EXPECT_EQ(view->destination_port(), 5001);
  EXPECT_EQ(view->length(), 10);
  EXPECT_EQ(view->checksum(), 0xFFFF);
  EXPECT_EQ(view->payload().size(), 2U) << "what follows the length is padding";
}

TEST(UdpView, refuses_cut_headers) {
  for (std::size_t size = 0; size < 8; ++size)
    EXPECT_EQ(UdpView::parse(Bytes(kDatagram).first(size)).error(), DropReason::kTruncatedTransport) << size;
}

TEST(UdpView, LOC_11_refuses_lengths_below_8_and_past_the_end) {
  for (const std::uint16_t length : {0, 7, 13}) {
    auto datagram = kDatagram;
    UdpWriter(datagram).set_length(length);
    EXPECT_EQ(UdpView::parse(datagram).error(), DropReason::kMalformedTransport) << length;
    EXPECT_TRUE(UdpView::parse_header(datagram)) << "D-4";
  }
}

TEST(WriteUdp, writes_the_bytes_that_the_view_reads) {
  auto datagram = kDatagram;
  std::fill(datagram.begin(), datagram.begin() + 8, std::uint8_t{0});
  EXPECT_EQ(write_udp(datagram, {.source_port = 5000, .destination_port = 5001, .length = 10, .checksum = 0xFFFF}), 8U);
  EXPECT_EQ(datagram, kDatagram);
}

TEST(UdpChecksum, TXC_7_is_never_sent_as_0) {
  EXPECT_EQ(udp_checksum_to_send(0), 0xFFFF);
  EXPECT_EQ(udp_checksum_to_send(0x1234), 0x1234);
}

TEST(UdpView, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*UdpView::parse(kDatagram)), "udp 5000 > 5001 length 10 checksum 0xffff");
}

}  // namespace
}  // namespace nvgre::wire
