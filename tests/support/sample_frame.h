/// Frames for tests, described by what is special about them and written byte by byte: none of the engine's own writers
/// or sums is used, so that a fault in those cannot hide itself.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nvgre/wire/ip_address.h"

namespace nvgre::test {

using ByteString = std::vector<std::uint8_t>;
using ByteStrings = std::vector<ByteString>;

/// The TCP flags by their bit values.
namespace tcp_flag {
inline constexpr std::uint16_t kFin = 0x001, kSyn = 0x002, kRst = 0x004, kPsh = 0x008, kAck = 0x010, kUrg = 0x020,
                               kEce = 0x040, kCwr = 0x080, kAe = 0x100;
}  // namespace tcp_flag

/// What a length field holds.
enum class Lengths : std::uint8_t { kCorrect, kZero, kGarbage };
/// What the transport checksum field holds (D-5).
enum class Seed : std::uint8_t { kWithoutLength, kWithLength, kZero };

/// One frame, super-frames included; the defaults are a TCP frame over IPv4 that is not encapsulated.
struct SampleFrame {
  std::optional<wire::IpVersion> outer = std::nullopt;  ///< Encapsulated in this version.
  wire::IpVersion inner = wire::IpVersion::kV4;
  std::uint8_t protocol = 6;  ///< 6 TCP, 17 UDP; anything else has no header of its own.
  std::size_t payload_size = 100;
  Lengths lengths = Lengths::kCorrect;
  Seed seed = Seed::kWithoutLength;
  std::uint32_t sequence = 0x0000'0001;
  std::uint16_t flags = tcp_flag::kAck;
  std::uint16_t inner_id = 0x1234;
  std::uint16_t outer_id = 0xABCD;
  std::size_t outer_options = 0;         ///< Bytes of IPv4 options (multiple of 4) or IPv6 extension headers (of 8).
  std::size_t inner_options = 0;         ///< The same of the inner header.
  std::size_t tcp_options = 0;           ///< Bytes, multiple of 4.
  std::vector<std::uint16_t> tags = {};  ///< 802.1Q tags of the outermost Ethernet header.
  std::vector<std::uint16_t> inner_tags = {};  ///< 802.1Q tags of the inner Ethernet header (encapsulated only).
  std::uint16_t inner_fragment = 0x4000;       ///< The inner IPv4 header's flags and offset.
  bool inner_fragment_header = false;          ///< The inner IPv6 chain has a Fragment header.
  std::uint16_t gre_flags = 0x2000;            ///< The optional fields that the flags announce are written.
  std::uint16_t inner_ether_type = 0;          ///< Not 0: this EtherType, and only the payload behind it.
  std::size_t trailing = 0;                    ///< Padding behind the IP packet.
  std::uint8_t first_payload_byte = 1;
};

/// Offsets that SampleFrame's defaults give: 14 Ethernet, 20 or 40 IP, 8 GRE.
class FrameWriter {
 public:
  explicit FrameWriter(const SampleFrame& frame) : frame_(frame) {}

  ByteString write() {
    if (frame_.outer) {
      ethernet(frame_.tags, *frame_.outer == wire::IpVersion::kV4 ? 0x0800 : 0x86DD, 0x50);
      ip(*frame_.outer, 47, outer_size_behind(), frame_.outer_options, frame_.outer_id, true);
      gre();
    }
    const std::uint16_t inner_type = frame_.inner == wire::IpVersion::kV4 ? 0x0800 : 0x86DD;
    ethernet(frame_.outer ? frame_.inner_tags : frame_.tags,
             frame_.inner_ether_type != 0 ? frame_.inner_ether_type : inner_type, 0x10);
    if (frame_.inner_ether_type == 0) {
      ip(frame_.inner, frame_.protocol, transport_size(), frame_.inner_options, frame_.inner_id, false);
      transport();
    }
    for (std::size_t i = 0; i < frame_.payload_size; ++i)
      bytes_.push_back(static_cast<std::uint8_t>(frame_.first_payload_byte + i * 7 + i / 256));
    bytes_.insert(bytes_.end(), frame_.trailing, 0xEE);
    return bytes_;
  }

