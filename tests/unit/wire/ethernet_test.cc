#include "nvgre/wire/ethernet.h"

#include <vector>

#include <gtest/gtest.h>

namespace nvgre::wire {
namespace {

const std::vector<std::uint8_t> kUntagged = {0x02, 0, 0, 0, 0, 2, 0x02, 0, 0, 0, 0, 1, 0x08, 0x00, 0xAA};
const std::vector<std::uint8_t> kTwoTags = {0x02, 0,    0,    0,    0,    2,    0x02, 0,    0,    0,    0,   1,
                                            0x88, 0xA8, 0x60, 0x0A, 0x81, 0x00, 0x00, 0x64, 0x86, 0xDD, 0xAA};

TEST(EthernetView, reads_an_untagged_header) {
  const auto view = EthernetView::parse(kUntagged);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->destination().to_string(), "02:00:00:00:00:02");
  EXPECT_EQ(view->source().to_string(), "02:00:00:00:00:01");
  EXPECT_EQ(view->tag_count(), 0U);
  EXPECT_EQ(view->ether_type(), EtherType::kIpv4);
  EXPECT_EQ(view->header_size(), 14U);
  EXPECT_EQ(view->payload().size(), 1U);
  EXPECT_EQ(view->payload()[0], 0xAA);
}

TEST(EthernetView, WIRE_16_reads_a_stack_of_two_tags) {
  const auto view = EthernetView::parse(kTwoTags);
  ASSERT_TRUE(view);
  EXPECT_EQ(view->tag_count(), 2U);
  EXPECT_EQ(view->tag(0).protocol, EtherType::kProviderVlan);
  EXPECT_EQ(view->tag(0).vlan_id(), 10);
  EXPECT_EQ(view->tag(0).priority(), 3);
  EXPECT_EQ(view->tag(1).protocol, EtherType::kVlan);
  EXPECT_EQ(view->tag(1).vlan_id(), 100);
  EXPECT_EQ(view->ether_type(), EtherType::kIpv6);
  EXPECT_EQ(view->header_size(), 22U);
  EXPECT_EQ(view->payload()[0], 0xAA);
}

TEST(EthernetView, refuses_every_header_cut_before_its_end) {
  for (std::size_t size = 0; size < 22; ++size)
    EXPECT_EQ(EthernetView::parse(Bytes(kTwoTags).first(size)).error(), DropReason::kTruncatedEthernet) << size;
}

TEST(EthernetView, refuses_a_stack_that_nobody_sends) {
  std::vector<std::uint8_t> frame(12);
  for (std::size_t tag = 0; tag <= EthernetView::kMaxTagCount; ++tag) frame.insert(frame.end(), {0x81, 0, 0, 1});
  frame.insert(frame.end(), {0x08, 0x00});
  EXPECT_EQ(EthernetView::parse(frame).error(), DropReason::kUnsupportedHeader);
}

TEST(EthernetView, keeps_an_802_3_length_as_it_is) {
  auto frame = kUntagged;
  frame[12] = 0x00;
  frame[13] = 0x2E;
  EXPECT_EQ(EthernetView::parse(frame)->ether_type(), EtherType{0x002E});
}

TEST(EthernetWriter, changes_addresses_in_place) {
  auto frame = kUntagged;
  EthernetWriter(frame).set_destination(MacAddress::broadcast()).set_source(*MacAddress::parse("02:00:00:00:00:09"));
  EXPECT_EQ(EthernetView::parse(frame)->destination(), MacAddress::broadcast());
  EXPECT_EQ(EthernetView::parse(frame)->source().to_string(), "02:00:00:00:00:09");
  EXPECT_EQ(EthernetView::parse(frame)->ether_type(), EtherType::kIpv4);
}

TEST(WriteEthernet, writes_the_bytes_that_the_view_reads) {
  const std::vector<VlanTag> tags = {{EtherType::kProviderVlan, 0x600A}, {EtherType::kVlan, 100}};
  std::vector<std::uint8_t> frame(23, 0xAA);
  const auto size = write_ethernet(frame, {.destination = MacAddress({0x02, 0, 0, 0, 0, 2}),
                                           .source = MacAddress({0x02, 0, 0, 0, 0, 1}),
                                           .tags = tags,
                                           .ether_type = EtherType::kIpv6});
  EXPECT_EQ(size, 22U);
  EXPECT_EQ(frame, kTwoTags);
}

TEST(EthernetView, describes_itself_in_one_line) {
  EXPECT_EQ(describe(*EthernetView::parse(kTwoTags)),
            "02:00:00:00:00:01 > 02:00:00:00:00:02 vlan 10 vlan 100 type 0x86dd");
}

}  // namespace
}  // namespace nvgre::wire
