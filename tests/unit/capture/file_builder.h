/// Capture files for tests, written number by number as the formats' drafts have them, so that no writer of ours is
/// needed to test a reader.
#pragma once

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

namespace nvgre::test {

/// File formats in their own byte order, which readers have to find out: here little-endian.
class FileBuilder {
 public:
  static constexpr std::uint32_t kMicroseconds = 0xA1B2C3D4;
  static constexpr std::uint32_t kNanoseconds = 0xA1B23C4D;

  FileBuilder& u16(std::uint16_t value) { return integer(value, 2); }
  FileBuilder& u32(std::uint32_t value) { return integer(value, 4); }
  FileBuilder& text(const std::string& bytes) {
    content_ += bytes;
    return *this;
  }
  /// pcap's file header (draft-ietf-opsawg-pcap, section 4).
  FileBuilder& pcap_header(std::uint32_t magic, std::uint32_t link_type = 1) {
    return u32(magic).u16(2).u16(4).u32(0).u32(0).u32(262'144).u32(link_type);
  }
  FileBuilder& pcap_record(std::uint32_t seconds, std::uint32_t fraction, const std::string& bytes,
                           std::uint32_t original) {
    return u32(seconds).u32(fraction).u32(static_cast<std::uint32_t>(bytes.size())).u32(original).text(bytes);
  }
  FileBuilder& pcap_record(std::uint32_t seconds, const std::vector<std::uint8_t>& frame) {
    return pcap_record(seconds, 0, {frame.begin(), frame.end()}, static_cast<std::uint32_t>(frame.size()));
  }
  /// Section header and one interface of Ethernet (draft-ietf-opsawg-pcapng, sections 4.1 and 4.2).
  FileBuilder& pcapng_header() {
    u32(0x0A0D0D0A).u32(28).u32(0x1A2B3C4D).u16(1).u16(0).u32(0xFFFFFFFF).u32(0xFFFFFFFF).u32(28);
    return pcapng_interface(1, 0);
  }
  FileBuilder& pcapng_interface(std::uint16_t link_type, std::uint32_t snap_length) {
    return u32(1).u32(20).u16(link_type).u16(0).u32(snap_length).u32(20);
  }
  /// An enhanced packet block (section 4.3). @pre bytes.size() is a multiple of 4
  FileBuilder& pcapng_packet(std::uint64_t microseconds, const std::string& bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    u32(6).u32(32 + size).u32(0).u32(static_cast<std::uint32_t>(microseconds >> 32));
    u32(static_cast<std::uint32_t>(microseconds)).u32(size).u32(size);
    return text(bytes).u32(32 + size);
  }
  std::string write(const std::string& path) const {
    std::ofstream(path, std::ios::binary) << content_;
    return path;
  }

 private:
  FileBuilder& integer(std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) content_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  std::string content_;
};

}  // namespace nvgre::test
