/// What makes two received frames members of one flow (RSC-2): the addresses and ports of one connection between two
/// stations of one virtual subnet, on their way to one consumer.
#pragma once

#include <array>
#include <cstdint>

#include "nvgre/offload/coalescing.h"

namespace nvgre::offload {

class FlowKey {
 public:
  FlowKey() noexcept = default;
  /// @pre  The frame has an Ethernet and an IP header; without a transport header the ports are 0.
  explicit FlowKey(const ReceivedFrame& frame) noexcept;

  /// Whether both are between the same IP addresses, whatever the ports: all that a later fragment tells.
  [[nodiscard]] bool has_hosts_of(const FlowKey& other) const noexcept;
  [[nodiscard]] std::uint64_t hash() const noexcept;
  friend bool operator==(const FlowKey&, const FlowKey&) noexcept = default;

 private:
  //   word 0, 1                    2 to 5          6                7
  //   [MAC addresses | ports]      [IP addresses]  [VSID|consumer]  [protocol|IP version]
  std::array<std::uint64_t, 8> words_{};
};

}  // namespace nvgre::offload
