// What is validated of one received frame, in the order in which the headers stand:
//   1. the outer IPv4 header; for a plain frame its only one;
//   2. the inner IPv4 header, if offload is active for this pairing of inner and outer version;
//   3. the TCP or UDP checksum over header and payload.
#include "nvgre/offload/receive_checksum.h"

#include "nvgre/offload/pseudo_header.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/udp.h"

namespace nvgre::offload {
namespace {

constexpr std::uint16_t kValidSum = 0xFFFF;  // Of bytes and the checksum over them (RFC 1071, section 1).

/// Whether results may speak of the inner headers: those of a plain frame, and of an encapsulated one whose pairing of
/// versions is active (RXC-9).
bool covers_inner(const wire::HeaderMap& map, const ActiveOffloads& offloads) noexcept {
  const auto& options = offloads.receive_options;
  if (!map.inner_ip || !options.covers(map.outer_ip) || !options.covers(map.inner_ip)) return false;
  if (!map.outer_ip) return true;
  return map.is_encapsulated() &&
         offloads.encapsulated.receive_checksum.covers(map.inner_ip.version, map.outer_ip.version);
}

bool has_no_udp_checksum(wire::Bytes frame, const wire::TransportHeader& transport) noexcept {
  return transport.is_udp() &&
         wire::load_big_endian<std::uint16_t>(frame, transport.offset + wire::UdpLayout::kChecksum) == 0;
}

/// Succeeded only if every IPv4 header verifies, failed if any does not (RXC-5 to RXC-7).
void validate_ip(wire::Bytes frame, const wire::HeaderMap& map, bool with_inner, ReceiveChecksum& result) noexcept {
  const ChecksumVerdict outer = judge_ip_header(frame, map.outer_ip);
  const ChecksumVerdict inner = with_inner ? judge_ip_header(frame, map.inner_ip) : ChecksumVerdict::kAbsent;
  result.ip_failed = outer == ChecksumVerdict::kBad || inner == ChecksumVerdict::kBad;
  result.ip_succeeded = !result.ip_failed && (outer == ChecksumVerdict::kGood || inner == ChecksumVerdict::kGood);
}

ChecksumVerdict trusted_verdict(wire::Bytes frame, const wire::TransportHeader& transport,
                                TransportTrust trust) noexcept {
  // An unfinished checksum is never 0: its field holds a sum of which the protocol number is part.
  if (trust == TransportTrust::kValidated && has_no_udp_checksum(frame, transport)) return ChecksumVerdict::kAbsent;
  return ChecksumVerdict::kGood;
}

/// Encapsulated, the offload has to be active for the versions of both headers (STATE-27).
bool is_active(const PerVersion& task, const wire::HeaderMap& map) noexcept {
  return task.of(map.inner_ip.version) && (!map.outer_ip || task.of(map.outer_ip.version));
}

void validate_transport(wire::Bytes frame, const wire::HeaderMap& map, const ChecksumTasks& active,
                        TransportTrust trust, ReceiveChecksum& result) noexcept {
  const bool is_tcp = map.transport.is_tcp();
  if (map.is_malformed()) return;  // nobody can say which bytes are summed
  if (!map.transport || !is_active(is_tcp ? active.tcp : active.udp, map)) return;
  const ChecksumVerdict verdict =
      trust == TransportTrust::kNone ? judge_transport(frame, map) : trusted_verdict(frame, map.transport, trust);
  (is_tcp ? result.tcp_succeeded : result.udp_succeeded) = verdict == ChecksumVerdict::kGood;
  (is_tcp ? result.tcp_failed : result.udp_failed) = verdict == ChecksumVerdict::kBad;
}

}  // namespace

ReceiveChecksum validate(wire::Bytes frame, const wire::HeaderMap& map, const ActiveOffloads& offloads,
                         TransportTrust trust) noexcept {
  ReceiveChecksum result;
  const bool with_inner = covers_inner(map, offloads);
  if (offloads.receive_checksum.ip_v4 && offloads.receive_options.covers(map.outer_ip))
    validate_ip(frame, map, with_inner, result);
  if (with_inner && offloads.receive_options.covers(map))
    validate_transport(frame, map, offloads.receive_checksum, trust, result);
  return result;
}

ChecksumVerdicts judge_checksums(wire::Bytes frame, const wire::HeaderMap& map) noexcept {
  return {judge_ip_header(frame, map.outer_ip), judge_ip_header(frame, map.inner_ip), judge_transport(frame, map)};
}

ChecksumVerdict judge_ip_header(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept {
  if (!ip || !ip.is_v4()) return ChecksumVerdict::kAbsent;
  const bool is_good = wire::internet_sum(frame.subspan(ip.offset, ip.size)) == kValidSum;
  return is_good ? ChecksumVerdict::kGood : ChecksumVerdict::kBad;
}

ChecksumVerdict judge_transport(wire::Bytes frame, const wire::HeaderMap& map) noexcept {
  const wire::NetworkHeader& ip = map.inner_ip;
  if (ip && ip.is_fragment && (ip.protocol == wire::IpProtocol::kTcp || ip.protocol == wire::IpProtocol::kUdp))
    return ChecksumVerdict::kUnchecked;
  if (!ip || !map.transport || has_no_udp_checksum(frame, map.transport)) return ChecksumVerdict::kAbsent;
  if (map.is_malformed()) return ChecksumVerdict::kUnchecked;
  if (ip.is_truncated || map.transport.payload_end > frame.size()) return ChecksumVerdict::kUnchecked;
  const std::uint32_t length = map.transport.payload_end - map.transport.offset;
  const auto seed = inner_pseudo_header_sum(frame, map, length);
  if (!seed) return ChecksumVerdict::kUnchecked;
  wire::InternetSum sum(*seed);
  sum.add(frame.subspan(map.transport.offset, length));
  return sum.folded() == kValidSum ? ChecksumVerdict::kGood : ChecksumVerdict::kBad;
}

ReceiveChecksum after_decapsulation(const ReceiveChecksum& checksum, const wire::HeaderMap& map,
                                    const ActiveOffloads& offloads) noexcept {
  ReceiveChecksum inner = checksum;
  const bool inner_ip_validated =
      offloads.receive_checksum.ip_v4 && covers_inner(map, offloads) && map.inner_ip.is_v4();
  if (!inner_ip_validated) inner.ip_failed = inner.ip_succeeded = false;
  return inner;
}

}  // namespace nvgre::offload
