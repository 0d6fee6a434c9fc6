#include "nvgre/datapath/userspace/packet_socket.h"

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <spdlog/fmt/fmt.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/system_error.h"

namespace nvgre::datapath::userspace {
namespace {

// Room for what a peer's congestion window holds while this worker is busy elsewhere. The kernel counts the memory of
// its buffers, about twice a full packet's bytes.
constexpr int kReceiveBufferBytes = 32 << 20;
constexpr int kSendBufferBytes = 8 << 20;

#ifndef PACKET_FANOUT_FLAG_IGNORE_OUTGOING
constexpr int kFanoutIgnoreOutgoing = 0x4000;  // Linux 5.15, newer than Debian 12's headers
#else
constexpr int kFanoutIgnoreOutgoing = PACKET_FANOUT_FLAG_IGNORE_OUTGOING;
#endif

template <typename Value>
bool set_option(int descriptor, int level, int name, const Value& value) {
  return ::setsockopt(descriptor, level, name, &value, sizeof value) == 0;
}

Error failed(const PacketSocketOptions& options, std::string_view doing) {
  return system_error(fmt::format("{} on \"{}\"", doing, options.device), errno, "CAP_NET_RAW", options.device);
}

// FORCE passes the administrator's limit and needs CAP_NET_ADMIN; without it the limit holds.
void set_buffer(int descriptor, int force, int plain, int bytes) {
  if (!set_option(descriptor, SOL_SOCKET, force, bytes)) set_option(descriptor, SOL_SOCKET, plain, bytes);
}

FileDescriptor open_socket() {
  return FileDescriptor(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

}  // namespace

Result<PacketSocket> PacketSocket::open(const PacketSocketOptions& options) {
  auto receiver = open_socket(), sender = open_socket();
  if (!receiver || !sender) return std::unexpected(failed(options, "open a packet socket"));
  PacketSocket socket(std::move(receiver), std::move(sender), options);
  if (auto done = socket.set_up_receiver(); !done) return std::unexpected(std::move(done.error()));
  if (auto done = socket.set_up_sender(); !done) return std::unexpected(std::move(done.error()));
  return socket;
}

Result<void> PacketSocket::set_up_receiver() {
  const int number = receiver();
  constexpr int kOn = 1;
  if (!set_option(number, SOL_PACKET, PACKET_VNET_HDR, kOn))
    return std::unexpected(failed(options_, "turn on virtio-net headers"));
  if (!set_option(number, SOL_PACKET, PACKET_AUXDATA, kOn))
    return std::unexpected(failed(options_, "turn on auxiliary data (VLAN tags)"));
  if (!set_option(number, SOL_PACKET, PACKET_IGNORE_OUTGOING, kOn))
    return std::unexpected(failed(options_, "ignore outgoing frames (Linux 4.20)"));
  set_buffer(number, SO_RCVBUFFORCE, SO_RCVBUF, kReceiveBufferBytes);
  if (auto attached = attach(drop_all_filter()); !attached) return attached;
  if (options_.ring_packet_size != 0) ring_ = PacketRing::map(number, options_.ring_packet_size);
  if (auto bound = bind(receiver_, ETH_P_ALL); !bound) return bound;
  if (!options_.is_promiscuous) return {};
  packet_mreq membership{};
  membership.mr_ifindex = options_.interface_index;
  membership.mr_type = PACKET_MR_PROMISC;
  if (!set_option(number, SOL_PACKET, PACKET_ADD_MEMBERSHIP, membership))
    return std::unexpected(failed(options_, "receive frames to all addresses"));
  return {};
}

Result<void> PacketSocket::set_up_sender() {
  const int has_header = options_.sends_vnet_headers ? 1 : 0;
  if (!set_option(sender(), SOL_PACKET, PACKET_VNET_HDR, has_header))
    return std::unexpected(failed(options_, "set virtio-net headers"));
  set_option(sender(), SOL_SOCKET, SO_MARK, kPacketMark);  // without CAP_NET_ADMIN there is no guard that looks at it
  set_buffer(sender(), SO_SNDBUFFORCE, SO_SNDBUF, kSendBufferBytes);
  constexpr std::uint16_t kNothing = 0;  // to receive
  return bind(sender_, kNothing);
}

Result<void> PacketSocket::bind(const FileDescriptor& socket, std::uint16_t protocol) {
  sockaddr_ll address{};
  address.sll_family = AF_PACKET;
  address.sll_protocol = htons(protocol);
  address.sll_ifindex = options_.interface_index;
  if (::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return {};
  return std::unexpected(failed(options_, "bind a packet socket"));
}

Result<std::uint16_t> PacketSocket::join(std::optional<std::uint16_t> group, int steering_program) {
  const int mode = steering_program >= 0 ? PACKET_FANOUT_EBPF : PACKET_FANOUT_HASH;
  const int flags = kFanoutIgnoreOutgoing | (group ? 0 : PACKET_FANOUT_FLAG_UNIQUEID);
  const auto argument =
      static_cast<std::uint32_t>(group.value_or(0)) | (static_cast<std::uint32_t>(mode | flags) << 16);
  if (!set_option(receiver(), SOL_PACKET, PACKET_FANOUT, argument))
    return std::unexpected(failed(options_, "share the frames among workers"));
  if (!group && steering_program >= 0)
    if (auto steered = steer(steering_program); !steered) return std::unexpected(std::move(steered.error()));
  std::uint32_t joined = 0;
  socklen_t size = sizeof joined;
  if (::getsockopt(receiver(), SOL_PACKET, PACKET_FANOUT, &joined, &size) != 0)
    return std::unexpected(failed(options_, "read the group of sockets"));
  return static_cast<std::uint16_t>(joined & 0xFFFF);
}

Result<void> PacketSocket::steer(int steering_program) {
  if (!set_option(receiver(), SOL_PACKET, PACKET_FANOUT_DATA, steering_program))
    return std::unexpected(failed(options_, "attach the steering program"));
  return {};
}

Result<void> PacketSocket::attach(PacketFilter filter) {
  // The kernel copies the program and doesn't write to it, though the structure says so.
  const sock_fprog program{.len = static_cast<unsigned short>(filter.size()),
                           .filter = const_cast<sock_filter*>(filter.data())};
  if (!set_option(receiver(), SOL_SOCKET, SO_ATTACH_FILTER, program))
    return std::unexpected(failed(options_, "attach a packet filter"));
  return {};
}

Result<void> PacketSocket::start() {
  if (!options_.filter.empty()) return attach(options_.filter);
  constexpr int kIgnored = 0;
  if (!set_option(receiver(), SOL_SOCKET, SO_DETACH_FILTER, kIgnored))
    return std::unexpected(failed(options_, "remove a packet filter"));
  return {};
}

}  // namespace nvgre::datapath::userspace
