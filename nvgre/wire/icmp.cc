#include "nvgre/wire/icmp.h"

#include <algorithm>
#include <cassert>

#include "nvgre/wire/checksum.h"
#include "nvgre/wire/ipv4.h"
#include "nvgre/wire/ipv6.h"

namespace nvgre::wire {
namespace {

/// How the two versions differ in the packet that says "too big".
struct TooBigTraits {
  std::size_t ip_header_size = 0;
  std::size_t max_packet_size = 0;  ///< Every host can receive this much.
  IcmpFields icmp;
};

TooBigTraits too_big_traits(const TooBigFields& fields) noexcept {
  if (fields.source.is_v6())
    return {Ipv6View::kSize, 1280, {.type = IcmpV6::kPacketTooBig, .code = 0, .rest_of_header = fields.mtu}};
  return {Ipv4View::kSize,
          576,
          {.type = IcmpV4::kDestinationUnreachable,
           .code = IcmpV4::kCodeFragmentationNeeded,
           .rest_of_header = std::min(fields.mtu, std::uint32_t{0xFFFF})}};
}

std::uint16_t message_sum(Bytes message, const IpAddress& source, const IpAddress& destination) noexcept {
  InternetSum sum;
  if (source.is_v6())
    sum.add_folded(
        pseudo_header_sum(source, destination, IpProtocol::kIcmpv6, static_cast<std::uint32_t>(message.size())));
  sum.add(message);
  return sum.folded();
}

}  // namespace

bool IcmpView::is_error() const noexcept {
  if (version_ == IpVersion::kV6) return type() < IcmpV6::kFirstInformational || type() == IcmpV6::kRedirect;
  return type() == IcmpV4::kDestinationUnreachable || type() == IcmpV4::kSourceQuench || type() == IcmpV4::kRedirect ||
         type() == IcmpV4::kTimeExceeded || type() == IcmpV4::kParameterProblem;
}

std::optional<std::uint32_t> IcmpView::too_big_mtu() const noexcept {
  if (version_ == IpVersion::kV6) {
    if (type() != IcmpV6::kPacketTooBig) return std::nullopt;
    return rest_of_header();
  }
  if (type() != IcmpV4::kDestinationUnreachable || code() != IcmpV4::kCodeFragmentationNeeded) return std::nullopt;
  return rest_of_header() & 0xFFFF;
}

bool IcmpView::has_valid_checksum(const IpAddress& source, const IpAddress& destination) const noexcept {
  return message_sum(bytes_, source, destination) == 0xFFFF;
}

std::size_t write_icmp(MutableBytes out, const IcmpFields& fields) noexcept {
  out[IcmpLayout::kType] = fields.type;
  out[IcmpLayout::kCode] = fields.code;
  store_big_endian(out, std::uint16_t{0}, IcmpLayout::kChecksum);
  store_big_endian(out, fields.rest_of_header, IcmpLayout::kRestOfHeader);
  return fields.size();
}

void update_icmp_checksum(MutableBytes message, const IpAddress& source, const IpAddress& destination) noexcept {
  store_big_endian(message, std::uint16_t{0}, IcmpLayout::kChecksum);
  const std::uint16_t sum = message_sum(message, source, destination);
  store_big_endian(message, static_cast<std::uint16_t>(~sum), IcmpLayout::kChecksum);
}

std::size_t TooBigFields::size() const noexcept {
  const TooBigTraits traits = too_big_traits(*this);
  return std::min(traits.max_packet_size, traits.ip_header_size + IcmpView::kSize + quoted.size());
}

std::size_t write_too_big(MutableBytes out, const TooBigFields& fields) noexcept {
  assert(fields.source.version() == fields.destination.version());
  const TooBigTraits traits = too_big_traits(fields);
  const MutableBytes packet = out.first(fields.size());
  const MutableBytes message = packet.subspan(traits.ip_header_size);
  if (fields.source.is_v6())
    write_ipv6(packet, {.source = fields.source,
                        .destination = fields.destination,
                        .next_header = IpProtocol::kIcmpv6,
                        .payload_length = static_cast<std::uint16_t>(message.size())});
  else
    write_ipv4(packet, {.source = fields.source,
                        .destination = fields.destination,
                        .protocol = IpProtocol::kIcmp,
                        .total_length = static_cast<std::uint16_t>(packet.size())});
  write_icmp(message, traits.icmp);
  std::copy_n(fields.quoted.begin(), message.size() - IcmpView::kSize, message.begin() + IcmpLayout::kBody);
  update_icmp_checksum(message, fields.source, fields.destination);
  return packet.size();
}

std::string describe(const IcmpView& view) {
  std::string text = view.version() == IpVersion::kV4 ? "icmp" : "icmpv6";
  text += " type " + std::to_string(view.type()) + " code " + std::to_string(view.code());
  if (const auto mtu = view.too_big_mtu()) text += " mtu " + std::to_string(*mtu);
  if (view.is_error()) text += " error";
  return text + " body " + std::to_string(view.body().size());
}

}  // namespace nvgre::wire
