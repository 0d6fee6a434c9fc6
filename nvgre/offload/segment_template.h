/// The headers that all segments of one super-frame share, completed once; for each segment only the fields that differ
/// are written. A field's part in a checksum is taken out of the sum once, so that a header's checksum costs a few
/// additions for each segment, whatever its options.
///
/// What changes from segment to segment:
///   IPv4, outer and inner   total length, identification, header checksum
///   IPv6, outer and inner   payload length
///   TCP                     sequence number, CWR, FIN and PSH, checksum
///   UDP                     length, checksum
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "nvgre/offload/send_packet.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::offload {

/// One segment's place in its super-frame.
struct Segment {
  std::uint32_t payload_size = 0;
  bool is_first = false;
  bool is_last = false;
};

/// Which values the IPv4 identifications of the segments may take (D-1, D-2).
enum class Identifications : std::uint8_t {
  kAll,        ///< Modulo 65536: outer headers and USO.
  kLowerHalf,  ///< LSO's inner header: 0x7FFF is followed by 0, unless the template starts above it.
};

/// The changing fields of one IP header of either version.
class IpPatch {
 public:
  /// @param head  The packet's contiguous first bytes; has to outlive this.
  IpPatch(wire::MutableBytes head, const wire::NetworkHeader& header, Identifications identifications) noexcept;
  /// Writes the fields of the next segment. @param packet_size  Bytes of the segment from the start of `head`.
  void write(std::size_t packet_size) noexcept;

 private:
  wire::MutableBytes header_;
  std::size_t offset_;
  bool is_v4_;
  std::uint16_t identification_ = 0;
  std::uint16_t identification_mask_ = 0xFFFF;
  std::uint16_t sum_ = 0;  ///< Of the IPv4 header without the changing fields.
};

/// The changing fields of a TCP header. The template's checksum field holds the seed without length (LSO-17).
class TcpPatch {
 public:
  static constexpr Identifications kInnerIdentifications = Identifications::kLowerHalf;

  TcpPatch(wire::MutableBytes head, const wire::TransportHeader& header) noexcept;
  [[nodiscard]] static constexpr bool has_checksum() noexcept { return true; }
  /// The sum to which the segment's payload is to be added: seed and header without the changing fields.
  [[nodiscard]] wire::InternetSum start() const noexcept { return wire::InternetSum(sum_); }
  /// Writes the fields of the next segment. @param sum  start() and the segment's payload.
  void write(const Segment& segment, wire::InternetSum sum) noexcept;

 private:
  wire::MutableBytes header_;
  std::uint32_t sequence_number_;
  wire::TcpFlags flags_;
  std::uint16_t sum_;
};

/// The changing fields of a UDP header. A seed of 0 asks for datagrams without checksum (USO-9).
class UdpPatch {
 public:
  static constexpr Identifications kInnerIdentifications = Identifications::kAll;

  UdpPatch(wire::MutableBytes head, const wire::TransportHeader& header) noexcept;
  [[nodiscard]] bool has_checksum() const noexcept { return has_checksum_; }
  [[nodiscard]] wire::InternetSum start() const noexcept { return wire::InternetSum(sum_); }
  void write(const Segment& segment, wire::InternetSum sum) noexcept;

 private:
  wire::MutableBytes header_;
  bool has_checksum_;
  std::uint16_t sum_;
};

/// All headers of one super-frame. @tparam TransportPatch  TcpPatch or UdpPatch
template <typename TransportPatch>
class SegmentTemplate {
 public:
  /// @param packet  Judged and found good; its head is changed, and has to outlive this.
  explicit SegmentTemplate(SendPacket& packet) noexcept
      : inner_ip_(packet.head(), packet.map().inner_ip, TransportPatch::kInnerIdentifications),
        transport_(packet.head(), packet.map().transport),
        header_size_(packet.header_size()) {
    if (packet.map().outer_ip) outer_ip_.emplace(packet.head(), packet.map().outer_ip, Identifications::kAll);
  }

  [[nodiscard]] bool has_checksum() const noexcept { return transport_.has_checksum(); }
  /// The sum to which the segment's payload is to be added.
  [[nodiscard]] wire::InternetSum start() const noexcept { return transport_.start(); }
  /// Makes the packet's headers those of the next segment. @param sum  start() and the segment's payload.
  void write(const Segment& segment, const wire::InternetSum& sum) noexcept {
    const auto packet_size = header_size_ + segment.payload_size;
    if (outer_ip_) outer_ip_->write(packet_size);
    inner_ip_.write(packet_size);
    transport_.write(segment, sum);
  }

 private:
  std::optional<IpPatch> outer_ip_;
  IpPatch inner_ip_;
  TransportPatch transport_;
  std::size_t header_size_;
};

}  // namespace nvgre::offload
