/// Toeplitz, receive filters and queues, each against its definition in the plainest form.
#include <algorithm>
#include <array>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "nvgre/offload/receive_queue.h"
#include "nvgre/offload/toeplitz.h"
#include "tests/support/received_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests

RC_GTEST_PROP(ToeplitzProperty, RSS_1_agrees_with_the_definition, ()) {
  const auto key = *rc::gen::arbitrary<ToeplitzKey>();
  const auto size = *rc::gen::element<std::size_t>(8, 12, 32, 36);
  const auto input = *rc::gen::container<ByteVector>(size, rc::gen::arbitrary<std::uint8_t>());
  // The key is shifted left one bit for each input bit; its leftmost 32 bits count where the input bit is set.
  std::vector<bool> bits;
  for (const std::uint8_t byte : key)
    for (int i = 7; i >= 0; --i) bits.push_back((byte >> i & 1) != 0);
  std::uint32_t expected = 0;
  for (std::size_t i = 0; i < 8 * size; ++i) {
    if ((input[i / 8] >> (7 - i % 8) & 1) == 0) continue;
    std::uint32_t leftmost = 0;
    for (std::size_t k = i; k < i + 32; ++k) leftmost = leftmost << 1 | static_cast<std::uint32_t>(bits[k]);
    expected ^= leftmost;
  }
  RC_ASSERT(ToeplitzHash(key).hash(input) == expected);
}

/// Few values, so that filters and frames meet.
MacAddress any_station() {
  return MacAddress({0x02, 0, 0, 0, 0x50, *rc::gen::inRange<std::uint8_t>(1, 5)});
}
std::optional<std::uint16_t> any_tag() {
  return *rc::gen::element<std::optional<std::uint16_t>>(std::nullopt, 0, 5, 6);
}
Vsid any_vsid() {
  return *rc::gen::element(kBlue, kRed);
}

ReceiveFilter any_filter() {
  ReceiveFilter filter;
  const bool untagged = *rc::gen::arbitrary<bool>();
  filter.tests.push_back(FieldTest::destination_mac(any_station(), untagged));
  if (!untagged && *rc::gen::arbitrary<bool>())
    filter.tests.push_back(FieldTest::vlan_id(*rc::gen::element<std::uint16_t>(5, 6)));
  if (*rc::gen::weightedElement<bool>({{4, false}, {1, true}})) {
    filter.tests[0].operation = FilterOperation::kNotEqual;
    filter.tests[0].untagged_or_zero = false;
  }
  filter.encapsulated = *rc::gen::arbitrary<bool>();
  if (filter.encapsulated && *rc::gen::arbitrary<bool>()) filter.vsid = any_vsid();
  return filter;
}

/// What a test frame is made of, so that the reference needs no parser.
struct Traits {
  MacAddress outermost;
  std::optional<MacAddress> inner;
  std::optional<Vsid> vsid;
  std::optional<std::uint16_t> tag;
};

bool matches(const ReceiveFilter& filter, const Traits& frame) {
  if (filter.encapsulated && !frame.inner) return false;
  if (filter.vsid && filter.vsid != frame.vsid) return false;
  for (const FieldTest& test : filter.tests) {
    if (test.field == FilterField::kVlanId) {
      if (frame.tag.value_or(0) == 0 || FieldTest::vlan_id(*frame.tag).value != test.value) return false;
      continue;
    }
    const MacAddress& address = filter.encapsulated ? *frame.inner : frame.outermost;
    if ((address.bytes() == test.value) != (test.operation == FilterOperation::kEqual)) return false;
    if (test.untagged_or_zero && frame.tag.value_or(0) != 0) return false;
  }
  return true;
}

/// The first match in the order of VMQ-17 and VMQ-22, by trying all filters.
FilterId expected_match(const std::vector<ReceiveFilterTable::Entry>& entries, const Traits& frame) {
  for (const bool encapsulated : {true, false}) {
    for (const bool with_vsid : {true, false}) {
      for (const auto& entry : entries) {  // in ascending id
        const bool is_of_round =
            entry.filter.encapsulated == encapsulated && entry.filter.vsid.has_value() == with_vsid;
        if (is_of_round && matches(entry.filter, frame)) return entry.id;
      }
    }
  }
  return kNoFilter;
}

RC_GTEST_PROP(ReceiveFilterProperty, VMQ_22_agrees_with_trying_all_filters_in_order, ()) {
  std::vector<ReceiveFilterTable::Entry> entries;
  const auto count = *rc::gen::inRange<std::uint32_t>(0, 20);
  for (std::uint32_t i = 1; i <= count; ++i) entries.push_back({FilterId{i}, QueueId{100 + i}, any_filter()});
  Traits traits;
  traits.outermost = any_station();
  traits.tag = any_tag();
  FrameBuilder builder;
  builder.ethernet(kGateway, traits.outermost);
  if (traits.tag) builder.vlan(*traits.tag);
  if (*rc::gen::arbitrary<bool>()) {
    traits.inner = any_station();
    traits.vsid = any_vsid();
    builder.ip(provider(IpVersion::kV4, 1), provider(IpVersion::kV4, 2)).nvgre(*traits.vsid);
    builder.ethernet(kSender, *traits.inner);
  }
  const auto frame = builder.arp({}).build();
  const auto match = ReceiveFilterTable(entries).find(frame, wire::locate(frame), ActiveOffloads::all());
  const FilterId expected = expected_match(entries, traits);
  RC_ASSERT(match.filter == expected);
  RC_ASSERT(match.queue ==
            (expected == kNoFilter ? kDefaultQueue : QueueId{100 + static_cast<std::uint32_t>(expected)}));
  RC_ASSERT(match.strip_tag == (expected != kNoFilter && traits.tag.has_value()));
}

// Whatever is asked in whatever order, states and filters fit together.
RC_GTEST_PROP(ReceiveQueueProperty, VMQ_3_and_33_states_and_filter_counts_stay_consistent, ()) {
  ReceiveQueues queues({.max_queues = 3, .max_filters = 5});
  const ClientId client{1};
  for (int step = 0; step < 40; ++step) {
    const QueueId queue{*rc::gen::inRange<std::uint32_t>(0, 5)};
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
        static_cast<void>(queues.allocate(client, {}));
        break;
      case 1:
        static_cast<void>(queues.complete_allocation(client, queue));
        break;
      case 2:
        static_cast<void>(queues.set_filter(client, queue, {.tests = {FieldTest::destination_mac(any_station())}}));
        break;
      case 3:
        static_cast<void>(queues.clear_filter(client, queue, FilterId{*rc::gen::inRange<std::uint32_t>(1, 20)}));
        break;
      case 4:
        static_cast<void>(queues.free(client, queue));
        break;
      case 5:
        static_cast<void>(queues.dma_stopped(queue));
        break;
      default:
        static_cast<void>(queues.indications_returned(queue));
    }
    RC_ASSERT(queues.info(kDefaultQueue)->state == QueueState::kRunning);
    for (const ReceiveQueueInfo& info : queues.queues()) {
      const bool has_filters = info.filter_count > 0;
      RC_ASSERT(has_filters == (info.state == QueueState::kSet || info.state == QueueState::kRunning));
      if (const auto filters = queues.filters(info.id)) RC_ASSERT(filters->size() == info.filter_count);
    }
  }
}

}  // namespace
}  // namespace nvgre::offload
