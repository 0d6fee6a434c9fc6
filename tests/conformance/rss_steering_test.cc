// RSS: where the hash leads, and how parameters change.
#include <cstdint>
#include <optional>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/offload/adapter.h"
#include "nvgre/offload/rss.h"
#include "tests/conformance/sample_host.h"
#include "tests/support/adapter_support.h"
#include "tests/support/rss_frames.h"

namespace nvgre::offload {
namespace {

using namespace test;  // NOLINT(google-build-using-namespace): the frames of these tests
using wire::locate;

ProcessorNumber processor(std::uint8_t number) {
  return {.group = 0, .number = number};
}

TEST(RssSteering, RSS_14_chooses_the_entry_by_the_low_bits) {
  for (const std::size_t entries : {1, 2, 64, 128}) {
    RssParameters parameters;
    parameters.indirection_table.clear();
    for (std::size_t i = 0; i < entries; ++i)
      parameters.indirection_table.push_back(processor(static_cast<std::uint8_t>(i)));
    const auto scaling = ReceiveScaling::make(parameters, 128);
    ASSERT_TRUE(scaling);
    // 0x89f6d8eb is index 107 of 128, 43 of 64, 1 of 2.
    EXPECT_EQ(scaling->target_of(kInnerTcp).queue, 107 % entries);
    EXPECT_EQ(scaling->target_of(kInnerTcp).processor, processor(static_cast<std::uint8_t>(107 % entries)));
    EXPECT_EQ(scaling->target_of(kInnerUdpIpv6).queue, 60 % entries);
  }
}

TEST(RssSteering, RSS_14_refuses_tables_of_other_sizes) {
  for (const std::size_t entries : {0, 3, 127, 129, 256}) {
    RssParameters parameters;
    parameters.indirection_table.assign(entries, processor(0));
    const auto scaling = ReceiveScaling::make(parameters, 4);
    ASSERT_FALSE(scaling) << entries;
    EXPECT_EQ(scaling.error(), ReceiveError::kInvalidParameter);
  }
  EXPECT_FALSE(ReceiveScaling::make({}, 0));
}

TEST(RssSteering, RSS_16_a_base_processor_changes_nothing) {
  RssParameters parameters;
  parameters.indirection_table = {processor(5), processor(6)};
  parameters.base_processor = 3;
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of(kInnerTcp).processor, processor(6));
}

TEST(RssSteering, RSS_17_uses_as_many_processors_as_there_are_queues_in_the_order_first_seen) {
  RssParameters parameters;
  parameters.indirection_table.clear();
  for (std::uint8_t i = 0; i < 8; ++i)
    parameters.indirection_table.push_back(processor(static_cast<std::uint8_t>(17 - i)));
  const auto scaling = ReceiveScaling::make(parameters, 4);
  for (std::uint32_t value = 0; value < 8; ++value) {
    const RssTarget target = scaling->target_of({value, RssHashType::kIpv4});
    EXPECT_EQ(target.queue, value % 4);
    EXPECT_EQ(target.processor, processor(static_cast<std::uint8_t>(17 - value % 4)));
  }
}

TEST(RssSteering, RSS_17_counts_a_processor_once_however_many_entries_name_it) {
  RssParameters parameters;
  parameters.indirection_table = {processor(5), processor(5), processor(6), processor(5)};
  const auto scaling = ReceiveScaling::make(parameters, 2);
  std::vector<std::uint32_t> queues;
  for (std::uint32_t value = 0; value < 4; ++value)
    queues.push_back(scaling->target_of({value, RssHashType::kIpv4}).queue);
  EXPECT_EQ(queues, (std::vector<std::uint32_t>{0, 0, 1, 0}));
}

TEST(RssSteering, RSS_18_packets_without_a_hash_go_to_the_default_processor_or_to_queue_0) {
  RssParameters parameters;
  parameters.indirection_table = {processor(5), processor(6)};
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{0, processor(5)}));
  parameters.default_processor = processor(6);
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{1, processor(6)}));
  parameters.default_processor = processor(9);  // has no queue of its own
  EXPECT_EQ(ReceiveScaling::make(parameters, 2)->target_of({}), (RssTarget{0, processor(9)}));
}

