// dpdk_gso_segment IN OUT MSS: what DPDK's rte_gso_segment() makes of each frame of a capture: IPv4 with TCP, plain or
// inside IPv4, GRE with a key and Ethernet. Other frames, and those that it does not cut, are written as they are.
//
// DPDK runs in this process's own memory, without huge pages, devices and privileges. It leaves checksums to the card.
#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_gso.h>
#include <rte_mbuf.h>

#include "nvgre/capture/reader.h"
#include "nvgre/capture/writer.h"
#include "nvgre/wire/bytes.h"

namespace {

using nvgre::wire::Bytes;

constexpr unsigned kPacketBuffers = 7, kSegmentBuffers = 4095;
constexpr std::uint16_t kRoom = 65'535;  // of a whole packet in one buffer
constexpr std::size_t kEthernet = 14, kGre = 8, kMostSegments = 2048;
constexpr std::uint8_t kTcp = 6, kGreProtocol = 47;

[[noreturn]] void give_up(const std::string& why) {
  std::fprintf(stderr, "dpdk_gso_segment: %s\n", why.c_str());
  std::exit(EXIT_FAILURE);
}

void start_dpdk(char* program) {
  std::vector<std::string> words = {
      program, "--no-huge", "--no-pci", "--no-telemetry", "-m", "256", "--no-shconf", "--log-level=error", "-l", "0"};
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  if (rte_eal_init(static_cast<int>(arguments.size()), arguments.data()) < 0) give_up("DPDK does not start");
}

rte_mempool* pool(const char* name, unsigned count, std::uint16_t room) {
  auto* made = rte_pktmbuf_pool_create(name, count, 0, 0, room, SOCKET_ID_ANY);
  if (made == nullptr) give_up(std::string("no memory for ") + name);
  return made;
}

/// Sizes of the headers as DPDK wants to be told them.
struct Headers {
  std::size_t outer_ip = 0;  ///< 0: not encapsulated.
  std::size_t ip = 0;
  std::size_t tcp = 0;
  [[nodiscard]] std::size_t outer() const { return outer_ip == 0 ? 0 : kEthernet + outer_ip + kGre; }
  [[nodiscard]] std::size_t total() const { return outer() + kEthernet + ip + tcp; }
};

std::optional<std::size_t> ipv4_size(Bytes frame, std::size_t link, std::uint8_t protocol) {
  const auto ip = link + kEthernet;
  if (frame.size() < ip + 20 || frame[ip - 2] != 0x08 || frame[ip - 1] != 0x00) return std::nullopt;
  if (frame[ip + 9] != protocol) return std::nullopt;
  return std::size_t{4} * (frame[ip] & 15U);
}

std::optional<Headers> headers_of(Bytes frame) {
  Headers headers;
  if (const auto outer = ipv4_size(frame, 0, kGreProtocol)) headers.outer_ip = *outer;
  const auto ip = ipv4_size(frame, headers.outer(), kTcp);
  if (!ip) return std::nullopt;
  headers.ip = *ip;
  const auto tcp = headers.outer() + kEthernet + headers.ip;
  if (frame.size() < tcp + 20) return std::nullopt;
  headers.tcp = std::size_t{4} * (frame[tcp + 12] >> 4U);
  return headers;
}

void describe(rte_mbuf& packet, const Headers& headers) {
  packet.ol_flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IP_CKSUM;
  packet.l2_len = kEthernet;
  packet.l3_len = headers.ip;
  packet.l4_len = headers.tcp;
  if (headers.outer_ip == 0) return;
  packet.ol_flags |= RTE_MBUF_F_TX_TUNNEL_GRE | RTE_MBUF_F_TX_OUTER_IPV4 | RTE_MBUF_F_TX_OUTER_IP_CKSUM;
  packet.outer_l2_len = kEthernet;
  packet.outer_l3_len = headers.outer_ip;
  packet.l2_len = kGre + kEthernet;  // everything between the two IP headers
}

class Segmenter {
 public:
  explicit Segmenter(std::size_t mss) : mss_(mss) {
    context_.direct_pool = pool("headers", kSegmentBuffers, 2048);
    context_.indirect_pool = pool("slices", kSegmentBuffers, 0);
    context_.gso_types = RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_GRE_TNL_TSO;
  }

  std::vector<std::vector<std::uint8_t>> segment(Bytes frame) {
    const auto headers = headers_of(frame);
    if (!headers || frame.size() > kRoom - RTE_PKTMBUF_HEADROOM) return {{frame.begin(), frame.end()}};
    rte_mbuf* packet = rte_pktmbuf_alloc(packets_);
    std::memcpy(rte_pktmbuf_append(packet, static_cast<std::uint16_t>(frame.size())), frame.data(), frame.size());
    describe(*packet, *headers);
    context_.gso_size = static_cast<std::uint16_t>(headers->total() + mss_);  // headers included
    std::vector<std::vector<std::uint8_t>> segments;
    std::array<rte_mbuf*, kMostSegments> out{};
    const int count = rte_gso_segment(packet, &context_, out.data(), kMostSegments);
    if (count < 0) give_up("rte_gso_segment: " + std::to_string(count));
    for (rte_mbuf* made : std::span(out).first(static_cast<std::size_t>(count))) {
      segments.push_back(bytes_of(made));
      rte_pktmbuf_free(made);
    }
    if (count == 0) segments.push_back(bytes_of(packet));  // it left the packet alone
    rte_pktmbuf_free(packet);
    return segments;
  }

 private:
  static std::vector<std::uint8_t> bytes_of(const rte_mbuf* packet) {
    std::vector<std::uint8_t> bytes(packet->pkt_len);
    const void* start = rte_pktmbuf_read(packet, 0, packet->pkt_len, bytes.data());
    if (start != bytes.data()) std::memcpy(bytes.data(), start, bytes.size());
    return bytes;
  }

  std::size_t mss_;
  rte_mempool* packets_ = pool("packets", kPacketBuffers, kRoom);
  rte_gso_ctx context_{};
};

}  // namespace

int main(int argument_count, char** arguments) {
  const std::span words(arguments, static_cast<std::size_t>(argument_count));
  if (words.size() != 4) give_up("usage: dpdk_gso_segment IN OUT MSS");
  start_dpdk(words[0]);
  Segmenter segmenter(std::strtoul(words[3], nullptr, 10));
  auto reader = nvgre::capture::Reader::open(words[1]);
  if (!reader) give_up(reader.error().message);
  auto writer = nvgre::capture::Writer::create(words[2]);
  if (!writer) give_up(writer.error().message);
  while (const auto frame = reader->next())
    for (const auto& segment : segmenter.segment(frame->bytes))
      writer->write({.bytes = segment, .original_length = segment.size(), .time = frame->time});
  if (const auto written = writer->finish(); !written) give_up(written.error().message);
  return EXIT_SUCCESS;
}
