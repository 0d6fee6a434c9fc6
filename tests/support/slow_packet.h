/// The tests' own judge of a finished packet: parses and sums it in the slowest and plainest way, sharing no line with
/// the library. It knows what SampleFrame writes: Ethernet with tags, IPv4 with options, IPv6 with destination options,
/// GRE, TCP and UDP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

#include "tests/support/sample_frame.h"

namespace nvgre::test {

/// Ones' complement sum of bytes [begin, end), 16 bits at a time, as RFC 1071 says it in prose. `start` is added.
[[nodiscard]] inline std::uint16_t slow_sum(const ByteString& bytes, std::size_t begin, std::size_t end,
                                            std::uint32_t start = 0) {
  std::uint32_t sum = start;
  for (std::size_t i = begin; i < end; i += 2) {
    const std::uint32_t high = bytes[i];
    const std::uint32_t low = i + 1 < end ? bytes[i + 1] : 0;
    sum += high * 256 + low;
    if (sum > 0xFFFF) sum = sum - 0x10000 + 1;
  }
  return static_cast<std::uint16_t>(sum);
}

class SlowPacket {
 public:
  SlowPacket(ByteString bytes, bool encapsulated) : bytes_(std::move(bytes)) {
    if (encapsulated) {
      outer_ip = skip_ethernet(0);
      gre = skip_ip(outer_ip);
      inner_link = gre + 4 + ((bytes_[gre] & 0x80) != 0 ? 4U : 0U) + ((bytes_[gre] & 0x20) != 0 ? 4U : 0U) +
                   ((bytes_[gre] & 0x10) != 0 ? 4U : 0U);
    }
    inner_ip = skip_ethernet(inner_link);
    transport = skip_ip(inner_ip);
    protocol = last_protocol_;
    payload = transport + (protocol == 6 ? std::size_t{4} * (bytes_[transport + 12] >> 4) : protocol == 17 ? 8U : 0U);
  }

  std::size_t outer_ip = 0, gre = 0, inner_link = 0, inner_ip = 0, transport = 0, payload = 0;  ///< Offsets.
  std::uint8_t protocol = 0;

  [[nodiscard]] const ByteString& bytes() const { return bytes_; }
  /// Puts other bytes of the same size in place, whose headers are taken to lie where they lay.
  void replace(ByteString bytes) { bytes_ = std::move(bytes); }
  [[nodiscard]] std::uint16_t word(std::size_t offset) const {
    return static_cast<std::uint16_t>(bytes_[offset] * 256 + bytes_[offset + 1]);
  }
  [[nodiscard]] bool is_v4(std::size_t ip) const { return bytes_[ip] / 16 == 4; }
  /// IPv4 total length, or IPv6 payload length and 40: bytes of the IP packet either way.
  [[nodiscard]] std::size_t ip_length(std::size_t ip) const {
    return is_v4(ip) ? word(ip + 2) : word(ip + 4) + std::size_t{40};
  }
  [[nodiscard]] std::uint16_t identification(std::size_t ip) const { return word(ip + 4); }
  [[nodiscard]] std::uint32_t sequence() const {
    return static_cast<std::uint32_t>(word(transport + 4)) << 16 | word(transport + 6);
  }
  [[nodiscard]] std::uint16_t flags() const { return word(transport + 12) & 0x0FFF; }
  [[nodiscard]] std::uint16_t transport_checksum() const { return word(transport + (protocol == 6 ? 16 : 6)); }
  [[nodiscard]] ByteString payload_bytes() const {
    return {bytes_.begin() + static_cast<std::ptrdiff_t>(payload),
            bytes_.begin() + static_cast<std::ptrdiff_t>(inner_ip + ip_length(inner_ip))};
  }

  /// Everything that is wrong with lengths and checksums; empty for a perfect packet.
  [[nodiscard]] std::string problems() const {
    std::ostringstream out;
    if (outer_ip != 0) judge_ip(out, "outer", outer_ip);
    judge_ip(out, "inner", inner_ip);
    if (protocol == 17 && word(transport + 4) != inner_ip + ip_length(inner_ip) - transport) out << "udp length; ";
    const bool unchecked = protocol == 17 && transport_checksum() == 0;
    if ((protocol == 6 || protocol == 17) && !unchecked && !transport_verifies()) out << "transport checksum; ";
    return out.str();
  }
  [[nodiscard]] bool ip_verifies(std::size_t ip) const {
    return !is_v4(ip) || slow_sum(bytes_, ip, ip + std::size_t{4} * (bytes_[ip] % 16)) == 0xFFFF;
  }
  [[nodiscard]] bool transport_verifies() const {
    const auto end = inner_ip + ip_length(inner_ip);
    const auto addresses = inner_ip + (is_v4(inner_ip) ? 12U : 8U);
    const auto pseudo =
        slow_sum(bytes_, addresses, addresses + (is_v4(inner_ip) ? 8U : 32U), static_cast<std::uint32_t>(protocol));
    const auto with_length = pseudo + static_cast<std::uint32_t>(end - transport);
    const auto start = with_length > 0xFFFF ? with_length - 0xFFFF : with_length;
    return slow_sum(bytes_, transport, end, start) == 0xFFFF;
  }

 private:
  std::size_t skip_ethernet(std::size_t at) const {
    at += 12;
    while (word(at) == 0x8100) at += 4;
    return at + 2;
  }
  std::size_t skip_ip(std::size_t at) {
    if (is_v4(at)) {
      last_protocol_ = bytes_[at + 9];
      return at + std::size_t{4} * (bytes_[at] % 16);
    }
    last_protocol_ = bytes_[at + 6];
    at += 40;
    while (last_protocol_ == 60) {
      last_protocol_ = bytes_[at];
      at += 8 + std::size_t{8} * bytes_[at + 1];
    }
    return at;
  }
  void judge_ip(std::ostringstream& out, const char* which, std::size_t ip) const {
    if (ip + ip_length(ip) != bytes_.size())
      out << which << " length names " << ip + ip_length(ip) << " of " << bytes_.size() << " bytes; ";
    if (!ip_verifies(ip)) out << which << " ip checksum; ";
  }

  ByteString bytes_;
  std::uint8_t last_protocol_ = 0;
};

}  // namespace nvgre::test
