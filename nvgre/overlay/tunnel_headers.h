/// The headers that encapsulation puts in front of an inner frame (WIRE-1 to WIRE-5):
///
///     [Ethernet 14, or 18 with a tag][IPv4 20 or IPv6 40][GRE with key 8] inner frame ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::overlay {

/// The most bytes that tunnel headers can have: a tag, IPv6.
inline constexpr std::size_t kMaxTunnelSize = 18 + 40 + 8;

/// What is written into them. @pre source and destination are of one version
struct TunnelFields {
  wire::MacAddress source_mac;
  wire::MacAddress destination_mac;
  std::optional<std::uint16_t> vlan;  ///< VLAN ID of the outer tag.
  wire::ProviderAddress source;
  wire::ProviderAddress destination;
  wire::Vsid vsid;
  wire::FlowId flow_id{};
  std::uint8_t traffic_class = 0;  ///< DSCP and ECN.
  std::uint8_t time_to_live = 64;
  std::uint16_t identification = 0;  ///< Outer IPv4 only.
  std::uint32_t flow_label = 0;      ///< Outer IPv6 only.

  [[nodiscard]] constexpr wire::IpVersion version() const noexcept { return destination.ip().version(); }
  /// Bytes that the headers take.
  [[nodiscard]] std::size_t size() const noexcept;
};

/// Writes complete headers: with the IPv4 checksum, and lengths of one packet with `inner_size` bytes of inner frame.
/// In front of a super-frame whose length has no room in the field it is 0: segmentation writes its own (D-4).
/// @pre    out.size() >= fields.size()
/// @return Bytes written: fields.size().
std::size_t write_tunnel_headers(wire::MutableBytes out, const TunnelFields& fields, std::size_t inner_size) noexcept;

}  // namespace nvgre::overlay
