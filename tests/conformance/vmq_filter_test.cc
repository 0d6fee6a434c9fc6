// VMQ: which queue gets a frame. The life of queues and filters is in vmq_test.cc.
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/receive_filter.h"
#include "tests/support/filters.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::locate;
using Entry = ReceiveFilterTable::Entry;

const MacAddress kOtherStation = station(0x99);

ByteVector plain() {
  return tenant(IpVersion::kV4).udp(1, 2).build();
}
ByteVector tagged(std::uint16_t vlan) {
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver)
      .vlan(vlan)
      .ip(customer(IpVersion::kV4, 1), customer(IpVersion::kV4, 2))
      .udp(1, 2)
      .build();
}
ByteVector nvgre(Vsid vsid = kBlue) {
  return tunnelled(IpVersion::kV4, IpVersion::kV4, vsid).tcp(1, 2).build();
}

TEST(VmqFilter, VMQ_1_what_no_filter_matches_is_the_default_queues) {
  EXPECT_EQ(ReceiveFilterTable().find(plain(), locate(plain()), ActiveOffloads::all()), FilterMatch());
  EXPECT_EQ(found({entry(1, 1, to(kOtherStation))}, plain()), FilterMatch());
  EXPECT_EQ(found({entry(1, 1, to(kReceiver))}, {}), FilterMatch());  // not even Ethernet
}

TEST(VmqFilter, VMQ_9_tests_of_a_filter_are_anded_and_filters_of_a_queue_ored) {
  const std::vector<Entry> entries = {entry(1, 3, to_vlan(kReceiver, 5)), entry(2, 3, to(kOtherStation))};
  EXPECT_EQ(queue_of(entries, tagged(5)), 3U);  // the first one
  EXPECT_EQ(queue_of(entries, tagged(6)), 0U);  // only its address
  EXPECT_EQ(queue_of(entries, plain()), 0U);
  FrameBuilder other;
  EXPECT_EQ(queue_of(entries, other.ethernet(kSender, kOtherStation).arp({}).build()), 3U);  // the second one
}

TEST(VmqFilter, VMQ_11_a_vlan_id_is_two_bytes_in_network_order) {
  FieldTest test;
  test.field = FilterField::kVlanId;
  test.value = {0x01, 0x23};
  EXPECT_EQ(test, FieldTest::vlan_id(0x0123));
  EXPECT_EQ(queue_of({entry(1, 1, {.tests = {FieldTest::destination_mac(kReceiver), test}})}, tagged(0x0123)), 1U);
}

TEST(VmqFilter, VMQ_12_the_three_operations) {
  const std::uint8_t field[] = {0x01, 0x23};
  FieldTest test = FieldTest::vlan_id(0x0123);
  EXPECT_TRUE(test.passes(field));
  test.value = {0x01, 0x24};
  EXPECT_FALSE(test.passes(field));
  test.operation = FilterOperation::kNotEqual;
  EXPECT_TRUE(test.passes(field));
  test.value = {0x01, 0x23};
  EXPECT_FALSE(test.passes(field));
  test.operation = FilterOperation::kMaskEqual;
  test.value = {0x0F, 0xF0};
  test.result = {0x01, 0x20};
  EXPECT_TRUE(test.passes(field));
  test.result = {0x01, 0x23};  // asks for bits that the mask takes away
  EXPECT_FALSE(test.passes(field));
}

