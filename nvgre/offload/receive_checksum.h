/// Receive checksum validation (RXC-1 to RXC-20).
#pragma once

#include "nvgre/offload/active_offloads.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"

namespace nvgre::offload {

/// Result bits as NDIS_TCP_IP_CHECKSUM_NET_BUFFER_LIST_INFO has them on receive; both of a pair clear: not validated.
struct ReceiveChecksum {
  bool ip_failed = false;
  bool ip_succeeded = false;
  bool tcp_failed = false;
  bool tcp_succeeded = false;
  bool udp_failed = false;
  bool udp_succeeded = false;
  bool tcp_value_invalid = false;  ///< RSC left a stale value (RSC-24).
  bool ip_value_invalid = false;
  bool loopback = false;  ///< Neither read nor written here (RXC-17).
  friend constexpr bool operator==(const ReceiveChecksum&, const ReceiveChecksum&) noexcept = default;
  [[nodiscard]] constexpr bool transport_succeeded() const noexcept { return tcp_succeeded || udp_succeeded; }
  [[nodiscard]] constexpr bool transport_failed() const noexcept { return tcp_failed || udp_failed; }
};

/// What the lower layer already knows of the inner transport checksum.
enum class TransportTrust : std::uint8_t {
  kNone,       ///< Nothing: it is computed.
  kValidated,  ///< Somebody below validated it.
  kPartial,    ///< Never left this machine: the field holds the pseudo-header sum; counts as validated.
};

/// Validates outer IP, inner IP and TCP or UDP checksums, whichever are active and present.
/// @param frame  The frame that `map` was made from; not changed, never dropped (RXC-4).
/// @note         Any thread; allocates nothing; reads the payload once.
/// @see          "Supporting NVGRE in Checksum Offload", Microsoft
[[nodiscard]] ReceiveChecksum validate(wire::Bytes frame, const wire::HeaderMap& map, const ActiveOffloads& offloads,
                                       TransportTrust trust = TransportTrust::kNone) noexcept;

/// Verdict on one checksum, independent of what is active: what `nvgre inspect` prints.
enum class ChecksumVerdict : std::uint8_t { kAbsent, kUnchecked, kGood, kBad };
struct ChecksumVerdicts {
  ChecksumVerdict outer_ip = ChecksumVerdict::kAbsent;
  ChecksumVerdict inner_ip = ChecksumVerdict::kAbsent;
  ChecksumVerdict transport = ChecksumVerdict::kAbsent;
};
[[nodiscard]] ChecksumVerdicts judge_checksums(wire::Bytes frame, const wire::HeaderMap& map) noexcept;

/// One IPv4 header of the frame: kGood or kBad; kAbsent for IPv6 and for no header.
[[nodiscard]] ChecksumVerdict judge_ip_header(wire::Bytes frame, const wire::NetworkHeader& ip) noexcept;
/// The frame's TCP or UDP checksum: kAbsent also for a UDP checksum of 0 (D-8); kUnchecked for fragments, for cut
/// frames, where the IP length is less than the header's, and where the final destination can't be determined (RXC-11,
/// RXC-14). Reads the payload.
[[nodiscard]] ChecksumVerdict judge_transport(wire::Bytes frame, const wire::HeaderMap& map) noexcept;

/// The bits that remain after the tunnel headers were removed (RXC-20): those of the inner IP header, where it was
/// validated, and of the inner transport header.
/// @param map       Of the encapsulated frame, whose outer IP checksum was not bad: the endpoint drops such frames.
/// @param offloads  What validate() was given.
[[nodiscard]] ReceiveChecksum after_decapsulation(const ReceiveChecksum& checksum, const wire::HeaderMap& map,
                                                  const ActiveOffloads& offloads) noexcept;

}  // namespace nvgre::offload
