// The object is written field by field, in the order of the contract and without a JSON library: its shape is fixed,
// all its texts are ours, and captures have millions of frames.
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "cli/inspection.h"
#include "cli/inspection_names.h"
#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/ip.h"

namespace nvgre::cli {
namespace {

using wire::Bytes;
using wire::HeaderMap;

/// Writes one object.
class ObjectWriter {
 public:
  explicit ObjectWriter(std::string& out) : out_(out) { out_ += '{'; }
  ObjectWriter(const ObjectWriter&) = delete;
  ObjectWriter& operator=(const ObjectWriter&) = delete;
  ~ObjectWriter() { out_ += '}'; }

  void number(std::string_view key, std::uint64_t value) { fmt::format_to(begin(key), "{}", value); }
  void number_or_null(std::string_view key, std::optional<std::uint64_t> value) {
    value ? number(key, *value) : null(key);
  }
  void text(std::string_view key, std::string_view value) { fmt::format_to(begin(key), "\"{}\"", value); }
  void boolean(std::string_view key, bool value) { fmt::format_to(begin(key), "{}", value); }
  void null(std::string_view key) { fmt::format_to(begin(key), "null"); }
  /// An object that `append` writes, or null.
  template <typename Append>
  void member(std::string_view key, bool is_present, Append append) {
    if (!is_present) return null(key);
    begin(key);
    append();
  }

 private:
  std::back_insert_iterator<std::string> begin(std::string_view key) {
    if (out_.back() != '{') out_ += ", ";
    return fmt::format_to(std::back_inserter(out_), "\"{}\": ", key);
  }

  std::string& out_;
};

/// Offset of a header; null unless it lies wholly in the frame.
template <typename Header>
std::optional<std::uint64_t> offset_of(const Header& header) {
  return header ? std::optional<std::uint64_t>(header.offset) : std::nullopt;
}

void write_ip(ObjectWriter& object, const wire::NetworkHeader& ip) {
  object.number_or_null("ip", offset_of(ip));
  object.number_or_null("version", ip ? std::optional<std::uint64_t>(static_cast<unsigned>(ip.version)) : std::nullopt);
}

void write_addresses(ObjectWriter& object, Bytes bytes, const wire::NetworkHeader& ip) {
  if (!ip) {
    object.null("source");
    object.null("destination");
    return;
  }
  object.text("source", wire::source_address(bytes, ip).to_string());
  object.text("destination", wire::destination_address(bytes, ip).to_string());
}

void append_outer(std::string& out, Bytes bytes, const HeaderMap& map) {
  ObjectWriter object(out);
  write_ip(object, map.outer_ip);
  write_addresses(object, bytes, map.outer_ip);
}

void append_gre(std::string& out, const wire::TunnelHeader& gre) {
  ObjectWriter object(out);
  object.number("offset", gre.offset);
  object.number("protocol", static_cast<std::uint16_t>(gre.protocol));
  object.boolean("checksum", gre.has_checksum());
  object.number_or_null("key", gre.key);
  object.number_or_null("sequence", gre.sequence);
  const auto vsid = gre.vsid();
  const auto flow_id = gre.flow_id();
  object.number_or_null("vsid", vsid ? std::optional<std::uint64_t>(vsid->value()) : std::nullopt);
  object.number_or_null("flow_id",
                        flow_id ? std::optional<std::uint64_t>(static_cast<std::uint8_t>(*flow_id)) : std::nullopt);
}

void write_transport(ObjectWriter& object, const HeaderMap& map) {
  object.number_or_null("transport", offset_of(map.transport));
  if (map.inner_ip)
    object.text("protocol", protocol_name(map.inner_ip.protocol));
  else
    object.null("protocol");
  object.number_or_null("payload", map.transport ? std::optional<std::uint64_t>(map.transport.end()) : std::nullopt);
  map.inner_ip ? object.boolean("fragment", map.inner_ip.is_fragment) : object.null("fragment");
}

void write_ports(ObjectWriter& object, Bytes bytes, const wire::TransportHeader& transport) {
  const auto port_at = [&](std::size_t offset) -> std::optional<std::uint64_t> {
    if (!transport) return std::nullopt;
    return wire::load_big_endian<std::uint16_t>(bytes, transport.offset + offset);
  };
  object.number_or_null("source_port", port_at(0));
  object.number_or_null("destination_port", port_at(sizeof(std::uint16_t)));
}

void write_link(ObjectWriter& object, Bytes bytes, const wire::LinkHeader& link) {
  if (!link) {
    for (const auto* key : {"source_mac", "destination_mac", "vlan"}) object.null(key);
    return;
  }
  object.text("source_mac", source_mac(bytes, link).to_string());
  object.text("destination_mac", destination_mac(bytes, link).to_string());
  object.number_or_null("vlan", link.tag_count > 0 ? std::optional<std::uint64_t>(link.vlan_id()) : std::nullopt);
}

void append_inner(std::string& out, Bytes bytes, const HeaderMap& map) {
  ObjectWriter object(out);
  object.number_or_null("frame", offset_of(map.inner_link));
  write_ip(object, map.inner_ip);
  write_transport(object, map);
  write_addresses(object, bytes, map.inner_ip);
  write_ports(object, bytes, map.transport);
  write_link(object, bytes, map.inner_link);
}

void append_receive(std::string& out, const offload::ReceiveChecksum& receive) {
  ObjectWriter object(out);
  object.boolean("ip_checksum_succeeded", receive.ip_succeeded);
  object.boolean("ip_checksum_failed", receive.ip_failed);
  object.boolean("tcp_checksum_succeeded", receive.tcp_succeeded);
  object.boolean("tcp_checksum_failed", receive.tcp_failed);
  object.boolean("udp_checksum_succeeded", receive.udp_succeeded);
  object.boolean("udp_checksum_failed", receive.udp_failed);
}

void append_verdicts(std::string& out, const offload::ChecksumVerdicts& verdicts) {
  ObjectWriter object(out);
  object.text("outer_ip", name_of(verdicts.outer_ip));
  object.text("inner_ip", name_of(verdicts.inner_ip));
  object.text("transport", name_of(verdicts.transport));
}

void append_rss(std::string& out, const offload::RssHash& rss) {
  ObjectWriter object(out);
  if (rss)
    object.text("hash", fmt::format("{:#010x}", rss.value));
  else
    object.null("hash");
  object.text("type", name_of(rss.type));
}

}  // namespace

void append_json(std::string& out, std::uint64_t number, const capture::CapturedFrame& frame,
                 const Inspection& inspection) {
  const HeaderMap& map = inspection.map;
  const bool is_plain = map.encapsulation == wire::Encapsulation::kNone;
  {
    ObjectWriter object(out);
    object.number("frame", number);
    object.number("length", frame.original_length);
    object.text("encapsulation", name_of(map.encapsulation));
    object.member("outer", !is_plain, [&] { append_outer(out, frame.bytes, map); });
    object.member("gre", static_cast<bool>(map.gre), [&] { append_gre(out, map.gre); });
    object.member("inner", is_plain || map.inner_link, [&] { append_inner(out, frame.bytes, map); });
    object.member("checksum", true, [&] { append_verdicts(out, inspection.verdicts); });
    object.member("receive", true, [&] { append_receive(out, inspection.receive); });
    object.member("rss", true, [&] { append_rss(out, inspection.rss); });
    map.problem ? object.text("problem", wire::machine_name(*map.problem)) : object.null("problem");
  }
  out += '\n';
}

}  // namespace nvgre::cli
