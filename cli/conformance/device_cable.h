/// The device under test and its peer at the other end of the cable: frames go out of the one and are captured at the
/// other. Both may be in use by the host: only frames of our own address are looked at.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cli/conformance/device_case.h"
#include "cli/conformance/device_judge.h"
#include "nvgre/datapath/userspace/packet_socket.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/result.h"

namespace nvgre::cli {

class DeviceCable {
 public:
  /// @return  kPrivilege: CAP_NET_RAW; kUnavailable: a device is not there or down.
  [[nodiscard]] static Result<DeviceCable> open(const std::string& device, const std::string& peer);

  [[nodiscard]] int device_index() const noexcept { return device_index_; }

  /// Sends one case's frame and gathers what it became: everything up to the mark that follows it on the cable.
  /// @return  kUnavailable: the kernel does not take the request, or nothing at all comes through.
  [[nodiscard]] Result<std::vector<CapturedPacket>> carry(const DeviceCase& device_case);

 private:
  DeviceCable(datapath::userspace::PacketSocket device, datapath::userspace::PacketSocket peer, int device_index)
      : device_(std::move(device)), peer_(std::move(peer)), device_index_(device_index), buffer_(kBufferSize) {}
  [[nodiscard]] Result<void> send(const offload::FrameMetadata& asks, wire::Bytes frame);
  [[nodiscard]] bool wait_for_frame() const;
  /// One frame from the peer's end; empty: there is none, or it is not ours.
  [[nodiscard]] CapturedPacket receive();

  static constexpr std::size_t kBufferSize = 128 * 1024;
  datapath::userspace::PacketSocket device_, peer_;
  int device_index_;
  std::uint32_t mark_count_ = 0;
  wire::ByteVector buffer_;
};

}  // namespace nvgre::cli
