/// Two hosts with one tenant each, and generators of what the tenants send.
#pragma once

#include <map>
#include <tuple>
#include <vector>

#include <rapidcheck.h>

#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/tcp.h"
#include "tests/unit/overlay/host.h"

namespace nvgre::overlay::test {

using scenery::Host;
using wire::ByteVector;

/// Host 2 of two_tenants(): its mirror.
[[nodiscard]] inline PolicyDescription second_host(wire::IpVersion outer) {
  using namespace scenery;  // NOLINT(google-build-using-namespace)
  PolicyDescription description = two_tenants();
  description.provider.addresses = {provider_v4(2), provider_v6(2)};
  description.ports = {port("blue2", kBlue, 1, 2), port("red2", kRed, 2, 2)};
  description.records = {record(kBlue, 1, 1, provider(outer, 1)), record(kRed, 2, 1, provider(outer, 1))};
  return description;
}

/// What one tenant hands to its port, and what it means.
struct Sent {
  bool is_udp = false;
  wire::IpVersion version{};
  std::uint16_t port = 0;          ///< Source port: names the flow.
  std::size_t payload = 0;         ///< Bytes.
  std::size_t first = 0;           ///< What the payload counts up from.
  std::uint16_t segment_size = 0;  ///< 0: no super-frame.
  bool is_unfinished = false;      ///< Its checksum is; always so in a super-frame.
};

[[nodiscard]] inline Sent any_sent() {
  Sent sent;
  sent.is_udp = *rc::gen::arbitrary<bool>();
  sent.version = *rc::gen::element(wire::IpVersion::kV4, wire::IpVersion::kV6);
  sent.port = *rc::gen::inRange<std::uint16_t>(1000, 1003);
  sent.first = *rc::gen::inRange<std::size_t>(0, 251);
  const bool is_super_frame = *rc::gen::arbitrary<bool>();
  sent.payload = *rc::gen::inRange<std::size_t>(1, is_super_frame ? 20'000 : 1200);
  if (is_super_frame) sent.segment_size = *rc::gen::inRange<std::uint16_t>(400, 1200);
  sent.is_unfinished = is_super_frame || *rc::gen::arbitrary<bool>();
  return sent;
}

[[nodiscard]] inline ByteVector frame_of(const Sent& sent, std::uint32_t sequence) {
  auto builder = scenery::blue_packet(sent.version);
  if (sent.is_udp)
    builder.udp(sent.port, 5000);
  else
    builder.tcp(sent.port, 5000).sequence_number(sequence);
  if (sent.is_unfinished) builder.transport_checksum(wire::TransportChecksum::kSeed);
  return builder.counting_payload(sent.payload, sent.first).build();
}

[[nodiscard]] inline offload::FrameMetadata metadata_of(const Sent& sent, const ByteVector& frame) {
  if (sent.segment_size != 0) return scenery::super_frame(frame, sent.segment_size);
  return sent.is_unfinished ? scenery::unfinished(frame) : offload::FrameMetadata();
}

/// Any offloads: what is on here may be off on the other host.
[[nodiscard]] inline offload::ActiveOffloads any_offloads() {
  auto offloads = *rc::gen::arbitrary<bool>() ? offload::ActiveOffloads::all() : offload::ActiveOffloads();
  offloads.rsc = {*rc::gen::arbitrary<bool>(), *rc::gen::arbitrary<bool>()};
  offloads.udp_coalescing = *rc::gen::arbitrary<bool>();
  if (*rc::gen::arbitrary<bool>()) offloads.lso.max_offload_size = 3000;
  return offloads;
}

/// What one flow carried: TCP's bytes, or each UDP datagram's.
using FlowName = std::tuple<bool, wire::IpVersion, std::uint16_t>;
using Carried = std::map<FlowName, std::vector<ByteVector>>;

/// Adds a payload as one TCP stream or as datagrams of `segment_size` (0: one).
inline void add_payload(Carried& carried, const FlowName& flow, const ByteVector& payload, std::size_t segment_size) {
  auto& pieces = carried[flow];
  if (!std::get<0>(flow)) {
    if (pieces.empty()) pieces.emplace_back();
    pieces[0].insert(pieces[0].end(), payload.begin(), payload.end());
    return;
  }
  const std::size_t size = segment_size == 0 ? payload.size() : segment_size;
  for (std::size_t offset = 0; offset < payload.size(); offset += size)
    pieces.emplace_back(payload.begin() + static_cast<std::ptrdiff_t>(offset),
                        payload.begin() + static_cast<std::ptrdiff_t>(std::min(payload.size(), offset + size)));
}

}  // namespace nvgre::overlay::test
