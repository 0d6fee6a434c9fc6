#include "nvgre/overlay/flow_hash.h"

#include <cstring>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::overlay {
namespace {

constexpr std::uint64_t kSeed = 0x9E37'79B9'7F4A'7C15;  // 2^64 / golden ratio: no structure of its own
constexpr std::size_t kPortsSize = 4;                   // source and destination port open both TCP and UDP headers

/// Mixes 8 bytes in: a product spreads every bit over the upper half, the shift brings it down again.
std::uint64_t mixed(std::uint64_t hash, std::uint64_t word) noexcept {
  hash = (hash ^ word) * 0xFF51'AFD7'ED55'8CCD;
  return hash ^ (hash >> 32);
}

std::uint64_t mixed(std::uint64_t hash, wire::Bytes bytes) noexcept {
  while (!bytes.empty()) {
    std::uint64_t word = 0;
    const std::size_t size = bytes.size() < sizeof(word) ? bytes.size() : sizeof(word);
    std::memcpy(&word, bytes.data(), size);
    hash = mixed(hash, word);
    bytes = bytes.subspan(size);
  }
  return hash;
}

wire::Bytes addresses(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept {
  if (ip.is_v4())
    return frame.subspan(ip.offset + wire::Ipv4Layout::kSource, wire::Ipv4Layout::kOptions - wire::Ipv4Layout::kSource);
  return frame.subspan(ip.offset + wire::Ipv6Layout::kSource,
                       wire::Ipv6Layout::kExtensions - wire::Ipv6Layout::kSource);
}

std::uint64_t hash_of(wire::Bytes frame, const wire::HeaderMap& map) noexcept {
  if (!map.inner_ip) {
    const auto macs = frame.subspan(map.inner_link.offset, 2 * wire::MacAddress::kSize);
    return mixed(mixed(kSeed, macs), static_cast<std::uint64_t>(map.inner_link.ether_type));
  }
  const std::uint64_t hash = mixed(kSeed, addresses(frame, map.inner_ip));
  if (!map.transport) return hash;
  return mixed(mixed(hash, static_cast<std::uint64_t>(map.transport.protocol)),
               frame.subspan(map.transport.offset, kPortsSize));
}

}  // namespace

FlowHash::FlowHash(wire::Bytes frame, const wire::HeaderMap& map) noexcept
    : value_(mixed(hash_of(frame, map), kSeed)) {}

}  // namespace nvgre::overlay