 private:
  static bool v4(wire::IpVersion version) { return version == wire::IpVersion::kV4; }
  std::size_t ip_header_size(wire::IpVersion version, std::size_t options) const {
    return (v4(version) ? 20 : 40) + options;
  }
  std::size_t gre_size() const {
    return 4 + ((frame_.gre_flags & 0x8000) != 0 ? 4U : 0U) + ((frame_.gre_flags & 0x2000) != 0 ? 4U : 0U) +
           ((frame_.gre_flags & 0x1000) != 0 ? 4U : 0U);
  }
  std::size_t transport_header_size() const {
    return frame_.protocol == 6 ? 20 + frame_.tcp_options : frame_.protocol == 17 ? 8U : 0U;
  }
  std::size_t transport_size() const { return transport_header_size() + frame_.payload_size; }
  std::size_t outer_size_behind() const {
    std::size_t size = gre_size() + 14 + 4 * frame_.inner_tags.size();
    if (frame_.inner_ether_type != 0) return size + frame_.payload_size;
    size += ip_header_size(frame_.inner, frame_.inner_options) + (frame_.inner_fragment_header ? 8U : 0U);
    return size + transport_size();
  }
  std::uint16_t length_field(std::size_t correct) const {
    if (frame_.lengths == Lengths::kZero) return 0;
    return static_cast<std::uint16_t>(frame_.lengths == Lengths::kGarbage ? 0x1357 : correct);
  }

  void byte(unsigned value) { bytes_.push_back(static_cast<std::uint8_t>(value)); }
  void word(std::size_t value) {
    byte(static_cast<unsigned>(value >> 8 & 0xFF));
    byte(static_cast<unsigned>(value & 0xFF));
  }
  void double_word(std::uint32_t value) {
    word(value >> 16);
    word(value & 0xFFFF);
  }

  void ethernet(const std::vector<std::uint16_t>& tags, std::uint16_t type, unsigned mark) {
    for (const unsigned last : {2U, 1U})
      for (const unsigned value : {0x02U, 0U, 0U, 0U, mark, last}) byte(value);
    for (const auto tag : tags) {
      word(0x8100);
      word(tag);
    }
    word(type);
  }

  /// Addresses: outer 192.0.2.1 > 192.0.2.2 or 2001:db8::1 > 2001:db8::2; inner 198.51.100.11 > 198.51.100.22 or
  /// 2001:db8:1::11 > 2001:db8:1::22.
  void address(wire::IpVersion version, bool is_outer, bool is_source) {
    const unsigned last = is_outer ? (is_source ? 1 : 2) : (is_source ? 0x11 : 0x22);
    if (v4(version)) {
      for (const unsigned value : {is_outer ? 192U : 198U, is_outer ? 0U : 51U, is_outer ? 2U : 100U, last})
        byte(value);
      return;
    }
    for (const unsigned value : {0x20U, 0x01U, 0x0DU, 0xB8U, 0U, is_outer ? 0U : 1U}) byte(value);
    bytes_.insert(bytes_.end(), 9, 0);
    byte(last);
  }

