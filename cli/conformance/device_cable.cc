#include "cli/conformance/device_cable.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fmt/format.h>
#include <net/if.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "nvgre/datapath/userspace/system_error.h"
#include "nvgre/datapath/userspace/vnet_header.h"
#include "nvgre/wire/frame_builder.h"

namespace nvgre::cli {
namespace {

using datapath::userspace::kVnetHeaderSize;
using datapath::userspace::PacketSocket;
using datapath::userspace::system_error;

// The local experimental EtherType of IEEE 802: nobody but us sends it.
constexpr wire::EtherType kMark{0x88B5};
// Nothing that a cable carries takes so long, even on a machine that has little time for us.
constexpr std::chrono::seconds kPatience{10};
// Packets that a mark has overtaken in another queue of the device.
constexpr std::chrono::milliseconds kGrace{500};

Result<int> index_of(const std::string& device) {
  const unsigned index = ::if_nametoindex(device.c_str());
  if (index != 0) return static_cast<int>(index);
  return failure(ErrorCode::kUnavailable,
                 fmt::format("there is no device \"{}\"; `ip link` lists those there are", device), device);
}

/// A frame that says that everything sent before it has come through.
wire::ByteVector mark_frame(const wire::MacAddress& source, std::uint32_t number) {
  std::array<std::uint8_t, sizeof number> bytes{};
  std::memcpy(bytes.data(), &number, sizeof number);
  constexpr std::size_t kSmallestFrame = 60;
  return wire::FrameBuilder()
      .ethernet(source, kDeviceCaseDestination)
      .ether_type(kMark)
      .payload(bytes)
      .padded_to(kSmallestFrame)
      .build();
}

bool is_from(wire::Bytes frame, const wire::MacAddress& source) {
  constexpr std::size_t kSourceAt = 6;
  const auto& bytes = source.bytes();
  return frame.size() >= kSourceAt + bytes.size() && std::ranges::equal(bytes, frame.subspan(kSourceAt, bytes.size()));
}

}  // namespace

Result<DeviceCable> DeviceCable::open(const std::string& device, const std::string& peer) {
  const auto device_index = index_of(device), peer_index = index_of(peer);
  for (const auto* index : {&device_index, &peer_index})
    if (!*index) return std::unexpected(index->error());
  auto sender = PacketSocket::open(
      {.device = device, .interface_index = *device_index, .filter = {}, .sends_vnet_headers = true});
  if (!sender) return std::unexpected(std::move(sender.error()));
  auto receiver =
      PacketSocket::open({.device = peer, .interface_index = *peer_index, .filter = {}, .is_promiscuous = true});
  if (!receiver) return std::unexpected(std::move(receiver.error()));
  if (auto started = receiver->start(); !started) return std::unexpected(std::move(started.error()));
  return DeviceCable(std::move(*sender), std::move(*receiver), device, *device_index);
}

Result<void> DeviceCable::send(const offload::FrameMetadata& asks, wire::Bytes frame) {
  std::array<std::uint8_t, kVnetHeaderSize> header{};
  datapath::userspace::write_vnet_header(asks, header);
  // The kernel reads and doesn't write what it sends, though the structure says so.
  std::array<iovec, 2> parts{iovec{.iov_base = header.data(), .iov_len = header.size()},
                             iovec{.iov_base = const_cast<std::uint8_t*>(frame.data()), .iov_len = frame.size()}};
  if (::writev(device_.sender(), parts.data(), static_cast<int>(parts.size())) >= 0) return {};
  const int number = errno;
  if (number == ENETDOWN)
    return failure(ErrorCode::kUnavailable, fmt::format("\"{0}\" is down; `ip link set {0} up` helps", device_name_),
                   device_name_);
  auto error = system_error("send the request", number, "CAP_NET_RAW");
  if (number == EINVAL) error = {ErrorCode::kUnavailable, "the kernel takes no such request (UDP: Linux 6.2)"};
  return std::unexpected(std::move(error));
}

bool DeviceCable::wait_for_frame(Deadline deadline) const {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now()).count();
  pollfd waiting{.fd = peer_.receiver(), .events = POLLIN, .revents = 0};
  return left > 0 && ::poll(&waiting, 1, static_cast<int>(left)) == 1;
}

CapturedPacket DeviceCable::receive() {
  const auto size = ::recv(peer_.receiver(), buffer_.data(), buffer_.size(), MSG_DONTWAIT);
  if (size < static_cast<ssize_t>(kVnetHeaderSize)) return {};
  const auto captured = wire::Bytes(buffer_).first(static_cast<std::size_t>(size));
  const auto frame = captured.subspan(kVnetHeaderSize);
  const auto metadata = datapath::userspace::read_vnet_header(captured, frame.size());
  return {.bytes = {frame.begin(), frame.end()},
          .is_unfinished = !metadata || metadata->needs_checksum || metadata->is_super_frame()};
}

Result<bool> DeviceCable::is_alive() {
  constexpr std::size_t kNoCase = 0xFFFF;
  const auto mark = mark_frame(case_source(kNoCase), ++mark_count_);
  if (auto sent = send({}, mark); !sent) return std::unexpected(std::move(sent.error()));
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (wait_for_frame(deadline))
    if (receive().bytes == mark) return true;
  return false;
}

Result<CarriedPackets> DeviceCable::carry(const DeviceCase& device_case, std::size_t expected_count) {
  const auto mark = mark_frame(device_case.source, ++mark_count_);
  if (auto sent = send(device_case.asks, device_case.frame); !sent) return std::unexpected(std::move(sent.error()));
  if (auto sent = send({}, mark); !sent) return std::unexpected(std::move(sent.error()));
  CarriedPackets carried;
  auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (wait_for_frame(deadline)) {
    auto packet = receive();
    if (!is_from(packet.bytes, device_case.source)) continue;
    if (packet.bytes == mark) {
      carried.is_complete = true;
      deadline = std::min(deadline, std::chrono::steady_clock::now() + kGrace);
    } else {
      carried.packets.push_back(std::move(packet));
    }
    if (carried.is_complete && carried.packets.size() >= expected_count) break;
  }
  return carried;
}

}  // namespace nvgre::cli
