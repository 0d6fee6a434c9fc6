/// UDP headers (RFC 768).
///
///      0            2                 4       6         8
///     [source port][destination port][length][checksum][payload ...
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "nvgre/wire/big_endian.h"
#include "nvgre/wire/bytes.h"
#include "nvgre/wire/drop_reason.h"

namespace nvgre::wire {

/// Where the fields of a UDP header lie, bytes from its start.
struct UdpLayout {
  static constexpr std::size_t kSourcePort = 0;
  static constexpr std::size_t kDestinationPort = 2;
  static constexpr std::size_t kLength = 4;
  static constexpr std::size_t kChecksum = 6;
};

/// A UDP datagram whose header is there.
class UdpView {
 public:
  static constexpr std::size_t kSize = 8;  ///< Bytes of the header.

  /// @param bytes  The IP payload.
  /// @return       The view; kTruncatedTransport; kMalformedTransport for a length below 8 or past the end.
  [[nodiscard]] static constexpr Checked<UdpView> parse(Bytes bytes) noexcept {
    const auto view = parse_header(bytes);
    if (view && (view->length() < kSize || view->length() > bytes.size()))
      return std::unexpected(DropReason::kMalformedTransport);
    return view;
  }
  /// The same for super-frames, whose length field is not to be read (D-4); so is payload() then not.
  [[nodiscard]] static constexpr Checked<UdpView> parse_header(Bytes bytes) noexcept {
    if (bytes.size() < kSize) return std::unexpected(DropReason::kTruncatedTransport);
    return UdpView(bytes);
  }

  [[nodiscard]] constexpr std::uint16_t source_port() const noexcept { return word(UdpLayout::kSourcePort); }
  [[nodiscard]] constexpr std::uint16_t destination_port() const noexcept { return word(UdpLayout::kDestinationPort); }
  /// Bytes of header and payload.
  [[nodiscard]] constexpr std::uint16_t length() const noexcept { return word(UdpLayout::kLength); }
  /// 0: the sender computed none.
  [[nodiscard]] constexpr std::uint16_t checksum() const noexcept { return word(UdpLayout::kChecksum); }
  [[nodiscard]] constexpr Bytes header() const noexcept { return bytes_.first(kSize); }
  /// Up to length(). @pre parse() made the view
  [[nodiscard]] constexpr Bytes payload() const noexcept { return bytes_.first(length()).subspan(kSize); }

 private:
  explicit constexpr UdpView(Bytes bytes) noexcept : bytes_(bytes) {}
  [[nodiscard]] constexpr std::uint16_t word(std::size_t offset) const noexcept {
    return load_big_endian<std::uint16_t>(bytes_, offset);
  }
  Bytes bytes_;
};

/// One line, for example "udp 5000 > 5001 length 1008 checksum 0x1234".
[[nodiscard]] std::string describe(const UdpView& view);

/// A UDP checksum of 0 would mean "none": 0xFFFF, which is the same number, is sent instead (RFC 768; TXC-7).
[[nodiscard]] constexpr std::uint16_t udp_checksum_to_send(std::uint16_t computed) noexcept {
  return computed == 0 ? std::uint16_t{0xFFFF} : computed;
}

/// Changes a UDP header in place; never touches the checksum by itself. @pre The bytes hold the header.
class UdpWriter {
 public:
  explicit constexpr UdpWriter(MutableBytes bytes) noexcept : bytes_(bytes) {}
  constexpr UdpWriter& set_source_port(std::uint16_t value) noexcept { return set(UdpLayout::kSourcePort, value); }
  constexpr UdpWriter& set_destination_port(std::uint16_t value) noexcept {
    return set(UdpLayout::kDestinationPort, value);
  }
  constexpr UdpWriter& set_length(std::uint16_t value) noexcept { return set(UdpLayout::kLength, value); }
  constexpr UdpWriter& set_checksum(std::uint16_t value) noexcept { return set(UdpLayout::kChecksum, value); }

 private:
  constexpr UdpWriter& set(std::size_t offset, std::uint16_t value) noexcept {
    store_big_endian(bytes_, value, offset);
    return *this;
  }
  MutableBytes bytes_;
};

/// All of a UDP header.
struct UdpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t length = 0;  ///< Bytes of header and payload.
  std::uint16_t checksum = 0;
  [[nodiscard]] static constexpr std::size_t size() noexcept { return UdpView::kSize; }
};

/// Writes the header. @pre out.size() >= fields.size() @return Bytes written: fields.size().
constexpr std::size_t write_udp(MutableBytes out, const UdpFields& fields) noexcept {
  UdpWriter(out)
      .set_source_port(fields.source_port)
      .set_destination_port(fields.destination_port)
      .set_length(fields.length)
      .set_checksum(fields.checksum);
  return fields.size();
}

}  // namespace nvgre::wire
