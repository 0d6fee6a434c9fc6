// A received frame's way to its queue:
//   1. choose the headers: inner 4-tuple where the rules allow it, else the outermost IP header's addresses;
//   2. hash them (toeplitz.h);
//   3. look the low bits of the hash up in the indirection table.
#include "nvgre/offload/rss.h"

#include <algorithm>
#include <bit>

#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::offload {
namespace {

constexpr std::size_t kPortsSize = 4;  // Source and destination port, side by side in TCP and UDP.

/// The three names of one kind of hash: what is reported, what enables it, and what enables it with Mobile IPv6's
/// addresses. IPv4 has no such variant.
struct TypeNames {
  RssHashType plain;
  RssHashType mobile;
};

constexpr TypeNames two_tuple_types(wire::IpVersion version) noexcept {
  if (version == wire::IpVersion::kV4) return {RssHashType::kIpv4, RssHashType::kNone};
  return {RssHashType::kIpv6, RssHashType::kIpv6Ex};
}

constexpr TypeNames four_tuple_types(wire::IpVersion version, bool is_tcp) noexcept {
  if (version == wire::IpVersion::kV4)
    return {is_tcp ? RssHashType::kTcpIpv4 : RssHashType::kUdpIpv4, RssHashType::kNone};
  if (is_tcp) return {RssHashType::kTcpIpv6, RssHashType::kTcpIpv6Ex};
  return {RssHashType::kUdpIpv6, RssHashType::kUdpIpv6Ex};
}

/// Source and destination address as they lie in the header, side by side.
wire::Bytes addresses_of(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept {
  if (ip.is_v4()) return frame.subspan(ip.offset + wire::Ipv4Layout::kSource, 2 * wire::IpAddress::kSizeV4);
  return frame.subspan(ip.offset + wire::Ipv6Layout::kSource, 2 * wire::IpAddress::kSizeV6);
}

/// The processors that an indirection table names, each once, in the order in which they are first seen (RSS-17).
std::vector<ProcessorNumber> distinct_processors(const std::vector<ProcessorNumber>& table) {
  std::vector<ProcessorNumber> processors;
  for (const ProcessorNumber processor : table)
    if (std::ranges::find(processors, processor) == processors.end()) processors.push_back(processor);
  return processors;
}

}  // namespace

std::string_view machine_name(RssHashType type) noexcept {
  static constexpr std::array<std::string_view, 10> kNames = {
      "none", "ipv4", "tcp_ipv4", "udp_ipv4", "ipv6", "tcp_ipv6", "udp_ipv6", "ipv6_ex", "tcp_ipv6_ex", "udp_ipv6_ex"};
  return kNames[static_cast<std::size_t>(type)];
}

std::vector<ProcessorNumber> table_within(std::vector<ProcessorNumber> table,
                                          const std::vector<ProcessorNumber>& processors) {
  for (std::size_t entry = 0; entry < table.size(); ++entry)
    if (std::ranges::find(processors, table[entry]) == processors.end())
      table[entry] = processors[entry % processors.size()];
  return table;
}

ReceiveResult<ReceiveScaling> ReceiveScaling::make(const RssParameters& parameters, std::uint32_t queue_count) {
  const std::size_t entries = parameters.indirection_table.size();
  if (entries > RssParameters::kMaxTableEntries || !std::has_single_bit(entries) || queue_count == 0)
    return std::unexpected(ReceiveError::kInvalidParameter);
  return ReceiveScaling(parameters, queue_count);
}

ReceiveScaling::ReceiveScaling(const RssParameters& parameters, std::uint32_t queue_count)
    : hash_(parameters.key),
      types_(parameters.hash_types),
      mask_(static_cast<std::uint32_t>(parameters.indirection_table.size() - 1)) {
  // Each of the first `queue_count` processors gets a queue; entries that name a further one share those.
  const auto processors = distinct_processors(parameters.indirection_table);
  const auto used = std::min<std::size_t>(processors.size(), queue_count);
  const auto target_for = [&](std::size_t index) {
    return RssTarget{static_cast<std::uint32_t>(index % used), processors[index % used]};
  };
  for (std::size_t entry = 0; entry <= mask_; ++entry) {
    const auto found = std::ranges::find(processors, parameters.indirection_table[entry]);
    targets_[entry] = target_for(static_cast<std::size_t>(found - processors.begin()));
  }
  default_target_ = target_for(0);
  if (!parameters.default_processor) return;
  const auto last_used = processors.begin() + static_cast<std::ptrdiff_t>(used);
  const auto found = std::find(processors.begin(), last_used, *parameters.default_processor);
  default_target_.queue = found == last_used ? 0 : static_cast<std::uint32_t>(found - processors.begin());
  default_target_.processor = *parameters.default_processor;
}

RssHash ReceiveScaling::hash_of(wire::Bytes frame, const wire::HeaderMap& map,
                                const ActiveOffloads& offloads) const noexcept {
  // Plain packets have only the inner half; whatever has an outer half is GRE of some kind.
  const bool is_plain = !map.outer_ip;
  const bool is_covered = is_plain || (map.is_encapsulated() &&
                                       offloads.encapsulated.rss.covers(map.inner_ip.version, map.outer_ip.version));
  if (is_covered && map.inner_ip && map.transport) {  // RSS-4, RSS-8; a fragment has no transport header (RSS-5)
    if (const auto hash = four_tuple(frame, map.inner_ip, map.transport)) return *hash;
  }
  return two_tuple(frame, is_plain ? map.inner_ip : map.outer_ip);  // RSS-9 to RSS-12
}

RssTarget ReceiveScaling::target_of(const RssHash& hash) const noexcept {
  return hash ? targets_[hash.value & mask_] : default_target_;
}

std::optional<RssHash> ReceiveScaling::four_tuple(wire::Bytes frame, const wire::NetworkHeader& ip,
                                                  const wire::TransportHeader& transport) const noexcept {
  const TypeNames names = four_tuple_types(ip.version, transport.is_tcp());
  if (!types_.has(names.plain) && !types_.has(names.mobile)) return std::nullopt;
  const std::uint32_t addresses = address_hash(frame, ip, types_.has(names.mobile));
  const std::size_t position = addresses_of(frame, ip).size();
  const std::uint32_t ports = hash_.contribution(frame.subspan(transport.offset, kPortsSize), position);
  return RssHash{addresses ^ ports, names.plain};
}

RssHash ReceiveScaling::two_tuple(wire::Bytes frame, const wire::NetworkHeader& ip) const noexcept {
  if (!ip) return {};
  const TypeNames names = two_tuple_types(ip.version);
  if (!types_.has(names.plain) && !types_.has(names.mobile)) return {};
  return {address_hash(frame, ip, types_.has(names.mobile)), names.plain};
}

std::uint32_t ReceiveScaling::address_hash(wire::Bytes frame, const wire::NetworkHeader& ip,
                                           bool mobile_addresses) const noexcept {
  const wire::Bytes addresses = addresses_of(frame, ip);
  if (!mobile_addresses || !ip.has_options) return hash_.hash(addresses);
  const wire::Bytes packet = frame.subspan(ip.offset, ip.size);
  const auto home = wire::ipv6_home_address_option(packet);
  const auto route = wire::ipv6_routing_home_address(packet);
  constexpr std::size_t kSize = wire::IpAddress::kSizeV6;
  return hash_.contribution(home ? home->bytes() : addresses.first(kSize), 0) ^
         hash_.contribution(route ? route->bytes() : addresses.subspan(kSize), kSize);
}

}  // namespace nvgre::offload
