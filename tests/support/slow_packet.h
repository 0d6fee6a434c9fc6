/// The tests' own judge of a finished packet: parses and sums it in the slowest and plainest way, sharing no line with
/// the library. It knows what SampleFrame writes: Ethernet with tags, IPv4 with options, IPv6 with destination options,
/// GRE, TCP and UDP.
#pragma once

#include <cstddef>
#include <cstdint>
#include <sstream>
#include <string>
#include <utility>

#include "nvgre/wire/bytes.h"
#include "tests/support/sample_frame.h"
#include "tests/support/slow_sum.h"

namespace nvgre::test {

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
    return !is_v4(ip) || slow_sum(wire::Bytes(bytes_).subspan(ip, std::size_t{4} * (bytes_[ip] % 16))) == 0xFFFF;
  }
  /// Sums up addresses, protocol, length and the transport's bytes (RFC 9293, section 3.1; RFC 8200, section 8.1).
  [[nodiscard]] bool transport_verifies() const {
    const auto length = inner_ip + ip_length(inner_ip) - transport;
    const auto addresses =
        wire::Bytes(bytes_).subspan(inner_ip + (is_v4(inner_ip) ? 12U : 8U), is_v4(inner_ip) ? 8U : 32U);
    ByteString covered(addresses.begin(), addresses.end());
    covered.insert(covered.end(),
                   {static_cast<std::uint8_t>(length / 256), static_cast<std::uint8_t>(length % 256), 0, protocol});
    const auto segment = wire::Bytes(bytes_).subspan(transport, length);
    covered.insert(covered.end(), segment.begin(), segment.end());
    return slow_sum(covered) == 0xFFFF;
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
