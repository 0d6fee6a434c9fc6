/// Internal to this room: NDIS_HASH_* and the engine's hash types.
#pragma once

#include <array>

#include "nvgre/ndis/constants.h"
#include "nvgre/offload/rss.h"

namespace nvgre::ndis {

struct HashTypeBit {
  ULONG bit;
  offload::RssHashType type;
};
inline constexpr std::array<HashTypeBit, 9> kHashTypes = {{{NDIS_HASH_IPV4, offload::RssHashType::kIpv4},
                                                           {NDIS_HASH_TCP_IPV4, offload::RssHashType::kTcpIpv4},
                                                           {NDIS_HASH_UDP_IPV4, offload::RssHashType::kUdpIpv4},
                                                           {NDIS_HASH_IPV6, offload::RssHashType::kIpv6},
                                                           {NDIS_HASH_TCP_IPV6, offload::RssHashType::kTcpIpv6},
                                                           {NDIS_HASH_UDP_IPV6, offload::RssHashType::kUdpIpv6},
                                                           {NDIS_HASH_IPV6_EX, offload::RssHashType::kIpv6Ex},
                                                           {NDIS_HASH_TCP_IPV6_EX, offload::RssHashType::kTcpIpv6Ex},
                                                           {NDIS_HASH_UDP_IPV6_EX, offload::RssHashType::kUdpIpv6Ex}}};

}  // namespace nvgre::ndis
