/// A send request for one packet that owns everything a SendRequest only points to.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "nvgre/offload/send.h"
#include "nvgre/offload/send_request.h"
#include "tests/support/packet_sinks.h"
#include "tests/support/sample_frame.h"

namespace nvgre::test {

/// The checksum slot for a frame: its first IP version, IP header checksum and the checksum of its transport.
inline offload::ChecksumRequest checksum_slot(const SampleFrame& frame) {
  const bool v4 = frame.outer.value_or(frame.inner) == wire::IpVersion::kV4;
  return {.is_ipv4 = v4, .is_ipv6 = !v4, .ip_header = true, .tcp = frame.protocol == 6, .udp = frame.protocol == 17};
}

class Submission {
 public:
  /// The packet's bytes in one piece; no slot is set.
  explicit Submission(ByteString packet) : bytes(std::move(packet)) { split({}); }
  /// An encapsulated frame gets a supplemental slot without offsets.
  explicit Submission(const SampleFrame& frame) : Submission(write(frame)) {
    if (frame.outer) request.supplemental.emplace().is_encapsulated = true;
  }
  Submission(const Submission&) = delete;
  Submission& operator=(const Submission&) = delete;

  /// Cuts the packet into pieces at these offsets, in ascending order.
  Submission& split(std::vector<std::size_t> offsets) {
    offsets.push_back(bytes.size());
    pieces_.clear();
    std::size_t begin = 0;
    for (const auto end : offsets) {
      pieces_.emplace_back(bytes.data() + begin, std::min(end, bytes.size()) - begin);
      begin = std::min(end, bytes.size());
    }
    packets_.assign(1, pieces_);
    request.packets = packets_;
    return *this;
  }
  Submission& large_send(std::uint32_t mss) {
    request.large_send.emplace().mss = mss;
    return *this;
  }
  Submission& udp_segmentation(std::uint32_t mss) {
    request.udp_segmentation.emplace().mss = mss;
    return *this;
  }
  /// The same packet several times in one request.
  Submission& repeat(std::size_t count) {
    packets_.assign(count, pieces_);
    request.packets = packets_;
    return *this;
  }

  ByteString bytes;
  offload::SendRequest request;

 private:
  std::vector<wire::Bytes> pieces_;
  std::vector<offload::GatherList> packets_;
};

/// How a request ended, and what came out.
struct Sent {
  offload::SendCompletion completion;
  std::vector<ByteString> packets;
};

[[nodiscard]] inline Sent send(const Submission& submission,
                               const offload::ActiveOffloads& offloads = offload::ActiveOffloads::all()) {
  CollectingSink sink;
  const auto completion = offload::send(submission.request, offloads, sink);
  return {completion, std::move(sink.packets)};
}

}  // namespace nvgre::test
