#include "nvgre/offload/flow_key.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::offload {
namespace {

constexpr std::size_t kMacsSize = 2 * wire::MacAddress::kSize;
constexpr std::size_t kPortsSize = 4;
constexpr std::size_t kFirstAddressWord = 2;
constexpr std::size_t kSubnetWord = 6;
constexpr std::size_t kProtocolWord = 7;
constexpr std::uint64_t kNoSubnet = 0xFFFF'FFFF;  // Not a VSID, which has 24 bits.

}  // namespace

FlowKey::FlowKey(const ReceivedFrame& frame) noexcept {
  const wire::NetworkHeader& ip = frame.map.inner_ip;
  const std::uint8_t* const bytes = frame.bytes.data();
  std::array<std::uint8_t, kMacsSize + kPortsSize> stations{};
  std::memcpy(stations.data(), bytes + frame.map.inner_link.offset, kMacsSize);
  if (frame.map.transport) std::memcpy(stations.data() + kMacsSize, bytes + frame.map.transport.offset, kPortsSize);
  std::memcpy(words_.data(), stations.data(), stations.size());
  if (ip.is_v4()) {
    const std::uint8_t* const addresses = bytes + ip.offset + wire::Ipv4Layout::kSource;
    std::memcpy(&words_[kFirstAddressWord], addresses, 2 * wire::IpAddress::kSizeV4);
  } else {
    const std::uint8_t* const addresses = bytes + ip.offset + wire::Ipv6Layout::kSource;
    std::memcpy(&words_[kFirstAddressWord], addresses, 2 * wire::IpAddress::kSizeV6);
  }
  words_[kSubnetWord] = (frame.vsid ? frame.vsid->value() : kNoSubnet) << 32 | frame.consumer;
  words_[kProtocolWord] = std::uint64_t{static_cast<std::uint8_t>(frame.map.transport.protocol)} << 8 |
                          static_cast<std::uint8_t>(ip.version);
}

bool FlowKey::has_hosts_of(const FlowKey& other) const noexcept {
  const bool same_version = (words_[kProtocolWord] & 0xFF) == (other.words_[kProtocolWord] & 0xFF);
  return same_version &&
         std::equal(&words_[kFirstAddressWord], &words_[kProtocolWord], &other.words_[kFirstAddressWord]);
}

std::uint64_t FlowKey::hash() const noexcept {
  std::uint64_t hash = 0;
  for (const std::uint64_t word : words_) hash = (std::rotl(hash, 23) ^ word) * 0x9E37'79B9'7F4A'7C15ULL;
  return hash ^ hash >> 32;
}

}  // namespace nvgre::offload
