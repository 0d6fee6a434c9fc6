#include "nvgre/datapath/userspace/packet_receiver.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

constexpr std::size_t kFrameSize = 60;

/// Two UDP sockets of this machine: an error can wait at them as at a packet socket, and nothing needs a privilege.
class PacketReceiverTest : public testing::Test {
 protected:
  static FileDescriptor open_socket() { return FileDescriptor(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)); }

  static bool bind_to(const FileDescriptor& socket, in_port_t port) {
    sockaddr_in address{.sin_family = AF_INET, .sin_port = port, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_zero = {}};
    return ::bind(socket.number(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  }

  static sockaddr_in address_of(const FileDescriptor& socket) {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    ::getsockname(socket.number(), reinterpret_cast<sockaddr*>(&address), &size);
    return address;
  }

  void SetUp() override {
    ASSERT_TRUE(bind_to(receiver_, 0) && bind_to(sender_, 0));
    const auto there = address_of(sender_), here = address_of(receiver_);
    ASSERT_EQ(::connect(receiver_.number(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
    ASSERT_EQ(::connect(sender_.number(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
  }

  /// Nobody listens at the other end for a moment, and the kernel says so.
  void leave_an_error() {
    const auto there = address_of(sender_), here = address_of(receiver_);
    sender_ = FileDescriptor();
    ASSERT_EQ(::send(receiver_.number(), "", 1, 0), 1);
    pollfd waiting{.fd = receiver_.number(), .events = 0, .revents = 0};
    ASSERT_EQ(::poll(&waiting, 1, -1), 1) << "waits for the error";
    sender_ = open_socket();
    ASSERT_TRUE(bind_to(sender_, there.sin_port));
    ASSERT_EQ(::connect(sender_.number(), reinterpret_cast<const sockaddr*>(&here), sizeof here), 0);
  }

  void send_frame(std::uint8_t content) {
    std::array<std::uint8_t, kVnetHeaderSize + kFrameSize> packet{};
    std::ranges::fill(std::span(packet).subspan(kVnetHeaderSize), content);
    ASSERT_EQ(::send(sender_.number(), packet.data(), packet.size(), 0), static_cast<ssize_t>(packet.size()));
  }

  FileDescriptor sender_ = open_socket(), receiver_ = open_socket();
  const std::unique_ptr<FrameBuffers> buffers_ = std::make_unique<FrameBuffers>();
  const std::unique_ptr<PacketReceiver> packets_ = std::make_unique<PacketReceiver>(*buffers_);
};

TEST_F(PacketReceiverTest, takes_a_frame_past_an_error_that_waits_at_the_socket) {
  leave_an_error();
  send_frame(7);
  RawFrame frame;
  Burst burst;
  ASSERT_TRUE(packets_->receive_one(receiver_.number(), 0, frame, burst));
  EXPECT_EQ(frame.bytes.size(), kFrameSize);
  EXPECT_EQ(frame.bytes[0], 7);
  EXPECT_EQ(burst.malformed, 0U);
}

TEST_F(PacketReceiverTest, counts_a_frame_that_is_not_there) {
  RawFrame frame;
  Burst burst;
  EXPECT_FALSE(packets_->receive_one(receiver_.number(), 0, frame, burst));
  EXPECT_EQ(burst.malformed, 1U);
}

TEST_F(PacketReceiverTest, takes_a_burst_in_order) {
  for (std::uint8_t number = 1; number <= 5; ++number) send_frame(number);
  const auto burst = packets_->receive(receiver_.number());
  ASSERT_EQ(burst.frames.size(), 5U);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_EQ(burst.frames[i].bytes[0], i + 1);
  EXPECT_TRUE(burst.is_exhausted);
}

}  // namespace
}  // namespace nvgre::datapath::userspace
