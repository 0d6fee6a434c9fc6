#include "nvgre/offload/capabilities.h"

#include <set>

#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

constexpr auto kAll = EncapsulatedMask::kAll;
constexpr auto kV4 = wire::IpVersion::kV4;
constexpr auto kV6 = wire::IpVersion::kV6;

/// The hardware set of the software engine after one crippling.
template <typename Cripple>
OffloadSet hardware_without(Cripple cripple) {
  auto backend = OffloadSet::software();
  cripple(backend);
  return Capabilities(backend).hardware();
}

TEST(Capabilities, CAP_2_every_mask_of_the_software_engine_is_full) {
  const auto hardware = Capabilities().hardware();
  for (const auto mask :
       {hardware.encapsulated.transmit_checksum, hardware.encapsulated.receive_checksum, hardware.encapsulated.lso,
        hardware.encapsulated.rss, hardware.encapsulated.vmq, hardware.encapsulated.uso})
    EXPECT_EQ(mask.bits(), kAll);
}

TEST(Capabilities, CAP_3_a_mask_covers_every_pairing_of_its_versions) {
  const EncapsulatedMask mask(EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4 | EncapsulatedMask::kOuterV6);
  EXPECT_EQ(mask.bits(), 0xB);
  EXPECT_TRUE(mask.covers(/*inner=*/kV4, /*outer=*/kV4));
  EXPECT_TRUE(mask.covers(/*inner=*/kV4, /*outer=*/kV6));
  EXPECT_FALSE(mask.covers(/*inner=*/kV6, /*outer=*/kV4));
  EXPECT_FALSE(mask.covers(/*inner=*/kV6, /*outer=*/kV6));
}

TEST(Capabilities, CAP_4_a_mask_without_inner_or_outer_bit_is_0) {
  for (unsigned bits = 0; bits < 256; ++bits) {
    const EncapsulatedMask mask(static_cast<std::uint8_t>(bits));
    const bool means_something = (bits & 0b0101) != 0 && (bits & 0b1010) != 0;
    EXPECT_EQ(mask.bits(), means_something ? bits & 0xF : 0U) << bits;
  }
}

TEST(Capabilities, CAP_5_the_longest_headers_are_256_bytes_within_128_and_1024) {
  EXPECT_EQ(Capabilities().hardware().max_header_size, 256U);
  EXPECT_EQ(hardware_without([](OffloadSet& set) { set.max_header_size = 127; }).max_header_size, 128U);
  EXPECT_EQ(hardware_without([](OffloadSet& set) { set.max_header_size = 1'025; }).max_header_size, 1'024U);
  EXPECT_EQ(hardware_without([](OffloadSet& set) { set.max_header_size = 300; }).max_header_size, 300U);
}

TEST(Capabilities, CAP_10_large_send_defaults) {
  const auto hardware = Capabilities().hardware();
  EXPECT_EQ(hardware.lso_limits.max_offload_size, 262'144U);
  EXPECT_EQ(hardware.lso_limits.min_segment_count, 2U);
  EXPECT_TRUE(hardware.lso_limits.extension_headers);
  EXPECT_TRUE(hardware.lso_limits.tcp_options);
  EXPECT_LE(hardware.lso_v1_limits.max_offload_size, 65'536U);
  EXPECT_EQ(hardware_without([](OffloadSet& set) {
              set.lso_v1_limits.max_offload_size = 65'537;
            }).lso_v1_limits.max_offload_size,
            65'536U);
}

TEST(Capabilities, CAP_11_UDP_segmentation_defaults) {
  const auto hardware = Capabilities().hardware();
  EXPECT_EQ(hardware.uso_limits.max_offload_size, 262'144U);
  EXPECT_EQ(hardware.uso_limits.min_segment_count, 2U);
  EXPECT_TRUE(hardware.uso_limits.sub_mss_final);
  EXPECT_TRUE(hardware.uso_limits.extension_headers);
  EXPECT_EQ(
      hardware_without([](OffloadSet& set) { set.uso_limits.min_segment_count = 64; }).uso_limits.min_segment_count,
      63U);
}

TEST(Capabilities, CAP_12_a_missing_base_capability_removes_the_encapsulated_one) {
  const auto without_v6 = hardware_without([](OffloadSet& set) { set.tasks.lso.v6 = false; });
  EXPECT_EQ(without_v6.encapsulated.lso.bits(), EncapsulatedMask::kInnerV4 | EncapsulatedMask::kOuterV4);
  EXPECT_EQ(without_v6.encapsulated.uso.bits(), kAll);

  const auto without_lso = hardware_without([](OffloadSet& set) { set.tasks.lso = {}; });
  EXPECT_EQ(without_lso.encapsulated.lso.bits(), 0);

  const auto without_receive = hardware_without([](OffloadSet& set) { set.tasks.receive_checksum = {}; });
  EXPECT_EQ(without_receive.encapsulated.receive_checksum.bits(), 0);
  EXPECT_EQ(without_receive.encapsulated.transmit_checksum.bits(), kAll);

  EXPECT_EQ(hardware_without([](OffloadSet& set) { set.rss.supported = false; }).encapsulated.rss.bits(), 0);
  EXPECT_EQ(hardware_without([](OffloadSet& set) { set.vmq.supported = false; }).encapsulated.vmq.bits(), 0);
}

TEST(Capabilities, CAP_12_one_checksum_of_a_version_is_enough_to_keep_its_bits) {
  const auto hardware = hardware_without([](OffloadSet& set) {
    set.tasks.transmit_checksum.tcp.v6 = false;
    set.tasks.transmit_checksum.ip_v4 = false;
  });
  EXPECT_EQ(hardware.encapsulated.transmit_checksum.bits(), kAll);
}

TEST(Capabilities, CAP_14_LSOv1_needs_IPv4_and_TCPv4_checksums) {
  EXPECT_TRUE(Capabilities().hardware().tasks.lso_v1);
  EXPECT_FALSE(hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.ip_v4 = false; }).tasks.lso_v1);
  EXPECT_FALSE(hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.tcp.v4 = false; }).tasks.lso_v1);
  EXPECT_TRUE(hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.udp = {}; }).tasks.lso_v1);
  EXPECT_TRUE(hardware_without([](OffloadSet& set) { set.tasks.receive_checksum = {}; }).tasks.lso_v1);
}

