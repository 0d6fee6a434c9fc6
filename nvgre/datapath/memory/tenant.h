/// A simulated tenant: one interface with an IPv4 and an IPv6 address, and as much of a stack as it takes to resolve
/// neighbours (ARP, ND), answer echo requests, and carry UDP datagrams and TCP streams. It judges checksums as a kernel
/// does: what the port vouches for is taken, everything else is summed up, and what is wrong is thrown away.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nvgre/datapath/memory/packet_composer.h"
#include "nvgre/datapath/memory/tcp_connection.h"
#include "nvgre/datapath/memory/tenant_link.h"
#include "nvgre/overlay/endpoint.h"
#include "nvgre/wire/ip.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::datapath::memory {

struct TenantSettings {
  std::string name;
  wire::MacAddress mac;
  wire::IpAddress address_v4;
  wire::IpAddress address_v6;
  std::size_t mtu = 1458;  ///< IP packet, bytes.
};

struct TenantCounts {
  std::uint64_t frames_sent = 0;
  std::uint64_t super_frames_sent = 0;
  std::uint64_t frames_received = 0;
  std::uint64_t super_frames_received = 0;
  std::uint64_t echo_requests_sent = 0;
  std::uint64_t echo_replies_received = 0;
  std::uint64_t bad_checksums = 0;  ///< Received and thrown away.
  std::uint64_t misdirected = 0;    ///< For another address, or malformed; thrown away.
  std::uint64_t too_big_received = 0;
};

/// A datagram that was accepted.
struct ReceivedDatagram {
  wire::IpAddress source;
  std::vector<std::uint8_t> payload;
};

class Tenant {
 public:
  Tenant(TenantSettings settings, TenantLink& link) : settings_(std::move(settings)), link_(link) {}

  /// What applications ask for; the frames follow with poll().
  void ping(const wire::IpAddress& destination, std::size_t payload_size);
  /// Sends `payload` as datagrams of `datagram_size` bytes: one super-frame where the port takes it.
  void send_datagrams(const wire::IpAddress& destination, wire::Bytes payload, std::size_t datagram_size);
  /// Opens a connection and sends `stream` over it. @return Its local port, which names the stream at both ends.
  std::uint16_t send_stream(const wire::IpAddress& destination, std::vector<std::uint8_t> stream);

  /// Takes what the port delivered and puts out what is due.
  void poll(overlay::Instant now);

  [[nodiscard]] const TenantSettings& settings() const { return settings_; }
  [[nodiscard]] const TenantCounts& counts() const { return counts_; }
  [[nodiscard]] const std::vector<ReceivedDatagram>& datagrams() const { return datagrams_; }
  [[nodiscard]] const TcpConnection* sent_stream(const wire::IpAddress& peer, std::uint16_t port) const;
  [[nodiscard]] const TcpConnection* received_stream(const wire::IpAddress& peer, std::uint16_t port) const;

 private:
  using StreamKey = std::pair<wire::IpAddress, std::uint16_t>;  ///< The peer's address and the opener's port.

  void receive(const TenantFrame& frame, overlay::Instant now);
  void receive_arp(wire::Bytes message);
  void receive_ip(const TenantFrame& frame, wire::Bytes packet, overlay::Instant now);
  void receive_icmp(const wire::IpView& packet);
  void receive_udp(const TenantFrame& frame, const wire::IpView& packet);
  void receive_tcp(const wire::IpView& packet, overlay::Instant now);
  [[nodiscard]] bool has_valid_checksum(const TenantFrame& frame, const wire::IpView& packet);

  void poll_stream(const StreamKey& key, TcpConnection& connection, bool opens, overlay::Instant now);
  void poll_neighbors(overlay::Instant now);
  void resolve(const wire::IpAddress& destination);
  void learn(const wire::IpAddress& address, const wire::MacAddress& mac);

  /// What goes into an IP packet, and how it is to be finished.
  struct Payload {
    wire::IpAddress destination;
    wire::IpProtocol protocol{};
    std::vector<std::uint8_t> message;
    std::uint16_t segment_size = 0;  ///< Of a super-frame; else 0.
  };
  /// Sends it now, or once the destination's MAC address is known.
  void send(Payload payload);
  [[nodiscard]] TenantFrame compose(const Payload& payload, const wire::MacAddress& mac);
  void put(TenantFrame frame);
  [[nodiscard]] const wire::IpAddress& own(wire::IpVersion version) const {
    return version == wire::IpVersion::kV4 ? settings_.address_v4 : settings_.address_v6;
  }
  /// TCP payload bytes of one segment towards `destination`.
  [[nodiscard]] std::size_t mss_to(const wire::IpAddress& destination) const;

  TenantSettings settings_;
  TenantLink& link_;
  TenantCounts counts_;
  std::map<wire::IpAddress, wire::MacAddress> neighbors_;
  std::map<wire::IpAddress, std::size_t> path_mtus_;
  std::vector<Payload> waiting_;  ///< For a neighbour's answer.
  overlay::Instant next_resolution_{};
  std::map<StreamKey, TcpConnection> opened_;
  std::map<StreamKey, TcpConnection> accepted_;
  std::vector<ReceivedDatagram> datagrams_;
  std::uint16_t next_port_ = 40'000;
  std::uint16_t identification_ = 1;
};

}  // namespace nvgre::datapath::memory
