#include "nvgre/overlay/tunnel_headers.h"

#include <array>
#include <span>

#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::overlay {
namespace {

std::size_t write_link(wire::MutableBytes out, const TunnelFields& fields) noexcept {
  const std::array<wire::VlanTag, 1> tag = {{{.control = fields.vlan.value_or(0)}}};
  const auto tags = std::span<const wire::VlanTag>(tag).first(fields.vlan ? 1 : 0);
  const bool is_v4 = fields.version() == wire::IpVersion::kV4;
  return wire::write_ethernet(out, {.destination = fields.destination_mac,
                                    .source = fields.source_mac,
                                    .tags = tags,
                                    .ether_type = is_v4 ? wire::EtherType::kIpv4 : wire::EtherType::kIpv6});
}

std::uint16_t length_field(std::size_t length) noexcept {
  return length > UINT16_MAX ? 0 : static_cast<std::uint16_t>(length);
}

std::size_t write_ip(wire::MutableBytes out, const TunnelFields& fields, std::size_t payload_size) noexcept {
  if (fields.version() == wire::IpVersion::kV6)
    return wire::write_ipv6(out, {.source = fields.source.ip(),
                                  .destination = fields.destination.ip(),
                                  .next_header = wire::IpProtocol::kGre,
                                  .payload_length = length_field(payload_size),
                                  .traffic_class = fields.traffic_class,
                                  .flow_label = fields.flow_label,
                                  .hop_limit = fields.time_to_live});
  return wire::write_ipv4(out, {.source = fields.source.ip(),
                                .destination = fields.destination.ip(),
                                .protocol = wire::IpProtocol::kGre,
                                .total_length = length_field(wire::Ipv4View::kSize + payload_size),
                                .identification = fields.identification,
                                .type_of_service = fields.traffic_class,
                                .time_to_live = fields.time_to_live,
                                .dont_fragment = true});  // D-36
}

}  // namespace

std::size_t TunnelFields::size() const noexcept {
  return wire::EthernetView::kSize + (vlan ? wire::EthernetView::kTagSize : 0) +
         (version() == wire::IpVersion::kV4 ? wire::Ipv4View::kSize : wire::Ipv6View::kSize) + wire::NvgreView::kSize;
}

std::size_t write_tunnel_headers(wire::MutableBytes out, const TunnelFields& fields, std::size_t inner_size) noexcept {
  std::size_t size = write_link(out, fields);
  size += write_ip(out.subspan(size), fields, wire::NvgreView::kSize + inner_size);
  size += wire::write_nvgre(out.subspan(size), fields.vsid, fields.flow_id);
  return size;
}

}  // namespace nvgre::overlay
