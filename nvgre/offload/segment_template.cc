#include "nvgre/offload/segment_template.h"

#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"
#include "nvgre/wire/udp.h"

namespace nvgre::offload {
namespace {

constexpr std::uint16_t kLowerHalfMask = 0x7FFF;  // of the identifications

}  // namespace

IpPatch::IpPatch(wire::MutableBytes head, const wire::NetworkHeader& header, Identifications identifications) noexcept
    : header_(head.subspan(header.offset, header.size)), offset_(header.offset), is_v4_(header.is_v4()) {
  if (!is_v4_) return;
  identification_ = wire::load_big_endian<std::uint16_t>(header_, wire::Ipv4Layout::kIdentification);
  if (identifications == Identifications::kLowerHalf && identification_ <= kLowerHalfMask)
    identification_mask_ = kLowerHalfMask;
  wire::Ipv4Writer(header_).set_total_length(0).set_identification(0).set_checksum(0);
  sum_ = wire::internet_sum(header_);
}

void IpPatch::write(std::size_t packet_size) noexcept {
  const auto length = static_cast<std::uint16_t>(packet_size - offset_);
  if (!is_v4_) {
    wire::Ipv6Writer(header_).set_payload_length(static_cast<std::uint16_t>(length - wire::Ipv6View::kSize));
    return;
  }
  wire::InternetSum sum(sum_);
  sum.add_number(length);
  sum.add_number(identification_);
  wire::Ipv4Writer(header_).set_total_length(length).set_identification(identification_).set_checksum(sum.checksum());
  identification_ = static_cast<std::uint16_t>((identification_ + 1) & identification_mask_);
}

TcpPatch::TcpPatch(wire::MutableBytes head, const wire::TransportHeader& header) noexcept
    : header_(head.subspan(header.offset, header.size)) {
  using Layout = wire::TcpLayout;
  sequence_number_ = wire::load_big_endian<std::uint32_t>(header_, Layout::kSequenceNumber);
  const auto word = wire::load_big_endian<std::uint16_t>(header_, Layout::kDataOffsetAndFlags);
  flags_ = static_cast<wire::TcpFlags>(word) & wire::TcpFlags::kAll;
  wire::InternetSum sum(wire::load_big_endian<std::uint16_t>(header_, Layout::kChecksum));  // the seed
  wire::TcpWriter(header_).set_sequence_number(0).set_flags(wire::TcpFlags::kNone).set_checksum(0);
  sum.add(header_);
  sum_ = sum.folded();
}

void TcpPatch::write(const Segment& segment, wire::InternetSum sum) noexcept {
  using wire::TcpFlags;
  auto flags = flags_;
  if (!segment.is_first) flags &= ~TcpFlags::kCwr;                    // LSO-9
  if (!segment.is_last) flags &= ~(TcpFlags::kFin | TcpFlags::kPsh);  // LSO-9
  sum.add_number(static_cast<std::uint16_t>(header_.size() + segment.payload_size));
  sum.add_number(static_cast<std::uint16_t>(sequence_number_ >> 16));
  sum.add_number(static_cast<std::uint16_t>(sequence_number_ & 0xFFFF));
  sum.add_number(static_cast<std::uint16_t>(flags));
  wire::TcpWriter(header_).set_sequence_number(sequence_number_).set_flags(flags).set_checksum(sum.checksum());
  sequence_number_ += segment.payload_size;  // modulo 2^32 (LSO-8)
}

UdpPatch::UdpPatch(wire::MutableBytes head, const wire::TransportHeader& header) noexcept
    : header_(head.subspan(header.offset, header.size)) {
  const auto seed = wire::load_big_endian<std::uint16_t>(header_, wire::UdpLayout::kChecksum);
  has_checksum_ = seed != 0;
  wire::UdpWriter(header_).set_length(0).set_checksum(0);
  wire::InternetSum sum(seed);
  sum.add(header_);
  sum_ = sum.folded();
}

void UdpPatch::write(const Segment& segment, wire::InternetSum sum) noexcept {
  const auto length = static_cast<std::uint16_t>(header_.size() + segment.payload_size);
  wire::UdpWriter(header_).set_length(length);
  if (!has_checksum_) return;
  sum.add_number(length);  // in the pseudo-header
  sum.add_number(length);  // in the header
  wire::UdpWriter(header_).set_checksum(wire::udp_checksum_to_send(sum.checksum()));
}

}  // namespace nvgre::offload
