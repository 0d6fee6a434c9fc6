/// Makes the kernel hand NVGRE super-frames to a device: a virtio-net header can ask for the segmentation of plain
/// frames only, so a program at the device's egress puts the tunnel headers before the frames of one socket. What the
/// device, or the kernel for it, then has to segment is a super-frame with outer and inner headers.
#pragma once

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/ip_address.h"
#include "nvgre/wire/result.h"

namespace nvgre::cli {

/// Encapsulates every frame with our mark (packet_socket.h) and the tunnel's inner EtherType that leaves the device;
/// others pass as they are. Detached with its owner, also when the process is killed.
class EncapsulatingProgram {
 public:
  /// @param interface_index  The device.
  /// @param outer            Version of the outer IP header.
  /// @param tunnel           All headers up to the inner IP header: Ethernet, outer IP, GRE and Ethernet.
  /// @return  kPrivilege: CAP_BPF and CAP_NET_ADMIN; kUnavailable: the kernel has no tcx (before Linux 6.6).
  [[nodiscard]] static Result<EncapsulatingProgram> attach(int interface_index, wire::IpVersion outer,
                                                           wire::Bytes tunnel);

 private:
  EncapsulatingProgram(datapath::userspace::FileDescriptor program, datapath::userspace::FileDescriptor link)
      : program_(std::move(program)), link_(std::move(link)) {}
  datapath::userspace::FileDescriptor program_, link_;
};

}  // namespace nvgre::cli
