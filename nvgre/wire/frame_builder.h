/// A fluent builder of whole frames, for tests, tools and the simulator. It allocates; no frame of a data plane is
/// built here.
///
/// Headers are named from the outside in; lengths, types and checksums are right unless a call says otherwise:
///
///     const auto frame = FrameBuilder()
///                            .ethernet(gateway, host).ipv4(provider_a, provider_b).nvgre(vsid, FlowId{0})
///                            .ethernet(mac_a, mac_b).ipv4(customer_a, customer_b).identification(7)
///                            .tcp(40000, 5201).flags(TcpFlags::kAck | TcpFlags::kPsh).payload(bytes)
///                            .build();
///
/// A call that changes a field (identification(), flags(), ...) changes the last header that was named and has it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "nvgre/wire/bytes.h"
#include "nvgre/wire/frame_layer.h"
#include "nvgre/wire/gre.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/vsid.h"

namespace nvgre::wire {

/// @note One thread. A builder can be copied, to build several frames from one start.
class FrameBuilder {
 public:
  FrameBuilder& ethernet(const MacAddress& source, const MacAddress& destination);
  /// Adds a tag to the last Ethernet header, inside those that it has.
  FrameBuilder& vlan(std::uint16_t vlan_id, EtherType protocol = EtherType::kVlan, std::uint8_t priority = 0);
  /// Instead of the type of what follows.
  FrameBuilder& ether_type(EtherType value);

  /// IPv4 or IPv6, by the version of the addresses, which must be the same.
  FrameBuilder& ip(const IpAddress& source, const IpAddress& destination);
  FrameBuilder& traffic_class(std::uint8_t value);  ///< IPv4: type of service.
  FrameBuilder& hop_limit(std::uint8_t value);      ///< IPv4: time to live. 64 unless it is called.
  FrameBuilder& flow_label(std::uint32_t value);
  FrameBuilder& identification(std::uint16_t value);
  FrameBuilder& dont_fragment(bool value = true);
  /// Makes the packet a fragment: flags and offset in IPv4, a Fragment header behind the other extensions in IPv6.
  /// @param offset  In units of 8 bytes.
  FrameBuilder& fragment(bool more_fragments, std::uint16_t offset);
  /// @param bytes  IPv4 options; padded with zeros to a multiple of 4.
  FrameBuilder& ip_options(Bytes bytes);
  /// An IPv6 extension header behind those named before.
  /// @param body  What follows next header and length; padded with PadN to a multiple of 8.
  FrameBuilder& extension(IpProtocol type, Bytes body);
  /// An extension header of `size` bytes of padding. @pre size is a multiple of 8, at least 8
  FrameBuilder& padding_extension(IpProtocol type, std::size_t size);
  FrameBuilder& protocol(IpProtocol value);        ///< Instead of that of what follows.
  FrameBuilder& ip_length(std::uint16_t value);    ///< IPv4: total length; IPv6: payload length.
  FrameBuilder& ip_checksum(std::uint16_t value);  ///< IPv4 only.

  FrameBuilder& nvgre(Vsid vsid, FlowId flow_id = FlowId{0});
  FrameBuilder& gre(const GreFields& fields);

  FrameBuilder& tcp(std::uint16_t source_port, std::uint16_t destination_port);
  FrameBuilder& sequence_number(std::uint32_t value);
  FrameBuilder& acknowledgment_number(std::uint32_t value);
  FrameBuilder& flags(TcpFlags value);  ///< kAck unless it is called.
  FrameBuilder& window(std::uint16_t value);
  FrameBuilder& urgent_pointer(std::uint16_t value);
  /// @param bytes  TCP options; padded with zeros to a multiple of 4.
  FrameBuilder& tcp_options(Bytes bytes);
  /// Two no-operations and a timestamps option, as most stacks send it.
  FrameBuilder& timestamps(std::uint32_t value, std::uint32_t echo_reply);

  FrameBuilder& udp(std::uint16_t source_port, std::uint16_t destination_port);
  FrameBuilder& udp_length(std::uint16_t value);
  FrameBuilder& transport_checksum(std::uint16_t value);     ///< TCP or UDP.
  FrameBuilder& transport_checksum(TransportChecksum mode);  ///< TCP or UDP.

  FrameBuilder& icmp(std::uint8_t type, std::uint8_t code = 0, std::uint32_t rest_of_header = 0);
  FrameBuilder& arp(const ArpFields& fields);
  FrameBuilder& neighbor(const NeighborFields& fields);

  FrameBuilder& payload(Bytes bytes);
  /// `size` bytes that count up from `first`, modulo 251, so that no two segments look the same.
  FrameBuilder& counting_payload(std::size_t size, std::size_t first = 0);
  /// Link padding: zeros behind the IP packet until the frame has `size` bytes.
  FrameBuilder& padded_to(std::size_t size);

  /// The frame. Length fields that can't hold their value, as in large super-frames, are 0.
  [[nodiscard]] ByteVector build() const;

 private:
  template <typename Layer>
  Layer& last();
  FrameBuilder& push(layer::Any next);
  FrameBuilder& set_transport_checksum(TransportChecksum mode, std::uint16_t value);

  std::vector<layer::Any> layers_;
  std::size_t padded_size_ = 0;
};

}  // namespace nvgre::wire
