// The line that people read:
//
//   12 14:03:22.123456 198.18.0.1 > 198.18.0.2 NVGRE vsid 5001 flow 0: 192.0.2.1.40000 > 192.0.2.2.5201 tcp [P.]
//   seq 1 length 1406 [outer ok, inner ok, tcp ok] tcp_ipv4 0x51ccc178, 1514 bytes
#include <ctime>
#include <iterator>

#include <fmt/format.h>

#include "cli/inspection.h"
#include "cli/inspection_names.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::cli {
namespace {

using offload::ChecksumVerdict;
using wire::Bytes;
using wire::HeaderMap;

/// Time of day here, as tcpdump prints it.
void append_time(std::string& out, capture::CaptureTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t clock = seconds.count();
  std::tm local{};
  localtime_r(&clock, &local);
  const auto microseconds = std::chrono::duration_cast<std::chrono::microseconds>(time - seconds).count();
  fmt::format_to(std::back_inserter(out), "{:02}:{:02}:{:02}.{:06}", local.tm_hour, local.tm_min, local.tm_sec,
                 microseconds);
}

void append_outer(std::string& out, Bytes bytes, const HeaderMap& map) {
  auto to = std::back_inserter(out);
  if (map.outer_link.tag_count > 0) fmt::format_to(to, " vlan {}", map.outer_link.vlan_id());
  if (map.outer_ip)
    fmt::format_to(to, " {} > {}", wire::source_address(bytes, map.outer_ip).to_string(),
                   wire::destination_address(bytes, map.outer_ip).to_string());
  if (map.encapsulation == wire::Encapsulation::kNvgre && map.gre)
    fmt::format_to(to, " NVGRE vsid {} flow {}:", map.gre.vsid()->value(), static_cast<unsigned>(*map.gre.flow_id()));
  else if (map.gre)
    fmt::format_to(to, " GRE type 0x{:04x}{}:", static_cast<unsigned>(map.gre.protocol),
                   map.gre.key ? fmt::format(" key 0x{:08x}", *map.gre.key) : "");
  else
    fmt::format_to(to, " {}:", name_of(map.encapsulation));
}

/// An address, with its port as tcpdump writes it.
std::string end_point(const wire::IpAddress& address, Bytes bytes, const wire::TransportHeader& transport,
                      std::size_t offset) {
  if (!transport) return address.to_string();
  return fmt::format("{}.{}", address.to_string(),
                     wire::load_big_endian<std::uint16_t>(bytes, transport.offset + offset));
}

/// The flags as tcpdump writes them, for example "P." for PSH and ACK.
std::string flag_letters(wire::TcpFlags flags) {
  constexpr std::string_view kLetters = "FSRP.UEWe";  // by bit, from the lowest
  std::string text;
  for (std::size_t i = 0; i < kLetters.size(); ++i)
    if (has_any(flags, static_cast<wire::TcpFlags>(1U << i))) text += kLetters[i];
  return text.empty() ? "none" : text;
}

void append_transport(std::string& out, Bytes bytes, const wire::TransportHeader& transport) {
  auto to = std::back_inserter(out);
  if (transport.is_tcp()) {
    const auto tcp = wire::TcpView::parse(bytes.subspan(transport.offset));
    fmt::format_to(to, " [{}] seq {}", flag_letters(tcp->flags()), tcp->sequence_number());
  }
  fmt::format_to(to, " length {}", transport.payload_end - transport.end());
}

void append_inner(std::string& out, Bytes bytes, const HeaderMap& map) {
  auto to = std::back_inserter(out);
  const auto& link = map.inner_link;
  if (link && link.tag_count > 0) fmt::format_to(to, " vlan {}", link.vlan_id());
  if (const auto& ip = map.inner_ip) {
    fmt::format_to(to, " {} > {} {}", end_point(wire::source_address(bytes, ip), bytes, map.transport, 0),
                   end_point(wire::destination_address(bytes, ip), bytes, map.transport, sizeof(std::uint16_t)),
                   protocol_name(ip.protocol));
    if (map.transport) append_transport(out, bytes, map.transport);
    if (ip.is_fragment) fmt::format_to(to, " fragment");
  } else if (link) {
    const bool is_arp = link.ether_type == wire::EtherType::kArp;
    fmt::format_to(to, " {} > {} {}", source_mac(bytes, link).to_string(), destination_mac(bytes, link).to_string(),
                   is_arp ? "arp" : fmt::format("type 0x{:04x}", static_cast<unsigned>(link.ether_type)));
  }
}

void append_verdict(std::string& out, std::string_view name, ChecksumVerdict verdict, bool& is_first) {
  if (verdict == ChecksumVerdict::kAbsent) return;
  const auto* word = verdict == ChecksumVerdict::kGood ? "ok" : verdict == ChecksumVerdict::kBad ? "BAD" : "unchecked";
  fmt::format_to(std::back_inserter(out), "{}{} {}", is_first ? " [" : ", ", name, word);
  is_first = false;
}

void append_verdicts(std::string& out, const Inspection& inspection) {
  bool is_first = true;
  const auto& map = inspection.map;
  const auto& verdicts = inspection.verdicts;
  append_verdict(out, "outer", verdicts.outer_ip, is_first);
  append_verdict(out, map.outer_ip ? "inner" : "ip", verdicts.inner_ip, is_first);
  append_verdict(out, map.inner_ip ? protocol_name(map.inner_ip.protocol) : "", verdicts.transport, is_first);
  if (!is_first) out += ']';
}

}  // namespace

void append_text(std::string& out, std::uint64_t number, const capture::CapturedFrame& frame,
                 const Inspection& inspection) {
  const HeaderMap& map = inspection.map;
  auto to = std::back_inserter(out);
  fmt::format_to(to, "{:5} ", number);
  append_time(out, frame.time);
  if (map.encapsulation != wire::Encapsulation::kNone) append_outer(out, frame.bytes, map);
  append_inner(out, frame.bytes, map);
  append_verdicts(out, inspection);
  if (inspection.rss) fmt::format_to(to, " {} {:#010x}", name_of(inspection.rss.type), inspection.rss.value);
  if (map.problem)
    fmt::format_to(
        to, " ! {}: {}", wire::machine_name(*map.problem),
        inspection.is_cut_by_capture ? "captured bytes end inside a header" : wire::description(*map.problem));
  fmt::format_to(to, ", {} bytes", frame.original_length);
  if (frame.is_snapped()) fmt::format_to(to, ", {} captured", frame.bytes.size());
  out += '\n';
}

}  // namespace nvgre::cli
