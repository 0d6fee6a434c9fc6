#include "nvgre/overlay/outgoing_frame.h"

#include <algorithm>
#include <cassert>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ethernet.h"
#include "nvgre/wire/tcp.h"

namespace nvgre::overlay {
namespace {

/// What a field of the supplemental slot can hold (OVL-31; DDI:SUP).
constexpr std::size_t kMaxInnerFrameOffset = 255, kMaxIpOffset = 63, kMaxTransportOffset = 1023;

/// Where the inner headers lie, in the adapter's words (OVL-31).
offload::SupplementalRequest describe_encapsulation(const TenantFrame& frame, std::size_t inner_offset) noexcept {
  const auto& map = frame.map();
  offload::SupplementalRequest supplemental{.is_encapsulated = true};
  supplemental.is_inner_ipv6 = map.inner_ip && !map.inner_ip.is_v4();
  if (!map.transport) return supplemental;
  supplemental.tcp_options_present = map.transport.is_tcp() && map.transport.size > wire::TcpView::kSize;
  const std::size_t transport_offset = map.transport.offset - map.inner_ip.offset;
  constexpr std::size_t kIpOffset = wire::EthernetView::kSize;
  static_assert(kIpOffset <= kMaxIpOffset);
  if (inner_offset > kMaxInnerFrameOffset || transport_offset > kMaxTransportOffset) return supplemental;
  supplemental.offsets_valid = true;
  supplemental.inner_frame_offset = static_cast<std::uint16_t>(inner_offset);
  supplemental.transport_ip_header_relative_offset = kIpOffset;
  supplemental.tcp_header_relative_offset = static_cast<std::uint16_t>(transport_offset);
  return supplemental;
}

}  // namespace

std::uint16_t seed_without_length(std::uint16_t seed, std::size_t transport_length) noexcept {
  wire::InternetSum length;  // as the pseudo-header holds it: 32 bits (RFC 8200, section 8.1)
  length.add_number(static_cast<std::uint16_t>(transport_length >> 16));
  length.add_number(static_cast<std::uint16_t>(transport_length));
  wire::InternetSum sum(seed);
  sum.add_folded(length.checksum());  // subtracting is adding the complement
  return sum.folded() == 0 ? std::uint16_t{0xFFFF} : sum.folded();
}

OutgoingFrame::OutgoingFrame(const TenantFrame& frame, const TunnelFields* tunnel, std::size_t mss) noexcept {
  if (tunnel != nullptr) {
    size_ = write_tunnel_headers(headers_, *tunnel, frame.size());
    request_.supplemental = describe_encapsulation(frame, size_);
  }
  frame.write_link(wire::MutableBytes(headers_).subspan(size_));
  size_ += wire::EthernetView::kSize;
  pieces_[1] = frame.payload();
  if (frame.metadata().is_super_frame())
    ask_for_segmentation(frame, mss);
  else if (frame.needs_transport_checksum())
    ask_for_checksum(frame, tunnel != nullptr ? tunnel->version() : frame.map().inner_ip.version);
  pieces_[0] = wire::Bytes(headers_).first(size_);
  packets_[0] = pieces_;
  request_.packets = packets_;
}

void OutgoingFrame::add_inner_headers(const TenantFrame& frame) noexcept {
  const auto& map = frame.map();
  const std::size_t link_size = frame.bytes().size() - frame.payload().size();
  const wire::Bytes headers = frame.payload().first(map.transport.end() - link_size);
  assert(size_ + headers.size() <= kCapacity);
  std::copy(headers.begin(), headers.end(), headers_.begin() + static_cast<std::ptrdiff_t>(size_));
  size_ += headers.size();
  pieces_[1] = frame.payload().subspan(headers.size());
}

void OutgoingFrame::ask_for_segmentation(const TenantFrame& frame, std::size_t mss) noexcept {
  const auto& transport = frame.map().transport;
  add_inner_headers(frame);
  const std::size_t field = size_ - transport.size + frame.metadata().checksum_offset;
  const auto seed = wire::load_big_endian<std::uint16_t>(headers_, field);
  wire::store_big_endian(wire::MutableBytes(headers_),
                         seed_without_length(seed, frame.bytes().size() - transport.offset), field);
  if (transport.is_tcp())
    request_.large_send = offload::LargeSendRequest{.mss = static_cast<std::uint32_t>(mss)};
  else
    request_.udp_segmentation = offload::UdpSegmentationRequest{.mss = static_cast<std::uint32_t>(mss)};
}

void OutgoingFrame::ask_for_checksum(const TenantFrame& frame, wire::IpVersion first_version) noexcept {
  const bool is_v4 = first_version == wire::IpVersion::kV4;
  const bool is_tcp = frame.map().transport.is_tcp();
  // The IP headers are complete: ours because we wrote it, the tenant's because that is the tenant's business.
  request_.checksum = offload::ChecksumRequest{.is_ipv4 = is_v4, .is_ipv6 = !is_v4, .tcp = is_tcp, .udp = !is_tcp};
}

}  // namespace nvgre::overlay
