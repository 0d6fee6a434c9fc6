/// The device under test and its peer at the other end of the cable: frames go out of the one and are captured at the
/// other. Both may be in use by the host: only frames of our own address are looked at.
#pragma once

#include <chrono>
#include <cstddef>
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

/// What came of one request.
struct CarriedPackets {
  std::vector<CapturedPacket> packets;
  bool is_complete = false;  ///< What was sent behind the request has arrived too; else the cable went silent.
};

class DeviceCable {
 public:
  /// @return  kPrivilege: CAP_NET_RAW; kUnavailable: a device is not there.
  [[nodiscard]] static Result<DeviceCable> open(const std::string& device, const std::string& peer);

  [[nodiscard]] int device_index() const noexcept { return device_index_; }

  /// Whether a mark comes through: the peer is the other end, and up. @return  kUnavailable: the device is down.
  [[nodiscard]] Result<bool> is_alive();

  /// Sends one case's frame and gathers what it became: everything up to the mark that follows it on the cable, and a
  /// moment longer if the device lets the mark overtake the packets. Ends after some seconds in any case.
  /// @param expected_count  Packets that are waited for.
  /// @return  kUnavailable: the kernel does not take such a request.
  [[nodiscard]] Result<CarriedPackets> carry(const DeviceCase& device_case, std::size_t expected_count);

 private:
  DeviceCable(datapath::userspace::PacketSocket device, datapath::userspace::PacketSocket peer, std::string device_name,
              int device_index)
      : device_(std::move(device)),
        peer_(std::move(peer)),
        device_name_(std::move(device_name)),
        device_index_(device_index),
        buffer_(kBufferSize) {}
  [[nodiscard]] Result<void> send(const offload::FrameMetadata& asks, wire::Bytes frame);
  using Deadline = std::chrono::steady_clock::time_point;
  [[nodiscard]] bool wait_for_frame(Deadline deadline) const;
  /// One frame from the peer's end; empty: there is none.
  [[nodiscard]] CapturedPacket receive();

  static constexpr std::size_t kBufferSize = std::size_t{128} * 1024;
  datapath::userspace::PacketSocket device_, peer_;
  std::string device_name_;
  int device_index_;
  std::uint32_t mark_count_ = 0;
  wire::ByteVector buffer_;
};

}  // namespace nvgre::cli