TEST(VmqFilter, VMQ_12_masks_and_exclusions_find_their_place_among_exact_filters) {
  FieldTest any_local = FieldTest::destination_mac(MacAddress({0x02, 0, 0, 0, 0, 0}));
  any_local.operation = FilterOperation::kMaskEqual;
  any_local.result = any_local.value;
  FieldTest not_sender = FieldTest::destination_mac(kReceiver);
  not_sender.field = FilterField::kSourceMac;
  not_sender.operation = FilterOperation::kNotEqual;
  const ReceiveFilter mask{.tests = {any_local}};
  const ReceiveFilter exclusion{.tests = {not_sender}};
  EXPECT_EQ(queue_of({entry(1, 1, mask), entry(2, 2, to(kReceiver))}, plain()), 1U);
  EXPECT_EQ(queue_of({entry(2, 1, mask), entry(1, 2, to(kReceiver))}, plain()), 2U);
  EXPECT_EQ(queue_of({entry(2, 1, mask), entry(1, 2, to(kOtherStation))}, plain()), 1U);
  EXPECT_EQ(queue_of({entry(1, 1, exclusion), entry(2, 2, mask)}, plain()), 1U);
  FrameBuilder own;
  EXPECT_EQ(queue_of({entry(1, 1, exclusion), entry(2, 2, mask)}, own.ethernet(kReceiver, kSender).arp({}).build()),
            2U);
}

TEST(VmqFilter, VMQ_13_untagged_or_zero) {
  const std::vector<Entry> entries = {entry(1, 1, to_untagged(kReceiver))};
  EXPECT_EQ(queue_of(entries, plain()), 1U);
  EXPECT_EQ(queue_of(entries, tagged(0)), 1U);
  EXPECT_EQ(queue_of(entries, tagged(5)), 0U);
}

TEST(VmqFilter, VMQ_14_an_address_alone_matches_any_vlan_and_takes_the_tag_away) {
  const std::vector<Entry> entries = {entry(7, 1, to(kReceiver))};
  EXPECT_EQ(found(entries, tagged(5)), (FilterMatch{QueueId{1}, FilterId{7}, true}));
  EXPECT_EQ(found(entries, plain()), (FilterMatch{QueueId{1}, FilterId{7}, false}));
}

TEST(VmqFilter, VMQ_15_an_address_and_a_vlan) {
  const std::vector<Entry> entries = {entry(1, 1, to_vlan(kReceiver, 5))};
  EXPECT_EQ(found(entries, tagged(5)), (FilterMatch{QueueId{1}, FilterId{1}, true}));
  EXPECT_EQ(queue_of(entries, tagged(6)), 0U);
  EXPECT_EQ(queue_of(entries, tagged(0)), 0U);
  EXPECT_EQ(queue_of(entries, plain()), 0U);
}

TEST(VmqFilter, VMQ_15_an_untagged_or_priority_tagged_frame_is_in_no_vlan_whatever_is_asked_of_it) {
  ReceiveFilter other_vlan = to_vlan(kReceiver, 5);
  other_vlan.tests[1].operation = FilterOperation::kNotEqual;
  const std::vector<Entry> entries = {entry(1, 1, other_vlan)};
  EXPECT_EQ(queue_of(entries, tagged(6)), 1U);
  EXPECT_EQ(queue_of(entries, tagged(5)), 0U);
  EXPECT_EQ(queue_of(entries, tagged(0)), 0U);
  EXPECT_EQ(queue_of(entries, plain()), 0U);
}

TEST(VmqFilter, VMQ_16_a_flagged_filter_sees_inner_addresses_only) {
  const std::vector<Entry> entries = {entry(1, 1, to_inner(kReceiver))};
  EXPECT_EQ(queue_of(entries, nvgre()), 1U);
  EXPECT_EQ(queue_of(entries, plain()), 0U);
  EXPECT_EQ(queue_of({entry(1, 1, to_inner(kHost))}, nvgre()), 0U);  // that is the outer one
}

TEST(VmqFilter, VMQ_17_inner_filters_first_then_the_outermost_address_then_the_default_queue) {
  const Entry inner = entry(9, 1, to_inner(kReceiver));
  const Entry outer = entry(2, 2, to(kHost));
  EXPECT_EQ(queue_of({outer, inner}, nvgre()), 1U);
  EXPECT_EQ(queue_of({outer}, nvgre()), 2U);
  EXPECT_EQ(queue_of({}, nvgre()), 0U);
  EXPECT_EQ(queue_of({entry(1, 1, to(kReceiver))}, nvgre()), 0U);  // an unflagged filter never looks inside
}

