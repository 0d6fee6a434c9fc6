#include "nvgre/offload/statistics.h"

#include <array>

namespace nvgre::offload {

namespace {

/// Every counter of the struct, so that adding up forgets none.
constexpr std::array kTransmitCounters = {
    &TransmitStatistics::requests,         &TransmitStatistics::packets,      &TransmitStatistics::bytes,
    &TransmitStatistics::lso_super_frames, &TransmitStatistics::lso_segments, &TransmitStatistics::uso_super_frames,
    &TransmitStatistics::uso_segments,     &TransmitStatistics::checksummed,
};
static_assert(sizeof(TransmitStatistics) ==
              kTransmitCounters.size() * sizeof(RelaxedCounter) + sizeof(DropNumbers<RelaxedCounter>));

void count(ChecksumStatistics& statistics, bool succeeded, bool failed) noexcept {
  if (succeeded) {
    ++statistics.good;
  } else if (failed) {
    ++statistics.bad;
  } else {
    ++statistics.unvalidated;
  }
}

}  // namespace

void TransmitStatistics::record(const SendRequest& request, const SendCompletion& completion) noexcept {
  ++requests;
  packets += completion.packets;
  bytes += completion.bytes;
  if (completion.failure) ++failures[*completion.failure];
  if (completion.packets == 0) return;
  if (request.large_send) {
    ++lso_super_frames;
    lso_segments += completion.packets;
  } else if (request.udp_segmentation) {
    ++uso_super_frames;
    uso_segments += completion.packets;
  } else if (request.checksum) {
    checksummed += completion.packets;
  }
}

void ReceiveStatistics::record(const ReceiveChecksum& checksum, const wire::HeaderMap& map) noexcept {
  ++frames;
  // IPv6 has no header checksum, so only frames with an IPv4 header can have a verdict (RXC-5, RXC-7).
  const bool has_v4 = (map.outer_ip && map.outer_ip.is_v4()) || (map.inner_ip && map.inner_ip.is_v4());
  if (has_v4) count(ip, checksum.ip_succeeded, checksum.ip_failed);
  if (map.transport.is_tcp()) count(tcp, checksum.tcp_succeeded, checksum.tcp_failed);
  if (map.transport.is_udp()) count(udp, checksum.udp_succeeded, checksum.udp_failed);
}

TransmitStatistics& operator+=(TransmitStatistics& sum, const TransmitStatistics& added) noexcept {
  for (const auto counter : kTransmitCounters) sum.*counter += added.*counter;
  added.failures.for_each(
      [&sum](wire::DropReason reason, const RelaxedCounter& counter) { sum.failures[reason] += counter; });
  return sum;
}

ChecksumStatistics& operator+=(ChecksumStatistics& sum, const ChecksumStatistics& added) noexcept {
  sum.good += added.good;
  sum.bad += added.bad;
  sum.unvalidated += added.unvalidated;
  return sum;
}

ReceiveStatistics& operator+=(ReceiveStatistics& sum, const ReceiveStatistics& added) noexcept {
  sum.frames += added.frames;
  sum.ip += added.ip;
  sum.tcp += added.tcp;
  sum.udp += added.udp;
  return sum;
}

}  // namespace nvgre::offload