TEST(Capabilities, CAP_14_and_LSO_26_LSOv2_needs_the_checksums_of_its_version) {
  const auto no_ip = hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.ip_v4 = false; });
  EXPECT_EQ(no_ip.tasks.lso, (PerVersion{.v4 = false, .v6 = true}));
  const auto no_tcp_v4 = hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.tcp.v4 = false; });
  EXPECT_EQ(no_tcp_v4.tasks.lso, (PerVersion{.v4 = false, .v6 = true}));
  const auto no_tcp_v6 = hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum.tcp.v6 = false; });
  EXPECT_EQ(no_tcp_v6.tasks.lso, (PerVersion{.v4 = true, .v6 = false}));
}

TEST(Capabilities, CAP_14_a_TCPv6_checksum_needs_TCP_options_and_128_bytes_of_extension_headers) {
  const auto no_options = hardware_without([](OffloadSet& set) { set.transmit_options.tcp_options.v6 = false; });
  EXPECT_EQ(no_options.tasks.transmit_checksum.tcp, (PerVersion{.v4 = true, .v6 = false}));
  EXPECT_FALSE(no_options.tasks.lso.v6) << "and what depends on it goes too";
  EXPECT_TRUE(no_options.tasks.receive_checksum.tcp.v6);
  const auto short_chain = hardware_without([](OffloadSet& set) { set.transmit_options.extension_header_bytes = 127; });
  EXPECT_FALSE(short_chain.tasks.transmit_checksum.tcp.v6);
  const auto on_receive = hardware_without([](OffloadSet& set) { set.receive_options.extension_header_bytes = 127; });
  EXPECT_FALSE(on_receive.tasks.receive_checksum.tcp.v6);
  EXPECT_TRUE(on_receive.tasks.transmit_checksum.tcp.v6);
}

TEST(Capabilities, CAP_14_a_TCPv4_checksum_needs_IP_options) {
  const auto hardware = hardware_without([](OffloadSet& set) { set.transmit_options.ip_options = false; });
  EXPECT_EQ(hardware.tasks.transmit_checksum.tcp, (PerVersion{.v4 = false, .v6 = true}));
  EXPECT_EQ(hardware.tasks.lso, (PerVersion{.v4 = false, .v6 = true}));
  EXPECT_FALSE(hardware.tasks.lso_v1);
}

TEST(Capabilities, USO_20_UDP_segmentation_needs_no_checksum) {
  const auto hardware = hardware_without([](OffloadSet& set) { set.tasks.transmit_checksum = {}; });
  EXPECT_EQ(hardware.tasks.uso, (PerVersion{.v4 = true, .v6 = true}));
  EXPECT_EQ(hardware.encapsulated.uso.bits(), kAll);
}

TEST(Capabilities, CAP_16_the_hardware_set_has_both_RSS_and_VMQ) {
  const auto hardware = Capabilities().hardware();
  EXPECT_TRUE(hardware.rss.supported);
  EXPECT_EQ(hardware.rss.indirection_entries, 128U);
  EXPECT_TRUE(hardware.vmq.supported);
}

TEST(Capabilities, RSS_28_without_queues_there_is_neither_RSS_nor_VMQ) {
  const auto hardware = hardware_without([](OffloadSet& set) { set.rss.queues = set.vmq.queues = 0; });
  EXPECT_FALSE(hardware.rss.supported || hardware.vmq.supported);
  EXPECT_EQ(hardware.encapsulated.rss.bits() | hardware.encapsulated.vmq.bits(), 0);
}

TEST(Capabilities, VMQ_25_there_are_at_least_as_many_filters_as_queues) {
  const auto hardware =
      hardware_without([](OffloadSet& set) { set.vmq = {.supported = true, .queues = 8, .filters = 3}; });
  EXPECT_EQ(hardware.vmq.filters, 8U);
}

TEST(Capabilities, STATE_24_an_adapter_without_any_task_knows_it) {
  EXPECT_TRUE(Capabilities(OffloadSet{}).empty());
  EXPECT_FALSE(Capabilities().empty());
  OffloadSet one;
  one.tasks.rsc.v6 = true;
  EXPECT_FALSE(Capabilities(one).empty());
}

TEST(TaskSet, every_flag_has_a_row_of_its_own) {
  std::set<std::string_view> names;
  TaskSet all;
  for (const auto& task : task_flags()) {
    TaskSet one;
    task.flag(one) = true;
    EXPECT_NE(one, TaskSet{});
    EXPECT_FALSE(task.of(all)) << "not set by another row";
    task.flag(all) = true;
    names.insert(task.machine_name);
    EXPECT_EQ(intersection(one, all), one);
    EXPECT_EQ(intersection(one, TaskSet{}), TaskSet{});
  }
  EXPECT_EQ(names.size(), kTaskFlagCount);
  EXPECT_EQ(all, OffloadSet::software().tasks);
}

}  // namespace
}  // namespace nvgre::offload
