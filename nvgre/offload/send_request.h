/// What a sender asks of the adapter with one packet: NDIS's per-packet out-of-band data, in plain C++.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "nvgre/offload/gather.h"
#include "nvgre/wire/drop_reason.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::offload {

/// Checksum offload (TXC-1 to TXC-16); an unset flag leaves its checksum as it is (D-7).
struct ChecksumRequest {
  bool is_ipv4 = false;  ///< Version of the first (encapsulated: the outer) IP header.
  bool is_ipv6 = false;
  bool ip_header = false;
  bool tcp = false;
  bool udp = false;
  std::uint16_t tcp_header_offset = 0;  ///< Plain TCP only (LOC-15, LOC-16); 0: found by parsing.
};

/// Large send offload for TCP (LSO-1 to LSO-32).
struct LargeSendRequest {
  enum class Version : std::uint8_t { kV1, kV2 };
  Version version = Version::kV2;
  std::uint32_t mss = 0;                ///< Largest payload of one segment, bytes; 20 bits.
  std::uint16_t tcp_header_offset = 0;  ///< Plain packets only; 0: found by parsing.
  /// Plain packets only (D-9): a packet of the other version fails.
  std::optional<wire::IpVersion> ip_version = std::nullopt;
};

/// UDP segmentation offload (USO-1 to USO-22).
struct UdpSegmentationRequest {
  std::uint32_t mss = 0;                ///< Payload of one datagram, bytes; 20 bits.
  std::uint16_t udp_header_offset = 0;  ///< Plain packets only; 0: found by parsing.
  /// Plain packets only (D-9): a packet of the other version fails.
  std::optional<wire::IpVersion> ip_version = std::nullopt;
};

/// NDIS_TCP_SEND_OFFLOADS_SUPPLEMENTAL: where the inner headers of an encapsulated packet lie (OVL-31, LOC-13, LOC-14).
struct SupplementalRequest {
  bool is_encapsulated = false;
  bool offsets_valid = false;
  bool is_inner_ipv6 = false;
  bool tcp_options_present = false;
  std::uint16_t inner_frame_offset = 0;                   ///< From the packet's start; at most 255.
  std::uint16_t transport_ip_header_relative_offset = 0;  ///< From the inner frame; at most 63.
  std::uint16_t tcp_header_relative_offset = 0;           ///< From the inner IP header; at most 1023; UDP's for USO.
};

/// One submission to the adapter.
struct SendRequest {
  /// The packet; a segmentation request has exactly one (LSO-1, USO-1), others may have several.
  std::span<const GatherList> packets;
  std::optional<ChecksumRequest> checksum = std::nullopt;
  std::optional<LargeSendRequest> large_send = std::nullopt;
  std::optional<UdpSegmentationRequest> udp_segmentation = std::nullopt;
  std::optional<SupplementalRequest> supplemental = std::nullopt;
  std::optional<std::uint16_t> tag_control =
      std::nullopt;  ///< 802.1Q tag to insert (KEY-30, LSO-27): priority, DEI, VLAN ID.
};

/// How a submission ended. A failed one has emitted nothing, unless `failure` is kEmitFailed (LSO-29).
struct SendCompletion {
  std::optional<wire::DropReason> failure = std::nullopt;
  std::uint64_t payload_bytes = 0;  ///< TCP or UDP payload bytes that were sent (D-39).
  std::uint64_t bytes = 0;    ///< Bytes of the emitted packets, every segment's headers included (LSO-28, USO-19).
  std::uint32_t packets = 0;  ///< Packets or segments that were emitted.
  [[nodiscard]] bool succeeded() const noexcept { return !failure; }
  /// Counts one emitted packet.
  void add(std::size_t packet_payload_bytes, std::size_t packet_bytes) noexcept {
    payload_bytes += packet_payload_bytes;
    bytes += packet_bytes;
    ++packets;
  }
};

}  // namespace nvgre::offload