TEST(VmqFilter, VMQ_18_unknown_encapsulation_goes_by_the_outermost_address) {
  wire::GreFields ip_in_gre;
  ip_in_gre.protocol = wire::EtherType::kIpv4;
  FrameBuilder builder;
  builder.ethernet(kGateway, kHost).ip(provider(IpVersion::kV4, 1), provider(IpVersion::kV4, 2)).gre(ip_in_gre);
  const auto frame = builder.ip(customer(IpVersion::kV4, 1), customer(IpVersion::kV4, 2)).tcp(1, 2).build();
  EXPECT_EQ(queue_of({entry(1, 1, to_inner(kHost)), entry(2, 2, to(kHost))}, frame), 2U);
  // So does a packet of which the inner Ethernet header is cut.
  ByteVector cut = nvgre();
  cut.resize(14 + 20 + 8 + 13);
  EXPECT_EQ(queue_of({entry(1, 1, to_inner(kReceiver)), entry(2, 2, to(kHost))}, cut), 2U);
}

TEST(VmqFilter, VMQ_19_inner_addresses_count_only_while_nvgre_is_active_for_the_pairing) {
  const std::vector<Entry> entries = {entry(1, 1, to_inner(kReceiver)), entry(2, 2, to(kHost))};
  ActiveOffloads offloads = ActiveOffloads::all();
  offloads.encapsulated.vmq = EncapsulatedMask();
  EXPECT_EQ(queue_of(entries, nvgre(), offloads), 2U);
  offloads.encapsulated.vmq = EncapsulatedMask(0xB);  // inner IPv4 only
  EXPECT_EQ(queue_of(entries, nvgre(), offloads), 1U);
  EXPECT_EQ(queue_of(entries, tunnelled(IpVersion::kV6, IpVersion::kV4).tcp(1, 2).build(), offloads), 1U);
  EXPECT_EQ(queue_of(entries, tunnelled(IpVersion::kV4, IpVersion::kV6).tcp(1, 2).build(), offloads), 2U);
}

TEST(VmqFilter, VMQ_20_what_the_inner_frame_carries_does_not_matter) {
  const std::vector<Entry> entries = {entry(1, 1, to_inner(kReceiver))};
  EXPECT_EQ(queue_of(entries, tunnel(IpVersion::kV4).ethernet(kSender, kReceiver).arp({}).build()), 1U);
  EXPECT_EQ(queue_of(entries, tunnel(IpVersion::kV6).ethernet(kSender, kReceiver).vlan(5).arp({}).build()), 1U);
  EXPECT_EQ(queue_of(entries, tunnel(IpVersion::kV4).ethernet(kSender, kReceiver).build()), 1U);
}

TEST(VmqFilter, VMQ_21_one_address_in_two_subnets_has_two_queues) {
  const std::vector<Entry> entries = {entry(1, 1, to_inner(kReceiver, kBlue)), entry(2, 2, to_inner(kReceiver, kRed))};
  EXPECT_EQ(queue_of(entries, nvgre(kBlue)), 1U);
  EXPECT_EQ(queue_of(entries, nvgre(kRed)), 2U);
  EXPECT_EQ(queue_of(entries, nvgre(*Vsid::from(5003))), 0U);
}

TEST(VmqFilter, VMQ_22_filters_with_a_vsid_first_then_the_lowest_id) {
  const Entry any = entry(1, 1, to_inner(kReceiver));
  const Entry blue = entry(5, 2, to_inner(kReceiver, kBlue));
  EXPECT_EQ(queue_of({any, blue}, nvgre(kBlue)), 2U);
  EXPECT_EQ(queue_of({any, blue}, nvgre(kRed)), 1U);
  EXPECT_EQ(queue_of({entry(4, 4, to(kReceiver)), entry(3, 3, to_vlan(kReceiver, 5))}, tagged(5)), 3U);
  EXPECT_EQ(queue_of({entry(3, 4, to(kReceiver)), entry(4, 3, to_vlan(kReceiver, 5))}, tagged(5)), 4U);
}

}  // namespace
}  // namespace nvgre::offload
