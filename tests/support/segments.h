/// What a segmentation request makes, packet by packet, each judged by SlowPacket: for the tests of LSO and USO.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <vector>

#include <gtest/gtest.h>

#include "nvgre/wire/drop_reason.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_packet.h"
#include "tests/support/submission.h"

namespace nvgre::test {

/// The packets of a request that has to succeed. Each has to be right, and the request's packet stays as it was
/// (LSO-30).
[[nodiscard]] inline std::vector<SlowPacket> segments_of(const Submission& submission) {
  const auto before = submission.bytes;
  const auto sent = send(submission);
  EXPECT_EQ(sent.completion.failure, std::nullopt);
  EXPECT_EQ(submission.bytes, before) << "the template was changed";
  std::vector<SlowPacket> segments;
  for (const auto& packet : sent.packets) {
    segments.emplace_back(packet, submission.request.supplemental.has_value());
    EXPECT_EQ(segments.back().problems(), "") << "segment " << segments.size();
  }
  return segments;
}
[[nodiscard]] inline std::vector<SlowPacket> tcp_segments(const SampleFrame& frame, std::uint32_t mss) {
  Submission submission(frame);
  return segments_of(submission.large_send(mss));
}
[[nodiscard]] inline std::vector<SlowPacket> udp_datagrams(SampleFrame frame, std::uint32_t mss) {
  frame.protocol = 17;
  Submission submission(frame);
  return segments_of(submission.udp_segmentation(mss));
}

/// The reason why a request was refused; a refused one has emitted nothing.
[[nodiscard]] inline std::optional<wire::DropReason> refusal(
    const Submission& submission, const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  const auto sent = send(submission, offloads);
  EXPECT_EQ(sent.packets.empty(), sent.completion.failure.has_value());
  EXPECT_EQ(sent.packets.size(), sent.completion.packets);
  return sent.completion.failure;
}
[[nodiscard]] inline std::optional<wire::DropReason> lso_refusal(
    const SampleFrame& frame, std::uint32_t mss = 50,
    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  Submission submission(frame);
  return refusal(submission.large_send(mss), offloads);
}
/// @param frame  Becomes a UDP frame.
[[nodiscard]] inline std::optional<wire::DropReason> uso_refusal(
    SampleFrame frame, std::uint32_t mss = 50,
    const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  frame.protocol = 17;
  Submission submission(frame);
  return refusal(submission.udp_segmentation(mss), offloads);
}

/// What `read` says of each.
template <typename Read>
[[nodiscard]] auto each(const std::vector<SlowPacket>& segments, Read read) {
  std::vector<decltype(read(segments.front()))> values;
  for (const auto& segment : segments) values.push_back(read(segment));
  return values;
}

[[nodiscard]] inline ByteString joined_payload(const std::vector<SlowPacket>& segments) {
  ByteString joined;
  for (const auto& segment : segments) std::ranges::copy(segment.payload_bytes(), std::back_inserter(joined));
  return joined;
}
/// The last `size` bytes of a frame: its payload.
[[nodiscard]] inline ByteString payload_of(const SampleFrame& frame) {
  const auto whole = write(frame);
  return {whole.end() - static_cast<std::ptrdiff_t>(frame.payload_size), whole.end()};
}

/// A packet's headers with 0 in all fields that segmentation may change: lengths, identifications and checksums
/// (LSO-13, LSO-15 to LSO-18, USO-5 to USO-10); of TCP the sequence number, FIN, PSH and CWR (LSO-8, LSO-9).
[[nodiscard]] inline ByteString headers_without_changing_fields(const SlowPacket& packet) {
  ByteString headers(packet.bytes().begin(), packet.bytes().begin() + static_cast<std::ptrdiff_t>(packet.payload));
  const auto clear = [&headers](std::size_t offset, std::size_t size) { std::fill_n(&headers[offset], size, 0); };
  for (const auto ip : {packet.outer_ip, packet.inner_ip}) {
    if (ip == 0) continue;
    clear(ip + (packet.is_v4(ip) ? 2 : 4), packet.is_v4(ip) ? 4 : 2);
    if (packet.is_v4(ip)) clear(ip + 10, 2);
  }
  clear(packet.transport + 4, 4);  // UDP: length and checksum
  if (packet.protocol != 6) return headers;
  headers[packet.transport + 13] &= 0x76;
  clear(packet.transport + 16, 2);
  return headers;
}

}  // namespace nvgre::test
