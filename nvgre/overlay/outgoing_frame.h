/// A tenant's frame as it is handed to the adapter: tunnel headers in front, tags removed, and what the tenant's
/// metadata asks for in the adapter's words. This is the edge where Linux's conventions end:
///
///     headers_  [tunnel headers][inner Ethernet 14][of a super-frame: inner IP and transport header, seed converted]
///     payload   the rest, in the tenant's bytes
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "nvgre/offload/gather.h"
#include "nvgre/offload/send_request.h"
#include "nvgre/overlay/tenant_frame.h"
#include "nvgre/overlay/tunnel_headers.h"
#include "nvgre/wire/bytes.h"

namespace nvgre::overlay {

/// Linux seeds a super-frame's transport checksum with the length of the whole super-frame; NDIS seeds large sends and
/// USO without any length (LSO-17, USO-8).
/// @param seed              The field of the super-frame's transport header.
/// @param transport_length  Bytes of transport header and payload of the whole super-frame.
/// @return                  Never 0, which would mean "no UDP checksum" (USO-9).
[[nodiscard]] std::uint16_t seed_without_length(std::uint16_t seed, std::size_t transport_length) noexcept;

/// One send request and the bytes it names.
class OutgoingFrame {
 public:
  /// @param tunnel  The tunnel headers' contents; nullptr: the frame leaves plain, towards a port of this host.
  /// @param mss     Payload of one segment of a super-frame, bytes.
  /// @pre   The frame's checksum is finished, or the adapter can finish it (needs_transport_checksum()).
  OutgoingFrame(const TenantFrame& frame, const TunnelFields* tunnel, std::size_t mss) noexcept;
  OutgoingFrame(const OutgoingFrame&) = delete;
  OutgoingFrame& operator=(const OutgoingFrame&) = delete;

  /// Valid as long as this and the tenant's bytes.
  [[nodiscard]] offload::SendRequest request() const noexcept { return request_; }

 private:
  void add_inner_headers(const TenantFrame& frame) noexcept;
  void ask_for_checksum(const TenantFrame& frame, wire::IpVersion first_version) noexcept;
  void ask_for_segmentation(const TenantFrame& frame, std::size_t mss) noexcept;

  /// Tunnel, Ethernet, and the longest IP and TCP headers that locate() finds: MaxHeaderSizeSupported and a TCP header.
  static constexpr std::size_t kCapacity = kMaxTunnelSize + 14 + 256 + 60;

  std::array<std::uint8_t, kCapacity> headers_;  ///< Filled as far as pieces_ says.
  std::size_t size_ = 0;
  std::array<wire::Bytes, 2> pieces_{};
  std::array<offload::GatherList, 1> packets_{};
  offload::SendRequest request_;
};

}  // namespace nvgre::overlay