TEST(RssSteering, RSS_26_all_packets_of_a_flow_have_one_target) {
  RssParameters parameters;
  parameters.indirection_table = {processor(0), processor(1), processor(2), processor(3)};
  const auto scaling = ReceiveScaling::make(parameters, 4);
  std::set<std::uint32_t> queues;
  for (std::size_t size = 0; size < 1400; size += 100) {
    const auto frame =
        encapsulated_vector(IpVersion::kV4, IpVersion::kV4).tcp(49152, 443).counting_payload(size).build();
    queues.insert(scaling->target_of(scaling->hash_of(frame, locate(frame), ActiveOffloads::all())).queue);
  }
  EXPECT_EQ(queues, std::set<std::uint32_t>({3}));
}

/// As many entries, each naming the processor of its own number.
RssParameters table_of(std::size_t entries) {
  RssParameters parameters;
  parameters.indirection_table.clear();
  for (std::size_t i = 0; i < entries; ++i)
    parameters.indirection_table.push_back(processor(static_cast<std::uint8_t>(i)));
  return parameters;
}
Adapter with_queues(std::uint32_t queues) {
  auto backend = OffloadSet::software();
  backend.rss.queues = queues;
  return Adapter{Capabilities(backend), keywords_of({{"NumRSSQueues", std::to_string(queues)}})};
}
std::uint32_t queue_at(const ReceiveScaling& scaling, std::uint32_t index) {
  return scaling.target_of({index, RssHashType::kIpv4}).queue;
}

// The façade divides bytes by 4; entries are counted here.
TEST(RssSteering, RSS_15_a_table_of_512_bytes_has_128_entries) {
  static_assert(sizeof(ProcessorNumber) == 4);
  EXPECT_TRUE(ReceiveScaling::make(table_of(512 / sizeof(ProcessorNumber)), 128));
  EXPECT_FALSE(ReceiveScaling::make(table_of(512), 128));
}

TEST(RssSteering, RSS_20_what_is_disabled_and_enabled_again_has_the_defaults) {
  Adapter adapter = with_queues(4);
  const auto fresh = adapter.active();
  RssParameters parameters = table_of(4);
  parameters.key[0] = 0;
  parameters.hash_types = only({RssHashType::kTcpIpv4});
  parameters.default_processor = processor(3);
  ASSERT_TRUE(adapter.set_receive_scaling(parameters));
  ASSERT_TRUE(adapter.set_receive_scaling(std::nullopt));
  EXPECT_EQ(adapter.receive_scaling(), nullptr);
  EXPECT_EQ(adapter.rss_parameters(), std::nullopt);
  EXPECT_EQ(adapter.active(), fresh);
  ASSERT_TRUE(adapter.set_receive_scaling(RssParameters()));
  EXPECT_EQ(adapter.receive_scaling()->hash_of(inner_tcp(), locate(inner_tcp()), ActiveOffloads::all()), kInnerTcp);
  EXPECT_EQ(adapter.receive_scaling()->target_of({}), (RssTarget{0, processor(0)}));
}

// Flags that say "unchanged" are the façade's: it takes those members from here.
TEST(RssSteering, RSS_21_what_a_change_does_not_name_stays) {
  Adapter adapter = with_queues(4);
  ASSERT_TRUE(adapter.set_receive_scaling(table_of(4)));
  RssParameters next = *adapter.rss_parameters();
  next.hash_types = only({RssHashType::kIpv4});
  ASSERT_TRUE(adapter.set_receive_scaling(next));
  EXPECT_EQ(adapter.rss_parameters()->indirection_table, table_of(4).indirection_table);
  for (std::uint32_t index = 0; index < 4; ++index) EXPECT_EQ(queue_at(*adapter.receive_scaling(), index), index);
}

TEST(RssSteering, RSS_22_the_newest_parameters_replace_the_old_ones_whole) {
  Adapter adapter = with_queues(4);
  ASSERT_TRUE(adapter.set_receive_scaling(table_of(4)));
  ASSERT_TRUE(adapter.activate_nvgre());
  const auto type = [&] {
    return adapter.receive_scaling()->hash_of(inner_tcp(), locate(inner_tcp()), adapter.active()).type;
  };
  EXPECT_EQ(type(), RssHashType::kTcpIpv4);
  RssParameters v6_only;
  v6_only.hash_types = only({RssHashType::kIpv6, RssHashType::kTcpIpv6});
  ASSERT_TRUE(adapter.set_receive_scaling(v6_only));
  EXPECT_EQ(type(), RssHashType::kNone);
  EXPECT_EQ(adapter.rss_parameters(), v6_only) << "the table is the new one, too";
}

