#include "nvgre/offload/receive_queue.h"

#include <gtest/gtest.h>

#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests

TEST(ReceiveQueue, refuses_tests_that_contradict_each_other) {
  ReceiveQueues queues{ReceiveFilterCapabilities()};
  const auto refused = [&queues](const ReceiveFilter& filter) {
    const auto result = queues.set_filter(ClientId{1}, kDefaultQueue, filter);
    return !result && result.error() == ReceiveError::kInvalidParameter;
  };
  const FieldTest mac = FieldTest::destination_mac(kReceiver);
  const FieldTest untagged = FieldTest::destination_mac(kReceiver, true);
  FieldTest wrong_place = FieldTest::vlan_id(5);
  wrong_place.untagged_or_zero = true;
  EXPECT_TRUE(refused({.tests = {untagged, FieldTest::vlan_id(5)}}));
  EXPECT_TRUE(refused({.tests = {mac, wrong_place}}));
  EXPECT_TRUE(refused({.tests = {mac, FieldTest::destination_mac(kSender)}}));
  for (const std::uint16_t vlan : {0, 4095, 0x1005}) EXPECT_TRUE(refused({.tests = {mac, FieldTest::vlan_id(vlan)}}));
  EXPECT_TRUE(refused({.tests = {FieldTest::vlan_id(5)}, .encapsulated = true}));
}

TEST(ReceiveQueue, VMQ_10_refuses_what_tests_the_outermost_header_where_that_is_not_offered) {
  ReceiveQueues queues{{.outermost = false}};
  const auto set = [&queues](const ReceiveFilter& filter) {
    return queues.set_filter(ClientId{1}, kDefaultQueue, filter).has_value();
  };
  const FieldTest mac = FieldTest::destination_mac(kReceiver);
  EXPECT_FALSE(set({.tests = {mac}}));
  EXPECT_FALSE(set({.tests = {FieldTest::destination_mac(kReceiver, true)}, .encapsulated = true}));
  EXPECT_FALSE(set({.tests = {mac, FieldTest::vlan_id(5)}, .encapsulated = true}));
  EXPECT_TRUE(set({.tests = {mac}, .encapsulated = true}));
  EXPECT_TRUE(set({.tests = {mac}, .encapsulated = true, .vsid = wire::Vsid::from(5001)}));
}

}  // namespace
}  // namespace nvgre::offload
