/// The vectors of requirements section 17: rows of the published table, and frames of the NVGRE vectors with their
/// hashes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>

#include "nvgre/offload/rss.h"
#include "tests/support/received_frames.h"

namespace nvgre::test {

using offload::RssHash;
using offload::RssHashType;

/// Addresses and ports of one row of "Verifying the RSS Hash Calculation", and its two results.
struct HashVector {
  const char* destination;
  std::uint16_t destination_port;
  const char* source;
  std::uint16_t source_port;
  std::uint32_t two_tuple;
  std::uint32_t four_tuple;
};
inline constexpr HashVector kHashVectors[] = {
    {"161.142.100.80", 1766, "66.9.149.187", 2794, 0x323e8fc2, 0x51ccc178},
    {"65.69.140.83", 4739, "199.92.111.2", 14230, 0xd718262a, 0xc626b0ea},
    {"12.22.207.184", 38024, "24.19.198.95", 12898, 0xd2d0a5de, 0x5c2b394a},
    {"209.142.163.6", 2217, "38.27.205.30", 48228, 0x82989176, 0xafc7327f},
    {"202.188.127.2", 1303, "153.39.163.191", 44251, 0x5d1809c5, 0x10e828a2},
    {"3ffe:2501:200:3::1", 1766, "3ffe:2501:200:1fff::7", 2794, 0x2cc18cd5, 0x40207d3d},
    {"ff02::1", 4739, "3ffe:501:8::260:97ff:fe40:efab", 14230, 0x0f0c461c, 0xdde51bbf},
    {"fe80::200:f8ff:fe21:67cf", 38024, "3ffe:1900:4545:3:200:f8ff:fe21:67cf", 44251, 0x4b61e985, 0x02d1feef},
};

// Results of requirements section 17 for the frames of the NVGRE vectors.
inline constexpr RssHash kInnerTcp{0x89f6d8eb, RssHashType::kTcpIpv4};
inline constexpr RssHash kInnerUdpIpv6{0x40c692bc, RssHashType::kUdpIpv6};
inline constexpr RssHash kInnerUdpMixed{0x970a229e, RssHashType::kUdpIpv4};
inline constexpr RssHash kOuterV4{0x5ceea90c, RssHashType::kIpv4};
inline constexpr RssHash kOuterV6{0x829c6d35, RssHashType::kIpv6};
// Inner 2-tuples of the same frames: never the answer for an encapsulated packet, always that for a plain one.
inline constexpr RssHash kInnerAddressesV4{0xd3ad4b68, RssHashType::kIpv4};
inline constexpr RssHash kInnerAddressesV6{0x7f0e9c86, RssHashType::kIpv6};

[[nodiscard]] inline IpAddress vector_customer(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "10.1.1." : "fd00:1::") + std::to_string(host));
}
[[nodiscard]] inline IpAddress vector_provider(IpVersion version, int host) {
  return address((version == IpVersion::kV4 ? "192.0.2." : "2001:db8::") + std::to_string(host));
}
[[nodiscard]] inline FrameBuilder plain_vector(IpVersion inner) {
  FrameBuilder builder;
  return builder.ethernet(kSender, kReceiver).ip(vector_customer(inner, 11), vector_customer(inner, 22));
}
[[nodiscard]] inline FrameBuilder outer_half(IpVersion outer) {
  FrameBuilder builder;
  return builder.ethernet(kGateway, kHost).ip(vector_provider(outer, 1), vector_provider(outer, 2));
}
[[nodiscard]] inline FrameBuilder encapsulated_vector(IpVersion outer, IpVersion inner, Vsid vsid = kBlue,
                                                      FlowId flow_id = FlowId{0}) {
  return outer_half(outer)
      .nvgre(vsid, flow_id)
      .ethernet(kSender, kReceiver)
      .ip(vector_customer(inner, 11), vector_customer(inner, 22));
}
[[nodiscard]] inline ByteVector inner_tcp() {
  return encapsulated_vector(IpVersion::kV4, IpVersion::kV4).tcp(49152, 443).build();
}

[[nodiscard]] inline offload::RssHashTypes only(std::initializer_list<RssHashType> types) {
  offload::RssHashTypes enabled;
  for (const RssHashType type : types) enabled.enable(type);
  return enabled;
}
[[nodiscard]] inline RssHash hashed(const ByteVector& frame, offload::RssHashTypes types = offload::RssHashTypes::all(),
                                    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  offload::RssParameters parameters;
  parameters.hash_types = types;
  return offload::ReceiveScaling::make(parameters, 1)->hash_of(frame, wire::locate(frame), offloads);
}

}  // namespace nvgre::test
