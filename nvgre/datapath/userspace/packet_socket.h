/// Raw frames of one network device, for one worker: a packet socket that receives, with virtio-net headers, so that
/// super-frames and unfinished checksums pass whole; and a second one that sends. Two, because the kernel tells whoever
/// waits for a socket of each packet that left through it, and a worker waits for what arrives only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/packet_filter.h"
#include "nvgre/datapath/userspace/packet_ring.h"
#include "nvgre/wire/result.h"

namespace nvgre::datapath::userspace {

/// Marks what we send, so that the guard of a port's device tells our frames from the host's own (host_guard.h).
inline constexpr std::uint32_t kPacketMark = 0x6E76'6772;

struct PacketSocketOptions {
  std::string device;  ///< For messages.
  int interface_index = 0;
  PacketFilter filter;               ///< Empty: every frame passes.
  bool is_promiscuous = false;       ///< Frames to any Ethernet address are ours: the device is a tenant's cable.
  std::size_t ring_packet_size = 0;  ///< Receives through a ring for IP packets of this size; 0: without.
  bool sends_vnet_headers = false;   ///< What is sent begins with a virtio-net header; else with the frame.
};

class PacketSocket {
 public:
  /// Opens a socket and binds it to the device; it receives nothing before start().
  /// Opened with protocol 0 and bound last: a socket that is opened for a protocol takes other devices' frames.
  /// @return  The socket, or why not: CAP_NET_RAW missing, the device is gone, ...
  [[nodiscard]] static Result<PacketSocket> open(const PacketSocketOptions& options);

  /// Joins the sockets that share the device's frames: each frame goes to one of them, a flow always to the same.
  /// Without a steering program the kernel's own flow hash chooses. No roll-over to another socket when one is full:
  /// that would change the order within a flow.
  /// @param group             Identifies the group, as the first member learned it; nothing: makes a new group.
  /// @param steering_program  eBPF program that names the member (steering_program.h), or a negative number.
  /// @return                  The group.
  [[nodiscard]] Result<std::uint16_t> join(std::optional<std::uint16_t> group, int steering_program);

  /// Exchanges the steering program of the whole group, between two frames. @pre joined with one
  [[nodiscard]] Result<void> steer(int steering_program);

  /// Lets frames through the filter. Called when all members of a group have joined: before, each would get a copy.
  [[nodiscard]] Result<void> start();

  /// The file number to receive from; each frame has a virtio-net header.
  [[nodiscard]] int receiver() const noexcept { return receiver_.number(); }
  /// The ring to receive from; null: there is none, recvmmsg() reads the receiver.
  [[nodiscard]] PacketRing* ring() const noexcept { return ring_.get(); }
  /// The file number to send through.
  [[nodiscard]] int sender() const noexcept { return sender_.number(); }

 private:
  PacketSocket(FileDescriptor receiver, FileDescriptor sender, PacketSocketOptions options)
      : receiver_(std::move(receiver)), sender_(std::move(sender)), options_(std::move(options)) {}
  [[nodiscard]] Result<void> attach(PacketFilter filter);
  [[nodiscard]] Result<void> bind(const FileDescriptor& socket, std::uint16_t protocol);
  [[nodiscard]] Result<void> set_up_receiver();
  [[nodiscard]] Result<void> set_up_sender();

  FileDescriptor receiver_, sender_;
  std::unique_ptr<PacketRing> ring_;
  PacketSocketOptions options_;
};

}  // namespace nvgre::datapath::userspace
