#include "nvgre/offload/statistics.h"

#include <gtest/gtest.h>

namespace nvgre::offload {
namespace {

SendRequest large_send() {
  SendRequest request;
  request.large_send = LargeSendRequest{.mss = 1'000};
  return request;
}

SendRequest udp_segmentation() {
  SendRequest request;
  request.udp_segmentation = UdpSegmentationRequest{.mss = 1'000};
  return request;
}

SendRequest checksum() {
  SendRequest request;
  request.checksum = ChecksumRequest{.is_ipv4 = true, .tcp = true};
  return request;
}

wire::HeaderMap plain(wire::IpVersion version, wire::IpProtocol protocol) {
  wire::HeaderMap map;
  map.inner_ip = {
      .offset = 14, .size = version == wire::IpVersion::kV4 ? 20U : 40U, .version = version, .protocol = protocol};
  if (protocol == wire::IpProtocol::kTcp || protocol == wire::IpProtocol::kUdp)
    map.transport = {.offset = map.inner_ip.end(), .size = 8, .protocol = protocol};
  return map;
}

TEST(TransmitStatistics, LSO_28_segments_and_their_header_bytes_are_counted) {
  TransmitStatistics statistics;
  statistics.record(large_send(), {.payload_bytes = 3'001, .bytes = 3'385, .packets = 4});
  EXPECT_EQ(statistics.requests, 1U);
  EXPECT_EQ(statistics.packets, 4U);
  EXPECT_EQ(statistics.bytes, 3'385U);
  EXPECT_EQ(statistics.lso_super_frames, 1U);
  EXPECT_EQ(statistics.lso_segments, 4U);
  EXPECT_EQ(statistics.uso_super_frames, 0U);
  EXPECT_EQ(statistics.checksummed, 0U);
}

TEST(TransmitStatistics, USO_19_datagrams_are_counted) {
  TransmitStatistics statistics;
  statistics.record(udp_segmentation(), {.payload_bytes = 2'000, .bytes = 2'084, .packets = 2});
  EXPECT_EQ(statistics.uso_super_frames, 1U);
  EXPECT_EQ(statistics.uso_segments, 2U);
  EXPECT_EQ(statistics.lso_segments, 0U);
}

TEST(TransmitStatistics, a_checksum_request_counts_each_of_its_packets) {
  TransmitStatistics statistics;
  statistics.record(checksum(), {.payload_bytes = 0, .bytes = 180, .packets = 3});
  EXPECT_EQ(statistics.checksummed, 3U);
  statistics.record(SendRequest{}, {.payload_bytes = 0, .bytes = 60, .packets = 1});
  EXPECT_EQ(statistics.checksummed, 3U) << "nothing was asked for";
  EXPECT_EQ(statistics.packets, 4U);
}

TEST(TransmitStatistics, a_failed_request_is_counted_by_its_reason_and_as_nothing_else) {
  TransmitStatistics statistics;
  statistics.record(large_send(), {.failure = wire::DropReason::kOffloadInactive});
  EXPECT_EQ(statistics.requests, 1U);
  EXPECT_EQ(statistics.failures[wire::DropReason::kOffloadInactive], 1U);
  EXPECT_EQ(total(statistics.failures), 1U);
  EXPECT_EQ(statistics.lso_super_frames, 0U);
}

TEST(TransmitStatistics, LSO_29_segments_that_left_before_a_failure_are_counted) {
  TransmitStatistics statistics;
  statistics.record(large_send(),
                    {.failure = wire::DropReason::kEmitFailed, .payload_bytes = 2'000, .bytes = 2'108, .packets = 2});
  EXPECT_EQ(statistics.lso_segments, 2U);
  EXPECT_EQ(statistics.failures[wire::DropReason::kEmitFailed], 1U);
}

TEST(TransmitStatistics, workers_add_up) {
  TransmitStatistics one;
  one.record(large_send(), {.payload_bytes = 2'000, .bytes = 2'108, .packets = 2});
  TransmitStatistics other;
  other.record(udp_segmentation(), {.payload_bytes = 3'000, .bytes = 3'126, .packets = 3});
  other.record(checksum(), {.payload_bytes = 0, .bytes = 60, .packets = 1});
  other.record(large_send(), {.failure = wire::DropReason::kZeroMss});
  TransmitStatistics sum;
  sum += one;
  sum += other;
  EXPECT_EQ(sum.requests, 4U);
  EXPECT_EQ(sum.packets, 6U);
  EXPECT_EQ(sum.bytes, 5'294U);
  EXPECT_EQ(sum.lso_super_frames, 1U);
  EXPECT_EQ(sum.lso_segments, 2U);
  EXPECT_EQ(sum.uso_super_frames, 1U);
  EXPECT_EQ(sum.uso_segments, 3U);
  EXPECT_EQ(sum.checksummed, 1U);
  EXPECT_EQ(sum.failures[wire::DropReason::kZeroMss], 1U);
}

TEST(ReceiveStatistics, RXC_2_verdicts_are_counted_for_each_protocol) {
  ReceiveStatistics statistics;
  const auto tcp_v4 = plain(wire::IpVersion::kV4, wire::IpProtocol::kTcp);
  const auto udp_v6 = plain(wire::IpVersion::kV6, wire::IpProtocol::kUdp);
  statistics.record({.ip_succeeded = true, .tcp_succeeded = true}, tcp_v4);
  statistics.record({.ip_succeeded = true, .tcp_failed = true}, tcp_v4);
  statistics.record({.ip_failed = true}, tcp_v4);
  statistics.record({.udp_succeeded = true}, udp_v6);
  statistics.record({}, udp_v6);
  EXPECT_EQ(statistics.frames, 5U);
  EXPECT_EQ(statistics.ip.good, 2U);
  EXPECT_EQ(statistics.ip.bad, 1U);
  EXPECT_EQ(statistics.ip.unvalidated, 0U) << "IPv6 has no header checksum";
  EXPECT_EQ(statistics.tcp.good, 1U);
  EXPECT_EQ(statistics.tcp.bad, 1U);
  EXPECT_EQ(statistics.tcp.unvalidated, 1U);
  EXPECT_EQ(statistics.udp.good, 1U);
  EXPECT_EQ(statistics.udp.unvalidated, 1U);
}

TEST(ReceiveStatistics, an_outer_IPv4_header_counts_and_ICMP_has_no_transport_verdict) {
  ReceiveStatistics statistics;
  auto map = plain(wire::IpVersion::kV6, wire::IpProtocol::kIcmpv6);
  map.outer_ip = {.offset = 14, .size = 20, .version = wire::IpVersion::kV4, .protocol = wire::IpProtocol::kGre};
  statistics.record({.ip_succeeded = true}, map);
  EXPECT_EQ(statistics.ip.good, 1U);
  EXPECT_EQ(statistics.tcp.unvalidated, 0U);
  EXPECT_EQ(statistics.udp.unvalidated, 0U);
}

TEST(ReceiveStatistics, workers_add_up) {
  ReceiveStatistics one;
  one.record({.ip_succeeded = true, .tcp_succeeded = true}, plain(wire::IpVersion::kV4, wire::IpProtocol::kTcp));
  ReceiveStatistics sum;
  sum += one;
  sum += one;
  EXPECT_EQ(sum.frames, 2U);
  EXPECT_EQ(sum.ip.good, 2U);
  EXPECT_EQ(sum.tcp.good, 2U);
}

TEST(RelaxedCounter, counts_copies_and_adds_up) {
  RelaxedCounter counter;
  ++counter;
  counter += 4;
  const RelaxedCounter copy(counter);
  counter += copy;
  EXPECT_EQ(copy, 5U);
  EXPECT_EQ(counter.value(), 10U);
}

}  // namespace
}  // namespace nvgre::offload
