/// Real traffic between two tenants' namespaces, through the kernel's own sockets: what it sends can be told apart from
/// any other tenant's, and what arrives is compared byte for byte.
#pragma once

#include <chrono>
#include <cstdint>

#include "cli/demo/network_namespace.h"
#include "nvgre/wire/ip_address.h"

namespace nvgre::cli {

/// Who talks to whom.
struct TrafficEnds {
  const NetworkNamespace& source;
  const NetworkNamespace& target;
  const NetworkNamespace& bystander;  ///< The other tenant's, with the target's addresses: it must hear nothing.
  wire::IpAddress destination;        ///< The target's.
  std::uint64_t seed = 0;             ///< Of the payload; another one for each tenant.
};

/// Sends `count` echo requests. @return How many were answered.
unsigned exchange_echoes(const TrafficEnds& ends, unsigned count);

struct DatagramResult {
  unsigned received = 0;   ///< Each counted once, unchanged.
  unsigned overheard = 0;  ///< By the bystander.
};

/// Sends `count` numbered datagrams.
DatagramResult exchange_datagrams(const TrafficEnds& ends, unsigned count);

struct StreamResult {
  std::uint64_t bytes = 0;
  bool is_intact = false;
  double seconds = 0;  ///< From the first byte to the last at the receiver.
};

/// When a stream ends: after so many bytes, or when the time is over.
struct StreamLength {
  std::uint64_t bytes = UINT64_MAX;
  std::chrono::milliseconds time{60'000};
};
StreamResult exchange_stream(const TrafficEnds& ends, const StreamLength& length);

}  // namespace nvgre::cli
