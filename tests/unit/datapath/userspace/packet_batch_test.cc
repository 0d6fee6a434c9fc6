#include "nvgre/datapath/userspace/packet_batch.h"

#include <array>
#include <cstdint>
#include <numeric>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

#include "nvgre/datapath/userspace/file_descriptor.h"
#include "nvgre/datapath/userspace/vnet_header.h"

namespace nvgre::datapath::userspace {
namespace {

using Content = std::vector<std::uint8_t>;

/// Local datagram sockets in place of a device: what is sent in one message arrives as one.
class PacketBatchTest : public ::testing::Test {
 protected:
  PacketBatchTest() {
    std::array<int, 2> ends{};
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    sender_ = FileDescriptor(ends[0]);
    receiver_ = FileDescriptor(ends[1]);
  }
  std::optional<Content> received() {
    Content message(100'000);
    const auto size = ::recv(receiver_.number(), message.data(), message.size(), MSG_DONTWAIT);
    if (size < 0) return std::nullopt;
    message.resize(static_cast<std::size_t>(size));
    return message;
  }

  FileDescriptor sender_, receiver_;
};

Content numbered(std::size_t size) {
  Content content(size);
  std::iota(content.begin(), content.end(), std::uint8_t{0});
  return content;
}

TEST_F(PacketBatchTest, gathers_headers_and_slices_into_one_packet) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWithout);
  const Content headers = {1, 2, 3}, payload = {4, 5, 6, 7};
  const std::array<wire::Bytes, 2> slices = {wire::Bytes(payload).first(1), wire::Bytes(payload).last(3)};
  ASSERT_TRUE(batch.add({}, headers, slices));
  EXPECT_FALSE(received()) << "nothing leaves before flush()";
  EXPECT_EQ(batch.flush(sender_.number()).full, 0U);
  EXPECT_EQ(received(), (Content{1, 2, 3, 4, 5, 6, 7}));
  EXPECT_TRUE(batch.is_empty());
}

TEST_F(PacketBatchTest, puts_the_virtio_net_header_first) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWith);
  offload::FrameMetadata metadata;
  metadata.needs_checksum = true;
  metadata.checksum_start = 34;
  metadata.checksum_offset = 16;
  const Content frame = numbered(60);
  ASSERT_TRUE(batch.add(metadata, frame, {}));
  batch.flush(sender_.number());
  const auto message = received();
  ASSERT_TRUE(message);
  ASSERT_EQ(message->size(), kVnetHeaderSize + 60);
  EXPECT_EQ(read_vnet_header(*message, 60), metadata);
  EXPECT_TRUE(std::equal(frame.begin(), frame.end(), message->begin() + kVnetHeaderSize));
}

TEST_F(PacketBatchTest, copies_headers_and_keeps_the_order) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWithout);
  Content headers = {1};
  ASSERT_TRUE(batch.add({}, headers, {}));
  headers[0] = 2;
  ASSERT_TRUE(batch.add({}, headers, {}));
  batch.flush(sender_.number());
  EXPECT_EQ(received(), Content{1});
  EXPECT_EQ(received(), Content{2});
}

TEST_F(PacketBatchTest, wants_to_be_flushed_behind_a_frame_too_long_to_copy) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWithout);
  const Content whole = numbered(9'000);
  ASSERT_TRUE(batch.add({}, Content{1}, {}));
  EXPECT_FALSE(batch.must_flush());
  ASSERT_TRUE(batch.add({}, whole, {}));
  EXPECT_TRUE(batch.must_flush());
  EXPECT_FALSE(batch.add({}, Content{2}, {}));
  batch.flush(sender_.number());
  EXPECT_EQ(received(), Content{1});
  EXPECT_EQ(received(), whole);
}

TEST_F(PacketBatchTest, is_full_after_64_packets) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWithout);
  for (std::size_t i = 0; i < PacketBatch::kMaxPackets; ++i) ASSERT_TRUE(batch.add({}, Content{1}, {}));
  EXPECT_TRUE(batch.must_flush());
  EXPECT_FALSE(batch.add({}, Content{1}, {}));
}

TEST_F(PacketBatchTest, counts_what_does_not_fit_and_goes_on) {
  PacketBatch batch(PacketBatch::VnetHeaders::kWithout);
  constexpr int kLeast = 1;  // the kernel gives a socket room for a few messages all the same
  ASSERT_EQ(::setsockopt(sender_.number(), SOL_SOCKET, SO_SNDBUF, &kLeast, sizeof kLeast), 0);
  constexpr std::size_t kPackets = 40;
  for (std::size_t i = 0; i < kPackets; ++i) ASSERT_TRUE(batch.add({}, Content{static_cast<std::uint8_t>(i)}, {}));
  const auto losses = batch.flush(sender_.number());  // nobody reads
  std::size_t arrived = 0;
  while (received()) ++arrived;
  EXPECT_GT(losses.full, 0U);
  EXPECT_EQ(arrived + losses.full, kPackets);
  ASSERT_TRUE(batch.add({}, Content{9}, {}));
  EXPECT_EQ(batch.flush(sender_.number()).full, 0U);
  EXPECT_EQ(received(), Content{9});
}

}  // namespace
}  // namespace nvgre::datapath::userspace
