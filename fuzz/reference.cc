#include "fuzz/reference.h"

#include <cstddef>
#include <vector>

#include "nvgre/wire/ipv6.h"
#include "tests/support/slow_sum.h"

namespace nvgre::fuzz {
namespace {

constexpr std::uint16_t kValidSum = 0xFFFF;

std::vector<std::uint8_t> copy_of(wire::Bytes bytes) {
  return {bytes.begin(), bytes.end()};
}

/// Source and destination as the pseudo-header has them: those of the packet's two ends (RFC 8200, section 8.1).
std::optional<std::vector<std::uint8_t>> end_to_end_addresses(wire::Bytes packet, bool is_v4) {
  if (is_v4) return copy_of(packet.subspan(12, 8));
  auto source = copy_of(packet.subspan(8, 16));
  if (const auto home = wire::ipv6_home_address_option(packet)) source = copy_of(home->bytes());
  const auto destination = wire::ipv6_final_destination(packet);
  if (!destination) return std::nullopt;
  source.insert(source.end(), destination->bytes().begin(), destination->bytes().end());
  return source;
}

std::optional<std::vector<std::uint8_t>> pseudo_header(wire::Bytes frame, const wire::HeaderMap& map,
                                                       std::uint32_t length) {
  auto bytes = end_to_end_addresses(frame.subspan(map.inner_ip.offset, map.inner_ip.size), map.inner_ip.is_v4());
  if (!bytes) return std::nullopt;
  for (const auto shift : {24U, 16U, 8U, 0U}) bytes->push_back(static_cast<std::uint8_t>(length >> shift));
  bytes->push_back(0);
  bytes->push_back(static_cast<std::uint8_t>(map.transport.protocol));
  return bytes;
}

}  // namespace

bool ip_header_verifies(wire::Bytes frame, const wire::NetworkHeader& ip) {
  return !ip || !ip.is_v4() || test::slow_sum(frame.subspan(ip.offset, ip.size)) == kValidSum;
}

std::optional<bool> transport_verifies(wire::Bytes frame, const wire::HeaderMap& map) {
  const auto& transport = map.transport;
  if (!transport || map.inner_ip.is_truncated || transport.payload_end > frame.size()) return std::nullopt;
  const auto covered = frame.first(transport.payload_end).subspan(transport.offset);
  if (transport.is_udp() && covered[6] == 0 && covered[7] == 0) return std::nullopt;
  auto summed = pseudo_header(frame, map, static_cast<std::uint32_t>(covered.size()));
  if (!summed) return std::nullopt;
  summed->insert(summed->end(), covered.begin(), covered.end());
  return test::slow_sum(*summed) == kValidSum;
}

bool plant_seed(wire::MutableBytes frame, const wire::HeaderMap& map, std::uint32_t length) {
  if (!map.transport) return false;
  const auto summed = pseudo_header(frame, map, length);
  if (!summed) return false;
  const auto sum = test::slow_sum(*summed);
  const std::size_t field = map.transport.offset + (map.transport.is_tcp() ? 16U : 6U);
  frame[field] = static_cast<std::uint8_t>(sum >> 8);
  frame[field + 1] = static_cast<std::uint8_t>(sum);
  return true;
}

}  // namespace nvgre::fuzz
