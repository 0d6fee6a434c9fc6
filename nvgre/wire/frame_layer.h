/// The headers that FrameBuilder collects before it writes them; use FrameBuilder.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "nvgre/wire/arp.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/icmp.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/neighbor_discovery.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::wire {

using ByteVector = std::vector<std::uint8_t>;

/// What FrameBuilder puts into a transport checksum field.
enum class TransportChecksum : std::uint8_t {
  kComplete,           ///< The right checksum.
  kSeed,               ///< The pseudo-header sum with length (TXC-4).
  kSeedWithoutLength,  ///< The pseudo-header sum without length (LSO-17, USO-8).
  kGiven,              ///< The value that was given.
};

namespace layer {

struct Ethernet {
  MacAddress source;
  MacAddress destination;
  std::vector<VlanTag> tags;
  std::optional<EtherType> ether_type;
};
struct Extension {
  IpProtocol type{};
  ByteVector bytes;  ///< The whole header; its first byte, the next header, is filled in.
};
struct Ip {
  Ipv4Fields v4;  ///< IPv6 takes its fields from here too, by their meaning.
  std::uint32_t flow_label = 0;
  ByteVector options;
  std::vector<Extension> extensions;
  std::optional<IpProtocol> protocol;
  std::optional<std::uint16_t> length;
  std::optional<std::uint16_t> checksum;
};
struct Gre {
  GreFields fields;
};
struct Tcp {
  TcpFields fields;
  ByteVector options;
  TransportChecksum checksum = TransportChecksum::kComplete;
};
struct Udp {
  UdpFields fields;
  std::optional<std::uint16_t> length;
  TransportChecksum checksum = TransportChecksum::kComplete;
};
struct Icmp {
  IcmpFields fields;
};
struct Arp {
  ArpFields fields;
};
struct Neighbor {
  NeighborFields fields;
};
struct Payload {
  ByteVector bytes;
};
using Any = std::variant<Ethernet, Ip, Gre, Tcp, Udp, Icmp, Arp, Neighbor, Payload>;

/// What a layer knows about its neighbours when it is written.
struct Context {
  const Any* outer = nullptr;  ///< The next header outwards.
  const Any* inner = nullptr;  ///< The next header inwards.
  Bytes body;                  ///< All that is inside, already written.
};

/// The bytes of one layer, without its body. Length fields that can't hold their value are 0.
[[nodiscard]] ByteVector write(const Any& any, const Context& context);

}  // namespace layer

}  // namespace nvgre::wire