  void ip(wire::IpVersion version, std::uint8_t protocol, std::size_t behind, std::size_t options, std::uint16_t id,
          bool is_outer) {
    const bool fragment_header = !is_outer && frame_.inner_fragment_header;
    if (v4(version)) {
      byte(static_cast<unsigned>(0x40 | (20 + options) / 4));
      byte(is_outer ? 0x02 : 0x2A);
      word(length_field(20 + options + behind));
      word(id);
      word(is_outer ? 0x4000 : frame_.inner_fragment);
      byte(64);
      byte(protocol);
      word(0x5A5A);  // whatever the field holds is ignored (TXC-3)
      address(version, is_outer, true);
      address(version, is_outer, false);
      for (std::size_t i = 0; i < options; ++i) byte(i + 1 == options ? 0x00 : 0x01);  // no operation, end of list
      return;
    }
    double_word(is_outer ? 0x6020'1234U : 0x62A5'4321U);
    word(length_field(options + (fragment_header ? 8U : 0U) + behind));
    byte(options > 0 ? 60U : fragment_header ? 44U : protocol);
    byte(64);
    address(version, is_outer, true);
    address(version, is_outer, false);
    if (options > 0) destination_options(options, fragment_header ? 44U : protocol);
    if (fragment_header) {
      byte(protocol);
      byte(0);
      word(0);  // offset 0, no more fragments: an atomic fragment
      double_word(0x0102'0304);
    }
  }

  /// One destination options header of `size` bytes, filled with a PadN option.
  void destination_options(std::size_t size, unsigned next) {
    byte(next);
    byte(static_cast<unsigned>(size / 8 - 1));
    byte(1);
    byte(static_cast<unsigned>(size - 4));
    bytes_.insert(bytes_.end(), size - 4, 0);
  }

  void gre() {
    word(frame_.gre_flags);
    word(0x6558);
    if ((frame_.gre_flags & 0x8000) != 0) double_word(0xBEEF'0000);  // checksum and reserved
    if ((frame_.gre_flags & 0x2000) != 0) double_word(0x1234'567A);  // VSID 0x123456, FlowID 0x7A
    if ((frame_.gre_flags & 0x1000) != 0) double_word(0x0000'0007);  // sequence number
  }

  void transport() {
    if (transport_header_size() == 0) return;
    word(frame_.protocol == 6 ? 49152 : 5000);
    word(frame_.protocol == 6 ? 443 : 5001);
    if (frame_.protocol == 17) {
      word(length_field(transport_size()));
      word(seed());
      return;
    }
    double_word(frame_.sequence);
    double_word(0x0000'0002);
    word((20 + frame_.tcp_options) / 4 << 12 | frame_.flags);
    word(0x1000);
    word(seed());
    word(0);
    if (frame_.tcp_options >= 12) {  // two no-operations and a timestamp
      for (const unsigned value : {1U, 1U, 8U, 10U, 0U, 0U, 0x10U, 0x20U, 0U, 0U, 0x30U, 0x40U}) byte(value);
    }
    bytes_.insert(bytes_.end(), frame_.tcp_options >= 12 ? frame_.tcp_options - 12 : frame_.tcp_options, 0x01);
  }

  /// Pseudo-header sum: addresses, protocol and, with length, the transport's bytes (RFC 9293, section 3.1).
  std::uint16_t seed() const {
    if (frame_.seed == Seed::kZero) return 0;
    FrameWriter addresses(frame_);
    addresses.address(frame_.inner, false, true);
    addresses.address(frame_.inner, false, false);
    std::uint64_t sum = frame_.protocol;
    for (std::size_t i = 0; i < addresses.bytes_.size(); i += 2)
      sum += static_cast<std::uint64_t>(addresses.bytes_[i]) << 8 | addresses.bytes_[i + 1];
    if (frame_.seed == Seed::kWithLength) sum += transport_size();
    while (sum > 0xFFFF) sum = (sum & 0xFFFF) + (sum >> 16);
    return static_cast<std::uint16_t>(sum);
  }

  SampleFrame frame_;
  ByteString bytes_;
};

[[nodiscard]] inline ByteString write(const SampleFrame& frame) {
  return FrameWriter(frame).write();
}

/// All pairings of outer and inner IP version (WIRE-6).
struct Versions {
  wire::IpVersion outer;
  wire::IpVersion inner;
};
inline constexpr std::array<Versions, 4> kAllVersions = {{{wire::IpVersion::kV4, wire::IpVersion::kV4},
                                                          {wire::IpVersion::kV4, wire::IpVersion::kV6},
                                                          {wire::IpVersion::kV6, wire::IpVersion::kV4},
                                                          {wire::IpVersion::kV6, wire::IpVersion::kV6}}};

/// One frame of each pairing, and plain ones of both versions: for testing::ValuesIn.
[[nodiscard]] inline std::vector<SampleFrame> version_matrix(std::uint8_t protocol) {
  std::vector<SampleFrame> frames;
  for (const auto inner : {wire::IpVersion::kV4, wire::IpVersion::kV6})
    frames.push_back({.inner = inner, .protocol = protocol});
  for (const auto versions : kAllVersions)
    frames.push_back({.outer = versions.outer, .inner = versions.inner, .protocol = protocol});
  return frames;
}

/// One TCP and one UDP frame of each pairing: for testing::ValuesIn.
[[nodiscard]] inline std::vector<SampleFrame> encapsulated_matrix() {
  std::vector<SampleFrame> frames;
  for (const std::uint8_t protocol : {6, 17})
    for (const auto versions : kAllVersions)
      frames.push_back({.outer = versions.outer, .inner = versions.inner, .protocol = protocol});
  return frames;
}

/// Names parameterized tests after their frame's versions, for example "plain_v4" or "v4_in_v6", and its transport if
/// it is UDP.
struct VersionName {
  template <typename ParamInfo>
  std::string operator()(const ParamInfo& test) const {
    const SampleFrame& frame = test.param;
    const auto name = [](wire::IpVersion version) { return version == wire::IpVersion::kV4 ? "v4" : "v6"; };
    const std::string transport = frame.protocol == 17 ? "_udp" : "";
    if (!frame.outer) return std::string("plain_") + name(frame.inner) + transport;
    return std::string(name(frame.inner)) + "_in_" + name(*frame.outer) + transport;
  }
};

}  // namespace nvgre::test
