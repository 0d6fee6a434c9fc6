#include "cli/conformance/packet_fields.h"

#include <utility>

namespace nvgre::cli {
namespace {

/// Which rule speaks about what, for one task.
struct TaskRules {
  std::string_view count, headers, outer_v4, ipv6_length, inner_v4, inner_id, ip_checksum, outer_ip_checksum, options,
      sequence, one_segment_flags, copied, transport_checksum, udp_length, payload;
};

constexpr TaskRules kChecksumRules{.count = "TXC-9",
                                   .headers = "TXC-9",
                                   .outer_v4 = "TXC-9",
                                   .ipv6_length = "TXC-9",
                                   .inner_v4 = "TXC-9",
                                   .inner_id = "TXC-9",
                                   .ip_checksum = "TXC-8",
                                   .outer_ip_checksum = "TXC-8",
                                   .options = "TXC-11",
                                   .sequence = "TXC-9",
                                   .one_segment_flags = "TXC-9",
                                   .copied = "TXC-9",
                                   .transport_checksum = "TXC-5",
                                   .udp_length = "TXC-9",
                                   .payload = "TXC-9"};
constexpr TaskRules kLsoRules{.count = "LSO-5",
                              .headers = "LSO-7",
                              .outer_v4 = "LSO-15",
                              .ipv6_length = "LSO-16",
                              .inner_v4 = "LSO-13",
                              .inner_id = "LSO-13",
                              .ip_checksum = "LSO-18",
                              .outer_ip_checksum = "LSO-15",
                              .options = "LSO-12",
                              .sequence = "LSO-8",
                              .one_segment_flags = "LSO-9",
                              .copied = "LSO-10",
                              .transport_checksum = "LSO-17",
                              .udp_length = "LSO-7",
                              .payload = "LSO-5"};
constexpr TaskRules kUsoRules{.count = "USO-2",
                              .headers = "USO-12",
                              .outer_v4 = "USO-7",
                              .ipv6_length = "USO-5",
                              .inner_v4 = "USO-5",
                              .inner_id = "USO-6",
                              .ip_checksum = "USO-10",
                              .outer_ip_checksum = "USO-10",
                              .options = "USO-11",
                              .sequence = "USO-12",
                              .one_segment_flags = "USO-12",
                              .copied = "USO-12",
                              .transport_checksum = "USO-8",
                              .udp_length = "USO-5",
                              .payload = "USO-2"};

constexpr const TaskRules& rules_of(DeviceTask task) noexcept {
  switch (task) {
    case DeviceTask::kChecksum:
      return kChecksumRules;
    case DeviceTask::kLso:
      return kLsoRules;
    case DeviceTask::kUso:
      break;
  }
  return kUsoRules;
}

/// Collects fields from front to back; what lies between two named ones belongs to the headers as such.
class FieldList {
 public:
  explicit FieldList(const TaskRules& rules) : rules_(rules) {}

  void add(std::string_view name, std::string_view rule, std::uint32_t begin, std::uint32_t size,
           FieldKind kind = FieldKind::kBytes) {
    fill_to(begin);
    if (size != 0) fields_.push_back({name, rule, begin, begin + size, kind});
    end_ = begin + size;
  }
  /// What lies before `begin` and has no field of its own.
  void fill_to(std::uint32_t begin) {
    if (begin > end_) fields_.push_back({between_, rules_.headers, end_, begin, FieldKind::kBytes});
    end_ = begin;
  }
  void now_in(std::string_view header) { between_ = header; }
  [[nodiscard]] std::vector<PacketField> take() { return std::move(fields_); }

 private:
  const TaskRules& rules_;
  std::vector<PacketField> fields_;
  std::string_view between_ = "Ethernet header";
  std::uint32_t end_ = 0;
};

void add_outer_ip(FieldList& list, const TaskRules& rules, const wire::NetworkHeader& ip) {
  list.fill_to(ip.offset);
  list.now_in("outer IP header");
  if (ip.is_v4()) {
    list.add("outer IPv4 total length", rules.outer_v4, ip.offset + 2, 2);
    list.add("outer IPv4 identification", rules.outer_v4, ip.offset + 4, 2);
    list.add("outer IPv4 checksum", rules.outer_ip_checksum, ip.offset + 10, 2, FieldKind::kOuterIpChecksum);
  } else {
    list.add("outer IPv6 payload length", rules.ipv6_length, ip.offset + 4, 2);
  }
  list.fill_to(ip.end());
}

void add_inner_ip(FieldList& list, const TaskRules& rules, const wire::NetworkHeader& ip) {
  constexpr std::uint32_t kIpv4Size = 20, kIpv6Size = 40;
  list.fill_to(ip.offset);
  list.now_in("inner IP header");
  if (ip.is_v4()) {
    list.add("inner IPv4 total length", rules.inner_v4, ip.offset + 2, 2);
    list.add("inner IPv4 identification", rules.inner_id, ip.offset + 4, 2, FieldKind::kInnerId);
    list.add("inner IPv4 checksum", rules.ip_checksum, ip.offset + 10, 2, FieldKind::kInnerIpChecksum);
    list.add("inner IPv4 options", rules.options, ip.offset + kIpv4Size, ip.size - kIpv4Size);
  } else {
    list.add("inner IPv6 payload length", rules.ipv6_length, ip.offset + 4, 2);
    list.add("inner IPv6 extension headers", rules.options, ip.offset + kIpv6Size, ip.size - kIpv6Size);
  }
}

void add_transport(FieldList& list, const TaskRules& rules, const wire::TransportHeader& transport) {
  constexpr std::uint32_t kTcpSize = 20;
  const auto at = transport.offset;
  list.fill_to(at);
  if (transport.is_tcp()) {
    list.now_in("TCP ports");
    list.add("TCP sequence number", rules.sequence, at + 4, 4);
    list.add("TCP acknowledgment number", rules.copied, at + 8, 4);
    list.add("TCP data offset and flags", rules.copied, at + 12, 2, FieldKind::kFlags);
    list.add("TCP window", rules.copied, at + 14, 2);
    list.add("TCP checksum", rules.transport_checksum, at + 16, 2, FieldKind::kTransportChecksum);
    list.add("TCP urgent pointer", rules.copied, at + 18, 2);
    list.add("TCP options", rules.options, at + kTcpSize, transport.size - kTcpSize);
  } else {
    list.now_in("UDP ports");
    list.add("UDP length", rules.udp_length, at + 4, 2);
    list.add("UDP checksum", rules.transport_checksum, at + 6, 2, FieldKind::kTransportChecksum);
  }
}

}  // namespace

std::vector<PacketField> fields_of(DeviceTask task, const wire::HeaderMap& map, std::size_t size) {
  const auto& rules = rules_of(task);
  FieldList list(rules);
  if (map.outer_ip) {
    add_outer_ip(list, rules, map.outer_ip);
    list.add("GRE header", "WIRE-10", map.gre.offset, map.gre.size);
    list.now_in("inner Ethernet header");
  }
  add_inner_ip(list, rules, map.inner_ip);
  add_transport(list, rules, map.transport);
  list.add("payload", rules.payload, map.transport.end(), static_cast<std::uint32_t>(size) - map.transport.end());
  return list.take();
}

std::string_view count_rule(DeviceTask task) noexcept {
  return rules_of(task).count;
}

std::string_view single_segment_flags_rule(DeviceTask task) noexcept {
  return rules_of(task).one_segment_flags;
}

}  // namespace nvgre::cli