TEST(RssSteering, RSS_24_rss_and_plain_receive_hashing_exclude_each_other) {
  Adapter adapter;
  ASSERT_TRUE(adapter.set_receive_scaling(RssParameters()));
  EXPECT_FALSE(adapter.set_receive_hashing(ReceiveHashParameters()));
  EXPECT_EQ(adapter.receive_hashing(), nullptr);
  EXPECT_NE(adapter.receive_scaling(), nullptr);
  ASSERT_TRUE(adapter.set_receive_scaling(std::nullopt));

  ASSERT_TRUE(adapter.set_receive_hashing(ReceiveHashParameters()));
  EXPECT_FALSE(adapter.set_receive_scaling(RssParameters()));
  EXPECT_EQ(adapter.receive_scaling(), nullptr);
  adapter.turn_everything_on();
  EXPECT_EQ(adapter.receive_scaling(), nullptr) << "not even at start";
  ASSERT_NE(adapter.receive_hashing(), nullptr);
  EXPECT_EQ(adapter.receive_hashing()->hash_of(inner_tcp(), locate(inner_tcp()), ActiveOffloads::all()), kInnerTcp);
  EXPECT_EQ(adapter.receive_hashing()->target_of(kInnerTcp).queue, 0U);
  ASSERT_TRUE(adapter.set_receive_hashing(std::nullopt));
  EXPECT_TRUE(adapter.set_receive_scaling(RssParameters()));
}

TEST(RssSteering, RSS_25_a_changed_table_moves_only_what_it_names_and_spares_who_uses_the_old_one) {
  Adapter adapter = with_queues(4);
  RssParameters parameters = table_of(4);
  parameters.indirection_table.resize(128, processor(1));
  ASSERT_TRUE(adapter.set_receive_scaling(parameters));
  const auto before = adapter.receive_scaling();
  std::vector<std::uint32_t> old_queues;
  for (std::uint32_t index = 0; index < 128; ++index) old_queues.push_back(queue_at(*before, index));
  parameters.indirection_table[107] = processor(3);
  ASSERT_TRUE(adapter.set_receive_scaling(parameters));
  for (std::uint32_t index = 0; index < 128; ++index) {
    EXPECT_EQ(queue_at(*before, index), old_queues[index]);
    EXPECT_EQ(queue_at(*adapter.receive_scaling(), index), index == 107 ? 3 : old_queues[index]);
  }
}

TEST(RssSteering, RSS_28_queues_and_entries_are_reported_as_configured) {
  auto backend = OffloadSet::software();
  backend.rss = {.supported = true, .queues = 8, .indirection_entries = 64};
  const Adapter adapter{Capabilities(backend), keywords_of({{"NumRSSQueues", "4"}})};
  EXPECT_EQ(adapter.hardware_capabilities().rss, backend.rss);
  EXPECT_EQ(adapter.current_configuration().rss.queues, 4U);
  EXPECT_EQ(adapter.current_configuration().rss.indirection_entries, 64U);
}

// Inner flows without ports are hashed by the addresses of the outer header: there an endpoint would find the same hash
// for all of them.
TEST(RssSteering, RSS_29_an_endpoint_draws_no_FlowID_from_a_hash_of_other_inputs) {
  SampleHost host(Side::kSender, IpVersion::kV4,
                  [](PolicyDescription& policy) { policy.subnets[0].flow_id = overlay::FlowIdMode::kHash; });
  std::set<std::uint32_t> hashes;
  std::set<std::uint8_t> flow_ids;
  for (std::uint8_t number = 1; number <= 16; ++number) {
    auto frame = finished(inside({.outer = IpVersion::kV4, .protocol = 1}));
    frame.at(14 + 15) = number;  // the last byte of the source address
    const auto packet = host.send(frame).at(0);
    hashes.insert(hashed(packet).value);
    flow_ids.insert(packet.at(14 + 20 + 7));
  }
  EXPECT_EQ(hashes.size(), 1U);
  EXPECT_GT(flow_ids.size(), 8U);
}

}  // namespace
}  // namespace nvgre::offload
