#include "nvgre/wire/arp.h"

#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

/// Who has 192.0.2.2? Tell 192.0.2.1 (RFC 826).
const std::vector<std::uint8_t> kRequest = {0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x02, 0x00,
                                            0x00, 0x00, 0x00, 0x01, 0xC0, 0x00, 0x02, 0x01, 0x00, 0x00,
                                            0x00, 0x00, 0x00, 0x00, 0xC0, 0x00, 0x02, 0x02};

TEST(ArpView, reads_every_field) {
  const auto view = ArpView::parse(kRequest);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->operation(), ArpOperation::kRequest);
  EXPECT_EQ(view->sender_hardware_address().to_string(), "02:00:00:00:00:01");
  EXPECT_EQ(view->sender_protocol_address().to_string(), "192.0.2.1");
  EXPECT_TRUE(view->target_hardware_address().is_zero());
  EXPECT_EQ(view->target_protocol_address().to_string(), "192.0.2.2");
  EXPECT_FALSE(view->is_probe() || view->is_announcement());
}

TEST(ArpView, refuses_cut_messages_and_accepts_padding) {
  for (std::size_t size = 0; size < 28; ++size)
    EXPECT_EQ(ArpView::parse(Bytes(kRequest).first(size)).error(), DropReason::kMalformedMessage) << size;
  auto padded = kRequest;
  padded.resize(46);
  EXPECT_TRUE(ArpView::parse(padded));
}

TEST(ArpView, refuses_what_is_not_IPv4_over_Ethernet) {
  for (std::size_t i = 0; i < 6; ++i) {
    auto message = kRequest;
    message[i] ^= 0x10;
    EXPECT_EQ(ArpView::parse(message).error(), DropReason::kMalformedMessage) << i;
  }
}

TEST(ArpView, recognises_probes_and_announcements) {
  auto message = kRequest;
  std::fill_n(message.begin() + 14, 4, std::uint8_t{0});
  EXPECT_TRUE(ArpView::parse(message)->is_probe());
  message[7] = 2;
  EXPECT_FALSE(ArpView::parse(message)->is_probe()) << "a reply asks nothing";
  message = kRequest;
  message[27] = 1;
  EXPECT_TRUE(ArpView::parse(message)->is_announcement());
}

TEST(WriteArp, writes_the_bytes_that_the_view_reads) {
  std::vector<std::uint8_t> message(28, 0xFF);
  EXPECT_EQ(write_arp(message, {.operation = ArpOperation::kRequest,
                                .sender_hardware_address = MacAddress({0x02, 0, 0, 0, 0, 1}),
                                .sender_protocol_address = *IpAddress::parse("192.0.2.1"),
                                .target_protocol_address = *IpAddress::parse("192.0.2.2")}),
            28U);
  EXPECT_EQ(message, kRequest);
}

TEST(ArpView, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*ArpView::parse(kRequest)), "arp request 192.0.2.2 tell 192.0.2.1 at 02:00:00:00:00:01");
  auto reply = kRequest;
  reply[7] = 2;
  EXPECT_EQ(describe(*ArpView::parse(reply)),
            "arp reply 192.0.2.1 at 02:00:00:00:00:01 to 192.0.2.2 at 00:00:00:00:00:00");
}

}  // namespace
}  // namespace nvgre::wire
