/// The words that both forms of `nvgre inspect` use, and small readings of a frame that they share.
#pragma once

#include <string>
#include <string_view>

#include "nvgre/offload/receive_checksum.h"
#include "nvgre/offload/rss.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/header_map.h"
#include "nvgre/wire/mac_address.h"

namespace nvgre::cli {

/// "none", "nvgre", "gre", "unsupported".
[[nodiscard]] std::string_view name_of(wire::Encapsulation encapsulation) noexcept;
/// "absent", "unchecked", "good", "bad".
[[nodiscard]] std::string_view name_of(offload::ChecksumVerdict verdict) noexcept;
/// "none", "tcp_ipv4", ...
[[nodiscard]] std::string_view name_of(offload::RssHashType type) noexcept;
/// "tcp", "udp", "icmp", "icmpv6", ...; for a protocol without a usual name its number.
[[nodiscard]] std::string protocol_name(wire::IpProtocol protocol);

/// Addresses of an Ethernet header that locate() found.
[[nodiscard]] wire::MacAddress source_mac(wire::Bytes frame, const wire::LinkHeader& link) noexcept;
[[nodiscard]] wire::MacAddress destination_mac(wire::Bytes frame, const wire::LinkHeader& link) noexcept;

}  // namespace nvgre::cli
