/// Builds the frames that a simulated tenant sends: complete, or unfinished as a guest hands them to a card.
#pragma once

#include <cstdint>
#include <vector>

#include "nvgre/datapath/memory/tenant_link.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::datapath::memory {

/// Both ends of what is sent.
struct PacketAddresses {
  wire::MacAddress source_mac;
  wire::MacAddress destination_mac;
  wire::IpAddress source{};
  wire::IpAddress destination{};
};

/// How the frame is to be finished by whoever takes it.
struct PacketFinish {
  bool partial_checksum = false;     ///< The transport checksum is left to the port.
  std::uint16_t segment_size = 0;    ///< Payload bytes of one segment if this is a super-frame, else 0.
  std::uint16_t identification = 0;  ///< IPv4.
  std::uint8_t hop_limit = 64;
};

/// Ethernet and IP around `transport`, a TCP or UDP header with its payload whose checksum field is 0.
[[nodiscard]] TenantFrame compose_transport(const PacketAddresses& addresses, wire::IpProtocol protocol,
                                            wire::Bytes transport, const PacketFinish& finish);

/// Ethernet and IP around a message that is complete already.
[[nodiscard]] TenantFrame compose_complete(const PacketAddresses& addresses, wire::IpProtocol protocol,
                                           wire::Bytes message, const PacketFinish& finish = {});

/// Ethernet around `payload`.
[[nodiscard]] TenantFrame compose_ethernet(const PacketAddresses& addresses, wire::EtherType type, wire::Bytes payload);

}  // namespace nvgre::datapath::memory
