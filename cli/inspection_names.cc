#include "cli/inspection_names.h"

#include <array>

namespace nvgre::cli {
namespace {

template <typename Enumerator, std::size_t kSize>
std::string_view name_in(const std::array<std::string_view, kSize>& names, Enumerator value) noexcept {
  const auto index = static_cast<std::size_t>(value);
  return index < kSize ? names[index] : "";
}

}  // namespace

std::string_view name_of(wire::Encapsulation encapsulation) noexcept {
  static constexpr std::array<std::string_view, 4> kNames = {"none", "nvgre", "gre", "unsupported"};
  return name_in(kNames, encapsulation);
}

std::string_view name_of(offload::ChecksumVerdict verdict) noexcept {
  static constexpr std::array<std::string_view, 4> kNames = {"absent", "unchecked", "good", "bad"};
  return name_in(kNames, verdict);
}

std::string_view name_of(offload::RssHashType type) noexcept {
  return offload::machine_name(type);
}

std::string protocol_name(wire::IpProtocol protocol) {
  switch (protocol) {
    case wire::IpProtocol::kTcp:
      return "tcp";
    case wire::IpProtocol::kUdp:
      return "udp";
    case wire::IpProtocol::kIcmp:
      return "icmp";
    case wire::IpProtocol::kIcmpv6:
      return "icmpv6";
    case wire::IpProtocol::kGre:
      return "gre";
    case wire::IpProtocol::kEsp:
      return "esp";
    case wire::IpProtocol::kAuthentication:
      return "ah";
    default:
      return std::to_string(static_cast<unsigned>(protocol));
  }
}

wire::MacAddress source_mac(wire::Bytes frame, const wire::LinkHeader& link) noexcept {
  return wire::MacAddress::load(frame.subspan(link.offset + wire::MacAddress::kSize));
}

wire::MacAddress destination_mac(wire::Bytes frame, const wire::LinkHeader& link) noexcept {
  return wire::MacAddress::load(frame.subspan(link.offset));
}

}  // namespace nvgre::cli
