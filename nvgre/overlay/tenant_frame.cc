#include "nvgre/overlay/tenant_frame.h"

#include "nvgre/overlay/ecn.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/locate.h"
#include "nvgre/wire/tcp.h"
#include "nvgre/wire/udp.h"

namespace nvgre::overlay {
namespace {

using offload::SegmentationKind;

/// Whether the transport header is the one that a super-frame of this kind has.
bool is_of_kind(const wire::HeaderMap& map, SegmentationKind kind) noexcept {
  switch (kind) {
    case SegmentationKind::kTcpV4:
      return map.transport.is_tcp() && map.inner_ip.is_v4();
    case SegmentationKind::kTcpV6:
      return map.transport.is_tcp() && !map.inner_ip.is_v4();
    case SegmentationKind::kUdp:
      return map.transport.is_udp();
    case SegmentationKind::kNone:
      break;
  }
  return true;
}

}  // namespace

wire::Checked<TenantFrame> TenantFrame::parse(wire::Bytes bytes, const offload::FrameMetadata& metadata,
                                              BytesStay stay) noexcept {
  const auto link = wire::EthernetView::parse(bytes);
  if (!link) return std::unexpected(link.error());
  const TenantFrame frame(bytes, metadata, stay, *link);
  if (frame.contradicts_metadata()) return std::unexpected(wire::DropReason::kMalformedVnetHeader);
  return frame;
}

TenantFrame::TenantFrame(wire::Bytes bytes, const offload::FrameMetadata& metadata, BytesStay stay,
                         const wire::EthernetView& link) noexcept
    : bytes_(bytes),
      bytes_stay_(stay),
      metadata_(metadata),
      source_(link.source()),
      destination_(link.destination()),
      ether_type_(link.ether_type()),
      link_size_(link.header_size()),
      map_(wire::locate(bytes, {.follow_gre = false, .ignore_lengths = metadata.is_super_frame()})) {}

bool TenantFrame::contradicts_metadata() const noexcept {
  const std::size_t field_end =
      std::size_t{metadata_.checksum_start} + metadata_.checksum_offset + sizeof(std::uint16_t);
  if (metadata_.needs_checksum && (metadata_.checksum_start < link_size_ || field_end > bytes_.size())) return true;
  if (!metadata_.is_super_frame()) return false;
  return !is_of_kind(map_, metadata_.segmentation) || !needs_transport_checksum();
}

void TenantFrame::write_link(wire::MutableBytes out) const noexcept {
  wire::write_ethernet(out, {.destination = destination_, .source = source_, .tags = {}, .ether_type = ether_type_});
}

wire::Bytes TenantFrame::packet() const noexcept {
  return map_.inner_ip ? bytes_.subspan(map_.inner_ip.offset) : wire::Bytes();
}

std::uint8_t TenantFrame::traffic_class() const noexcept {
  if (map_.inner_ip) return traffic_class_of(packet(), map_.inner_ip.version);
  // A long chain of extension headers keeps an IPv6 packet out of the map, but not its first bytes.
  const auto packet = wire::Ipv6View::parse(payload());
  return ether_type_ == wire::EtherType::kIpv6 && packet ? packet->traffic_class() : std::uint8_t{0};
}

bool TenantFrame::needs_transport_checksum() const noexcept {
  if (!metadata_.needs_checksum || !map_.transport || metadata_.checksum_start != map_.transport.offset) return false;
  return metadata_.checksum_offset ==
         (map_.transport.is_tcp() ? wire::TcpLayout::kChecksum : wire::UdpLayout::kChecksum);
}

}  // namespace nvgre::overlay
